import type { KindDefinition } from "../api/kind.ts";
import { kinds as allKinds } from "../api/kinds.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Informer } from "../apiclient/client.ts";
import { createWorkQueue, type Outcome } from "../apiclient/work-queue.ts";
import type { ControllerContext } from "./context.ts";

interface Namespace extends KubernetesObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
}

/** A namespace that is deleted goes when everything in it went; pods are given their time. @source pkg/controller/namespace */
export function startNamespaceController(context: ControllerContext, kinds: readonly KindDefinition[] = allKinds): void {
  const client = context.client("namespace-controller");
  const namespaces = client.informer<Namespace>("Namespace");
  const contents: { readonly kind: string; readonly informer: Informer<KubernetesObject> }[] = kinds
    .filter(({ namespaced }) => namespaced)
    .map(({ kind }) => ({ kind, informer: client.informer(kind) }));
  const queue = createWorkQueue(context.simulation, reconcile);

  const isGoing = (name: string): boolean => namespaces.get(undefined, name)?.metadata.deletionTimestamp !== undefined;
  namespaces.onEvent(({ type, object }) => {
    if (type !== "DELETED" && isGoing(object.metadata.name)) queue.add(object.metadata.name);
  });
  for (const { informer } of contents) {
    informer.onEvent(({ type, object }) => {
      const { namespace = "" } = object.metadata;
      if (type === "DELETED" && isGoing(namespace)) queue.add(namespace);
    });
  }

  function reconcile(name: string): Outcome {
    const namespace = namespaces.get(undefined, name);
    if (namespace === undefined || !isGoing(name)) return;
    for (const { kind, informer } of contents) {
      for (const { metadata } of informer.list(name)) {
        if (metadata.deletionTimestamp === undefined) client.delete(kind, name, metadata.name, { propagationPolicy: "Background" });
      }
    }
    if (contents.some(({ informer }) => informer.list(name).length > 0)) return; // the last one that goes calls us again
    const { finalizers = [] } = namespace.spec ?? {};
    const others = finalizers.filter((finalizer) => finalizer !== "kubernetes");
    const finalized: Namespace = { ...namespace, spec: others.length === 0 ? {} : { finalizers: others } };
    return client.update("Namespace", finalized, "finalize").ok ? undefined : "retry";
  }
}
