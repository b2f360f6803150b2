import type { Reason } from "../network/hop.ts";

/**
 * Why kube-proxy's rules do what they do: every code and the arguments its sentence may use. The sentences live in `src/messages`.
 * `service` is the Service port's name as in the rules' comments (`default/kubia:http`).
 */
export const kubeProxyReasons = {
  /** The packet goes to the Service's ClusterIP. */
  "kube-proxy.cluster-ip": ["service", "address", "port"],
  /** It goes to an address in spec.externalIPs. */
  "kube-proxy.external-ip": ["service", "address", "port"],
  /** It goes to the load balancer's address, which the node takes as its own. */
  "kube-proxy.load-balancer-ip": ["service", "address", "port"],
  /** It goes to the Service's port on the node itself. */
  "kube-proxy.node-port": ["service", "port"],
  /** Any other address of the node itself: look among the node ports. */
  "kube-proxy.node-ports": [],
  /** A source outside the pod range to a ClusterIP: answers must come back by this node, so it will be masqueraded. */
  "kube-proxy.masquerade-off-cluster": ["service", "cidr"],
  /** kube-proxy was started with --masquerade-all. */
  "kube-proxy.masquerade-all": ["service"],
  /** externalTrafficPolicy Cluster: the pod may be on another node, so the source becomes this node. */
  "kube-proxy.masquerade-external": ["service"],
  /** externalTrafficPolicy Local, but the source is a pod: treated like ClusterIP traffic. */
  "kube-proxy.pod-short-cut": ["service", "cidr"],
  /** externalTrafficPolicy Local, but the source is the node itself: masqueraded … */
  "kube-proxy.node-masquerade": ["service"],
  /** … and treated like ClusterIP traffic. */
  "kube-proxy.node-short-cut": ["service"],
  /** On to the endpoints of the whole cluster. */
  "kube-proxy.to-cluster-endpoints": ["service"],
  /** On to the endpoints on this node alone. */
  "kube-proxy.to-local-endpoints": ["service"],
  /** One endpoint of several drawn by chance; `number` of `count`, with the chance 1 in `left` at this rule. */
  "kube-proxy.endpoint-drawn": ["service", "endpoint", "number", "count", "left"],
  /** The only endpoint, or the last that was left. */
  "kube-proxy.endpoint-left": ["service", "endpoint", "number", "count"],
  /** ClientIP affinity: this client had this endpoint less than `seconds` ago. */
  "kube-proxy.affinity": ["service", "endpoint", "seconds"],
  /** The pod reaches itself through the Service: masqueraded, or it would see its own address as the sender. */
  "kube-proxy.hairpin": ["service", "endpoint"],
  /** The destination becomes the endpoint. */
  "kube-proxy.dnat": ["service", "endpoint"],
  /** The Service has no endpoint anywhere: refused at once. */
  "kube-proxy.no-endpoints": ["service", "address", "port"],
  /** Endpoints exist, but none on this node, and the policy is Local: dropped silently. */
  "kube-proxy.no-local-endpoints": ["service", "address", "port"],
  /** The source is in one of loadBalancerSourceRanges. */
  "kube-proxy.source-range": ["service", "cidr"],
  /** The ranges let this node in, so also its traffic that bears the load balancer's address. */
  "kube-proxy.source-range-own": ["service", "address"],
  /** In no range: marked to be dropped later. */
  "kube-proxy.source-range-none": ["service"],
  /** In no range of loadBalancerSourceRanges: dropped. */
  "kube-proxy.source-range-drop": ["service", "address", "port"],
  /** The health check of a Service with externalTrafficPolicy Local. */
  "kube-proxy.health-check-port": ["service", "port"],
  /** Sets the mark by which POSTROUTING knows what to masquerade. */
  "kube-proxy.mark": [],
  /** Not marked: leave the source as it is. */
  "kube-proxy.not-marked": [],
  /** Takes the mark off again, so that a packet that passes twice is masqueraded once. */
  "kube-proxy.clear-mark": [],
  /** The source becomes the address of the outgoing interface. */
  "kube-proxy.masquerade": [],
  /** conntrack knows no connection for the packet: dropped, or a stray answer would end an innocent connection. */
  "kube-proxy.invalid": [],
  /** Marked by kube-proxy: may be forwarded. */
  "kube-proxy.forward-marked": [],
  /** An answer or a later packet of a connection that was let in: may be forwarded. */
  "kube-proxy.forward-established": [],
  /** From elsewhere to 127.0.0.0/8: a martian that route_localnet would let in. */
  "kube-proxy.localnet": [],
  /** A jump into kube-proxy's own chains. */
  "kube-proxy.entry": ["chain"],
  /** Nftables and IPVS: a known ClusterIP, but no Service has this port or protocol there. */
  "kube-proxy.cluster-ip-wrong-port": [],
  /** Nftables: refuses what was sent here for want of endpoints. */
  "kube-proxy.reject": [],
  /** Nftables: an address of the Service range that belongs to no Service. */
  "kube-proxy.cluster-ip-unallocated": ["cidr"],
  /** IPVS: a pod on this node reaches itself through the Service. */
  "kube-proxy.ipvs-hairpin": [],
  /** IPVS: it goes to a load balancer's address. */
  "kube-proxy.ipvs-load-balancer": [],
  /** IPVS: externalTrafficPolicy Local, so the source stays. */
  "kube-proxy.ipvs-keeps-source": [],
  /** IPVS: answers must come back by this node, so it will be masqueraded. */
  "kube-proxy.ipvs-masquerade": [],
  /** IPVS: a source outside the pod range to a ClusterIP, so it will be masqueraded. */
  "kube-proxy.ipvs-off-cluster": [],
  /** IPVS: the destination is a virtual server; IPVS will choose the endpoint. */
  "kube-proxy.ipvs-virtual": [],
  /** IPVS: loadBalancerSourceRanges decide about this address … */
  "kube-proxy.ipvs-source-ranges": [],
  /** … and the source is in one of them … */
  "kube-proxy.ipvs-source-in-range": [],
  /** … or in none: dropped. */
  "kube-proxy.ipvs-source-out-of-range": [],
  /** IPVS: a health check node port. */
  "kube-proxy.ipvs-health-check": [],
  /** IPVS: the virtual server took its next turn. */
  "kube-proxy.ipvs-turn": ["service", "endpoint", "number", "count"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type KubeProxyReason = keyof typeof kubeProxyReasons;

export function reason<C extends KubeProxyReason>(
  code: C,
  args: Readonly<Record<(typeof kubeProxyReasons)[C][number], string | number>>,
): Reason {
  return { code, args };
}
