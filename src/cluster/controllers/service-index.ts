import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import type { Informer } from "../apiclient/client.ts";

/**
 * Which Services select which pods, both ways, without looking at all of them: by one pair of the selector, then the rest is checked.
 * Adds the indexes `label` to pods and `selector` to Services.
 */
export class ServiceIndex {
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<Service>;

  constructor(pods: Informer<Pod>, services: Informer<Service>) {
    this.#pods = pods;
    this.#services = services;
    pods.index("label", (pod) => Object.entries(pod.metadata.labels ?? {}).map(([key, value]) => pair(pod.metadata.namespace, key, value)));
    services.index("selector", (service) => {
      const first = firstPair(service);
      return first === undefined ? [] : [pair(service.metadata.namespace, first[0], first[1])];
    });
  }

  podsOf(service: Service): readonly Pod[] {
    const first = firstPair(service);
    if (first === undefined) {
      // An empty selector that is present selects every pod of the namespace.
      return service.spec.selector === undefined ? [] : this.#pods.list(service.metadata.namespace);
    }
    const candidates = this.#pods.byIndex("label", pair(service.metadata.namespace, first[0], first[1]));
    const selector = Object.entries(service.spec.selector ?? {});
    return selector.length === 1
      ? candidates
      : candidates.filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value));
  }

  servicesOf(pod: Pod): readonly Service[] {
    const found: Service[] = [];
    for (const [key, value] of Object.entries(pod.metadata.labels ?? {})) {
      for (const service of this.#services.byIndex("selector", pair(pod.metadata.namespace, key, value))) {
        const isSelected = Object.entries(service.spec.selector ?? {}).every(([label, wanted]) => pod.metadata.labels?.[label] === wanted);
        if (isSelected) found.push(service);
      }
    }
    return found;
  }
}

function firstPair(service: Service): readonly [string, string] | undefined {
  return Object.entries(service.spec.selector ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))[0];
}

function pair(namespace: string | undefined, key: string, value: string): string {
  return `${namespace}/${key}=${value}`;
}

/** Whether a change of the pod can change an endpoint. @source staging endpointslice util/controller_utils.go, podEndpointsChanged */
export function isEndpointChange(old: Pod, now: Pod): boolean {
  if (old.metadata.labels !== now.metadata.labels) return true;
  if (old.metadata.deletionTimestamp !== now.metadata.deletionTimestamp) return true;
  if (old.spec.nodeName !== now.spec.nodeName || old.spec.hostname !== now.spec.hostname || old.spec.subdomain !== now.spec.subdomain)
    return true;
  const [before, after] = [old.status, now.status];
  if (before === after) return false;
  if (before?.phase !== after?.phase || before?.podIP !== after?.podIP || before?.podIPs?.length !== after?.podIPs?.length) return true;
  return readyState(old) !== readyState(now);
}

function readyState(pod: Pod): string {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return `${ready?.status} ${ready?.lastTransitionTime}`;
}
