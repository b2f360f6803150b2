import { invalid } from "../api/field-error.ts";
import { goStrings } from "../api/go-value.ts";
import { isIpv6 } from "../api/ip.ts";
import type { FieldError } from "../api/kind.ts";
import type { IPFamily, Service, ServiceSpec } from "../api/service/types.ts";
import { validateClusterIPs } from "../api/service/validate-cluster-ip.ts";

export type FamilyResult =
  | { readonly ok: true; readonly spec: ServiceSpec }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Fills in ipFamilyPolicy and ipFamilies from what was given, what was there before and what the cluster has. Pure.
 * @source pkg/registry/core/service/storage/alloc.go, initIPFamilyFields
 */
export function withFamilies(service: Service, old: Service | undefined, configured: readonly IPFamily[]): FamilyResult {
  let { spec } = service;
  if (spec.type === "ExternalName") return { ok: true, spec };
  if (keepsPreferredFamilies(service, old)) return { ok: true, spec };
  const isSelectorlessHeadless = spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;
  const policy = spec.ipFamilyPolicy ?? old?.spec.ipFamilyPolicy ?? (isSelectorlessHeadless ? "RequireDualStack" : "SingleStack");
  spec = { ...spec, ipFamilyPolicy: policy };
  const related = validateClusterIPs(spec);
  if (related.length > 0) return { ok: false, errors: related };

  const errors: FieldError[] = [];
  const wrongPolicy = (detail: string): number => errors.push(invalid("spec.ipFamilyPolicy", policy, detail));
  if (old !== undefined) {
    if (policy === "SingleStack") {
      // Single-stack and nothing else changed: clearly the second family is to go.
      if (isSame(old.spec.clusterIPs, spec.clusterIPs) && count(spec.clusterIPs) > 1) {
        spec = { ...spec, clusterIPs: (spec.clusterIPs ?? []).slice(0, 1) };
      }
      if (isSame(old.spec.ipFamilies, spec.ipFamilies) && count(spec.ipFamilies) > 1) {
        spec = { ...spec, ipFamilies: (spec.ipFamilies ?? []).slice(0, 1) };
      }
    } else {
      if (isReduced(old.spec.clusterIPs, spec.clusterIPs)) wrongPolicy("must be 'SingleStack' to release the secondary cluster IP");
      if (isReduced(old.spec.ipFamilies, spec.ipFamilies)) wrongPolicy("must be 'SingleStack' to release the secondary IP family");
    }
  }
  if (policy === "SingleStack") {
    if (count(spec.clusterIPs) === 2)
      wrongPolicy("must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
    if (count(spec.ipFamilies) === 2)
      wrongPolicy("must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
  }

  const families: IPFamily[] = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === "None") break;
    if (index < families.length) continue;
    const family = isIpv6(ip) ? "IPv6" : "IPv4";
    if (configured.includes(family)) families.push(family);
    else {
      const value = { printed: goStrings(spec.clusterIPs) };
      errors.push(invalid(`spec.clusterIPs[${index}]`, value, `${family} is not configured on this cluster`));
    }
  }
  if (errors.length > 0) return { ok: false, errors };

  const wantsBoth = policy !== "SingleStack";
  const primary = configured[0] ?? "IPv4";
  if (isSelectorlessHeadless) {
    if (families.length === 0) families.push(primary);
    if (families.length < 2 && wantsBoth) families.push(other(families[0] as IPFamily));
    return { ok: true, spec: { ...spec, ipFamilies: families } };
  }
  if (policy === "RequireDualStack" && configured.length < 2) wrongPolicy("this cluster is not configured for dual-stack services");
  for (const [index, family] of families.entries()) {
    if (!configured.includes(family)) errors.push(invalid(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
  }
  if (errors.length > 0) return { ok: false, errors };
  if (families.length === 0) families.push(primary);
  if (wantsBoth && families.length === 1 && configured.length === 2) families.push(other(families[0] as IPFamily));
  return { ok: true, spec: { ...spec, ipFamilies: families } };
}

/** A Service that prefers two families is neither widened nor narrowed by a change that is not about families. */
export function keepsPreferredFamilies(service: Service, old: Service | undefined): boolean {
  if (old === undefined || service.spec.ipFamilyPolicy !== "PreferDualStack") return false;
  if (old.spec.type !== service.spec.type) return false;
  if (old.spec.ipFamilyPolicy !== undefined && old.spec.ipFamilyPolicy !== "PreferDualStack") return false;
  return isSame(old.spec.clusterIPs, service.spec.clusterIPs) && isSame(old.spec.ipFamilies, service.spec.ipFamilies);
}

function other(family: IPFamily): IPFamily {
  return family === "IPv4" ? "IPv6" : "IPv4";
}

function count(list: readonly string[] | undefined): number {
  return list?.length ?? 0;
}

function isSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join();
}

function isReduced(old: readonly string[] | undefined, now: readonly string[] | undefined): boolean {
  return count(now) > 0 && count(now) < count(old);
}
