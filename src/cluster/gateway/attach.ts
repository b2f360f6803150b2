import type { Gateway, GatewayClass, HTTPBackendRef, HTTPRoute, Listener, ParentReference, ReferenceGrant } from "../api/gateway/types.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Service } from "../api/service/types.ts";
import { commonHostnames } from "./hostnames.ts";
import { type Entry, inOrder } from "./match.ts";

/** The value of GatewayClass.spec.controllerName that is ours. @source NGINX Gateway Fabric */
export const gatewayControllerName = "gateway.nginx.org/nginx-gateway-controller";
const group = "gateway.networking.k8s.io";

/** What attaching looks at. */
export interface GatewayWorld {
  readonly classes: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  readonly routes: readonly HTTPRoute[];
  readonly grants: readonly ReferenceGrant[];
  namespace(name: string): KubernetesObject | undefined;
  service(namespace: string, name: string): Service | undefined;
  /** Whether a Secret holds a certificate and its key; undefined when there is no such Secret. */
  certificate(namespace: string, name: string): boolean | undefined;
}

export interface Verdict {
  readonly ok: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface AttachedListener {
  readonly listener: Listener;
  readonly accepted: Verdict;
  readonly resolved: Verdict;
  readonly conflicted: Verdict;
  readonly attachedRoutes: number;
  /** `namespace/name` of the Secret whose certificate it shows. */
  readonly secret: string | undefined;
  readonly entries: readonly Entry[];
}

export interface AttachedGateway {
  readonly gateway: Gateway;
  readonly listeners: readonly AttachedListener[];
}

export interface AttachedRoute {
  readonly route: HTTPRoute;
  readonly parents: readonly { readonly parentRef: ParentReference; readonly accepted: Verdict; readonly resolved: Verdict }[];
}

export interface Attached {
  readonly gateways: readonly AttachedGateway[];
  readonly routes: readonly AttachedRoute[];
}

const yes = (reason: string, message: string): Verdict => ({ ok: true, reason, message });
const no = (reason: string, message: string): Verdict => ({ ok: false, reason, message });

/** Who serves what: listeners with their routes in order of precedence, and what to tell about each. Pure. @source gateway-api apis/v1 */
export function attach(world: GatewayWorld): Attached {
  const ours = world.gateways.filter((gateway) =>
    world.classes.some(
      ({ metadata, spec }) => metadata.name === gateway.spec.gatewayClassName && spec.controllerName === gatewayControllerName,
    ),
  );
  const entries = new Map<string, Entry[]>();
  const counts = new Map<string, Set<HTTPRoute>>();
  const routes = world.routes.flatMap((route): AttachedRoute[] => {
    const parents = (route.spec.parentRefs ?? []).flatMap((parentRef) => {
      const gateway = ours.find((one) => isParent(one, parentRef, route));
      if (gateway === undefined) return [];
      const { accepted, listeners } = accept(world, gateway, parentRef, route);
      for (const { listener, hostnames } of listeners) {
        const key = listenerKey(gateway, listener);
        counts.set(key, (counts.get(key) ?? new Set()).add(route));
        entries.set(key, [...(entries.get(key) ?? []), ...entriesOf(route, hostnames)]);
      }
      return [{ parentRef, accepted, resolved: resolveBackends(world, route) }];
    });
    return parents.length === 0 ? [] : [{ route, parents }];
  });
  const gateways = ours.map((gateway) => ({
    gateway,
    listeners: gateway.spec.listeners.map((listener): AttachedListener => {
      const key = listenerKey(gateway, listener);
      const { verdict: resolved, secret } = resolveCertificate(world, gateway, listener);
      const conflicted = conflictOf(gateway, listener);
      const isKnown = listener.protocol === "HTTP" || listener.protocol === "HTTPS";
      return {
        listener,
        accepted: isKnown
          ? yes("Accepted", "The Listener is accepted")
          : no("UnsupportedProtocol", `Protocol "${listener.protocol}" is not supported: HTTP and HTTPS are`),
        resolved,
        conflicted,
        attachedRoutes: counts.get(key)?.size ?? 0,
        secret,
        entries: isKnown && resolved.ok && !conflicted.ok ? inOrder(entries.get(key) ?? []) : [],
      };
    }),
  }));
  return { gateways, routes };
}

function listenerKey(gateway: Gateway, listener: Listener): string {
  return `${gateway.metadata.namespace}/${gateway.metadata.name}/${listener.name}`;
}

function isParent(gateway: Gateway, parent: ParentReference, route: HTTPRoute): boolean {
  return (
    (parent.group ?? group) === group &&
    (parent.kind ?? "Gateway") === "Gateway" &&
    parent.name === gateway.metadata.name &&
    (parent.namespace ?? route.metadata.namespace) === gateway.metadata.namespace
  );
}

function accept(
  world: GatewayWorld,
  gateway: Gateway,
  parent: ParentReference,
  route: HTTPRoute,
): { readonly accepted: Verdict; readonly listeners: readonly { readonly listener: Listener; readonly hostnames: readonly string[] }[] } {
  const named = gateway.spec.listeners.filter(
    ({ name, port }) =>
      (parent.sectionName === undefined || parent.sectionName === name) && (parent.port === undefined || parent.port === port),
  );
  if (named.length === 0) return { accepted: no("NoMatchingParent", "No listener of the Gateway has this name and port"), listeners: [] };
  const allowing = named.filter((listener) => allows(world, gateway, listener, route));
  if (allowing.length === 0) return { accepted: no("NotAllowedByListeners", "The Route is not allowed by any listener"), listeners: [] };
  const listeners = allowing
    .map((listener) => ({ listener, hostnames: commonHostnames(listener.hostname ?? "", route.spec.hostnames) }))
    .filter(({ hostnames }) => hostnames.length > 0);
  if (listeners.length === 0)
    return { accepted: no("NoMatchingListenerHostname", "The Listener hostname does not match the Route hostnames"), listeners: [] };
  return { accepted: yes("Accepted", "The Route is accepted"), listeners };
}

function allows(world: GatewayWorld, gateway: Gateway, listener: Listener, route: HTTPRoute): boolean {
  const { namespaces, kinds } = listener.allowedRoutes ?? {};
  if (listener.protocol !== "HTTP" && listener.protocol !== "HTTPS") return false;
  if (kinds !== undefined && kinds.length > 0 && !kinds.some((one) => one.kind === "HTTPRoute" && (one.group ?? group) === group))
    return false;
  switch (namespaces?.from ?? "Same") {
    case "All":
      return true;
    case "Same":
      return route.metadata.namespace === gateway.metadata.namespace;
    case "Selector":
      return matchesLabelSelector(namespaces?.selector, world.namespace(route.metadata.namespace ?? "")?.metadata.labels);
  }
}

function entriesOf(route: HTTPRoute, hostnames: readonly string[]): readonly Entry[] {
  return hostnames.flatMap((host) =>
    (route.spec.rules ?? []).flatMap((rule) => (rule.matches ?? [{}]).map((match) => ({ host, route, rule, match }))),
  );
}

/** The first backend that leads nowhere speaks for the route. */
function resolveBackends(world: GatewayWorld, route: HTTPRoute): Verdict {
  for (const rule of route.spec.rules ?? []) {
    for (const backend of rule.backendRefs ?? []) {
      const verdict = resolveBackend(world, route, backend);
      if (!verdict.ok) return verdict;
    }
  }
  return yes("ResolvedRefs", "All references are resolved");
}

/** Whether a route may and can send requests to a backend. */
export function resolveBackend(world: Pick<GatewayWorld, "grants" | "service">, route: HTTPRoute, backend: HTTPBackendRef): Verdict {
  const own = route.metadata.namespace ?? "";
  const namespace = backend.namespace ?? own;
  if ((backend.group ?? "") !== "" || (backend.kind ?? "Service") !== "Service")
    return no("InvalidKind", `Kind "${backend.kind}" of group "${backend.group ?? ""}" is not supported as a backend: Service is`);
  if (
    namespace !== own &&
    !isGranted(world.grants, { kind: "HTTPRoute", namespace: own }, { kind: "Service", group: "", namespace, name: backend.name })
  )
    return no("RefNotPermitted", `Backend ref to Service ${namespace}/${backend.name} not permitted by any ReferenceGrant`);
  const service = world.service(namespace, backend.name);
  if (service === undefined) return no("BackendNotFound", `Service ${namespace}/${backend.name} not found`);
  if (!(service.spec.ports ?? []).some(({ port }) => port === backend.port))
    return no("BackendNotFound", `Service ${namespace}/${backend.name} has no port ${backend.port}`);
  return yes("ResolvedRefs", "");
}

function isGranted(
  grants: readonly ReferenceGrant[],
  from: { readonly kind: string; readonly namespace: string },
  to: { readonly kind: string; readonly group: string; readonly namespace: string; readonly name: string },
): boolean {
  return grants.some(
    ({ metadata, spec }) =>
      metadata.namespace === to.namespace &&
      spec.from.some((one) => one.group === group && one.kind === from.kind && one.namespace === from.namespace) &&
      spec.to.some(
        (one) => one.group === to.group && one.kind === to.kind && (one.name === undefined || one.name === "" || one.name === to.name),
      ),
  );
}

function resolveCertificate(
  world: GatewayWorld,
  gateway: Gateway,
  listener: Listener,
): { readonly verdict: Verdict; readonly secret: string | undefined } {
  const fine = { verdict: yes("ResolvedRefs", "All references are resolved"), secret: undefined };
  if (listener.protocol !== "HTTPS") return fine;
  const [ref] = listener.tls?.certificateRefs ?? [];
  if (ref === undefined) return { verdict: no("InvalidCertificateRef", "An HTTPS listener needs a certificateRef"), secret: undefined };
  const own = gateway.metadata.namespace ?? "";
  const namespace = ref.namespace ?? own;
  if ((ref.kind ?? "Secret") !== "Secret" || (ref.group ?? "") !== "")
    return { verdict: no("InvalidCertificateRef", `Kind "${ref.kind}" is not supported for a certificate: Secret is`), secret: undefined };
  if (
    namespace !== own &&
    !isGranted(world.grants, { kind: "Gateway", namespace: own }, { kind: "Secret", group: "", namespace, name: ref.name })
  )
    return {
      verdict: no("RefNotPermitted", `Certificate ref to secret ${namespace}/${ref.name} not permitted by any ReferenceGrant`),
      secret: undefined,
    };
  const isUsable = world.certificate(namespace, ref.name);
  if (isUsable === true) return { ...fine, secret: `${namespace}/${ref.name}` };
  const message =
    isUsable === undefined
      ? `Secret ${namespace}/${ref.name} does not exist`
      : `Secret ${namespace}/${ref.name} holds no valid certificate and key`;
  return { verdict: no("InvalidCertificateRef", message), secret: undefined };
}

/** HTTP and HTTPS can't share a port: then none of them is served. `ok`: there is a conflict. */
function conflictOf(gateway: Gateway, listener: Listener): Verdict {
  const others = gateway.spec.listeners.filter((other) => other.port === listener.port && other.protocol !== listener.protocol);
  return others.length > 0
    ? yes(
        "ProtocolConflict",
        `Multiple listeners for the same port ${listener.port} specify incompatible protocols; ensure only one protocol per port`,
      )
    : no("NoConflicts", "No conflicts");
}
