import { forbidden, invalid, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { headerName } from "../names.ts";
import { validatePortNumOrName } from "../port.ts";
import type { Container, Handler, Probe } from "./types.ts";

/** Probes and hooks. @source pkg/apis/core/validation/validation.go, validateProbe, validateLifecycle, validateHandler */

export function validateLifecycleAndProbes(container: Container, gracePeriodSeconds: number, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  if (lifecycle?.postStart !== undefined)
    errors.push(...validateHandler(lifecycle.postStart, `${path}.lifecycle.postStart`, gracePeriodSeconds));
  if (lifecycle?.preStop !== undefined) errors.push(...validateHandler(lifecycle.preStop, `${path}.lifecycle.preStop`, gracePeriodSeconds));
  errors.push(...validateProbe(livenessProbe, `${path}.livenessProbe`, "single"));
  errors.push(...validateProbe(readinessProbe, `${path}.readinessProbe`, "readiness"));
  errors.push(...validateProbe(startupProbe, `${path}.startupProbe`, "single"));
  return errors;
}

/** `single`: one success must be enough. @source validateLivenessProbe, validateReadinessProbe, validateStartupProbe */
function validateProbe(probe: Probe | undefined, path: string, use: "single" | "readiness"): FieldError[] {
  if (probe === undefined) return [];
  const errors = validateHandler(probe, path);
  for (const field of ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] as const) {
    const value = probe[field] ?? 0;
    if (value < 0) errors.push(invalid(`${path}.${field}`, value, "must be greater than or equal to 0"));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than 0"));
  if (use === "readiness") {
    if (grace !== undefined) {
      errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, "must not be set for readinessProbes"));
    }
  } else if (probe.successThreshold !== 1) errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, "must be 1"));
  return errors;
}

/** Exactly one way to ask. @source validateHandler */
function validateHandler(handler: Handler, path: string, gracePeriodSeconds = 0): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  const isFirst = (field: string): boolean => {
    if (count > 0) {
      errors.push(forbidden(`${path}.${field}`, "may not specify more than 1 handler type"));
      return false;
    }
    count++;
    return true;
  };
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined && isFirst("exec") && (exec.command ?? []).length === 0) errors.push(required(`${path}.exec.command`));
  if (httpGet !== undefined && isFirst("httpGet")) {
    if ((httpGet.path ?? "") === "") errors.push(required(`${path}.httpGet.path`));
    errors.push(...validatePortNumOrName(httpGet.port, `${path}.httpGet.port`));
    if (httpGet.scheme !== "HTTP" && httpGet.scheme !== "HTTPS") {
      errors.push(notSupported(`${path}.httpGet.scheme`, httpGet.scheme, ["HTTP", "HTTPS"]));
    }
    for (const { name } of httpGet.httpHeaders ?? []) {
      for (const message of headerName(name)) errors.push(invalid(`${path}.httpGet.httpHeaders`, name, message));
    }
  }
  if (tcpSocket !== undefined && isFirst("tcpSocket")) errors.push(...validatePortNumOrName(tcpSocket.port, `${path}.tcpSocket.port`));
  if (grpc !== undefined && isFirst("grpc")) errors.push(...validatePortNumOrName(grpc.port, `${path}.grpc.port`));
  if (sleep !== undefined && isFirst("sleep") && (sleep.seconds <= 0 || sleep.seconds > gracePeriodSeconds)) {
    const detail = `must be greater than 0 and less than terminationGracePeriodSeconds (${gracePeriodSeconds}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`;
    errors.push(invalid(`${path}.sleep`, sleep.seconds, detail));
  }
  if (count === 0) errors.push(required(path, "must specify a handler type"));
  return errors;
}
