import { type Ingress, type IngressBackend, ingressClassAnnotation } from "../api/ingress/types.ts";
import type { IngressClass } from "../api/ingress-class/types.ts";
import type { Certificate } from "../protocols/tls.ts";
import { type IngressOptions, ingressOptions } from "./annotations.ts";

/** The value of IngressClass.spec.controller that is ours. */
export const controllerName = "k8s.io/ingress-nginx";

/** Where a location leads: a Service port in the Ingress' own namespace. */
export interface BackendRef {
  readonly namespace: string;
  readonly service: string;
  readonly port: { readonly name?: string; readonly number?: number };
}

/** One `location` of nginx. */
export interface Location {
  /** As nginx has it: with the final slash that a Prefix gets. */
  readonly path: string;
  readonly match: "exact" | "prefix" | "regex";
  /** As the Ingress wrote it. */
  readonly ingressPath: string;
  readonly pathType: string;
  /** undefined: the controller's own 404. */
  readonly backend: BackendRef | undefined;
  /** undefined for the default location that no Ingress asked for. */
  readonly ingress: { readonly namespace: string; readonly name: string } | undefined;
  readonly options: IngressOptions | undefined;
  readonly canary: { readonly backend: BackendRef; readonly options: IngressOptions } | undefined;
}

/** One `server` of nginx: a host, or `_` for every host that has none. */
export interface Server {
  readonly host: string;
  /** In the order in which they are tried. */
  readonly locations: readonly Location[];
  readonly hasTls: boolean;
  /** The Secret's certificate, when it is there and good for the host. */
  readonly certificate: Certificate | undefined;
}

export interface Configuration {
  readonly servers: ReadonlyMap<string, Server>;
  readonly catchAll: Server;
  /** The Ingresses that are served, for status and events. */
  readonly served: readonly Ingress[];
}

export interface ConfigurationInput {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  /** From 1.0 on the controller leaves Ingresses without a class alone; before, it served them. */
  readonly servesClassless: boolean;
  /** The certificate in a Secret, when it is a pair that can be used. */
  readonly certificateOf: (namespace: string, secret: string) => Certificate | undefined;
  readonly isValidFor: (certificate: Certificate, host: string) => boolean;
}

/** @source ingress-nginx internal/ingress/controller/store: the field, else the annotation, else nothing (or all, of old) */
export function isServed(ingress: Ingress, classes: readonly IngressClass[], servesClassless: boolean): boolean {
  const name = ingress.spec.ingressClassName;
  const isOurs = (className: string): boolean =>
    classes.some((candidate) => candidate.metadata.name === className && candidate.spec.controller === controllerName);
  if (name !== undefined && name !== "") return isOurs(name);
  const annotation = ingress.metadata.annotations?.[ingressClassAnnotation];
  if (annotation !== undefined && annotation !== "") return annotation === "nginx" || isOurs(annotation);
  return servesClassless;
}

interface Draft {
  readonly host: string;
  /** Root first; by path and type. */
  readonly locations: DraftLocation[];
  hasTls: boolean;
  certificate: Certificate | undefined;
}

interface DraftLocation {
  readonly path: string;
  readonly pathType: string;
  readonly isDefault: boolean;
  readonly backend: BackendRef | undefined;
  readonly ingress: Location["ingress"];
  readonly options: IngressOptions | undefined;
  readonly canary: Location["canary"];
}

/**
 * Servers and locations from all Ingresses of the class, the oldest first. Pure.
 * @source ingress-nginx internal/ingress/controller/controller.go, createServers and getBackendServers; location.go, updateServerLocations
 */
export function buildConfiguration(input: ConfigurationInput): Configuration {
  const served = input.ingresses.filter((ingress) => isServed(ingress, input.classes, input.servesClassless)).toSorted(byAge);
  const drafts = new Map<string, Draft>();
  const root = (fields: Partial<DraftLocation>): DraftLocation => ({
    path: "/",
    pathType: "Prefix",
    isDefault: true,
    backend: undefined,
    ingress: undefined,
    options: undefined,
    canary: undefined,
    ...fields,
  });
  drafts.set("_", { host: "_", locations: [root({})], hasTls: false, certificate: undefined });
  const withOptions = served.map((ingress) => ({
    ingress,
    options: ingressOptions(ingress),
    id: { namespace: ingress.metadata.namespace ?? "", name: ingress.metadata.name },
  }));
  for (const { ingress, options, id } of withOptions) {
    if (options.canary !== undefined) continue;
    const fallback = backendRef(id.namespace, ingress.spec.defaultBackend);
    const rules = ingress.spec.rules ?? [];
    const catchAll = drafts.get("_") as Draft;
    if (fallback !== undefined && rules.length === 0 && catchAll.locations[0]?.isDefault === true) {
      catchAll.locations[0] = root({ isDefault: false, backend: fallback, ingress: id, options });
    }
    for (const rule of rules) {
      const hosts = [hostOf(rule.host), ...(rule.host === undefined ? [] : options.serverAliases)];
      for (const host of hosts) {
        if (drafts.has(host)) continue;
        drafts.set(host, {
          host,
          locations: [root(fallback === undefined ? {} : { backend: fallback, ingress: id, options })],
          hasTls: false,
          certificate: undefined,
        });
      }
    }
  }
  for (const { ingress, options, id } of withOptions) {
    if (options.canary !== undefined) continue;
    for (const rule of ingress.spec.rules ?? []) {
      for (const host of [hostOf(rule.host), ...(rule.host === undefined ? [] : options.serverAliases)]) {
        for (const path of rule.http?.paths ?? []) {
          const backend = backendRef(id.namespace, path.backend);
          if (backend !== undefined)
            addLocation(drafts.get(host) as Draft, {
              path: path.path ?? "/",
              pathType: path.pathType,
              isDefault: false,
              backend,
              ingress: id,
              options,
              canary: undefined,
            });
        }
      }
    }
  }
  for (const { ingress, options, id } of withOptions) {
    if (options.canary === undefined) continue;
    for (const rule of ingress.spec.rules ?? []) {
      const draft = drafts.get(hostOf(rule.host));
      for (const path of rule.http?.paths ?? []) {
        const backend = backendRef(id.namespace, path.backend);
        const index =
          draft?.locations.findIndex(
            (known) => known.path === (path.path === "" || path.path === undefined ? "/" : path.path) && !known.isDefault,
          ) ?? -1;
        const known = draft?.locations[index];
        if (draft !== undefined && backend !== undefined && known !== undefined && known.canary === undefined)
          draft.locations[index] = { ...known, canary: { backend, options } };
      }
    }
  }
  for (const { ingress, id } of withOptions) {
    for (const rule of ingress.spec.rules ?? []) {
      const draft = drafts.get(hostOf(rule.host));
      if (draft !== undefined && rule.host !== undefined) chooseCertificate(draft, ingress, id.namespace, input);
    }
  }
  const servers = new Map<string, Server>();
  for (const draft of drafts.values())
    servers.set(draft.host, {
      host: draft.host,
      locations: finishLocations(draft.locations),
      hasTls: draft.hasTls,
      certificate: draft.certificate,
    });
  return { servers, catchAll: servers.get("_") as Server, served };
}

/** Older first; of one age the greater name first, as the controller sorts. */
function byAge(a: Ingress, b: Ingress): number {
  const [timeA, timeB] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  const keyA = `${a.metadata.namespace}/${a.metadata.name}`;
  const keyB = `${b.metadata.namespace}/${b.metadata.name}`;
  return keyA > keyB ? -1 : 1;
}

function hostOf(host: string | undefined): string {
  return host === undefined || host === "" ? "_" : host.toLowerCase();
}

function backendRef(namespace: string, backend: IngressBackend | undefined): BackendRef | undefined {
  return backend?.service === undefined ? undefined : { namespace, service: backend.service.name, port: backend.service.port };
}

function addLocation(draft: Draft, wanted: DraftLocation): void {
  const location = wanted.path === "" ? { ...wanted, path: "/" } : wanted;
  for (const [index, known] of draft.locations.entries()) {
    if (known.path !== location.path) continue;
    const isSameType = known.pathType === location.pathType || (known.isDefault && location.pathType !== "Exact");
    if (!isSameType) continue;
    if (known.isDefault) draft.locations[index] = location;
    return; // the older Ingress keeps it
  }
  draft.locations.push(location);
}

/** A host in spec.tls has TLS, with or without a certificate of its own. @source controller.go, extractTLSSecretName */
function chooseCertificate(draft: Draft, ingress: Ingress, namespace: string, input: ConfigurationInput): void {
  if (draft.certificate !== undefined) return;
  const sections = ingress.spec.tls ?? [];
  const named = sections.find((section) => (section.hosts ?? []).some((host) => host.toLowerCase() === draft.host));
  const candidates = named !== undefined ? [named] : sections.filter((section) => (section.hosts ?? []).length === 0);
  if (named !== undefined) draft.hasTls = true;
  for (const { secretName } of candidates) {
    if (secretName === undefined || secretName === "") continue;
    const certificate = input.certificateOf(namespace, secretName);
    if (certificate === undefined || !input.isValidFor(certificate, draft.host)) continue;
    draft.hasTls = true;
    draft.certificate = certificate;
    return;
  }
}

/** Prefix paths end in a slash and get an exact twin; with a regex anywhere on the host all become regexes, the longest first. */
function finishLocations(drafts: readonly DraftLocation[]): readonly Location[] {
  const usesRegex = drafts.some((draft) => isRegex(draft));
  const exact = new Set(drafts.filter((draft) => draft.pathType === "Exact").map((draft) => draft.path));
  const locations: Location[] = [];
  const add = (draft: DraftLocation, path: string, match: Location["match"]): void => {
    locations.push({
      path,
      match: usesRegex && path !== "/" ? "regex" : match,
      ingressPath: draft.path,
      pathType: draft.pathType,
      backend: draft.backend,
      ingress: draft.ingress,
      options: draft.options,
      canary: draft.canary,
    });
  };
  for (const draft of drafts) {
    if (draft.path === "/") add(draft, "/", draft.pathType === "Exact" ? "exact" : "prefix");
    else if (draft.pathType !== "Prefix" || isRegex(draft)) add(draft, draft.path, draft.pathType === "Exact" ? "exact" : "prefix");
    else {
      add(draft, draft.path.endsWith("/") ? draft.path : `${draft.path}/`, "prefix");
      if (!exact.has(draft.path)) add(draft, draft.path, "exact");
    }
  }
  return locations.toSorted((a, b) => b.path.length - a.path.length || (a.match === "exact" ? -1 : b.match === "exact" ? 1 : 0));
}

function isRegex(draft: DraftLocation): boolean {
  if (draft.options === undefined || draft.isDefault) return false;
  const { rewriteTarget, usesRegex } = draft.options;
  return usesRegex || (rewriteTarget !== undefined && rewriteTarget !== draft.path);
}
