import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Status, WatchEvent } from "../apiserver/request.ts";

/** What came back: the stored object, or the server's Status. A value, never thrown. */
export type ApiResult<T = KubernetesObject> = { readonly ok: true; readonly object: T } | { readonly ok: false; readonly status: Status };

/**
 * Typed reads and writes for components; each is one request through `handle()`. `kind` is the kind's name (`"Pod"`, `"EndpointSlice"`), in its stored version.
 * Namespace is undefined for cluster-scoped kinds.
 */
export interface ApiClient {
  get<T extends KubernetesObject>(kind: string, namespace: string | undefined, name: string): T | undefined;
  list<T extends KubernetesObject>(kind: string, namespace?: string): readonly T[];
  create<T extends KubernetesObject>(kind: string, object: LooseObject): ApiResult<T>;
  /** Whole-object update with optimistic concurrency (metadata.resourceVersion); `subresource` e.g. a namespace's `finalize`. */
  update<T extends KubernetesObject>(kind: string, object: KubernetesObject, subresource?: string): ApiResult<T>;
  updateStatus<T extends KubernetesObject>(kind: string, object: KubernetesObject): ApiResult<T>;
  /** JSON merge patch; `subresource` e.g. "status". */
  patch<T extends KubernetesObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
    patch: LooseObject,
    subresource?: string,
  ): ApiResult<T>;
  /** POST to a subresource: a pod's `binding` or `eviction`. */
  post(kind: string, namespace: string | undefined, name: string, subresource: string, object: LooseObject): ApiResult;
  delete(kind: string, namespace: string | undefined, name: string, options?: DeleteOptions): ApiResult;
  /** An Event about `object`; equal ones are counted, as the event recorder does. `component` e.g. `kubelet`, `host` the node's name. */
  event(
    object: KubernetesObject,
    event: {
      readonly type: "Normal" | "Warning";
      readonly reason: string;
      readonly message: string;
      readonly component: string;
      readonly host?: string;
      readonly fieldPath?: string;
    },
  ): void;
  /** Lists, then watches: the informer is filled when this returns and stays so. Informers of a kind are shared within one client factory. */
  informer<T extends KubernetesObject>(kind: string): Informer<T>;
}

/** The API, lent to the programs of system pods: a key of the machine's services. */
export const apiClientService: { readonly name: string; readonly type?: ApiClient } = { name: "api-client" };

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** A read-only, indexed copy of all objects of a kind, kept by a watch. Handlers are called in the order of the writes, each in an event of its own (never inside the writer's call). */
export interface Informer<T extends KubernetesObject> {
  get(namespace: string | undefined, name: string): T | undefined;
  /** All, sorted by namespace and name. */
  list(namespace?: string): readonly T[];
  /** Adds an index: `keys` gives the index keys of an object (its owner's uid, its labels …). */
  index(name: string, keys: (object: T) => readonly string[]): void;
  /** Objects under that key of the index, sorted by namespace and name. */
  byIndex(name: string, key: string): readonly T[];
  /** Objects there now are told as ADDED first. */
  onEvent(handler: (event: WatchEvent & { readonly object: T; readonly old?: T }) => void): void;
}

/**
 * A controller's queue of keys: a key is worked on once at a time, once however often it was added; a failed one comes back after 5 ms doubling to 1000 s.
 * `reconcile` returns "retry" to come back with back-off, or a number of microseconds to come back after, or nothing when done.
 */
export interface WorkQueue {
  add(key: string): void;
  addAfter(key: string, delayUs: number): void;
}
