import { decode, unknownFieldsText } from "../api/decode.ts";
import { goQuote } from "../api/go-value.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { apply } from "./apply.ts";
import { queryValue, type ServerContext, type Target } from "./context.ts";
import type { Written } from "./create.ts";
import { goValue } from "./go-map.ts";
import { canonicalText, isRecord } from "./json.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { Refusal } from "./refusal.ts";
import { type ServedResource, shown, toStored } from "./registry.ts";
import { badRequest, generic, invalidPatch, rejected, unsupportedMediaType } from "./status.ts";
import { applyStrategicPatch, StrategicPatchError } from "./strategic-merge.ts";
import { unstructuredFault } from "./unstructured.ts";
import { change, existing, isReport, report } from "./update.ts";
import { writerOf } from "./writer.ts";

const jsonPatchType = "application/json-patch+json";
const mergePatchType = "application/merge-patch+json";
const strategicPatchType = "application/strategic-merge-patch+json";
const applyPatchType = "application/apply-patch+yaml";

/** Custom resources have no Go type and so no strategic merge. */
function isCustomResource({ definition }: ServedResource): boolean {
  return definition.isCustom === true;
}

/** PATCH of an object or its status. @source apiserver endpoints/handlers/patch.go */
export function patch(context: ServerContext, target: Target): Written {
  const { resource } = target;
  const type = patchType(target);
  const accepted = [jsonPatchType, mergePatchType, ...(isCustomResource(resource) ? [] : [strategicPatchType]), applyPatchType];
  if (!accepted.includes(type)) throw new Refusal(unsupportedMediaType(accepted));

  if (type === applyPatchType) return apply(context, target);

  const old = existing(context, target);
  const current = shown(resource, old) as unknown as LooseObject;
  if (isReport(target)) return report(context, target, old, patchedBody(target, current) as unknown as KubernetesObject);
  const { object, warnings } = patched(target, type, current);
  return change(context, target, old, toStored(resource, object), warnings, writerOf(target));
}

/** The object in the request's version with the patch on it, read as the type it must be. */
function patched(
  target: Target,
  type: string,
  current: LooseObject,
): { readonly object: LooseObject; readonly warnings: readonly string[] } {
  const { request, resource } = target;
  const { body } = request;
  const result = patchedBody(target, current);
  // What the patch is called in errors: a strategic one by itself, the others by what came out.
  const refused = (detail: string): Refusal => {
    const value = goQuote(type === strategicPatchType ? goValue(body) : canonicalText(result));
    return new Refusal(invalidPatch([{ field: "patch", type: "invalid", value, detail }]));
  };
  if (type === strategicPatchType) {
    const fault = unstructuredFault(resource.schema, result);
    if (fault !== undefined) throw refused(fault);
  }
  const decoded = decode(resource.schema, result);
  if (decoded.error !== undefined) {
    throw new Refusal(
      badRequest(`${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: ${decoded.error}`),
    );
  }
  const validation = queryValue(request, "fieldValidation");
  if (decoded.unknown.length > 0 && validation === "Strict") {
    throw refused(`strict decoding error: ${unknownFieldsText(decoded.unknown)}`);
  }
  const warnings = validation === "Ignore" ? [] : decoded.unknown.map((path) => `unknown field "${path}"`);
  return { object: decoded.object, warnings };
}

/** A document with the request's patch on it, as yet of no type. */
export function patchedBody(target: Target, current: LooseObject): LooseObject {
  const { request, resource } = target;
  const type = patchType(target);
  const result = type === strategicPatchType ? strategically(request.body, current, resource) : plainly(type, request.body, current);
  if (!isRecord(result)) throw new Refusal(badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`));
  return result;
}

function patchType({ request }: Target): string {
  return (request.contentType ?? mergePatchType).split(";")[0] as string;
}

function plainly(type: string, body: unknown, current: LooseObject): unknown {
  if (type === mergePatchType) {
    if (!isRecord(body))
      throw new Refusal(
        badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(body)} into Go value of type map[string]interface {}`),
      );
    return applyMergePatch(current, body);
  }
  if (!Array.isArray(body)) {
    throw new Refusal(badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(body)} into Go value of type jsonpatch.Patch`));
  }
  const odd: unknown = body.find((operation) => operation !== null && !isRecord(operation));
  if (odd !== undefined)
    throw new Refusal(
      badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(odd)} into Go value of type jsonpatch.Operation`),
    );
  const result = applyJsonPatch(current, body);
  if (!result.ok) throw new Refusal(rejected());
  return result.value;
}

function strategically(body: unknown, current: LooseObject, resource: ServedResource): unknown {
  if (!isRecord(body)) {
    throw new Refusal(
      badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(body)} into Go value of type map[string]interface {}`),
    );
  }
  try {
    return applyStrategicPatch(current, body, resource.schema);
  } catch (error) {
    if (!(error instanceof StrategicPatchError)) throw error;
    throw new Refusal(error.isBadRequest ? badRequest(error.message) : generic(500, "", error.message));
  }
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return value === null ? "null" : typeof value;
}
