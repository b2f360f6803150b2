import { invalid, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { asPrefix, configMapKey, dns1123Subdomain, environmentName, qualifiedName } from "../names.ts";
import type { EnvFromSource, EnvVar } from "./types.ts";

/** Environment variables and where they come from. @source pkg/apis/core/validation/validation.go, ValidateEnv, ValidateEnvFrom */

export function validateEnv(variables: readonly EnvVar[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of variables.entries()) {
    const place = `${path}[${index}]`;
    if (variable.name === "") errors.push(required(`${place}.name`));
    else for (const message of environmentName(variable.name)) errors.push(invalid(`${place}.name`, variable.name, message));
    errors.push(...validateValueFrom(variable, `${place}.valueFrom`));
  }
  return errors;
}

const downwardPaths = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];

function validateValueFrom({ value = "", valueFrom }: EnvVar, path: string): FieldError[] {
  if (valueFrom === undefined) return [];
  const errors: FieldError[] = [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter((source) => source !== undefined).length;
  if (fieldRef !== undefined) errors.push(...validateFieldRef(fieldRef.fieldPath, `${path}.fieldRef`));
  if (resourceFieldRef !== undefined) errors.push(...validateResourceRef(resourceFieldRef.resource, `${path}.resourceFieldRef.resource`));
  for (const [field, source] of [
    ["configMapKeyRef", configMapKeyRef],
    ["secretKeyRef", secretKeyRef],
  ] as const) {
    if (source === undefined) continue;
    for (const message of dns1123Subdomain(source.name ?? "")) errors.push(invalid(`${path}.${field}.name`, source.name ?? "", message));
    if (source.key === "") errors.push(required(`${path}.${field}.key`));
    else for (const message of configMapKey(source.key)) errors.push(invalid(`${path}.${field}.key`, source.key, message));
  }
  if (sources === 0) {
    errors.push(invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"));
  } else if (value !== "") errors.push(invalid(path, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalid(path, "", "may not have more than one field specified at a time"));
  return errors;
}

/** @source validateObjectFieldSelector, ConvertDownwardAPIFieldLabel */
function validateFieldRef(fieldPath: string, path: string): FieldError[] {
  if (fieldPath === "") return [required(`${path}.fieldPath`)];
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const key = subscript[2]!;
    const checked = subscript[1] === "metadata.annotations" ? key.toLowerCase() : key;
    return qualifiedName(checked).map((message) => invalid(path, checked, message));
  }
  if (downwardPaths.includes(fieldPath)) return [];
  if (fieldPath === "metadata.annotations" || fieldPath === "metadata.labels") {
    return [notSupported(`${path}.fieldPath`, fieldPath, downwardPaths)];
  }
  return [invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
}

const downwardResources = [
  "limits.cpu",
  "limits.ephemeral-storage",
  "limits.memory",
  "requests.cpu",
  "requests.ephemeral-storage",
  "requests.memory",
];

function validateResourceRef(resource: string, path: string): FieldError[] {
  if (resource === "") return [required(path)];
  if (downwardResources.includes(resource) || /^(?:requests|limits)\.hugepages-/.test(resource)) return [];
  return [notSupported(path, resource, downwardResources)];
}

export function validateEnvFrom(sources: readonly EnvFromSource[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { prefix = "", configMapRef, secretRef }] of sources.entries()) {
    const place = `${path}[${index}]`;
    if (prefix !== "") for (const message of environmentName(prefix)) errors.push(invalid(`${place}.prefix`, prefix, message));
    for (const [field, source] of [
      ["configMapRef", configMapRef],
      ["secretRef", secretRef],
    ] as const) {
      if (source === undefined) continue;
      const { name = "" } = source;
      if (name === "") errors.push(required(`${place}.${field}.name`));
      else for (const message of asPrefix(dns1123Subdomain)(name)) errors.push(invalid(`${place}.${field}.name`, name, message));
    }
    // These two name the list, not the entry.
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalid(path, "", "may not have more than one field specified at a time"));
    }
  }
  return errors;
}
