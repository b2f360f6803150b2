import { printYaml } from "../../yaml/print.ts";
import { ingressFromBeta } from "../api/ingress/convert.ts";
import type { LooseObject } from "../api/meta.ts";

/**
 * A beta Ingress as it is written today, as a command to apply it: the API's own conversion, and the class that controllers ask for since 1.0.
 * Undefined where its shape is too far off to be converted. Pure.
 */
export function ingressOfToday(object: LooseObject): string | undefined {
  const spec = object.spec as LooseObject | undefined;
  if (!isObject(spec) || !isConvertible(spec)) return undefined;
  const { spec: converted, ...rest } = ingressFromBeta({ ...object, apiVersion: "networking.k8s.io/v1" });
  const annotations = ((object.metadata as LooseObject | undefined)?.annotations ?? {}) as LooseObject;
  const hasClass = spec.ingressClassName !== undefined || annotations["kubernetes.io/ingress.class"] !== undefined;
  const { apiVersion, kind, ...others } = rest;
  const today = {
    apiVersion,
    kind,
    ...others,
    spec: { ...(hasClass ? {} : { ingressClassName: "nginx" }), ...(converted as LooseObject) },
  };
  return `kubectl apply -f - <<'EOF'\n${printYaml(today)}EOF`;
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
