import type { LooseObject } from "../meta.ts";
import { ingressFromBeta } from "./convert.ts";

const betas = ["extensions/v1beta1", "networking.k8s.io/v1beta1"];

/**
 * A beta Ingress as it is written today: the API's own conversion, and the class that controllers ask for since 1.0.
 * Undefined for anything else, and where its shape is too far off to be converted. Pure.
 */
export function ingressOfToday(object: LooseObject): LooseObject | undefined {
  const spec = object.spec as LooseObject | undefined;
  if (object.kind !== "Ingress" || !betas.includes(String(object.apiVersion))) return undefined;
  if (!isObject(spec) || !isConvertible(spec)) return undefined;
  const { spec: converted, ...rest } = ingressFromBeta({ ...object, apiVersion: "networking.k8s.io/v1" });
  const annotations = ((object.metadata as LooseObject | undefined)?.annotations ?? {}) as LooseObject;
  const hasClass = spec.ingressClassName !== undefined || annotations["kubernetes.io/ingress.class"] !== undefined;
  const { apiVersion, kind, ...others } = rest;
  return {
    apiVersion,
    kind,
    ...others,
    spec: { ...(hasClass ? {} : { ingressClassName: "nginx" }), ...(converted as LooseObject) },
  };
}

function isObject(value: unknown): value is LooseObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isConvertible({ backend, rules }: LooseObject): boolean {
  if (backend !== undefined && !isObject(backend)) return false;
  if (rules === undefined) return true;
  if (!Array.isArray(rules)) return false;
  return rules.every((rule: unknown) => {
    if (!isObject(rule)) return false;
    if (rule.http === undefined) return true;
    if (!isObject(rule.http) || !Array.isArray(rule.http.paths)) return false;
    return rule.http.paths.every((path: unknown) => isObject(path) && isObject(path.backend));
  });
}
