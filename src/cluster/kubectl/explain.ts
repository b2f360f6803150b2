import type { Schema, Struct } from "../api/schema.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError, KubectlFatal } from "./failure.ts";
import type { Flags } from "./flags.ts";
import type { Resource } from "./resources.ts";
import { shapeOf } from "./schema.ts";
import type { Session } from "./session.ts";

/** `kubectl explain`. @source kubectl pkg/explain/v2/templates/plaintext.tmpl */
export const explainCommand: Command = {
  name: "explain",
  short: "Get documentation for a resource",
  usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2]",
  completes: "resources",
  flags: [
    { name: "api-version", type: "string", usage: "Use given api-version (group/version) of the resource." },
    { name: "output", short: "o", type: "string", default: "plaintext" },
    { name: "recursive", type: "bool", default: "false", usage: "When true, print the name of all the fields recursively." },
  ],
  run: explain,
};

function* explain(session: Session, flags: Flags): Run<void> {
  const [word, ...more] = flags.args;
  if (word === undefined)
    throw new KubectlError(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n',
    );
  if (more.length > 0) throw new KubectlError("We accept only this format: explain RESOURCE\n");
  const resources = yield* session.resources();
  const [type = "", ...path] = word.split(".");
  const wanted = flags.text("api-version");
  const named = resources.find(type);
  if (named === undefined) throw new KubectlFatal(`the server doesn't have a resource type ${JSON.stringify(type)}`);
  let resource: Resource = named;
  if (wanted !== "") {
    const other = resources.all.find((one) => one.plural === resource.plural && one.apiVersion === wanted);
    if (other === undefined) throw new KubectlError(`couldn't find resource for ${JSON.stringify(`${wanted}, Kind=${resource.kind}`)}`);
    resource = other;
  }
  const schema = shapeOf(resource.apiVersion, resource.kind);
  const header = `${resource.group === "" ? "" : `GROUP:      ${resource.group}\n`}KIND:       ${resource.kind}\nVERSION:    ${resource.version}\n\n`;
  if (schema === undefined)
    throw new KubectlError(`couldn't find resource for ${JSON.stringify(`${resource.apiVersion}, Kind=${resource.kind}`)}`);
  let current: Schema = schema;
  for (const name of path) {
    const next: Schema | undefined = structOf(current)?.fields[name];
    if (next === undefined) {
      yield* session.out(header);
      throw new KubectlError(`field ${JSON.stringify(name)} does not exist`);
    }
    current = next;
  }
  let text = header;
  const name = path.at(-1);
  if (name !== undefined) text += `FIELD: ${name} <${typeName(current)}>\n${enumText(current, "")}\n`;
  const struct = structOf(current);
  // The field's own words and those of its type both; the places of the fields' texts stand by themselves.
  const descriptions = [...new Set([current.description, struct?.description])].filter((one) => one !== undefined);
  text += `DESCRIPTION:\n${(descriptions.length === 0 ? ["<empty>"] : descriptions).map((one) => wrapped(one, 4)).join("")}    \n`;
  if (struct !== undefined) {
    text += "FIELDS:\n";
    text += flags.is("recursive") ? recursiveFields(struct, 1, []) : fieldLines(struct);
  }
  yield* session.out(`${text}\n`);
}

function structOf(schema: Schema): Struct | undefined {
  if (schema.type === "struct") return schema;
  if (schema.type === "list") return structOf(schema.items);
  return schema.type === "map" ? structOf(schema.values) : undefined;
}

function typeName(schema: Schema): string {
  switch (schema.type) {
    case "struct":
      return schema.go;
    case "list":
      return `[]${typeName(schema.items)}`;
    case "map":
      return `map[string]${typeName(schema.values)}`;
    case "int32":
    case "int64":
      return "integer";
    case "float64":
      return "number";
    case "bool":
      return "boolean";
    case "quantity":
      return "Quantity";
    case "intOrString":
      return "IntOrString";
    case "time":
      return "Time";
    case "microTime":
      return "MicroTime";
    case "any":
      return "Object";
    default:
      return "string";
  }
}

function enumText(schema: Schema, indent: string): string {
  if (schema.type !== "string" || schema.enum === undefined) return "";
  return `${indent}ENUM:\n${schema.enum
    .toSorted()
    .map((value) => `${indent}    ${value}\n`)
    .join("")}`;
}

function fieldLines(struct: Struct): string {
  return Object.keys(struct.fields)
    .sort()
    .map((name) => {
      const field = struct.fields[name] as Schema;
      const required = struct.required?.includes(name) === true ? " -required-" : "";
      const values =
        field.type === "string" && field.enum !== undefined
          ? `  enum: ${field.enum.toSorted().slice(0, 4).join(", ")}${field.enum.length > 4 ? ", ...." : ""}\n`
          : "";
      return `  ${name}\t<${typeName(field)}>${required}\n${values}${wrapped(field.description ?? "<no description>", 4)}\n`;
    })
    .join("");
}

function recursiveFields(struct: Struct, level: number, above: readonly string[]): string {
  return Object.keys(struct.fields)
    .sort()
    .map((name) => {
      const field = struct.fields[name] as Schema;
      const line = `${"  ".repeat(level)}${name}\t<${typeName(field)}>${struct.required?.includes(name) === true ? " -required-" : ""}\n`;
      const inner = structOf(field);
      return line + (inner === undefined || above.includes(inner.go) ? "" : recursiveFields(inner, level + 1, [...above, struct.go]));
    })
    .join("");
}

function wrapped(text: string, indent: number): string {
  const pad = " ".repeat(indent);
  const width = 80 - indent;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.map((one) => `${pad}${one}\n`).join("");
}
