import { fieldErrorCauses, invalidMessage } from "../api/field-error.ts";
import type { FieldError } from "../api/kind.ts";
import type { Status, StatusReason } from "./request.ts";

/** Names a kind of resource in messages. @source apimachinery runtime/schema: GroupResource.String(), GroupKind.String() */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `services`, `deployments.apps`. */
function qualifiedResource(resource: ResourceName): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `Service`, `Deployment.apps`. */
function qualifiedKind(resource: ResourceName): string {
  return resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
}

function failure(code: number, reason: StatusReason, message: string, details?: NonNullable<Status["details"]>): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  };
}

function resourceDetails(resource: ResourceName, name: string): NonNullable<Status["details"]> {
  return { ...(name === "" ? {} : { name }), ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural };
}

/** All messages: @source apimachinery api/errors/errors.go */
export function notFound(resource: ResourceName, name: string): Status {
  return failure(404, "NotFound", `${qualifiedResource(resource)} "${name}" not found`, resourceDetails(resource, name));
}

/** A path that no resource has. */
export function noSuchResource(): Status {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

export function alreadyExists(resource: ResourceName, name: string): Status {
  return failure(409, "AlreadyExists", `${qualifiedResource(resource)} "${name}" already exists`, resourceDetails(resource, name));
}

export function conflict(resource: ResourceName, name: string, detail: string): Status {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${detail}`;
  return failure(409, "Conflict", message, resourceDetails(resource, name));
}

/** The usual cause of a conflict. @source apiserver registry/generic/registry/store.go, OptimisticLockErrorMsg */
export const objectModified = "the object has been modified; please apply your changes to the latest version and try again";

interface FieldConflict {
  readonly owner: { readonly manager: string; readonly operation: string; readonly apiVersion: string; readonly subresource?: string };
  readonly field: string;
}

/** Server-side apply met fields of others. @source apimachinery util/managedfields/internal/conflict.go, NewConflictError */
export function applyConflict(conflicts: readonly FieldConflict[]): Status {
  const byOwner = new Map<string, string[]>();
  for (const { owner, field } of conflicts) byOwner.set(ownerText(owner), [...(byOwner.get(ownerText(owner)) ?? []), field]);
  const [first] = byOwner;
  const message =
    conflicts.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: conflict with ${first[0]}: ${first[1][0]}`
      : `Apply failed with ${conflicts.length} conflicts: ${[...byOwner]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, fields]) => [`conflicts with ${name}:`, ...fields.toSorted().map((field) => `- ${field}`)].join("\n"))
          .join("\n")}`;
  return failure(409, "Conflict", message, {
    causes: conflicts.map(({ owner, field }) => ({ reason: "FieldManagerConflict", message: `conflict with ${ownerText(owner)}`, field })),
  });
}

/** `"kubectl" with subresource "scale" using apps/v1`; an applier is its name alone. */
function ownerText({ manager, operation, apiVersion, subresource }: FieldConflict["owner"]): string {
  const name = `${JSON.stringify(manager)}${subresource === undefined ? "" : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === "Apply" ? name : `${name} using ${apiVersion}`;
}

export function forbidden(resource: ResourceName, name: string, detail: string): Status {
  const named = name === "" ? qualifiedResource(resource) : `${qualifiedResource(resource)} "${name}"`;
  return failure(403, "Forbidden", `${named} is forbidden: ${detail}`, resourceDetails(resource, name));
}

/** details.kind is the kind, not the resource. */
export function invalid(resource: ResourceName, name: string, errors: readonly FieldError[]): Status {
  return failure(422, "Invalid", invalidMessage(qualifiedKind(resource), name, errors), {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.kind,
    causes: fieldErrorCauses(errors),
  });
}

/** A patch whose result can't be read has neither kind nor name. @source apiserver endpoints/handlers/patch.go: NewInvalid(schema.GroupKind{}, "", …) */
export function invalidPatch(errors: readonly FieldError[]): Status {
  return failure(422, "Invalid", invalidMessage("", "", errors), { causes: fieldErrorCauses(errors) });
}

export function badRequest(message: string): Status {
  return failure(400, "BadRequest", message);
}

export function methodNotAllowed(): Status {
  return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** A watch from a revision whose events are forgotten. */
export function expired(message: string): Status {
  return failure(410, "Expired", message);
}

export function unsupportedMediaType(accepted: readonly string[]): Status {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return failure(415, "UnsupportedMediaType", message);
}

/** What a JSON patch that does not fit gets. @source apiserver endpoints/handlers/patch.go, applyJSPatch: NewGenericServerResponse(422) */
export function rejected(): Status {
  return failure(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

export function tooManyRequests(message: string, cause?: { readonly reason: string; readonly message: string }): Status {
  return failure(429, "TooManyRequests", message, cause === undefined ? {} : { causes: [cause] });
}

export function internalError(message: string): Status {
  return failure(500, "InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** An error that a kubelet or another upgrade target sent. */
export function generic(code: number, reason: StatusReason, message: string): Status {
  return failure(code, reason, message);
}

/** What DELETE answers when the object is gone at once. @source apiserver registry/generic/registry/store.go, Delete */
export function deleted(resource: ResourceName, name: string, uid: string): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    message: "",
    reason: "",
    details: { name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural, uid },
    code: 200,
  };
}

export function success(code = 201): Status {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", message: "", reason: "", code };
}
