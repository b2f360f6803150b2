// Writes the JSON schema by which the editor completes and explains, from the API's own shapes: `node scripts/editor-schema.mjs`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
export const schemaFile = fileURLToPath(new URL("../src/ui/editor/kubernetes.schema.json", import.meta.url));

/** The schema as text. */
export async function editorSchema() {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: "error",
    server: { middlewareMode: true, watch: null },
    appType: "custom",
    optimizeDeps: { noDiscovery: true },
  });
  try {
    const { kinds } = await server.ssrLoadModule("/src/cluster/api/kinds.ts");
    const { scenarioSchema } = await server.ssrLoadModule("/src/scenario/schema.ts");
    return `${JSON.stringify(build(kinds, scenarioSchema))}\n`;
  } finally {
    await server.close();
  }
}

function build(kinds, scenarioSchema) {
  const definitions = {};
  const all = [];
  for (const definition of kinds) {
    const versions = [{ group: definition.group, version: definition.storageVersion, schema: definition.schema }, ...definition.versions];
    for (const { group, version, schema } of versions) {
      all.push({ kind: definition.kind, apiVersion: group === "" ? version : `${group}/${version}`, schema });
    }
  }
  all.push({ kind: "Scenario", apiVersion: "kubehop.dev/v1", schema: scenarioSchema });

  function reference(schema) {
    const described = schema.description === undefined ? {} : { description: schema.description };
    switch (schema.type) {
      case "struct": {
        const name = `${schema.package}.${schema.go}`;
        if (definitions[name] === undefined) {
          definitions[name] = {}; // a type that holds itself
          definitions[name] = object(schema);
        }
        return { $ref: `#/definitions/${name}`, ...described };
      }
      case "list":
        return { type: "array", items: reference(schema.items), ...described };
      case "map":
        return { type: "object", additionalProperties: reference(schema.values), ...described };
      case "string":
        return { type: "string", ...(schema.enum === undefined ? {} : { enum: schema.enum }), ...described };
      case "int32":
      case "int64":
        return { type: "integer", ...described };
      case "float64":
        return { type: "number", ...described };
      case "bool":
        return { type: "boolean", ...described };
      case "quantity":
      case "intOrString":
        return { type: ["integer", "string"], ...described };
      case "any":
        return { ...described };
      default:
        return { type: "string", ...described };
    }
  }

  function object(schema) {
    const properties = Object.fromEntries(Object.entries(schema.fields).map(([name, field]) => [name, reference(field)]));
    return {
      type: "object",
      properties,
      ...(schema.required === undefined || schema.required.length === 0 ? {} : { required: schema.required }),
      ...(schema.description === undefined ? {} : { description: schema.description }),
    };
  }

  const cases = all.map(({ kind, apiVersion, schema }) => {
    const whole = object(schema);
    const { status: _status, ...properties } = whole.properties;
    return {
      if: { properties: { kind: { const: kind }, apiVersion: { const: apiVersion } }, required: ["kind", "apiVersion"] },
      // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's word
      then: { ...whole, properties: { ...properties, apiVersion: { const: apiVersion }, kind: { const: kind } } },
    };
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    required: ["apiVersion", "kind"],
    properties: {
      apiVersion: {
        enum: [...new Set(all.map(({ apiVersion }) => apiVersion))].sort(),
        description: "Group and version of the object's kind.",
      },
      kind: { enum: [...new Set(all.map(({ kind }) => kind))].sort(), description: "What the object is." },
    },
    allOf: cases,
    definitions,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(schemaFile, await editorSchema());
