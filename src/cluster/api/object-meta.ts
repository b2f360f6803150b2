import { isEqualData } from "./equal.ts";
import { forbidden, invalid, printed, required, tooLong } from "./field-error.ts";
import { goQuote, goStrings, goStruct } from "./go-value.ts";
import type { FieldError } from "./kind.ts";
import type { KubernetesObject, LooseObject, ObjectMeta, OwnerReference } from "./meta.ts";
import { asPrefix, dns1123Label, dns1123Subdomain, labelValueCheck, type NameCheck, qualifiedName } from "./names.ts";

/** Checks of metadata that all kinds share. @source apimachinery pkg/api/validation/objectmeta.go */

export interface MetaRules {
  readonly namespaced: boolean;
  readonly name?: NameCheck;
}

/** Metadata as a user may have left it. */
export function metadataOf(object: LooseObject | KubernetesObject): Partial<ObjectMeta> {
  return (object.metadata ?? {}) as Partial<ObjectMeta>;
}

export function validateObjectMeta(
  metadata: Partial<ObjectMeta>,
  { namespaced, name: check = dns1123Subdomain }: MetaRules,
  path = "metadata",
): FieldError[] {
  const errors: FieldError[] = [];
  const { name = "", generateName = "", namespace = "" } = metadata;
  if (generateName !== "") {
    for (const message of asPrefix(check)(generateName)) errors.push(invalid(`${path}.generateName`, generateName, message));
  }
  if (name === "") errors.push(required(`${path}.name`, "name or generateName is required"));
  else for (const message of check(name)) errors.push(invalid(`${path}.name`, name, message));
  if (namespaced) {
    if (namespace === "") errors.push(required(`${path}.namespace`));
    else for (const message of dns1123Label(namespace)) errors.push(invalid(`${path}.namespace`, namespace, message));
  } else if (namespace !== "") errors.push(forbidden(`${path}.namespace`, "not allowed on this type"));
  errors.push(...validateLabels(metadata.labels, `${path}.labels`));
  errors.push(...validateAnnotations(metadata.annotations, `${path}.annotations`));
  errors.push(...validateOwnerReferences(metadata, `${path}.ownerReferences`));
  errors.push(...validateFinalizers(metadata.finalizers, `${path}.finalizers`));
  return errors;
}

export function validateObjectMetaUpdate(metadata: Partial<ObjectMeta>, old: ObjectMeta, path = "metadata"): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((one) => !(old.finalizers ?? []).includes(one));
    if (added.length > 0) {
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added.toSorted())}`;
      errors.push(forbidden(`${path}.finalizers`, detail));
    }
  }
  for (const field of ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const) {
    // What the user left out is filled in from the old object before validation, so a missing value is no change.
    if (metadata[field] !== undefined && metadata[field] !== null && metadata[field] !== old[field]) {
      errors.push(immutable(`${path}.${field}`, metadata[field]));
    }
  }
  errors.push(...validateLabels(metadata.labels, `${path}.labels`));
  errors.push(...validateAnnotations(metadata.annotations, `${path}.annotations`));
  errors.push(...validateOwnerReferences(metadata, `${path}.ownerReferences`));
  return errors;
}

const immutableMessage = "field is immutable";

export function immutable(field: string, value: Parameters<typeof invalid>[1]): FieldError {
  return invalid(field, value, immutableMessage);
}

/** No error when nothing changed. */
export function validateImmutable(field: string, value: unknown, old: unknown, show: () => string): FieldError[] {
  return isEqualData(value, old) ? [] : [invalid(field, printed(show()), immutableMessage)];
}

/** Also for selectors, which are labels by another name. Keys in order, as Go has none of its own. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels ?? {}).sort()) {
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of labelValueCheck(labels![key]!)) errors.push(invalid(path, labels![key]!, message));
  }
  return errors;
}

const annotationsSizeMax = 256 * 1024;

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key of Object.keys(annotations ?? {}).sort()) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += key.length + annotations![key]!.length;
  }
  if (size > annotationsSizeMax) errors.push(tooLong(path, annotationsSizeMax));
  return errors;
}

function validateOwnerReferences(metadata: Partial<ObjectMeta>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of metadata.ownerReferences ?? []) {
    // The server names the list here, not the index.
    const group = owner.apiVersion.includes("/") ? owner.apiVersion.slice(0, owner.apiVersion.indexOf("/")) : "";
    const version = owner.apiVersion.slice(group === "" ? 0 : group.length + 1);
    if (version === "") errors.push(invalid(`${path}.apiVersion`, owner.apiVersion, "version must not be empty"));
    if (owner.kind === "") errors.push(invalid(`${path}.kind`, owner.kind, "must not be empty"));
    if (owner.name === "") errors.push(invalid(`${path}.name`, owner.name, "must not be empty"));
    if (owner.uid === "") errors.push(invalid(`${path}.uid`, owner.uid, "must not be empty"));
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.name}`;
      errors.push(invalid(path, printed(goOwnerReferences(metadata.ownerReferences ?? [])), detail));
    } else controller = owner.name;
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[] | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, finalizer] of (finalizers ?? []).entries()) {
    for (const message of qualifiedName(finalizer)) errors.push(invalid(`${path}[${index}]`, finalizer, message));
  }
  const isOrphan = finalizers?.includes("orphan") === true;
  const isForeground = finalizers?.includes("foregroundDeletion") === true;
  if (isOrphan && isForeground) {
    errors.push(invalid(path, printed(goStrings(finalizers)), "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

function goOwnerReferences(owners: readonly OwnerReference[]): string {
  const shown = owners.map(({ apiVersion, kind, name, uid }) =>
    goStruct("v1.OwnerReference", [
      ["APIVersion", goQuote(apiVersion)],
      ["Kind", goQuote(kind)],
      ["Name", goQuote(name)],
      ["UID", goQuote(uid)],
    ]),
  );
  return `[]v1.OwnerReference{${shown.join(", ")}}`;
}
