import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { asFields, asItems, asText } from "../explain/fields.ts";
import type { StaleRules } from "../protocol.ts";

/** What has to be known of the cluster as it is. */
export interface StaleWorld {
  /** Nodes whose rules for the Service (`namespace/name`) send to the address. */
  nodesNaming(service: string, ip: string): readonly string[];
  /** Whether any EndpointSlice of the Service offers the pod. */
  isOffered(service: string, pod: string): boolean;
}

/** Watches for the time between an EndpointSlice that no longer offers a pod and each node's rules that follow. */
export class StaleWatch {
  readonly #world: StaleWorld;
  readonly #open = new Map<string, StaleRules>();

  constructor(world: StaleWorld) {
    this.#world = world;
  }

  /** A slice was written: rules that are behind from now on, and those that are right again since the pod came back. */
  sliceChanged(now: KubernetesObject | undefined, old: KubernetesObject | undefined, timeUs: number): readonly StaleRules[] {
    const service = serviceOf(now ?? old);
    if (service === undefined) return [];
    const before = offeredBy(old);
    const after = offeredBy(now);
    const changed: StaleRules[] = [];
    for (const [pod, ip] of before) {
      if (after.has(pod) || this.#world.isOffered(service, pod)) continue;
      for (const node of this.#world.nodesNaming(service, ip)) {
        const one = { node, service, pod, fromUs: timeUs };
        this.#open.set(keyOf(one), one);
        changed.push(one);
      }
    }
    for (const one of [...this.#open.values()]) if (one.service === service && after.has(one.pod)) changed.push(this.#close(one, timeUs));
    return changed;
  }

  /** A node's rules for these Services were brought up to date. */
  synced(node: string, services: readonly string[], timeUs: number): readonly StaleRules[] {
    if (this.#open.size === 0) return [];
    return [...this.#open.values()]
      .filter((one) => one.node === node && services.includes(one.service))
      .map((one) => this.#close(one, timeUs));
  }

  #close(one: StaleRules, toUs: number): StaleRules {
    this.#open.delete(keyOf(one));
    return { ...one, toUs };
  }
}

function keyOf({ node, service, pod }: StaleRules): string {
  return `${node} ${service} ${pod}`;
}

function serviceOf(slice: KubernetesObject | undefined): string | undefined {
  const name = slice?.metadata.labels?.["kubernetes.io/service-name"];
  return name === undefined ? undefined : `${slice?.metadata.namespace}/${name}`;
}

/** Pods to which new connections are to be sent, and their addresses. */
export function offeredBy(slice: KubernetesObject | undefined): ReadonlyMap<string, string> {
  return new Map(
    asItems(asFields(slice)["endpoints"]).flatMap((endpoint) => {
      const target = asFields(endpoint["targetRef"]);
      const [ip] = (endpoint["addresses"] ?? []) as readonly string[];
      if (asFields(endpoint["conditions"])["ready"] === false || target["kind"] !== "Pod" || ip === undefined) return [];
      return [[`pod/${slice?.metadata.namespace}/${asText(target["name"])}`, ip] as const];
    }),
  );
}
