import type { KindDefinition } from "../api/kind.ts";
import { kinds } from "../api/kinds.ts";
import type { Struct } from "../api/schema.ts";

/** The shape by which kubectl merges: it gives the merge keys. undefined for custom resources, which are merged as plain JSON. */
export function schemaOf(apiVersion: string, kind: string): Struct | undefined {
  const isCustom = (kinds as readonly KindDefinition[]).some((one) => one.kind === kind && one.isCustom === true);
  return isCustom ? undefined : shapeOf(apiVersion, kind);
}

/** The shape of a kind in a version, custom resources included. */
export function shapeOf(apiVersion: string, kind: string): Struct | undefined {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  for (const definition of kinds) {
    if (definition.kind !== kind) continue;
    if (definition.group === group && definition.storageVersion === version) return definition.schema;
    const other = definition.versions.find((one) => one.group === group && one.version === version);
    if (other !== undefined) return other.schema;
  }
  return undefined;
}
