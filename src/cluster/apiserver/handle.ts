import type { ClusterVersion, KindDefinition } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Simulation } from "../sim/simulation.ts";
import { createAllocator } from "./allocate.ts";
import { create } from "./create.ts";
import { isQueryTrue, type ServerContext, type Target } from "./context.ts";
import { deleteObject, deleteOne } from "./delete.ts";
import { createIdentities } from "./identity.ts";
import { parsePath } from "./path.ts";
import { patch } from "./patch-object.ts";
import { listOf, selected, watchOf } from "./read.ts";
import { Refusal } from "./refusal.ts";
import { createRegistry, shown } from "./registry.ts";
import type { ApiHandler, ApiRequest, ApiResponse, KubeletSocket, Status } from "./request.ts";
import { methodNotAllowed, noSuchResource } from "./status.ts";
import { createStore, type Store } from "./store.ts";
import { tableOf, wantsTable } from "./table.ts";
import { existing, update } from "./update.ts";

export interface ApiServerOptions {
  readonly simulation: Simulation;
  /** All kinds; the cluster's version decides which of their versions are served. */
  readonly kinds: readonly KindDefinition[];
  readonly clusterVersion: ClusterVersion;
  /** Families of the service ranges, primary first. */
  readonly ipFamilies?: readonly ("IPv4" | "IPv6")[];
  /** The kubelet that runs a pod; undefined when its node does not answer. */
  readonly kubeletOf?: (pod: KubernetesObject) => KubeletSocket | undefined;
  /** Deeply freeze what is stored (tests and development). */
  readonly isFrozen?: boolean;
}

export interface ApiServer {
  readonly handle: ApiHandler;
  readonly store: Store;
}

/** The API server: one store and one door. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const store = createStore({ isFrozen: options.isFrozen ?? false, firstRevision: 0 });
  const context: ServerContext = {
    simulation: options.simulation,
    clusterVersion: options.clusterVersion,
    ipFamilies: options.ipFamilies ?? ["IPv4"],
    registry: createRegistry(options.kinds, () => true),
    store,
    identities: createIdentities(options.simulation),
    allocator: createAllocator(),
    kubeletOf: options.kubeletOf ?? (() => undefined),
  };
  return { store, handle: (request) => answer(context, request) };
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
  const path = parsePath(request.path);
  if (path === undefined) return statusResponse(noSuchResource());
  const resource = context.registry.byPath(path.groupVersion, path.plural);
  if (resource === undefined) return statusResponse(noSuchResource());
  const target: Target = { request, resource, namespace: path.namespace, name: path.name, subresource: path.subresource };
  if (path.name === undefined) return onCollection(context, target);
  return onObject(context, target);
}

function onCollection(context: ServerContext, target: Target): ApiResponse {
  const { request, resource } = target;
  switch (request.method) {
    case "GET": {
      if (isQueryTrue(request, "watch")) return watching(context, target);
      const objects = selected(context, target);
      const revision = `${context.store.revision}`;
      const body = wantsTable(request.accept) ? tableOf(context, target, objects, revision) : listOf(target, objects, revision);
      return { code: 200, body, warnings: [] };
    }
    case "POST": {
      const { object, warnings } = create(context, target);
      return { code: 201, body: shown(resource, object), warnings };
    }
    case "DELETE": {
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
  const { request, resource } = target;
  const { subresource } = target;
  if (subresource !== undefined && !(subresource === "status" && resource.definition.hasStatus)) return statusResponse(noSuchResource());
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

function single(context: ServerContext, target: Target, object: KubernetesObject, code: number, warnings: readonly string[]): ApiResponse {
  if (!wantsTable(target.request.accept)) return { code, body: shown(target.resource, object), warnings };
  return { code, body: tableOf(context, target, [object], object.metadata.resourceVersion), warnings };
}

function watching(context: ServerContext, target: Target): ApiResponse {
  const { request, resource } = target;
  const view = wantsTable(request.accept)
    ? (object: KubernetesObject) => tableOf(context, target, [object], object.metadata.resourceVersion) as unknown as KubernetesObject
    : resource.conversion === undefined
      ? undefined
      : (object: KubernetesObject) => shown(resource, object);
  return { code: 200, body: undefined, warnings: [], watch: watchOf(context, target, view) };
}
