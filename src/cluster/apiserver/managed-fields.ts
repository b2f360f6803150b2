import type { ClusterVersion } from "../api/kind.ts";
import type { KubernetesObject } from "../api/meta.ts";
import { hasFeature } from "../api/versions.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { FieldManagers, Owner } from "./field-managers.ts";
import { fieldsV1 } from "./field-path.ts";

/** The object as it is sent: with `metadata.managedFields`. @source apimachinery util/managedfields/internal/managedfields.go */
export function withManagedFields<T extends KubernetesObject>(object: T, managers: FieldManagers, version: ClusterVersion): T {
  if (!hasFeature("managedFields", version)) return object;
  const owners = managers.owners(object).toSorted(inSentOrder);
  if (owners.length === 0) return object;
  const managedFields = owners.map(({ manager, operation, apiVersion, subresource, atMs, fields }) => ({
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: fieldsV1(fields),
    manager,
    operation,
    ...(subresource === undefined || !hasFeature("managedSubresources", version) ? {} : { subresource }),
    time: formatRfc3339(atMs),
  }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Appliers first; then whoever wrote earlier, in whole seconds. @source apimachinery util/managedfields/internal/managedfields.go, sortEncodedManagedFields */
function inSentOrder(a: Owner, b: Owner): number {
  const keys = ({ operation, atMs, manager, apiVersion, subresource = "" }: Owner) =>
    [operation, Math.floor(atMs / 1000), manager, apiVersion, subresource] as const;
  const [left, right] = [keys(a), keys(b)];
  for (const [i, key] of left.entries()) {
    const other = right[i] as string | number;
    if (key !== other) return key < other ? -1 : 1;
  }
  return 0;
}
