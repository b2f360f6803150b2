import type { LooseObject } from "../api/meta.ts";
import type { Schema } from "../api/schema.ts";
import { shapeOf } from "./schema.ts";

/**
 * What kubectl up to 1.24 checked itself against the server's OpenAPI document: unknown fields and missing ones.
 *
 * @source kubectl 1.20 pkg/util/openapi/validation; kube-openapi pkg/util/proto/validation
 */
export function clientValidationFaults(object: LooseObject): readonly string[] {
  const apiVersion = String(object.apiVersion);
  const kind = String(object.kind);
  const schema = shapeOf(apiVersion, kind);
  if (schema === undefined) return [];
  const [group = "", version = apiVersion] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  const api = `${group === "" ? "core" : (group.split(".")[0] as string)}.${version}`;
  const faults: string[] = [];
  visit(schema, object, kind, api, faults);
  return faults;
}

function visit(schema: Schema, value: unknown, path: string, api: string, faults: string[]): void {
  if (value === null || value === undefined) return;
  if (schema.type === "list" && Array.isArray(value))
    for (const [i, item] of value.entries()) visit(schema.items, item, `${path}[${i}]`, api, faults);
  else if (schema.type === "map" && typeof value === "object") {
    for (const [key, item] of Object.entries(value)) visit(schema.values, item, `${path}.${key}`, api, faults);
  } else if (schema.type === "struct" && typeof value === "object" && !Array.isArray(value)) {
    const type =
      schema.package === "v1" && schema.go === "ObjectMeta"
        ? "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
        : `io.k8s.api.${api}.${schema.go}`;
    for (const key of Object.keys(value).sort()) {
      const field = schema.fields[key];
      if (field === undefined) faults.push(`ValidationError(${path}): unknown field ${JSON.stringify(key)} in ${type}`);
      else visit(field, (value as LooseObject)[key], `${path}.${key}`, api, faults);
    }
    for (const key of schema.required ?? []) {
      if ((value as LooseObject)[key] === undefined)
        faults.push(`ValidationError(${path}): missing required field ${JSON.stringify(key)} in ${type}`);
    }
  }
}
