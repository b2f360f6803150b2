import { isEqualData } from "../api/equal.ts";
import { isRecord } from "./json.ts";

export type PatchResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies a list of operations, all or none of them. @source RFC 6902; error texts of github.com/evanphx/json-patch v4, which the server uses */
export function applyJsonPatch(document: unknown, operations: readonly unknown[]): PatchResult {
  let value = document;
  for (const each of operations) {
    const result = applyOperation(value, (isRecord(each) ? each : {}) as unknown as Operation);
    if (!result.ok) return result;
    value = result.value;
  }
  return { ok: true, value };
}

function applyOperation(document: unknown, operation: Operation): PatchResult {
  const { op, path } = operation;
  if (typeof path !== "string") return fault(`${op} operation does not apply: doc is missing path`);
  switch (op) {
    case "add":
      return edit(document, pointer(path), { type: "add", value: operation.value ?? null }, op, path);
    case "remove":
      return edit(document, pointer(path), { type: "remove" }, op, path);
    case "replace":
      return edit(document, pointer(path), { type: "replace", value: operation.value ?? null }, op, path);
    case "move":
    case "copy": {
      const from = operation.from ?? "";
      const found = lookUp(document, pointer(from));
      if (!found.ok) return fault(`${op} operation does not apply: doc is missing from path: "${from}": missing value`);
      const base = op === "copy" ? { ok: true as const, value: document } : edit(document, pointer(from), { type: "remove" }, op, from);
      return base.ok ? edit(base.value, pointer(path), { type: "add", value: found.value }, op, path) : base;
    }
    case "test": {
      const found = lookUp(document, pointer(path));
      const present = found.ok ? found.value : null;
      if (isEqualData(present ?? null, operation.value ?? null)) return { ok: true, value: document };
      return fault(`testing value ${path} failed: test failed`);
    }
    default:
      return fault(`Unexpected kind: ${op}`);
  }
}

function fault(message: string): PatchResult {
  return { ok: false, message };
}

/** @source RFC 6901 */
function pointer(path: string): readonly string[] {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function lookUp(document: unknown, path: readonly string[]): PatchResult {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isRecord(value)) value = value[part];
    else value = undefined;
    if (value === undefined) return fault("missing value");
  }
  return { ok: true, value };
}

type Edit = { readonly type: "add" | "replace"; readonly value: unknown } | { readonly type: "remove" };

function edit(document: unknown, path: readonly string[], change: Edit, op: string, whole: string): PatchResult {
  const [key, ...rest] = path;
  if (key === undefined)
    return change.type === "remove" ? fault(`unable to remove nonexistent key: ${whole}`) : { ok: true, value: change.value };
  if (Array.isArray(document)) return editList(document, key, rest, change, op, whole);
  if (!isRecord(document)) return fault(`${op} operation does not apply: doc is missing path: "${whole}": missing value`);
  const copy: Record<string, unknown> = { ...document };
  const has = copy[key] !== undefined;
  if (rest.length > 0) {
    if (!has) return fault(`${op} operation does not apply: doc is missing path: "${whole}": missing value`);
    const inner = edit(copy[key], rest, change, op, whole);
    if (!inner.ok) return inner;
    copy[key] = inner.value;
  } else if (change.type === "remove") {
    if (!has) return fault(`remove operation does not apply: doc is missing key: ${whole}: missing value`);
    delete copy[key];
  } else {
    if (change.type === "replace" && !has) return fault(`replace operation does not apply: doc is missing key: ${whole}: missing value`);
    copy[key] = change.value;
  }
  return { ok: true, value: copy };
}

function editList(list: readonly unknown[], key: string, rest: readonly string[], change: Edit, op: string, whole: string): PatchResult {
  const isEnd = key === "-" && rest.length === 0 && change.type === "add";
  const given = isEnd ? list.length : Number(key);
  if (!Number.isInteger(given)) return fault(`${op} operation does not apply: doc is missing key: ${whole}: missing value`);
  const index = given < 0 ? given + list.length : given;
  const limit = change.type === "add" && rest.length === 0 ? list.length : list.length - 1;
  if (index < 0 || index > limit) return fault(`${op} operation does not apply: doc is missing key: ${whole}: invalid index referenced`);
  if (rest.length > 0) {
    const inner = edit(list[index], rest, change, op, whole);
    return inner.ok ? { ok: true, value: list.with(index, inner.value) } : inner;
  }
  if (change.type === "remove") return { ok: true, value: list.toSpliced(index, 1) };
  return { ok: true, value: list.toSpliced(index, change.type === "add" ? 0 : 1, change.value) };
}
