import type { HopRecord } from "../playground/protocol.ts";
import { asFields, asList, asText, specOf } from "./objects.ts";
import { podFacts } from "./pod-facts.ts";
import type { ServiceView } from "./project.ts";

export interface Share {
  /** `pod/default/kubia-x` */
  readonly place: string;
  readonly count: number;
  /** The band in which 95 of 100 runs fall when each endpoint is equally likely, as counts. */
  readonly low: number;
  readonly high: number;
}

/** Who answered: the place where the first packet of each connection ended, if it was received there. */
export function answeredBy(hops: readonly HopRecord[]): string | undefined {
  return hops.find((hop) => hop.packet === 1 && hop.action === "receive")?.at;
}

/**
 * Shares of `places` among `candidates`. The band is the binomial's normal approximation, 1.96 standard deviations; square roots are exact
 * in every engine, so the same run shows the same band everywhere.
 */
export function sharesOf(places: readonly string[], candidates: readonly string[]): readonly Share[] {
  const counts = new Map<string, number>();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  return sharesOfCounts(counts, candidates);
}

function sharesOfCounts(counts: ReadonlyMap<string, number>, candidates: readonly string[]): readonly Share[] {
  let total = 0;
  for (const count of counts.values()) total += count;
  const equal = new Set(candidates);
  const p = equal.size === 0 ? 0 : 1 / equal.size;
  const spread = 1.96 * Math.sqrt(total * p * (1 - p));
  const low = Math.max(0, Math.floor(total * p - spread));
  const high = Math.min(total, Math.ceil(total * p + spread));
  return [...new Set([...candidates, ...counts.keys()])]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((place) => ({ place, count: counts.get(place) ?? 0, ...(equal.has(place) ? { low, high } : { low: 0, high: 0 }) }));
}

/** A pod's part of the connections to its Service, as its card shows it. */
export interface CardShare extends Share {
  readonly service: string;
  readonly total: number;
  /** What the whole width of the bar stands for, the same for all pods of the Service. */
  readonly scale: number;
  /** Chance says nothing where clients stick to a pod, or pods take turns. */
  readonly hasBand: boolean;
}

/**
 * For each pod its share of the busiest of its Services. `answered` counts connections by `<pod> <address that was asked for>`; those to a
 * pod's own address are nobody's share.
 */
export function cardShares(
  answered: ReadonlyMap<string, number>,
  services: readonly ServiceView[],
  proxyMode: string,
): ReadonlyMap<string, CardShare> {
  const byAddress = new Map<string, ServiceView>();
  for (const service of services) for (const address of addressesOf(service)) byAddress.set(address, service);
  const perService = new Map<ServiceView, Map<string, number>>();
  for (const [key, count] of answered) {
    const [place = "", destination = ""] = key.split(" ");
    // A node's own address: only the port tells whose it is.
    const service = byAddress.get(destination) ?? byAddress.get(destination.slice(destination.lastIndexOf(":")));
    if (service === undefined) continue;
    const counts = perService.get(service) ?? new Map<string, number>();
    counts.set(place, (counts.get(place) ?? 0) + count);
    perService.set(service, counts);
  }
  const shares = new Map<string, CardShare>();
  for (const [service, counts] of perService) {
    const candidates = service.pods
      .filter((pod) => podFacts(pod).isReady)
      .map(({ metadata }) => `pod/${metadata.namespace}/${metadata.name}`);
    const own = sharesOfCounts(counts, candidates);
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const scale = Math.max(1, ...own.map(({ count, high }) => Math.max(count, high)));
    const hasBand = proxyMode !== "ipvs" && specOf(service.object)["sessionAffinity"] !== "ClientIP" && total > 1;
    for (const share of own) {
      if ((shares.get(share.place)?.total ?? 0) < total) shares.set(share.place, { ...share, service: service.id, total, scale, hasBand });
    }
  }
  return shares;
}

/** `10.96.0.9:80` of each address that is the Service's own, and `:30123` of its node ports. */
function addressesOf({ object, clusterIP, loadBalancerIp }: ServiceView): readonly string[] {
  const spec = specOf(object);
  const listed = Array.isArray(spec["clusterIPs"]) ? spec["clusterIPs"].map(asText) : [];
  const ips = [...new Set([clusterIP, ...listed, loadBalancerIp ?? ""])].filter((ip) => ip !== "" && ip !== "None");
  return asList(spec["ports"])
    .map(asFields)
    .flatMap((port) => [
      ...ips.map((ip) => `${ip.includes(":") ? `[${ip}]` : ip}:${asText(port["port"])}`),
      ...(port["nodePort"] === undefined ? [] : [`:${asText(port["nodePort"])}`]),
    ]);
}
