import { locate, type TextRange, type YamlDocument } from "../yaml/parse.ts";

type Path = readonly (string | number)[];

/** `spec.ports[0].nodePort`, `metadata.labels[app]` as a path; keys that hold dots stand in brackets or end the field. */
export function fieldPath(field: string): Path {
  const path: (string | number)[] = [];
  for (const match of field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)) {
    const [, inBrackets, name] = match;
    if (name !== undefined) path.push(name);
    else if (inBrackets !== undefined) path.push(/^\d+$/.test(inBrackets) ? Number(inBrackets) : inBrackets);
  }
  return path;
}

/** Where a field stands in its document; the nearest part of the way that is there when the field itself is missing. */
export function placeOfField(document: YamlDocument, base: Path, field: string): TextRange {
  return locate(document, [...base, ...fieldPath(field)]);
}

/**
 * Where an API server's refusal points to: the fields of its causes, the unknown field of a strict decoding error, the Go path of a type error;
 * else the document's beginning.
 */
export function placeOfMessage(document: YamlDocument, base: Path, message: string): TextRange {
  const unknown = /unknown field "([^"]+)"/.exec(message)?.[1];
  if (unknown !== undefined) return locate(document, [...base, ...fieldPath(unknown)], "key");
  const typed = /Go struct field \w+\.([\w.]+) of type/.exec(message)?.[1];
  if (typed !== undefined) return locate(document, [...base, ...firstMatch(valueAt(document, base), typed.split("."))]);
  return locate(document, [...base, "apiVersion"], "key");
}

function valueAt(document: YamlDocument, path: Path): unknown {
  let value: unknown = document.content.ok ? document.content.value : undefined;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Go's path has no indexes: the first items of lists stand in for them. */
function firstMatch(value: unknown, names: readonly string[]): Path {
  const [name, ...rest] = names;
  if (name === undefined || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const at = value.findIndex((item: unknown) => typeof item === "object" && item !== null && name in item);
    return at < 0 ? [] : [at, ...firstMatch(value[at], names)];
  }
  return name in value ? [name, ...firstMatch((value as Record<string, unknown>)[name], rest)] : [];
}
