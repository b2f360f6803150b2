import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { ServerContext, Target } from "./context.ts";
import { isRecord } from "./json.ts";
import { existing, isReadyToGo, removeNow } from "./update.ts";

/** `namespaces/NAME/finalize`: the only way to change spec.finalizers; with the last one the namespace goes. @source pkg/registry/core/namespace/storage/storage.go */
export function finalize(context: ServerContext, target: Target): KubernetesObject {
  const namespace = existing(context, target);
  const body = isRecord(target.request.body) ? target.request.body : {};
  const given = isRecord(body.spec) ? body.spec : {};
  const { finalizers } = given as { readonly finalizers?: readonly string[] };
  const kept = finalizers === undefined || finalizers.length === 0 ? {} : { finalizers };
  const changed = { ...(namespace as unknown as LooseObject), spec: kept } as unknown as KubernetesObject;
  if (isReadyToGo(changed)) return removeNow(context, target.resource.definition, namespace);
  return context.store.put(changed);
}
