import { invalid, notSupported, printed, required } from "../field-error.ts";
import { parseIp } from "../ip.ts";
import type { AdmissionContext, FieldError } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { dns1123Subdomain, type NameCheck, portName, portNumber, wildcardDns1123Subdomain } from "../names.ts";
import { metadataOf, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import { serviceName } from "../service/validate.ts";
import {
  type HTTPIngressPath,
  type Ingress,
  type IngressBackend,
  type IngressRule,
  type IngressTLS,
  ingressClassAnnotation,
} from "./types.ts";

/** @source pkg/apis/networking/validation/validation.go: ValidateIngressCreate, ValidateIngressUpdate */
export function validateIngress(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): readonly FieldError[] {
  const { spec, metadata } = object as unknown as Ingress;
  const errors: FieldError[] = [];
  if (old !== undefined) errors.push(...validateObjectMetaUpdate(metadataOf(object), old.metadata));
  errors.push(...validateObjectMeta(metadataOf(object), { namespaced: true }));
  errors.push(...validateSpec(spec ?? {}, serviceName(context)));
  const annotation = metadata.annotations?.[ingressClassAnnotation];
  if (old === undefined && annotation !== undefined && spec.ingressClassName !== undefined && annotation !== spec.ingressClassName) {
    errors.push(invalid(`annotations.${ingressClassAnnotation}`, annotation, "must match `ingressClassName` when both are specified"));
  }
  return errors;
}

function validateSpec(spec: Ingress["spec"], serviceCheck: NameCheck): FieldError[] {
  const errors: FieldError[] = [];
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    const shown = printed(spec.rules === undefined ? "[]networking.IngressRule(nil)" : "[]networking.IngressRule{}");
    errors.push(invalid("spec", shown, "either `defaultBackend` or `rules` must be specified"));
  }
  if (spec.defaultBackend !== undefined) errors.push(...validateBackend(spec.defaultBackend, serviceCheck, "spec.defaultBackend"));
  for (const [index, rule] of rules.entries()) errors.push(...validateRule(rule, serviceCheck, `spec.rules[${index}]`));
  for (const [index, tls] of (spec.tls ?? []).entries()) errors.push(...validateTls(tls, `spec.tls[${index}]`));
  const { ingressClassName } = spec;
  if (ingressClassName !== undefined) {
    for (const message of dns1123Subdomain(ingressClassName)) errors.push(invalid("spec.ingressClassName", ingressClassName, message));
  }
  return errors;
}

function validateTls({ hosts = [], secretName = "" }: IngressTLS, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, host] of hosts.entries()) {
    for (const message of hostCheck(host)(host)) errors.push(invalid(`${path}.hosts[${index}]`, host, message));
  }
  if (secretName !== "")
    for (const message of dns1123Subdomain(secretName)) errors.push(invalid(`${path}.secretName`, secretName, message));
  return errors;
}

function hostCheck(host: string): NameCheck {
  return host.includes("*") ? wildcardDns1123Subdomain : dns1123Subdomain;
}

function validateRule({ host = "", http }: IngressRule, serviceCheck: NameCheck, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (host !== "") {
    if (parseIp(host) !== undefined) errors.push(invalid(`${path}.host`, host, "must be a DNS name, not an IP address"));
    for (const message of hostCheck(host)(host)) errors.push(invalid(`${path}.host`, host, message));
  }
  if (http === undefined) return errors;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  for (const [index, one] of paths.entries()) errors.push(...validatePath(one, serviceCheck, `${path}.http.paths[${index}]`));
  return errors;
}

const pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];
const badSequences = ["//", "/./", "/../", "%2f", "%2F"];
const badEndings = ["/..", "/."];

function validatePath({ path = "", pathType, backend }: HTTPIngressPath, serviceCheck: NameCheck, place: string): FieldError[] {
  // Without a type nothing can be said of the path, and nothing is said of the backend.
  if (pathType === undefined) return [required(`${place}.pathType`, "pathType must be specified")];
  const errors: FieldError[] = [];
  const fault = (detail: string): void => void errors.push(invalid(`${place}.path`, path, detail));
  switch (pathType as string) {
    case "Exact":
    case "Prefix":
      if (!path.startsWith("/")) fault("must be an absolute path");
      for (const sequence of badSequences) if (path.includes(sequence)) fault(`must not contain '${sequence}'`);
      for (const ending of badEndings) if (path.endsWith(ending)) fault(`cannot end with '${ending}'`);
      break;
    case "ImplementationSpecific":
      if (path !== "" && !path.startsWith("/")) fault("must be an absolute path");
      break;
    default:
      errors.push(notSupported(`${place}.pathType`, pathType, pathTypes));
  }
  errors.push(...validateBackend(backend, serviceCheck, `${place}.backend`));
  return errors;
}

function validateBackend({ service, resource }: IngressBackend, serviceCheck: NameCheck, path: string): FieldError[] {
  if (service !== undefined && resource !== undefined) return [invalid(path, "", "cannot set both resource and service backends")];
  if (resource !== undefined) return validateResource(resource, `${path}.resource`);
  if (service === undefined) return [invalid(path, "", "resource or service backend is required")];
  const errors: FieldError[] = [];
  if (service.name === "") errors.push(required(`${path}.service.name`));
  else for (const message of serviceCheck(service.name)) errors.push(invalid(`${path}.service.name`, service.name, message));
  const { name = "", number = 0 } = service.port;
  if (name !== "" && number !== 0) errors.push(invalid(path, "", "cannot set both port name & port number"));
  else if (name !== "") for (const message of portName(name)) errors.push(invalid(`${path}.service.port.name`, name, message));
  else if (number !== 0) for (const message of portNumber(number)) errors.push(invalid(`${path}.service.port.number`, number, message));
  else errors.push(required(path, "port name or number is required"));
  return errors;
}

function validateResource({ apiGroup, kind, name }: NonNullable<IngressBackend["resource"]>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (apiGroup !== undefined) for (const message of dns1123Subdomain(apiGroup)) errors.push(invalid(`${path}.apiGroup`, apiGroup, message));
  if (kind === "") errors.push(required(`${path}.kind`));
  else for (const message of pathSegmentName(kind)) errors.push(invalid(`${path}.kind`, kind, message));
  if (name === "") errors.push(required(`${path}.name`));
  else for (const message of pathSegmentName(name)) errors.push(invalid(`${path}.name`, name, message));
  return errors;
}

/** Any name that can stand in a URL path. @source IsPathSegmentName */
export const pathSegmentName: NameCheck = (text) => {
  if (text === "." || text === "..") return [`may not be '${text}'`];
  return ["/", "%"].filter((illegal) => text.includes(illegal)).map((illegal) => `may not contain '${illegal}'`);
};
