import { decode, unknownFieldsText } from "../api/decode.ts";
import type { LooseObject } from "../api/meta.ts";
import { isRecord } from "./json.ts";
import { Refusal } from "./refusal.ts";
import { type ServedResource, toStored } from "./registry.ts";
import { badRequest } from "./status.ts";

/** What a request brought, read: in the stored version, with what the server has to say of it. */
export interface Body {
  readonly object: LooseObject;
  readonly warnings: readonly string[];
}

/**
 * Reads an object that came with POST or PUT. `fieldValidation` as the query says: unknown fields are an error (Strict), a warning each (Warn, the default)
 * or dropped in silence (Ignore).
 * @source apiserver endpoints/handlers/create.go, update.go, rest.go (transformDecodeError)
 */
export function readBody(body: unknown, resource: ServedResource, fieldValidation: string | undefined): Body {
  if (!isRecord(body)) throw new Refusal(badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`));
  const { apiVersion, kind } = body;
  if (typeof apiVersion === "string" && apiVersion !== "" && apiVersion !== resource.apiVersion) {
    throw new Refusal(
      badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`),
    );
  }
  if (typeof kind === "string" && kind !== "" && kind !== resource.kind) {
    throw new Refusal(badRequest(cannotBeHandled(resource, kind, noSuchKind(kind, resource.apiVersion))));
  }
  const decoded = decode(resource.schema, body);
  if (decoded.error !== undefined) throw new Refusal(badRequest(cannotBeHandled(resource, resource.kind, decoded.error)));
  if (decoded.unknown.length > 0 && fieldValidation === "Strict") {
    const why = `strict decoding error: ${unknownFieldsText(decoded.unknown)}`;
    throw new Refusal(badRequest(cannotBeHandled(resource, resource.kind, why)));
  }
  const warnings = fieldValidation === "Ignore" ? [] : decoded.unknown.map((path) => `unknown field "${path}"`);
  return { object: toStored(resource, { ...decoded.object, apiVersion: resource.apiVersion, kind: resource.kind }), warnings };
}

/** The article is `a` for every kind. @source apiserver endpoints/handlers/rest.go, transformDecodeError */
function cannotBeHandled(resource: ServedResource, kind: string, why: string): string {
  return `${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${why}`;
}

/** @source apimachinery runtime/error.go, notRegisteredErr; the scheme is named after the place where it is made */
function noSuchKind(kind: string, apiVersion: string): string {
  return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
}
