import { ageColumn, column, nameColumn } from "../column.ts";
import { forbidden, invalid, notSupported, required, tooLong } from "../field-error.ts";
import { pathSegmentName } from "../ingress/validate.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { dns1123Label, dns1123Subdomain, regexMessage } from "../names.ts";
import { immutable, metadataOf, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import { same } from "../plain.ts";
import type { Struct } from "../schema.ts";
import { about, always, pointer, string, struct } from "../shape.ts";
import type { IngressClass } from "./types.ts";

function schema(version: string): Struct {
  const parameters = struct(`${version}.IngressClassParametersReference`, {
    apiGroup: pointer(string),
    kind: always(string),
    name: always(string),
    scope: pointer(string),
    namespace: pointer(string),
  });
  return root(
    `${version}.IngressClass`,
    {
      spec: always(
        struct(`${version}.IngressClassSpec`, {
          controller: about("The controller that serves the Ingresses of this class.", string),
          parameters,
        }),
      ),
    },
    "A name for an Ingress controller, which Ingresses choose by `ingressClassName`.",
  );
}

/** @source kubernetes.io "Ingress class"; pkg/apis/networking/validation, ValidateIngressClass */
export const ingressClassKind: KindDefinition = {
  kind: "IngressClass",
  group: "networking.k8s.io",
  storageVersion: "v1",
  versions: [
    {
      group: "networking.k8s.io",
      version: "v1beta1",
      schema: schema("v1beta1"),
      toStored: same,
      fromStored: (object) => ({ ...object }),
    },
  ],
  plural: "ingressclasses",
  singular: "ingressclass",
  shortNames: [],
  namespaced: false,
  schema: schema("v1"),
  hasStatus: false,
  hasGeneration: true,
  defaults: (object) => {
    const { parameters, ...spec } = (object.spec ?? {}) as IngressClass["spec"];
    if (parameters === undefined || parameters.scope !== undefined) return object;
    return { ...object, spec: { ...spec, parameters: { ...parameters, scope: "Cluster" } } };
  },
  prepare: same,
  validate: validateIngressClass,
  columns: [
    nameColumn,
    column<IngressClass>("Controller", ({ spec }) => spec.controller ?? ""),
    column<IngressClass>("Parameters", ({ spec }) => {
      const { parameters } = spec;
      if (parameters === undefined) return "<none>";
      return `${parameters.kind}${parameters.apiGroup === undefined ? "" : `.${parameters.apiGroup}`}/${parameters.name}`;
    }),
    ageColumn,
  ],
};

function validateIngressClass(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = (object.spec ?? {}) as IngressClass["spec"];
  const errors: FieldError[] = [];
  if (old !== undefined) {
    errors.push(...validateObjectMetaUpdate(metadataOf(object), old.metadata));
    if ((old as IngressClass).spec.controller !== spec.controller) errors.push(immutable("spec.controller", spec.controller ?? ""));
  }
  errors.push(...validateObjectMeta(metadataOf(object), { namespaced: false }));
  errors.push(...validateController(spec.controller ?? ""));
  if (spec.parameters !== undefined) errors.push(...validateParameters(spec.parameters));
  return errors;
}

/** `example.com/ingress`. @source IsDomainPrefixedPath */
function validateController(controller: string): FieldError[] {
  const path = "spec.controller";
  if (controller === "") return [required(path)];
  const errors: FieldError[] = [];
  if (controller.length > 250) errors.push(tooLong(path, 250));
  const slash = controller.indexOf("/");
  const host = controller.slice(0, Math.max(slash, 0));
  const rest = controller.slice(slash + 1);
  if (slash < 0 || host === "" || rest === "") {
    return [...errors, invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  for (const message of dns1123Subdomain(host)) errors.push(invalid(path, host, message));
  const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) errors.push(invalid(path, rest, regexMessage("Invalid path", pattern)));
  return errors;
}

function validateParameters({ apiGroup, kind, name, scope, namespace }: NonNullable<IngressClass["spec"]["parameters"]>): FieldError[] {
  const path = "spec.parameters";
  const errors: FieldError[] = [];
  if (apiGroup !== undefined) for (const message of dns1123Subdomain(apiGroup)) errors.push(invalid(`${path}.apiGroup`, apiGroup, message));
  if (kind === "") errors.push(required(`${path}.kind`));
  else for (const message of pathSegmentName(kind)) errors.push(invalid(`${path}.kind`, kind, message));
  if (name === "") errors.push(required(`${path}.name`));
  else for (const message of pathSegmentName(name)) errors.push(invalid(`${path}.name`, name, message));
  if (scope === undefined) return [...errors, required(`${path}.scope`)];
  if (scope !== "Cluster" && scope !== "Namespace") {
    errors.push(notSupported(`${path}.scope`, scope, ["Cluster", "Namespace"]));
  } else if (scope === "Namespace") {
    if (namespace === undefined) errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else for (const message of dns1123Label(namespace)) errors.push(invalid(`${path}.namespace`, namespace, message));
  } else if (namespace !== undefined) errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}
