import type { KubernetesObject, OwnerReference } from "../api/meta.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";

/** The owner that manages the object, if any. @source apimachinery meta/v1 controller_ref.go, GetControllerOf */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

export function controllerReference(owner: KubernetesObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Adds the two indexes by which owners find what is theirs and what is nobody's. */
export function indexByController<T extends KubernetesObject>(informer: Informer<T>): void {
  informer.index("controller", (object) => {
    const owner = controllerOf(object);
    return owner === undefined ? [] : [owner.uid];
  });
  informer.index("orphan", (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ""] : []));
}

/**
 * What `owner` manages: adopts objects without controller that match, releases owned ones that stopped matching.
 * @source pkg/controller/controller_ref_manager.go, ClaimObject
 */
export function claim<T extends KubernetesObject>(
  client: ApiClient,
  informer: Informer<T>,
  owner: KubernetesObject,
  matches: (object: T) => boolean,
): readonly T[] {
  const isGoing = owner.metadata.deletionTimestamp !== undefined;
  const owned = informer.byIndex("controller", owner.metadata.uid);
  const claimed: T[] = [];
  for (const object of owned) {
    if (matches(object)) claimed.push(object);
    else if (!isGoing) release(client, object, owner);
  }
  if (isGoing) return claimed;
  for (const object of informer.byIndex("orphan", owner.metadata.namespace ?? "")) {
    if (object.metadata.deletionTimestamp !== undefined || !matches(object)) continue;
    const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
    const { namespace, name, uid } = object.metadata;
    const adopted = client.patch<T>(object.kind, namespace, name, { metadata: { uid, ownerReferences } });
    if (adopted.ok) claimed.push(adopted.object);
  }
  return claimed;
}

function release(client: ApiClient, object: KubernetesObject, owner: KubernetesObject): void {
  const { namespace, name, uid } = object.metadata;
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== owner.metadata.uid);
  client.patch(object.kind, namespace, name, { metadata: { uid, ownerReferences } });
}
