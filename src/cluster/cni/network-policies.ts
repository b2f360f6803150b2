import type { Namespace } from "../api/namespace/types.ts";
import type { NetworkPolicy } from "../api/network-policy/types.ts";
import type { Pod } from "../api/pod/types.ts";
import type { ApiClient, Informer } from "../apiclient/client.ts";
import type { Extension, Rule } from "../network/netfilter/rule.ts";
import type { Tables } from "../network/netfilter/tables.ts";
import type { Netns } from "../network/netns.ts";
import type { Protocol } from "../network/packet.ts";
import type { Clock } from "../sim/clock.ts";
import type { NodeNetwork } from "./node-network.ts";
import { type Policy, type PolicyPod, type PolicyWorld, planPolicyChains, policyChain } from "./policy-rules.ts";

/** A change reaches the rules after this; usual plugins take 0.1 to 2 s. */
const syncDelayUs = 100_000;

export interface NetworkPoliciesOptions {
  readonly clock: Clock;
  readonly client: ApiClient;
  readonly nodeName: string;
  readonly netns: Netns;
  readonly nodeNetwork: NodeNetwork;
}

/** Enforces the policies on one node's pods: watches, plans, and writes the chains that changed. */
export class NetworkPolicies {
  readonly #options: NetworkPoliciesOptions;
  readonly #pods: Informer<Pod>;
  readonly #namespaces: Informer<Namespace>;
  readonly #policies: Informer<NetworkPolicy>;
  #written: Record<4 | 6, Set<string>> = { 4: new Set(), 6: new Set() };
  #isQueued = false;

  constructor(options: NetworkPoliciesOptions) {
    this.#options = options;
    this.#pods = options.client.informer<Pod>("Pod");
    this.#namespaces = options.client.informer<Namespace>("Namespace");
    this.#policies = options.client.informer<NetworkPolicy>("NetworkPolicy");
    for (const informer of [this.#pods, this.#namespaces, this.#policies]) informer.onEvent(() => this.#queue());
    // A new pod is isolated before it starts.
    options.nodeNetwork.onPodChange = () => {
      if (this.#policies.list().length > 0) this.sync();
    };
    this.sync();
  }

  /** Brings the rules up to date at once. */
  sync(): void {
    const policies = this.#policies.list();
    for (const family of [4, 6] as const) {
      if (policies.length === 0 && this.#written[family].size === 0) continue;
      const chains = policies.length === 0 ? [] : planPolicyChains(this.#world(policies), family);
      this.#write(family, chains);
    }
  }

  #queue(): void {
    if (this.#isQueued) return;
    if (this.#policies.list().length === 0 && this.#written[4].size === 0 && this.#written[6].size === 0) return;
    this.#isQueued = true;
    this.#options.clock.after(syncDelayUs, () => {
      this.#isQueued = false;
      this.sync();
    });
  }

  #write(family: 4 | 6, chains: ReturnType<typeof planPolicyChains>): void {
    const tables = this.#options.netns.netfilter.tablesOf(family);
    for (const { name, rules } of chains) tables.setChain("filter", name, rules);
    for (const chain of jumping) {
      if (chains.length > 0) jumpFirst(tables, chain);
      else tables.removeRules("filter", chain, isJump);
    }
    const names = new Set(chains.map((chain) => chain.name));
    for (const old of this.#written[family]) if (!names.has(old)) tables.deleteChain("filter", old);
    this.#written[family] = names;
  }

  #world(policies: readonly NetworkPolicy[]): PolicyWorld {
    const attached = this.#options.nodeNetwork.pods();
    return {
      pods: this.#pods
        .list()
        .filter((pod) => pod.spec.hostNetwork !== true && pod.status.phase !== "Succeeded" && pod.status.phase !== "Failed")
        .map((pod) => policyPod(pod, this.#options.nodeName, attached)),
      namespaces: this.#namespaces.list().map((namespace) => ({ name: namespace.metadata.name, labels: namespace.metadata.labels ?? {} })),
      policies: policies.map(policyOf),
    };
  }
}

/** FORWARD asks the policies before kube-proxy refuses or accepts anything. What IPVS sends on leaves by OUTPUT; what the node itself sends is not asked. */
const jumping = ["FORWARD", "OUTPUT"] as const;

function jumpFirst(tables: Tables, chain: (typeof jumping)[number]): void {
  const first = tables.chain("filter", chain)?.rules[0];
  if (first !== undefined && isJump(first)) return;
  tables.removeRules("filter", chain, isJump);
  const fromElsewhere: readonly Extension[] = [{ type: "addrtype", side: "src", is: "LOCAL", negated: true }];
  tables.insertRule("filter", chain, {
    match: { extensions: [{ type: "comment", text: "network policies" }, ...(chain === "OUTPUT" ? fromElsewhere : [])] },
    target: { type: "jump", chain: policyChain },
    object: undefined,
    because: undefined,
  });
}

function isJump(rule: Rule): boolean {
  return rule.target.type === "jump" && rule.target.chain === policyChain;
}

function policyPod(pod: Pod, nodeName: string, attached: ReadonlyMap<string, { readonly ips: readonly string[] }>): PolicyPod {
  const namespace = pod.metadata.namespace ?? "default";
  const isLocal = pod.spec.nodeName === nodeName;
  const known = isLocal ? attached.get(`pod/${namespace}/${pod.metadata.name}`)?.ips : undefined;
  return {
    namespace,
    name: pod.metadata.name,
    labels: pod.metadata.labels ?? {},
    ips: known ?? pod.status.podIPs?.map((entry) => entry.ip) ?? (pod.status.podIP === undefined ? [] : [pod.status.podIP]),
    ports: pod.spec.containers.flatMap((container) =>
      (container.ports ?? []).map((port) => ({
        name: port.name,
        protocol: port.protocol.toLowerCase() as Protocol,
        port: port.containerPort,
      })),
    ),
    isLocal,
  };
}

function policyOf(policy: NetworkPolicy): Policy {
  const { spec } = policy;
  const types = spec.policyTypes ?? ["Ingress", ...((spec.egress?.length ?? 0) > 0 ? ["Egress"] : [])];
  return {
    namespace: policy.metadata.namespace ?? "default",
    name: policy.metadata.name,
    podSelector: spec.podSelector,
    isIngress: types.includes("Ingress"),
    isEgress: types.includes("Egress"),
    ingress: (spec.ingress ?? []).map((one) => ({ ports: one.ports ?? [], peers: one.from ?? [] })),
    egress: (spec.egress ?? []).map((one) => ({ ports: one.ports ?? [], peers: one.to ?? [] })),
  };
}
