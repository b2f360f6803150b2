import { kinds } from "../api/kinds.ts";
import type { Struct } from "../api/schema.ts";

/** The shape of a kind in a version, as kubectl has it built in: it gives the merge keys. undefined for custom resources. */
export function schemaOf(apiVersion: string, kind: string): Struct | undefined {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  for (const definition of kinds) {
    if (definition.kind !== kind) continue;
    if (definition.group === group && definition.storageVersion === version) return definition.schema;
    const other = definition.versions.find((one) => one.group === group && one.version === version);
    if (other !== undefined) return other.schema;
  }
  return undefined;
}
