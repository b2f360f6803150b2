import type { Schema, Struct } from "../api/schema.ts";
import type { ServerContext } from "./context.ts";

/**
 * `/openapi/v3`: the list of documents, one per group version, and each document. kubectl looks in them for the PATCH operation of a kind and its
 * parameter fieldValidation, and `explain` reads the shapes.
 */
export function openApiDocument(context: ServerContext, path: string): unknown {
  if (path === "/openapi/v3") {
    const paths: Record<string, { readonly serverRelativeURL: string }> = {};
    for (const groupVersion of context.registry.groupVersions) {
      const at = `${groupVersion.includes("/") ? "apis" : "api"}/${groupVersion}`;
      paths[at] = { serverRelativeURL: `/openapi/v3/${at}?hash=${context.clusterVersion.text}` };
    }
    return { paths };
  }
  const match = /^\/openapi\/v3\/apis?\/(.+)$/.exec(path);
  const groupVersion = match?.[1];
  if (groupVersion === undefined || !context.registry.groupVersions.includes(groupVersion)) return undefined;
  const root = groupVersion.includes("/") ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
  const paths: Record<string, unknown> = {};
  const schemas: Record<string, unknown> = {};
  for (const { plural, kind, group, version, schema, definition } of context.registry.resources(groupVersion)) {
    const kindOf = { group, version, kind };
    paths[`${root}/${definition.namespaced ? "namespaces/{namespace}/" : ""}${plural}/{name}`] = {
      patch: {
        parameters: [{ name: "fieldValidation", in: "query", schema: { type: "string", uniqueItems: true } }],
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": kindOf,
      },
    };
    const name = addStruct(schema, schemas);
    schemas[name] = { ...(schemas[name] as object), "x-kubernetes-group-version-kind": [kindOf] };
  }
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: context.clusterVersion.text }, paths, components: { schemas } };
}

/** Adds the shape and those it refers to; returns its name. */
function addStruct(struct: Struct, schemas: Record<string, unknown>): string {
  const name = `io.k8s.api.${struct.package}.${struct.go}`;
  if (schemas[name] !== undefined) return name;
  schemas[name] = {}; // stands while its fields are described, so that a shape may hold itself
  const properties: Record<string, unknown> = {};
  for (const key of Object.keys(struct.fields)) properties[key] = describe(struct.fields[key] as Schema, schemas);
  schemas[name] = {
    type: "object",
    ...(struct.description === undefined ? {} : { description: struct.description }),
    ...(struct.required === undefined || struct.required.length === 0 ? {} : { required: struct.required }),
    properties,
  };
  return name;
}

function describe(schema: Schema, schemas: Record<string, unknown>): unknown {
  const description = schema.description === undefined ? {} : { description: schema.description };
  switch (schema.type) {
    case "struct":
      return { ...description, allOf: [{ $ref: `#/components/schemas/${addStruct(schema, schemas)}` }] };
    case "list":
      return {
        type: "array",
        items: describe(schema.items, schemas),
        ...description,
        ...(schema.mergeKey === undefined
          ? {}
          : { "x-kubernetes-patch-merge-key": schema.mergeKey, "x-kubernetes-patch-strategy": "merge" }),
      };
    case "map":
      return { type: "object", additionalProperties: describe(schema.values, schemas), ...description };
    case "string":
      return { type: "string", ...description, ...(schema.enum === undefined ? {} : { enum: schema.enum }) };
    case "bool":
      return { type: "boolean", ...description };
    case "int32":
    case "int64":
      return { type: "integer", format: schema.type, ...description };
    case "float64":
      return { type: "number", format: "double", ...description };
    case "bytes":
      return { type: "string", format: "byte", ...description };
    case "time":
    case "microTime":
      return { type: "string", format: "date-time", ...description };
    case "intOrString":
      return { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }], ...description };
    case "quantity":
      return { oneOf: [{ type: "string" }, { type: "number" }], ...description };
    case "duration":
      return { type: "string", ...description };
    default:
      return description;
  }
}
