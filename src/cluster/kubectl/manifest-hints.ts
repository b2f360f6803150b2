import { printYaml } from "../../yaml/print.ts";
import { ingressOfToday } from "../api/ingress/today.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { editDistance } from "./command.ts";
import type { KubectlHint } from "./hints.ts";
import type { Target } from "./select.ts";
import type { Session } from "./session.ts";

/**
 * Remarks on a manifest beside what the server says of it: mistakes that people make by copying from pages and old books. Pure.
 * `outcome`: what became of it.
 */
export function manifestHints(
  object: LooseObject,
  outcome: "created" | "configured" | "unchanged" | "refused" | "unmapped",
): readonly KubectlHint[] {
  const hints: KubectlHint[] = [];
  const hint: Say = (code, args = {}, command) => {
    hints.push({ code, args, ...(command === undefined ? {} : { command }) });
  };
  const metadata = (object.metadata ?? {}) as LooseObject;
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const spec = (typeof object.spec === "object" && object.spec !== null ? object.spec : {}) as LooseObject;
  if ((outcome === "refused" || outcome === "unmapped") && isPasted(object)) {
    hint("kubectl.pasted-yaml");
    return hints;
  }
  if (name === "" && metadata.generateName === undefined) hint("kubectl.fragment", { missing: "metadata.name" });
  switch (object.kind) {
    case "Service":
      hintService(spec, outcome, hint);
      break;
    case "Ingress":
      hintIngress(object, spec, name, outcome, hint);
      break;
    case "ReplicationController":
    case "ReplicaSet":
      if (outcome === "configured") hint("kubectl.template-keeps-pods", { kind: object.kind, name });
      break;
  }
  return hints;
}

type Say = (code: string, args?: KubectlHint["args"], command?: string) => void;

const serviceTypes = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

function hintService(spec: LooseObject, outcome: string, hint: Say): void {
  const { type, sessionAffinity, externalName, clusterIP } = spec;
  if (outcome === "refused") {
    if (typeof type === "string" && !serviceTypes.includes(type)) {
      const meant = serviceTypes.find((one) => editDistance(one.toLowerCase(), type.toLowerCase()) <= 2);
      if (meant !== undefined) hint("kubectl.service-type", { given: type, meant });
    }
    if (typeof sessionAffinity === "string" && /cookie/i.test(sessionAffinity)) hint("kubectl.affinity-cookie");
    return;
  }
  if (typeof externalName === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(externalName))
    hint("kubectl.external-name-ip", { address: externalName });
  if (clusterIP === "None") {
    const ports = Array.isArray(spec.ports) ? (spec.ports as readonly LooseObject[]) : [];
    const mapped = ports.find(({ port, targetPort }) => targetPort !== undefined && targetPort !== port);
    if (mapped !== undefined) hint("kubectl.headless-port", { port: Number(mapped.port), targetPort: String(mapped.targetPort) });
  }
}

/** The command that applies the Ingress as it is written today. */
function applyToday(object: LooseObject): string | undefined {
  const today = ingressOfToday(object);
  return today === undefined ? undefined : `kubectl apply -f - <<'EOF'\n${printYaml(today)}EOF`;
}

function hintIngress(object: LooseObject, spec: LooseObject, name: string, outcome: string, hint: Say): void {
  const tls = Array.isArray(spec.tls) ? (spec.tls as readonly LooseObject[]) : [];
  if (outcome === "unmapped") {
    if (typeof object.apiVersion === "string" && object.apiVersion.endsWith("beta1"))
      hint("kubectl.ingress-beta", { version: object.apiVersion }, applyToday(object));
    return;
  }
  if (outcome === "refused") {
    if (tls.some((entry) => typeof entry === "object" && entry !== null && entry.serviceName !== undefined))
      hint("kubectl.tls-service-name");
    return;
  }
  const annotations = ((object.metadata as LooseObject | undefined)?.annotations ?? {}) as LooseObject;
  const hasClass = spec.ingressClassName !== undefined || annotations["kubernetes.io/ingress.class"] !== undefined;
  if (outcome === "created" && object.apiVersion === "networking.k8s.io/v1" && !hasClass) hint("kubectl.ingress-without-class", { name });
}

/** Endpoints must bear their Service's very name; a Service without selector that is called nearly so was probably meant. */
export function endpointsNameHint(name: string, services: readonly KubernetesObject[]): KubectlHint | undefined {
  if (services.some(({ metadata }) => metadata.name === name)) return undefined;
  const near = services.find((service) => {
    const { selector } = (service as unknown as { spec: { selector?: object } }).spec;
    return (
      Object.keys(selector ?? {}).length === 0 && service.metadata.name !== "kubernetes" && editDistance(service.metadata.name, name) <= 3
    );
  });
  return near === undefined ? undefined : { code: "kubectl.endpoints-name", args: { name, service: near.metadata.name } };
}

/** Tells the hints on a manifest that the server has taken. */
export function* tellHints(
  session: Session,
  target: Extract<Target, { type: "one" }>,
  outcome: "created" | "configured" | "unchanged",
): Run<void> {
  const object = target.object ?? {};
  for (const { code, args } of manifestHints(object, outcome)) {
    if (code === "kubectl.ingress-without-class" && (yield* classlessIsServed(session))) continue;
    session.hint(code, args);
  }
  if (object.kind !== "Endpoints" || outcome === "unchanged") return;
  const services = yield* session.request<{ items: readonly KubernetesObject[] }>({
    method: "GET",
    path: `/api/v1/namespaces/${target.namespace}/services`,
  });
  const hint = endpointsNameHint(target.name, services.items);
  if (hint !== undefined) session.hint(hint.code, hint.args);
}

/** Below 1.22 the controllers took Ingresses without class; since then a default class may be written into them. */
function* classlessIsServed(session: Session): Run<boolean> {
  if (session.version.minor < 22) return true;
  const { items } = yield* session.request<{ items: readonly KubernetesObject[] }>({
    method: "GET",
    path: "/apis/networking.k8s.io/v1/ingressclasses",
  });
  return items.some(({ metadata }) => metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true");
}

/** A page's text without its indentation: everything on one level, typographic dashes for list items. */
export function isPasted(object: LooseObject): boolean {
  const keys = Object.keys(object);
  if (keys.some((key) => /^[–—]\s/.test(key))) return true;
  return object.metadata === null && keys.includes("name");
}
