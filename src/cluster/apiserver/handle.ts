import type { ClusterVersion, KindDefinition } from "../api/kind.ts";
import { kinds } from "../api/kinds.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { deprecationWarning, hasFeature } from "../api/versions.ts";
import type { Simulation } from "../sim/simulation.ts";
import { createAllocator } from "./allocate.ts";
import { bind } from "./binding.ts";
import { bootstrap } from "./bootstrap.ts";
import { isQueryTrue, type ServerContext, type Target } from "./context.ts";
import { create } from "./create.ts";
import { deleteObject, deleteOne } from "./delete.ts";
import { discoveryDocument, versionDocument } from "./discovery.ts";
import { writeEphemeralContainers } from "./ephemeral-containers.ts";
import { evict } from "./eviction.ts";
import { createFieldManagers, type Owner } from "./field-managers.ts";
import { fieldAt } from "./field-set.ts";
import { finalize } from "./finalize.ts";
import { createIdentities } from "./identity.ts";
import { withManagedFields } from "./managed-fields.ts";
import { openApiDocument } from "./openapi.ts";
import { patch } from "./patch-object.ts";
import { parsePath } from "./path.ts";
import { exec, log, portForward } from "./pod-streams.ts";
import { listOf, selected, watchOf } from "./read.ts";
import { Refusal } from "./refusal.ts";
import { createRegistry, isShownAsStored, shown } from "./registry.ts";
import type { ApiHandler, ApiRequest, ApiResponse, KubeletSocket, Status } from "./request.ts";
import { scale } from "./scale.ts";
import { methodNotAllowed, noSuchResource } from "./status.ts";
import { createStore, type Store } from "./store.ts";
import { tableOf, wantsTable } from "./table.ts";
import { requestToken } from "./token-request.ts";
import { existing, update } from "./update.ts";

export interface ApiServerOptions {
  readonly simulation: Simulation;
  /** Default: all kinds. The cluster's version decides which of their versions are served. */
  readonly kinds?: readonly KindDefinition[];
  readonly clusterVersion: ClusterVersion;
  /** Service ranges, one per family, the primary first. Default 10.96.0.0/12. */
  readonly serviceCIDRs?: readonly string[];
  /** Default 30000-32767. */
  readonly nodePortRange?: { readonly from: number; readonly to: number };
  /** Where the server listens: what the Service `kubernetes` leads to. Default 192.168.0.254:6443. */
  readonly address?: { readonly ip: string; readonly port: number };
  /** The kubelet that runs a pod; undefined when its node does not answer. */
  readonly kubeletOf?: (pod: KubernetesObject) => KubeletSocket | undefined;
  /** Deeply freeze what is stored (tests and development). */
  readonly isFrozen?: boolean;
}

export interface ApiServer {
  readonly handle: ApiHandler;
  readonly store: Store;
  /** Documents that will be created one by one: what they ask for is kept for them, so that their order does not matter. */
  readonly expect: (objects: readonly LooseObject[]) => void;
  /** Serves a group of custom resources from now on, as their definitions would make it. */
  readonly install: (group: string) => void;
  /** Who manages the field at that path of an object, by its kind's stored version: the latest first. */
  readonly ownersOf: (object: KubernetesObject, path: readonly (string | number)[]) => readonly FieldOwner[];
}

/** Who set a field, and when, in milliseconds of the world's date. */
export type FieldOwner = Omit<Owner, "fields">;

/** The API server: one store and one door. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const store = createStore({ isFrozen: options.isFrozen ?? false, firstRevision: 0 });
  const { simulation, serviceCIDRs = ["10.96.0.0/12"], nodePortRange = { from: 30_000, to: 32_767 } } = options;
  const allocator = createAllocator({ simulation, serviceCIDRs, nodePortRange });
  const context: ServerContext = {
    simulation,
    clusterVersion: options.clusterVersion,
    ipFamilies: serviceCIDRs.map((cidr) => (cidr.includes(":") ? "IPv6" : "IPv4")),
    registry: createRegistry(options.kinds ?? kinds, options.clusterVersion),
    store,
    identities: createIdentities(simulation),
    allocator,
    managers: createFieldManagers(() => simulation.dateMs()),
    kubeletOf: options.kubeletOf ?? (() => undefined),
  };
  const handle: ApiHandler = (request) => answer(context, request);
  const { ip = "192.168.0.254", port = 6443 } = options.address ?? {};
  bootstrap({
    handle,
    store,
    managers: context.managers,
    simulation,
    registry: context.registry,
    address: { ip, port },
    clusterIPs: allocator.firstAddresses,
  });
  return {
    store,
    expect: allocator.expect,
    install: context.registry.install,
    handle,
    ownersOf: (object, path) => ownersOf(context, object, path),
  };
}

function ownersOf(
  { managers, registry }: ServerContext,
  object: KubernetesObject,
  path: readonly (string | number)[],
): readonly FieldOwner[] {
  const resource = registry.stored(object.kind);
  if (resource === undefined) return [];
  const field = fieldAt(object, path, resource.schema, managers.root);
  return managers
    .owners(object)
    .filter(({ fields }) => fields.has(field))
    .toSorted((a, b) => b.atMs - a.atMs)
    .map(({ fields: _, ...owner }) => owner);
}

function answer(context: ServerContext, request: ApiRequest): ApiResponse {
  try {
    return route(context, request);
  } catch (error) {
    if (error instanceof Refusal) return statusResponse(error.status);
    throw error;
  }
}

function statusResponse(status: Status): ApiResponse {
  return { code: status.code, body: status, warnings: [] };
}

function route(context: ServerContext, request: ApiRequest): ApiResponse {
  // A scenario that holds custom resources is of a cluster that has their definitions.
  if (request.trusted === true) context.registry.install(request.path.split("/")[2] ?? "");
  const path = parsePath(request.path);
  if (path === undefined) return otherDocument(context, request);
  const resource = context.registry.byPath(path.groupVersion, path.plural, request.isComponent === true);
  if (resource === undefined || path.rest.length > 0) return statusResponse(noSuchResource());
  if (path.namespace !== undefined && !resource.definition.namespaced) return statusResponse(noSuchResource());
  const target: Target = { request, resource, namespace: path.namespace, name: path.name, subresource: path.subresource };
  const response = path.name === undefined ? onCollection(context, target) : onObject(context, target);
  if (request.isComponent === true) return response;
  const warning = deprecationWarning(resource.group, resource.version, resource.kind, context.clusterVersion);
  const warnings = hasFeature("serverWarnings", context.clusterVersion) ? response.warnings : [];
  return { ...response, warnings: warning === undefined ? warnings : [warning, ...warnings] };
}

/** What `?verbose` says where all is well. @source kubernetes.io, Kubernetes API health endpoints; apiserver pkg/server/healthz/healthz.go */
function healthReport(endpoint: string): string {
  const hooks = [
    "start-kube-apiserver-admission-initializer",
    "generic-apiserver-start-informers",
    "start-apiextensions-informers",
    "start-apiextensions-controllers",
    "crd-informer-synced",
    "bootstrap-controller",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "start-cluster-authentication-info-controller",
    "start-kube-aggregator-informers",
    "apiservice-registration-controller",
    "apiservice-status-available-controller",
    "kube-apiserver-autoregister-completion",
  ];
  const checks = [
    "ping",
    "log",
    "etcd",
    ...(endpoint === "readyz" ? ["informer-sync"] : []),
    ...hooks.map((hook) => `poststarthook/${hook}`),
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    ...(endpoint === "readyz" ? ["shutdown"] : []),
  ];
  return `${checks.map((check) => `[+]${check} ok\n`).join("")}${endpoint} check passed\n`;
}

/** Whatever is no object: health, version, discovery, shapes. */
function otherDocument(context: ServerContext, request: ApiRequest): ApiResponse {
  const { path, method } = request;
  if (method !== "GET") return statusResponse(methodNotAllowed());
  const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  if (trimmed === "/healthz" || trimmed === "/livez" || trimmed === "/readyz") {
    const isVerbose = request.query !== undefined && Object.hasOwn(request.query, "verbose");
    return { code: 200, body: isVerbose ? healthReport(trimmed.slice(1)) : "ok", warnings: [] };
  }
  const document =
    trimmed === "/version" ? versionDocument(context) : (discoveryDocument(context, trimmed) ?? openApiDocument(context, trimmed));
  return document === undefined ? statusResponse(noSuchResource()) : { code: 200, body: document, warnings: [] };
}

function onCollection(context: ServerContext, target: Target): ApiResponse {
  const { request, resource } = target;
  switch (request.method) {
    case "GET": {
      if (isQueryTrue(request, "watch")) return watching(context, target);
      const objects = selected(context, target);
      const revision = `${context.store.revision}`;
      const body = wantsTable(request.accept)
        ? tableOf(context, target, objects, revision)
        : listOf(target, managed(context, request, objects), revision);
      return { code: 200, body, warnings: [] };
    }
    case "POST": {
      if (resource.definition.namespaced && target.namespace === undefined) return statusResponse(methodNotAllowed());
      const { object, warnings } = create(context, target);
      return { code: 201, body: shown(resource, managed(context, request, [object])[0] as KubernetesObject), warnings };
    }
    case "DELETE": {
      if (resource.definition.kind === "Namespace") return statusResponse(methodNotAllowed());
      const objects = selected(context, target);
      for (const object of objects)
        deleteObject(context, { ...target, namespace: object.metadata.namespace, name: object.metadata.name }, object);
      return { code: 200, body: listOf(target, objects, `${context.store.revision}`), warnings: [] };
    }
    default:
      return statusResponse(methodNotAllowed());
  }
}

function onObject(context: ServerContext, target: Target): ApiResponse {
  const { request, resource, subresource } = target;
  if (subresource !== undefined && !(subresource === "status" && resource.definition.hasStatus)) return onSubresource(context, target);
  switch (request.method) {
    case "GET": {
      if (isQueryTrue(request, "watch")) return watching(context, target);
      return single(context, target, existing(context, target), 200, []);
    }
    case "PUT": {
      const { object, warnings, isCreated } = update(context, target);
      return single(context, target, object, isCreated ? 201 : 200, warnings);
    }
    case "PATCH": {
      const { object, warnings, isCreated } = patch(context, target);
      return single(context, target, object, isCreated ? 201 : 200, warnings);
    }
    case "DELETE": {
      const result = deleteOne(context, target);
      return { code: 200, body: result.kind === "Status" ? result : shown(resource, result as KubernetesObject), warnings: [] };
    }
    default:
      return statusResponse(methodNotAllowed());
  }
}

function onSubresource(context: ServerContext, target: Target): ApiResponse {
  const { request, resource, subresource } = target;
  if (subresource === "scale") {
    const { body, warnings } = scale(context, target);
    return { code: 200, body, warnings };
  }
  if (resource.definition.kind === "Namespace" && subresource === "finalize" && request.method === "PUT") {
    return { code: 200, body: finalize(context, target), warnings: [] };
  }
  if (resource.definition.kind === "ServiceAccount" && subresource === "token" && request.method === "POST") {
    return { code: 201, body: requestToken(context, target), warnings: [] };
  }
  if (resource.definition.kind !== "Pod") return statusResponse(noSuchResource());
  switch (subresource) {
    case "binding":
      return statusResponse(bind(context, target));
    case "ephemeralcontainers": {
      if (!["GET", "PUT", "PATCH"].includes(request.method)) return statusResponse(methodNotAllowed());
      return single(context, target, writeEphemeralContainers(context, target).object, 200, []);
    }
    case "eviction":
      return statusResponse(evict(context, target));
    case "exec":
    case "attach":
      return exec(context, target);
    case "portforward":
      return portForward(context, target);
    case "log":
      return log(context, target);
    default:
      return statusResponse(noSuchResource());
  }
}

function single(context: ServerContext, target: Target, object: KubernetesObject, code: number, warnings: readonly string[]): ApiResponse {
  if (!wantsTable(target.request.accept)) {
    const [full = object] = managed(context, target.request, [object]);
    return { code, body: shown(target.resource, full), warnings };
  }
  return { code, body: tableOf(context, target, [object], object.metadata.resourceVersion), warnings };
}

/** With metadata.managedFields, where they are asked for. */
function managed(context: ServerContext, request: ApiRequest, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  if (request.withManagedFields !== true) return objects;
  return objects.map((object) => withManagedFields(object, context.managers, context.clusterVersion));
}

function watching(context: ServerContext, target: Target): ApiResponse {
  const { request, resource } = target;
  const view = wantsTable(request.accept)
    ? (object: KubernetesObject) => tableOf(context, target, [object], object.metadata.resourceVersion) as unknown as KubernetesObject
    : isShownAsStored(resource) && request.withManagedFields !== true
      ? undefined
      : (object: KubernetesObject) => shown(resource, managed(context, request, [object])[0] as KubernetesObject);
  return { code: 200, body: undefined, warnings: [], watch: watchOf(context, target, view) };
}
