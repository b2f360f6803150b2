import type { AdmissionContext, ClusterVersion } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { Allocator } from "./allocate.ts";
import type { FieldManagers } from "./field-managers.ts";
import type { Identities } from "./identity.ts";
import type { Registry, ServedResource } from "./registry.ts";
import type { ApiRequest, KubeletSocket } from "./request.ts";
import type { Store } from "./store.ts";

/** What every verb works with. */
export interface ServerContext {
  readonly simulation: Simulation;
  readonly clusterVersion: ClusterVersion;
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly registry: Registry;
  readonly store: Store;
  readonly identities: Identities;
  readonly allocator: Allocator;
  readonly managers: FieldManagers;
  /** The kubelet that runs a pod; undefined when its node does not answer. */
  readonly kubeletOf: (pod: KubernetesObject) => KubeletSocket | undefined;
}

/** One request that is about a resource. */
export interface Target {
  readonly request: ApiRequest;
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

export function admissionContext(context: ServerContext, isTrusted: boolean): AdmissionContext {
  const { store } = context;
  return {
    clusterVersion: context.clusterVersion,
    ipFamilies: context.ipFamilies,
    nowMs: context.simulation.dateMs(),
    keepsStatus: isTrusted,
    get: store.get,
    list: store.list,
  };
}

/** One value of the query: the first. */
export function queryValue(request: ApiRequest, name: string): string | undefined {
  const value = request.query?.[name];
  return typeof value === "string" || value === undefined ? value : value[0];
}

export function isQueryTrue(request: ApiRequest, name: string): boolean {
  const value = queryValue(request, name);
  return value === "true" || value === "1";
}

export function queryValues(request: ApiRequest, name: string): readonly string[] {
  const value = request.query?.[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
