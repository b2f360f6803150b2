import { kinds } from "../cluster/objects.ts";
import type { MendKind } from "./mend.ts";

let list: readonly MendKind[] | undefined;

/** Every kind in every version, for guessing what a fragment belongs to; the commonest first, since the first of equals is taken. */
export function mendKinds(): readonly MendKind[] {
  list ??= kinds.flatMap((definition) => [
    { apiVersion: versionText(definition.group, definition.storageVersion), kind: definition.kind, schema: definition.schema },
    ...definition.versions.map((v) => ({ apiVersion: versionText(v.group, v.version), kind: definition.kind, schema: v.schema })),
  ]);
  return list;
}

function versionText(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}
