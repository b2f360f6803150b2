import type { KindDefinition } from "../api/kind.ts";
import { kinds as allKinds } from "../api/kinds.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { ApiHandler, ApiRequest, ApiResponse, Status, WatchEvent } from "../apiserver/request.ts";
import { assert } from "../sim/assert.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { ApiClient, ApiResult, Informer } from "./client.ts";
import { SharedInformer } from "./informer.ts";
import { createPaths } from "./paths.ts";
import { EventRecorder } from "./recorder.ts";

/** Makes the clients of one cluster's components; they share informers and the counts of their events. */
export interface ClientFactory {
  /** `userAgent` says who asks: `kubelet/node1`, `deployment-controller`. */
  client(userAgent: string): ApiClient;
}

export function createClientFactory(
  handle: ApiHandler,
  simulation: Simulation,
  kinds: readonly KindDefinition[] = allKinds,
): ClientFactory {
  const paths = createPaths(kinds);
  const informers = new Map<string, SharedInformer>();
  const recorder = new EventRecorder(handle, simulation);

  function informer(kind: string, userAgent: string): SharedInformer {
    let found = informers.get(kind);
    if (found !== undefined) return found;
    found = new SharedInformer(simulation.clock);
    informers.set(kind, found);
    const path = paths.collection(kind);
    const listed = handle({ method: "GET", path, userAgent, isComponent: true });
    assert(listed.code === 200, `an informer can't list ${path}`);
    const { items, metadata } = listed.body as {
      readonly items: readonly KubernetesObject[];
      readonly metadata: { readonly resourceVersion: string };
    };
    for (const object of items) found.take({ type: "ADDED", object });
    const watching = handle({
      method: "GET",
      path,
      query: { watch: "true", resourceVersion: metadata.resourceVersion },
      userAgent,
      isComponent: true,
    });
    assert(watching.watch !== undefined, `an informer can't watch ${path}`);
    const taking = found;
    watching.watch((event: WatchEvent) => taking.take(event));
    return found;
  }

  return {
    client(userAgent) {
      const send = (method: ApiRequest["method"], path: string, rest: Partial<ApiRequest> = {}): ApiResponse =>
        handle({ method, path, userAgent, isComponent: true, ...rest });
      const write = <T>(method: ApiRequest["method"], path: string, rest: Partial<ApiRequest>): ApiResult<T> =>
        result<T>(send(method, path, rest));
      const pathOf = (kind: string, { metadata }: KubernetesObject): string => paths.object(kind, metadata.namespace, metadata.name);

      return {
        get<T extends KubernetesObject>(kind: string, namespace: string | undefined, name: string): T | undefined {
          const answer = send("GET", paths.object(kind, namespace, name));
          return answer.code === 200 ? (answer.body as T) : undefined;
        },
        list<T extends KubernetesObject>(kind: string, namespace?: string): readonly T[] {
          return (send("GET", paths.collection(kind, namespace)).body as { readonly items: readonly T[] }).items;
        },
        create<T extends KubernetesObject>(kind: string, object: LooseObject): ApiResult<T> {
          const { namespace } = (object.metadata ?? {}) as { readonly namespace?: string };
          return write<T>("POST", paths.collection(kind, namespace), { body: object });
        },
        update<T extends KubernetesObject>(kind: string, object: KubernetesObject, subresource?: string): ApiResult<T> {
          return write<T>("PUT", pathOf(kind, object) + (subresource === undefined ? "" : `/${subresource}`), { body: object });
        },
        updateStatus<T extends KubernetesObject>(kind: string, object: KubernetesObject): ApiResult<T> {
          return write<T>("PUT", `${pathOf(kind, object)}/status`, { body: object });
        },
        patch<T extends KubernetesObject>(
          kind: string,
          namespace: string | undefined,
          name: string,
          patch: LooseObject,
          subresource?: string,
        ): ApiResult<T> {
          const path = paths.object(kind, namespace, name) + (subresource === undefined ? "" : `/${subresource}`);
          return write<T>("PATCH", path, { body: patch, contentType: "application/merge-patch+json" });
        },
        post(kind, namespace, name, subresource, object) {
          return write<KubernetesObject>("POST", `${paths.object(kind, namespace, name)}/${subresource}`, { body: object });
        },
        delete(kind, namespace, name, options) {
          return write<KubernetesObject>("DELETE", paths.object(kind, namespace, name), {
            body: { kind: "DeleteOptions", apiVersion: "v1", ...options },
          });
        },
        event: (object, event) => recorder.record(object, event, userAgent),
        informer: <T extends KubernetesObject>(kind: string) => informer(kind, userAgent) as unknown as Informer<T>,
      };
    },
  };
}

function result<T>({ code, body }: ApiResponse): ApiResult<T> {
  return code < 300 ? { ok: true, object: body as T } : { ok: false, status: body as Status };
}
