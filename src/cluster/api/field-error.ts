import { goQuote, goScalar } from "./go-value.ts";
import type { FieldError } from "./kind.ts";

/** Errors of fields: how they are made, and how they read. @source apimachinery pkg/util/validation/field/errors.go, pkg/api/errors/errors.go */

type Scalar = string | number | boolean | null | undefined;

/** A value that is printed already (`goStrings`, `goStruct`). */
export interface Printed {
  readonly printed: string;
}

export function printed(text: string): Printed {
  return { printed: text };
}

export function required(field: string, detail = ""): FieldError {
  return { field, type: "required", detail };
}

export function forbidden(field: string, detail = ""): FieldError {
  return { field, type: "forbidden", detail };
}

export function invalid(field: string, value: Scalar | Printed, detail = ""): FieldError {
  return { field, type: "invalid", value: show(value), detail };
}

export function duplicate(field: string, value: Scalar | Printed): FieldError {
  return { field, type: "duplicate", value: show(value) };
}

export function notFound(field: string, value: Scalar | Printed): FieldError {
  return { field, type: "not-found", value: show(value) };
}

/** The values are told in the order given; who sorts them in Go sorts them before the call. */
export function notSupported(field: string, value: Scalar | Printed, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? "" : `supported values: ${supported.map(goQuote).join(", ")}`;
  return { field, type: "not-supported", value: show(value), detail };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return { field, type: "too-long", detail: maxBytes >= 0 ? `may not be more than ${maxBytes} bytes` : "value is too long" };
}

export function tooMany(field: string, count: number, max: number): FieldError {
  return { field, type: "too-many", value: String(count), detail: `must have at most ${max} item${max === 1 ? "" : "s"}` };
}

function show(value: Scalar | Printed): string {
  return typeof value === "object" && value !== null ? value.printed : goScalar(value);
}

const typeTexts: Readonly<Record<FieldError["type"], string>> = {
  required: "Required value",
  forbidden: "Forbidden",
  invalid: "Invalid value",
  duplicate: "Duplicate value",
  "not-supported": "Unsupported value",
  "too-long": "Too long",
  "too-many": "Too many",
  "not-found": "Not found",
  "type-invalid": "Invalid value",
  internal: "Internal error",
};

const causeReasons: Readonly<Record<FieldError["type"], string>> = {
  required: "FieldValueRequired",
  forbidden: "FieldValueForbidden",
  invalid: "FieldValueInvalid",
  duplicate: "FieldValueDuplicate",
  "not-supported": "FieldValueNotSupported",
  "too-long": "FieldValueTooLong",
  "too-many": "FieldValueTooMany",
  "not-found": "FieldValueNotFound",
  "type-invalid": "FieldValueTypeInvalid",
  internal: "InternalError",
};

const valueless: ReadonlySet<FieldError["type"]> = new Set(["required", "forbidden", "too-long", "internal", "type-invalid"]);

/** `Invalid value: "x": must be …`: the message of a cause, without the field. */
export function fieldErrorBody(error: FieldError): string {
  let text = typeTexts[error.type];
  if (error.value !== undefined && !valueless.has(error.type)) text += `: ${error.value}`;
  if (error.detail !== undefined && error.detail !== "") text += `: ${error.detail}`;
  return text;
}

/** `spec.type: Unsupported value: …`. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** Several errors in one line, equal ones once: `[a: b, c: d]`. */
export function joinFieldErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(fieldErrorText))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** The Status message of an invalid object; `kind` with its group: `Deployment.apps`. */
export function invalidMessage(kind: string, name: string, errors: readonly FieldError[]): string {
  const head = `${kind} ${goQuote(name)} is invalid`;
  return errors.length === 0 ? head : `${head}: ${joinFieldErrors(errors)}`;
}

/** `details.causes` of that Status; here every error is told. */
export function fieldErrorCauses(errors: readonly FieldError[]): readonly { reason: string; message: string; field: string }[] {
  return errors.map((error) => ({ reason: causeReasons[error.type], message: fieldErrorBody(error), field: error.field }));
}
