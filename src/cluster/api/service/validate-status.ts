import { forbidden, invalid, notSupported } from "../field-error.ts";
import { ipMessage, parseIp } from "../ip.ts";
import type { FieldError } from "../kind.ts";
import { dns1123Subdomain } from "../names.ts";
import type { LoadBalancerIngress, Service } from "./types.ts";

const ingressPath = "status.loadBalancer.ingress";

/** @source pkg/apis/core/validation/validation.go, ValidateLoadBalancerStatus */
export function validateServiceStatus({ spec, status }: Service): readonly FieldError[] {
  const ingress = status.loadBalancer?.ingress ?? [];
  if (spec.type !== "LoadBalancer" && ingress.length > 0) {
    return [forbidden(ingressPath, 'may only be used when `spec.type` is "LoadBalancer"')];
  }
  const errors: FieldError[] = [];
  for (const [index, { ip = "", ipMode, hostname }] of ingress.entries()) {
    const path = `${ingressPath}[${index}]`;
    if (ip !== "" && parseIp(ip) === undefined) errors.push(invalid(`${path}.ip`, ip, ipMessage));
    if (ipMode !== undefined && ip === "") errors.push(forbidden(`${path}.ipMode`, "may not be specified when `ip` is not set"));
    else if (ipMode !== undefined && ipMode !== "VIP" && ipMode !== "Proxy") {
      errors.push(notSupported(`${path}.ipMode`, ipMode, ["Proxy", "VIP"]));
    }
    errors.push(...validateHostname(hostname, `${path}.hostname`));
  }
  return errors;
}

/** An Ingress has no `ipMode`. @source pkg/apis/networking/validation, ValidateIngressLoadBalancerStatus */
export function validateIngressAddresses(ingress: readonly LoadBalancerIngress[]): readonly FieldError[] {
  return ingress.flatMap(({ ip = "", hostname }, index) => [
    ...(ip !== "" && parseIp(ip) === undefined ? [invalid(`${ingressPath}[${index}].ip`, ip, ipMessage)] : []),
    ...validateHostname(hostname, `${ingressPath}[${index}].hostname`),
  ]);
}

function validateHostname(hostname: string | undefined, path: string): readonly FieldError[] {
  if (hostname === undefined || hostname === "") return [];
  const errors = dns1123Subdomain(hostname).map((message) => invalid(path, hostname, message));
  if (parseIp(hostname) !== undefined) errors.push(invalid(path, hostname, "must be a DNS name, not an IP address"));
  return errors;
}
