import { duplicate, invalid, notSupported, printed, required } from "../field-error.ts";
import { goStrings } from "../go-value.ts";
import { ipMessage, isIpv6, parseIp } from "../ip.ts";
import type { FieldError } from "../kind.ts";
import { isHeadless, type ServiceSpec } from "./types.ts";

/** The addresses of a Service and their families. @source pkg/apis/core/validation/validation.go (1.32) */

/** @source ValidateServiceClusterIPsRelatedFields */
export function validateClusterIPs(spec: ServiceSpec): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const errors: FieldError[] = [];
  const { clusterIP = "", clusterIPs = [], ipFamilies = [] } = spec;
  const all = printed(goStrings(clusterIPs));
  if (clusterIP === "") {
    if (clusterIPs.length > 0) errors.push(invalid("spec.clusterIPs", all, "must be empty when `clusterIP` is not specified"));
  } else if (clusterIPs.length === 0) errors.push(required("spec.clusterIPs"));
  else if (clusterIPs[0] !== clusterIP) errors.push(invalid("spec.clusterIPs", all, "first value must match `clusterIP`"));

  const seen = new Set<string>();
  for (const [index, family] of ipFamilies.entries()) {
    const path = `spec.ipFamilies[${index}]`;
    if (family !== "IPv4" && family !== "IPv6") errors.push(notSupported(path, family, ["IPv4", "IPv6"]));
    if (seen.has(family)) errors.push(duplicate(path, family));
    seen.add(family);
  }
  if (spec.ipFamilyPolicy !== undefined && !familyPolicies.includes(spec.ipFamilyPolicy)) {
    errors.push(notSupported("spec.ipFamilyPolicy", spec.ipFamilyPolicy, familyPolicies));
  }

  let isBroken = false;
  for (const [index, ip] of clusterIPs.entries()) {
    if (index === 0 && ip === "None") {
      if (clusterIPs.length > 1) {
        isBroken = true;
        errors.push(invalid("spec.clusterIPs", all, "'None' must be the first and only value"));
      }
      continue;
    }
    if (parseIp(ip) === undefined) {
      isBroken = true;
      errors.push(invalid(`spec.clusterIPs[${index}]`, ip, ipMessage));
    }
  }
  if (clusterIPs.length > 2) {
    isBroken = true;
    errors.push(invalid("spec.clusterIPs", all, "may only hold up to 2 values"));
  }
  // What follows compares families, which a broken address has none of.
  if (isBroken) return errors;
  if (clusterIPs.length > 1 && isIpv6(clusterIPs[0]!) === isIpv6(clusterIPs[1]!)) {
    errors.push(invalid("spec.clusterIPs", all, "may specify no more than one IP for each IP family"));
  }
  if (isHeadless(spec) || errors.length > 0) return errors;
  for (const [index, ip] of clusterIPs.entries()) {
    const family = ipFamilies[index];
    if (family === undefined) break;
    if (isIpv6(ip) !== (family === "IPv6")) {
      errors.push(invalid(`spec.clusterIPs[${index}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
    }
  }
  return errors;
}

const familyPolicies: readonly string[] = ["PreferDualStack", "RequireDualStack", "SingleStack"];

/** A first address is for life; a second one may come, and go when the policy says so. @source validateUpgradeDowngradeClusterIPs */
export function validateClusterIPChange(old: ServiceSpec, spec: ServiceSpec): FieldError[] {
  if (old.type === "ExternalName" || spec.type === "ExternalName") return [];
  if (isHeadless(old) && isHeadless(spec)) return [];
  return validateListChange(old.clusterIPs ?? [], spec.clusterIPs ?? [], spec, "clusterIP");
}

export function validateFamilyChange(old: ServiceSpec, spec: ServiceSpec): FieldError[] {
  if (old.type === "ExternalName" || spec.type === "ExternalName") return [];
  if (isHeadless(old) && isHeadless(spec)) return [];
  // Missing families are given after validation.
  if (spec.ipFamilies === undefined) return [];
  return validateListChange(old.ipFamilies ?? [], spec.ipFamilies, spec, "ipFamily");
}

function validateListChange(
  before: readonly string[],
  after: readonly string[],
  spec: ServiceSpec,
  what: "clusterIP" | "ipFamily",
): FieldError[] {
  const path = what === "clusterIP" ? "spec.clusterIPs" : "spec.ipFamilies";
  const errors: FieldError[] = [];
  if (before.length === after.length) {
    for (const [index, value] of before.entries()) {
      if (after[index] !== value) errors.push(invalid(`${path}[${index}]`, after[index], "may not change once set"));
    }
    return errors;
  }
  if (after.length === 0) {
    const nothing = printed(what === "clusterIP" ? goStrings(undefined) : "[]core.IPFamily(nil)");
    errors.push(invalid(`${path}[0]`, nothing, `primary ${what} can not be unset`));
  } else if (before.length > 0 && after[0] !== before[0]) errors.push(invalid(`${path}[0]`, after[0], "may not change once set"));
  if (before.length === 2 && after.length < 2 && spec.ipFamilyPolicy !== "SingleStack") {
    errors.push(invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${what}`));
  }
  return errors;
}
