import { decode } from "./api/decode.ts";
import type { ClusterVersion } from "./api/kind.ts";
import { groupVersion, kindByApiVersion } from "./api/kinds.ts";
import type { LooseObject } from "./api/meta.ts";

/** `/api/v1/namespaces/default/services` for an object; undefined where a cluster of that version serves no such kind. */
export function collectionPath(clusterVersion: ClusterVersion, object: LooseObject): string | undefined {
  const apiVersion = String(object["apiVersion"]);
  const definition = kindByApiVersion(apiVersion, String(object["kind"]), clusterVersion);
  if (definition === undefined) return undefined;
  const metadata = (object["metadata"] ?? {}) as LooseObject;
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return definition.namespaced
    ? `${base}/namespaces/${String(metadata["namespace"] ?? "default")}/${definition.plural}`
    : `${base}/${definition.plural}`;
}

/** Why the server could not even read the object, in its words: a value of a wrong type. undefined when it can, or knows no such kind. */
export function decodeError(clusterVersion: ClusterVersion, object: LooseObject): string | undefined {
  const kind = String(object["kind"]);
  const apiVersion = String(object["apiVersion"]);
  const definition = kindByApiVersion(apiVersion, kind, clusterVersion);
  if (definition === undefined) return undefined;
  const other = definition.versions.find(({ group, version }) => groupVersion(group, version) === apiVersion);
  const { error } = decode(other?.schema ?? definition.schema, object);
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return error === undefined ? undefined : `${kind} in version "${version}" cannot be handled as a ${kind}: ${error}`;
}
