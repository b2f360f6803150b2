import type { KindDefinition } from "../api/kind.ts";
import { assert } from "../sim/assert.ts";

/** Where the objects of a kind are asked for, in its stored version. */
export interface Paths {
  collection(kind: string, namespace?: string): string;
  object(kind: string, namespace: string | undefined, name: string): string;
}

export function createPaths(kinds: readonly KindDefinition[]): Paths {
  const prefixes = new Map<string, { readonly prefix: string; readonly plural: string; readonly namespaced: boolean }>();
  for (const { kind, group, storageVersion, plural, namespaced } of kinds) {
    const prefix = group === "" ? `/api/${storageVersion}` : `/apis/${group}/${storageVersion}`;
    prefixes.set(kind, { prefix, plural, namespaced });
  }

  function collection(kind: string, namespace: string | undefined): string {
    const found = prefixes.get(kind);
    assert(found !== undefined, `no kind ${kind}`);
    if (!found.namespaced || namespace === undefined) return `${found.prefix}/${found.plural}`;
    return `${found.prefix}/namespaces/${namespace}/${found.plural}`;
  }

  return { collection, object: (kind, namespace, name) => `${collection(kind, namespace)}/${name}` };
}
