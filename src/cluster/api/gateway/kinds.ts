import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, required } from "../field-error.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { Condition, LooseObject } from "../meta.ts";
import { prepareStatus, same, validateWith } from "../plain.ts";
import type { Struct } from "../schema.ts";
import { gatewayClassSchema, gatewaySchema, httpRouteSchema, referenceGrantSchema } from "./schema.ts";
import type { Gateway, GatewayClass, HTTPBackendRef, HTTPRoute, HTTPRouteRule } from "./types.ts";

/** The standard channel of the Gateway API. @source gateway-api config/crd/standard; kubernetes.io "Gateway API" */

const group = "gateway.networking.k8s.io";

function otherVersion(version: string, schema: Struct): KindDefinition["versions"][number] {
  return { group, version, schema, toStored: same, fromStored: (object) => ({ ...object }) };
}

/** Until a controller speaks. @source the CRDs' defaults */
function pending(types: readonly string[]): LooseObject {
  return {
    conditions: types.map((type) => ({
      type,
      status: "Unknown",
      reason: "Pending",
      message: "Waiting for controller",
      lastTransitionTime: "1970-01-01T00:00:00Z",
    })),
  };
}

function conditionStatus(conditions: readonly Condition[] | undefined, type: string): string {
  return conditions?.find((one) => one.type === type)?.status ?? "";
}

export const gatewayClassKind: KindDefinition = {
  kind: "GatewayClass",
  group,
  isCustom: true,
  storageVersion: "v1",
  versions: [otherVersion("v1beta1", gatewayClassSchema)],
  plural: "gatewayclasses",
  singular: "gatewayclass",
  shortNames: ["gc"],
  namespaced: false,
  schema: gatewayClassSchema,
  hasStatus: true,
  hasGeneration: true,
  defaults: same,
  prepare: prepareStatus(pending(["Accepted"])),
  validate: validateWith({ namespaced: false }, (object, old) => {
    const { controllerName } = object.spec as GatewayClass["spec"];
    if (controllerName === "") return [required("spec.controllerName")];
    const before = (old as GatewayClass | undefined)?.spec.controllerName;
    return before !== undefined && before !== controllerName ? [invalid("spec.controllerName", controllerName, "Value is immutable")] : [];
  }),
  columns: [
    nameColumn,
    column<GatewayClass>("Controller", ({ spec }) => spec.controllerName),
    column<GatewayClass>("Accepted", ({ status }) => conditionStatus(status?.conditions, "Accepted")),
    ageColumn,
    column<GatewayClass>("Description", ({ spec }) => spec.description ?? "", { wide: true }),
  ],
};

export const gatewayKind: KindDefinition = {
  kind: "Gateway",
  group,
  isCustom: true,
  storageVersion: "v1",
  versions: [otherVersion("v1beta1", gatewaySchema)],
  plural: "gateways",
  singular: "gateway",
  shortNames: ["gtw"],
  namespaced: true,
  schema: gatewaySchema,
  hasStatus: true,
  hasGeneration: true,
  defaults: (object) => {
    const spec = object.spec as Gateway["spec"];
    return {
      ...object,
      spec: {
        ...spec,
        listeners: (spec?.listeners ?? []).map(({ allowedRoutes, tls, ...listener }) => ({
          ...listener,
          ...(tls === undefined
            ? {}
            : {
                tls: {
                  ...tls,
                  mode: tls.mode ?? "Terminate",
                  ...(tls.certificateRefs === undefined
                    ? {}
                    : {
                        certificateRefs: tls.certificateRefs.map((one) => ({ ...one, group: one.group ?? "", kind: one.kind ?? "Secret" })),
                      }),
                },
              }),
          allowedRoutes: {
            ...allowedRoutes,
            namespaces: { ...allowedRoutes?.namespaces, from: allowedRoutes?.namespaces?.from ?? "Same" },
          },
        })),
      },
    };
  },
  prepare: prepareStatus(pending(["Accepted", "Programmed"])),
  validate: validateWith({ namespaced: true }, validateGateway),
  columns: [
    nameColumn,
    column<Gateway>("Class", ({ spec }) => spec.gatewayClassName),
    column<Gateway>("Address", ({ status }) => status?.addresses?.[0]?.value ?? ""),
    column<Gateway>("Programmed", ({ status }) => conditionStatus(status?.conditions, "Programmed")),
    ageColumn,
  ],
};

/** As the CRD's rules word it. */
function validateGateway(object: LooseObject): readonly FieldError[] {
  const { gatewayClassName, listeners } = object.spec as Gateway["spec"];
  const errors: FieldError[] = [];
  const shown = { printed: '"array"' };
  if (gatewayClassName === "") errors.push(required("spec.gatewayClassName"));
  if (listeners.length === 0) errors.push(required("spec.listeners"));
  const isRepeated = (keys: readonly string[]): boolean => new Set(keys).size < keys.length;
  if (isRepeated(listeners.map(({ name }) => name)))
    errors.push(invalid("spec.listeners", shown, "Listener name must be unique within the Gateway"));
  if (isRepeated(listeners.map(({ port, protocol, hostname = "" }) => `${port}/${protocol}/${hostname}`))) {
    errors.push(invalid("spec.listeners", shown, "Combination of port, protocol and hostname must be unique for each listener"));
  }
  return errors;
}

export const httpRouteKind: KindDefinition = {
  kind: "HTTPRoute",
  group,
  isCustom: true,
  storageVersion: "v1",
  versions: [otherVersion("v1beta1", httpRouteSchema)],
  plural: "httproutes",
  singular: "httproute",
  shortNames: [],
  namespaced: true,
  schema: httpRouteSchema,
  hasStatus: true,
  hasGeneration: true,
  defaults: (object) => {
    const spec = (object.spec ?? {}) as HTTPRoute["spec"];
    return {
      ...object,
      spec: {
        ...spec,
        ...(spec.parentRefs === undefined
          ? {}
          : { parentRefs: spec.parentRefs.map((parent) => ({ ...parent, group: parent.group ?? group, kind: parent.kind ?? "Gateway" })) }),
        rules: (spec.rules ?? [{}]).map(defaultRule),
      },
    };
  },
  prepare: (object, old, context) => {
    const { status, ...rest } = prepareStatus({})(object, old, context);
    const isEmpty = status === undefined || (status as HTTPRoute["status"])?.parents === undefined;
    return isEmpty ? rest : { ...rest, status };
  },
  validate: validateWith({ namespaced: true }, validateHttpRoute),
  columns: [
    nameColumn,
    column<HTTPRoute>("Hostnames", ({ spec }) => (spec.hostnames === undefined ? "" : JSON.stringify(spec.hostnames))),
    ageColumn,
  ],
};

function defaultRule(rule: HTTPRouteRule): HTTPRouteRule {
  const matches = (rule.matches ?? [{}]).map((match) => ({
    ...match,
    path: { type: match.path?.type ?? ("PathPrefix" as const), value: match.path?.value ?? "/" },
  }));
  const backend = (one: HTTPBackendRef): HTTPBackendRef => ({
    ...one,
    group: one.group ?? "",
    kind: one.kind ?? "Service",
    weight: one.weight ?? 1,
  });
  const filters = rule.filters?.map((filter) =>
    filter.requestRedirect === undefined
      ? filter
      : { ...filter, requestRedirect: { ...filter.requestRedirect, statusCode: filter.requestRedirect.statusCode ?? 302 } },
  );
  return {
    ...rule,
    matches,
    ...(filters === undefined ? {} : { filters }),
    ...(rule.backendRefs === undefined ? {} : { backendRefs: rule.backendRefs.map(backend) }),
  };
}

const badPathParts = ["//", "/./", "/../", "%2f", "%2F", "#"];
const badPathEndings = ["/..", "/."];

function validateHttpRoute(object: LooseObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const objectShown = { printed: '"object"' };
  for (const [index, rule] of ((object.spec as HTTPRoute["spec"]).rules ?? []).entries()) {
    const path = `spec.rules[${index}]`;
    const types = (rule.filters ?? []).map(({ type }) => type);
    if (types.includes("RequestRedirect") && types.includes("URLRewrite")) {
      const detail = "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both";
      errors.push(invalid(`${path}.filters`, { printed: '"array"' }, detail));
    }
    if (types.includes("RequestRedirect") && (rule.backendRefs ?? []).length > 0) {
      errors.push(invalid(path, objectShown, "RequestRedirect filter must not be used together with backendRefs"));
    }
    for (const [at, { path: match }] of (rule.matches ?? []).entries()) {
      const { type = "PathPrefix", value = "/" } = match ?? {};
      if (type === "RegularExpression") continue;
      const fault = (rest: string): void =>
        void errors.push(invalid(`${path}.matches[${at}].path`, objectShown, `${rest} when type one of ['Exact', 'PathPrefix']`));
      if (!value.startsWith("/")) fault("value must be an absolute path and start with '/'");
      for (const part of badPathParts) if (value.includes(part)) fault(`must not contain '${part}'`);
      for (const ending of badPathEndings) if (value.endsWith(ending)) fault(`must not end with '${ending}'`);
    }
    for (const [at, backend] of (rule.backendRefs ?? []).entries()) {
      if (backend.kind === "Service" && backend.group === "" && backend.port === undefined) {
        errors.push(invalid(`${path}.backendRefs[${at}]`, objectShown, "Must have port for Service reference"));
      }
    }
  }
  return errors;
}

export const referenceGrantKind: KindDefinition = {
  kind: "ReferenceGrant",
  group,
  isCustom: true,
  storageVersion: "v1beta1",
  versions: [otherVersion("v1", referenceGrantSchema)],
  plural: "referencegrants",
  singular: "referencegrant",
  shortNames: ["refgrant"],
  namespaced: true,
  schema: referenceGrantSchema,
  hasStatus: false,
  hasGeneration: true,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: true }),
  columns: [nameColumn, ageColumn],
};
