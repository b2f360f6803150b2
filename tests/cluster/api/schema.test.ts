import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { kinds } from "../../../src/cluster/api/kinds.ts";
import type { Schema, Struct } from "../../../src/cluster/api/schema.ts";

/** Every field of the published types (kubernetes-types 1.30, made from the OpenAPI document) is in our shapes, with its type. */

interface Field {
  readonly name: string;
  readonly type: string;
}

const folder = dirname(createRequire(import.meta.url).resolve("kubernetes-types/package.json"));
const files = ["core/v1", "apps/v1", "meta/v1", "networking/v1", "discovery/v1", "batch/v1", "policy/v1", "rbac/v1", "coordination/v1"];

function publishedTypes(): ReadonlyMap<string, readonly (readonly Field[])[]> {
  const types = new Map<string, (readonly Field[])[]>();
  for (const file of files) {
    const source = readFileSync(join(folder, `${file}.d.ts`), "utf8");
    for (const [, name = "", body = ""] of source.matchAll(/export interface (\w+) \{([\s\S]*?)\n\}/g)) {
      const fields = [...body.matchAll(/^ {4}["']?([\w$]+)["']?\??: (.*);$/gm)].map(([, field = "", type = ""]) => ({ name: field, type }));
      types.set(name, [...(types.get(name) ?? []), fields]);
    }
  }
  return types;
}

function structsOf(shape: Schema, found: Set<Struct>): void {
  if (shape.type === "list") structsOf(shape.items, found);
  else if (shape.type === "map") structsOf(shape.values, found);
  else if (shape.type === "struct" && !found.has(shape)) {
    found.add(shape);
    for (const field of Object.values(shape.fields)) structsOf(field, found);
  }
}

const ours = new Set<Struct>();
for (const kind of kinds) if (!kind.group.startsWith("gateway")) structsOf(kind.schema, ours);
const published = publishedTypes();

function isOfType(shape: Schema, type: string): boolean {
  if (type === "string" || type.startsWith('"')) return shape.type === "string" || shape.type === "bytes";
  if (type === "number") return shape.type === "int32" || shape.type === "int64";
  if (type === "boolean") return shape.type === "bool";
  if (type.startsWith("Array<")) return shape.type === "list";
  return !["string", "int32", "int64", "bool", "list"].includes(shape.type);
}

/** Fields that went after 1.30. */
const gone = ["PodResourceClaim.source"];

describe("shapes", () => {
  const rows = [...ours].filter(({ go, package: name }) => name === "v1" && published.has(go)).map((shape) => ({ shape, go: shape.go }));
  test("most types are found", () => {
    expect(rows.length).toBeGreaterThan(150);
  });
  test.each(rows)("$go has all published fields with their types", ({ shape, go }) => {
    const faults = published.get(go)!.map((fields) =>
      fields
        .filter(({ name }) => !gone.includes(`${go}.${name}`))
        .filter(({ name, type }) => shape.fields[name] === undefined || !isOfType(shape.fields[name], type))
        .map(({ name, type }) => `${name}: ${type}`),
    );
    expect(faults).toContainEqual([]);
  });
});
