import { duplicate, forbidden, invalid, notFound, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import {
  asPrefix,
  configMapKey,
  dns1123Label,
  dns1123Subdomain,
  environmentName,
  headerName,
  portName,
  portNumber,
  qualifiedName,
} from "../names.ts";
import { compareQuantities, parseQuantity } from "../quantity.ts";
import { validatePortNumOrName } from "../service/validate.ts";
import type {
  Container,
  ContainerPort,
  EnvFromSource,
  EnvVar,
  Handler,
  PodSpec,
  Probe,
  ResourceRequirements,
  VolumeMount,
} from "./types.ts";

/** Containers of every sort. @source pkg/apis/core/validation/validation.go (1.32) */

export interface ContainerScope {
  /** Names of the pod's volumes that are well made. */
  readonly volumes: ReadonlySet<string>;
  /** The pod's, which bounds a hook's sleep. */
  readonly gracePeriodSeconds: number;
}

/** @source validateContainers */
export function validateContainers(containers: readonly Container[], scope: ContainerScope, path: string): FieldError[] {
  if (containers.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const place = `${path}[${index}]`;
    errors.push(...validateCommon(container, scope, place));
    if (names.has(container.name)) errors.push(duplicate(`${place}.name`, container.name));
    names.add(container.name);
    errors.push(...validateLifecycleAndProbes(container, scope, place));
    if (container.restartPolicy !== undefined) errors.push(forbidden(`${place}.restartPolicy`, "may not be set for non-init containers"));
  }
  errors.push(...validateHostPorts(containers, path));
  return errors;
}

/** @source validateInitContainers */
export function validateInitContainers(
  containers: readonly Container[],
  regular: readonly Container[],
  scope: ContainerScope,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map(({ name }) => name));
  for (const [index, container] of containers.entries()) {
    const place = `${path}[${index}]`;
    errors.push(...validateCommon(container, scope, place));
    if (container.restartPolicy !== undefined && container.restartPolicy !== "Always") {
      errors.push(notSupported(`${place}.restartPolicy`, container.restartPolicy, ["Always"]));
    }
    if (names.has(container.name)) errors.push(duplicate(`${place}.name`, container.name));
    else if (container.name !== "") names.add(container.name);
    // One runs after the other, so each has the host's ports for itself.
    errors.push(...validateHostPorts([container], path));
    if (container.restartPolicy === "Always") errors.push(...validateLifecycleAndProbes(container, scope, place));
    else {
      for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
        if (container[field] !== undefined) {
          errors.push(forbidden(`${place}.${field}`, "may not be set for init containers without restartPolicy=Always"));
        }
      }
    }
  }
  return errors;
}

function validateCommon(container: Container, scope: ContainerScope, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { name, image = "" } = container;
  if (name === "") errors.push(required(`${path}.name`));
  else for (const message of dns1123Label(name)) errors.push(invalid(`${path}.name`, name, message));
  if (image === "") errors.push(required(`${path}.image`));
  const messagePolicies = ["File", "FallbackToLogsOnError"];
  if (container.terminationMessagePolicy !== undefined && !messagePolicies.includes(container.terminationMessagePolicy)) {
    errors.push(notSupported(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies));
  }
  errors.push(...validatePorts(container.ports ?? [], `${path}.ports`));
  errors.push(...validateEnv(container.env ?? [], `${path}.env`));
  errors.push(...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`));
  errors.push(...validateMounts(container.volumeMounts ?? [], scope, `${path}.volumeMounts`));
  const pullPolicies = ["Always", "IfNotPresent", "Never"];
  if (container.imagePullPolicy !== undefined && !pullPolicies.includes(container.imagePullPolicy)) {
    errors.push(notSupported(`${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies));
  }
  errors.push(...validateResources(container.resources, `${path}.resources`));
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = "", containerPort, hostPort = 0, protocol }] of ports.entries()) {
    const place = `${path}[${index}]`;
    if (name !== "") {
      const messages = portName(name);
      for (const message of messages) errors.push(invalid(`${place}.name`, name, message));
      if (messages.length === 0) {
        if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
        names.add(name);
      }
    }
    if (containerPort === 0) errors.push(required(`${place}.containerPort`));
    else for (const message of portNumber(containerPort)) errors.push(invalid(`${place}.containerPort`, containerPort, message));
    if (hostPort !== 0) for (const message of portNumber(hostPort)) errors.push(invalid(`${place}.hostPort`, hostPort, message));
    const protocols = ["SCTP", "TCP", "UDP"];
    if (!protocols.includes(protocol)) errors.push(notSupported(`${place}.protocol`, protocol, protocols));
  }
  return errors;
}

function validateHostPorts(containers: readonly Container[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [at, { ports = [] }] of containers.entries()) {
    for (const [index, { hostPort = 0, hostIP = "", protocol }] of ports.entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(key)) errors.push(duplicate(`${path}[${at}].ports[${index}].hostPort`, key));
      seen.add(key);
    }
  }
  return errors;
}

function validateEnv(variables: readonly EnvVar[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of variables.entries()) {
    const place = `${path}[${index}]`;
    if (variable.name === "") errors.push(required(`${place}.name`));
    else for (const message of environmentName(variable.name)) errors.push(invalid(`${place}.name`, variable.name, message));
    errors.push(...validateValueFrom(variable, `${place}.valueFrom`));
  }
  return errors;
}

const downwardPaths = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

function validateValueFrom({ value = "", valueFrom }: EnvVar, path: string): FieldError[] {
  if (valueFrom === undefined) return [];
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter((source) => source !== undefined).length;
  if (fieldRef !== undefined) errors.push(...validateFieldRef(fieldRef.fieldPath, `${path}.fieldRef`));
  if (resourceFieldRef !== undefined) errors.push(...validateResourceRef(resourceFieldRef.resource, `${path}.resourceFieldRef.resource`));
  for (const [field, source] of [
    ["configMapKeyRef", configMapKeyRef],
    ["secretKeyRef", secretKeyRef],
  ] as const) {
    if (source === undefined) continue;
    for (const message of dns1123Subdomain(source.name ?? "")) errors.push(invalid(`${path}.${field}.name`, source.name ?? "", message));
    if (source.key === "") errors.push(required(`${path}.${field}.key`));
    else for (const message of configMapKey(source.key)) errors.push(invalid(`${path}.${field}.key`, source.key, message));
  }
  if (sources === 0) {
    errors.push(invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
  } else if (value !== "") errors.push(invalid(path, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalid(path, "", "may not have more than one field specified at a time"));
  return errors;
}

/** @source validateObjectFieldSelector, ConvertDownwardAPIFieldLabel */
function validateFieldRef(fieldPath: string, path: string): FieldError[] {
  if (fieldPath === "") return [required(`${path}.fieldPath`)];
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const key = subscript[2]!;
    const checked = subscript[1] === "metadata.annotations" ? key.toLowerCase() : key;
    return qualifiedName(checked).map((message) => invalid(path, checked, message));
  }
  if (downwardPaths.includes(fieldPath)) return [];
  if (fieldPath === "metadata.annotations" || fieldPath === "metadata.labels") {
    return [notSupported(`${path}.fieldPath`, fieldPath, downwardPaths)];
  }
  return [invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
}

const downwardResources = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

function validateResourceRef(resource: string, path: string): FieldError[] {
  if (resource === "") return [required(path)];
  if (downwardResources.includes(resource) || /^(?:requests|limits)\.hugepages-/.test(resource)) return [];
  return [notSupported(path, resource, downwardResources)];
}

function validateEnvFrom(sources: readonly EnvFromSource[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { prefix = "", configMapRef, secretRef }] of sources.entries()) {
    const place = `${path}[${index}]`;
    if (prefix !== "") for (const message of environmentName(prefix)) errors.push(invalid(`${place}.prefix`, prefix, message));
    for (const [field, source] of [
      ["configMapRef", configMapRef],
      ["secretRef", secretRef],
    ] as const) {
      if (source === undefined) continue;
      const { name = "" } = source;
      if (name === "") errors.push(required(`${place}.${field}.name`));
      else for (const message of asPrefix(dns1123Subdomain)(name)) errors.push(invalid(`${place}.${field}.name`, name, message));
    }
    // These two name the list, not the entry.
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalid(path, "", "may not have more than one field specified at a time"));
    }
  }
  return errors;
}

function validateMounts(mounts: readonly VolumeMount[], { volumes }: ContainerScope, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const points = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const place = `${path}[${index}]`;
    if (mount.name === "") errors.push(required(`${place}.name`));
    if (!volumes.has(mount.name)) errors.push(notFound(`${place}.name`, mount.name));
    if (mount.mountPath === "") errors.push(required(`${place}.mountPath`));
    if (points.has(mount.mountPath)) errors.push(invalid(`${place}.mountPath`, mount.mountPath, "must be unique"));
    points.add(mount.mountPath);
    // The paths of these name the list, not the entry.
    if (mount.subPath !== undefined) errors.push(...validateDescendingPath(mount.subPath, `${path}.subPath`));
    if (mount.subPathExpr !== undefined) {
      if (mount.subPath !== undefined) {
        errors.push(invalid(`${place}.subPathExpr`, mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      }
      errors.push(...validateDescendingPath(mount.subPathExpr, `${path}.subPathExpr`));
    }
  }
  return errors;
}

/** Inside the volume, never out of it. */
export function validateDescendingPath(target: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (target.startsWith("/")) errors.push(invalid(path, target, "must be a relative path"));
  if (target.split("/").includes("..")) errors.push(invalid(path, target, "must not contain '..'"));
  return errors;
}

const standardResources: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** @source ValidateContainerResourceRequirements */
export function validateResources(resources: ResourceRequirements | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { limits = {}, requests = {} } = resources ?? {};
  for (const name of Object.keys(limits).sort()) errors.push(...validateResource(name, limits[name]!, `${path}.limits`));
  for (const name of Object.keys(requests).sort()) {
    const request = requests[name]!;
    errors.push(...validateResource(name, request, `${path}.requests`));
    const limit = limits[name];
    if (limit === undefined) {
      if (!isOvercommittable(name)) errors.push(required(`${path}.limits`, "Limit must be set for non overcommitable resources"));
      continue;
    }
    const order = compareQuantities(request, limit);
    if (order !== 0 && !isOvercommittable(name)) {
      errors.push(invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`));
    } else if (order > 0) errors.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
  }
  return errors;
}

/** Resources of the cluster itself may be promised twice; devices and huge pages may not. */
function isOvercommittable(name: string): boolean {
  return (!name.includes("/") || name.includes("kubernetes.io/")) && !name.startsWith("hugepages-");
}

function validateResource(name: string, amount: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const place = `${path}[${name}]`;
  const messages = qualifiedName(name);
  for (const message of messages) errors.push(invalid(place, name, message));
  if (messages.length === 0 && !name.includes("/") && !standardResources.includes(name) && !name.startsWith("hugepages-")) {
    errors.push(invalid(place, name, "must be a standard resource for containers"));
  }
  const nano = parseQuantity(amount)?.nano ?? 0n;
  if (nano < 0n) errors.push(invalid(place, amount, "must be greater than or equal to 0"));
  if (name.includes("/") && nano % 1_000_000_000n !== 0n) errors.push(invalid(place, amount, "must be an integer"));
  return errors;
}

function validateLifecycleAndProbes(container: Container, { gracePeriodSeconds }: ContainerScope, path: string): FieldError[] {
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

/** The address of the pod is the node's, and so are its ports. @source validatePodHostNetworkDeps */
export function validateHostNetwork({ hostNetwork, containers }: PodSpec, isPod: boolean, path: string): FieldError[] {
  if (hostNetwork !== true) return [];
  const errors: FieldError[] = [];
  for (const [at, { ports = [] }] of (containers ?? []).entries()) {
    for (const [index, { hostPort = 0, containerPort }] of ports.entries()) {
      // A template may leave the host's port to its pods.
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) continue;
      const place = `${path}.containers[${at}].ports[${index}].hostPort`;
      errors.push(invalid(place, hostPort, "must match `containerPort` when `hostNetwork` is true"));
    }
  }
  return errors;
}

/** What is asked of the containers of pods, but not of templates. @source validateContainersOnlyForPod */
export function validateOnlyForPod(containers: readonly Container[], path: string): FieldError[] {
  return containers.flatMap(({ image = "" }, index) =>
    image === image.trim() ? [] : [invalid(`${path}[${index}].image`, image, "must not have leading or trailing whitespace")],
  );
}
