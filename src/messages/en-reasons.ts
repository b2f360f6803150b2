import type { Sentence } from "./catalogue.ts";

/** Why a hop happened, as a teacher would say it. */
export const enReasons = {
  "send-syn": () => "A new connection begins: the first packet asks for a handshake (SYN).",
  "send-syn-again": (a) => `No answer yet, so the same SYN is sent again (attempt ${a.attempt}). TCP waits 1, 3, 7 … seconds.`,
  "send-syn-ack": () => "A program listens on this port, so the kernel answers the handshake (SYN, ACK).",
  "send-ack": () => "An acknowledgement without data.",
  "send-data": () => "Data for the other side.",
  "send-again": (a) => `No acknowledgement came, so the data is sent again (attempt ${a.attempt}).`,
  "send-fin": () => "This side has nothing more to say and closes its half of the connection (FIN).",
  "send-reset": () => "The kernel ends the connection at once (RST).",
  "send-datagram": () => "A UDP datagram: no handshake, no acknowledgement.",
  "send-echo": () => "ping sends an ICMP echo request. It has no port, so no Service rule can match it.",
  "send-echo-reply": () => "The machine that owns the address answers the ping.",
  "send-icmp-error": (a) => `An ICMP message tells the sender that its packet could not go on (${a.type}).`,
  routed: (a) => `The routing table sends it out by ${a.interface}, by way of ${a.via}.`,
  "routed-on-link": (a) => `The routing table sends it out by ${a.interface}: the destination is directly there.`,
  "load-balanced": (a) => `The load balancer chooses ${a.node} for this new connection. The destination address stays its own.`,
  "load-balanced-same-node": (a) => `The load balancer keeps this connection on ${a.node}.`,
  "load-balancer-answer": () => "The answer passes the load balancer on its way back.",
  "dnat-rule": (a) => `A rule rewrites the destination to ${a.to}.`,
  "masquerade-rule": (a) => `The source becomes ${a.address}, the address of the outgoing interface.`,
  "dnat-conntrack": () => "Connection tracking repeats the choice made for the first packet: the same destination.",
  "snat-conntrack": () => "Connection tracking repeats the rewrite made for the first packet: the same source.",
  "undnat-conntrack": () => "Connection tracking undoes the rewrite: the answer seems to come from the address that the client asked for.",
  "unsnat-conntrack": () => "Connection tracking undoes the rewrite: the answer goes back to the one who really asked.",
  "received-connection": () => "A program listens here: the new connection has arrived.",
  "received-handshake": () => "The handshake is answered: the connection stands.",
  "received-data": () => "The data has arrived and goes to the program.",
  "received-ack": () => "The acknowledgement has arrived.",
  "received-fin": () => "The other side has closed its half of the connection.",
  "received-again": () => "This was here already; it is acknowledged again.",
  "received-reset": () => "The other side ended the connection at once.",
  "received-datagram": () => "The datagram goes to the program that is bound to this port.",
  "received-echo": () => "The ping has arrived.",
  "received-echo-reply": () => "The answer to the ping has arrived.",
  "received-icmp-error": (a) => `The sender learns that its packet could not go on (${a.type}).`,
  "received-by-nobody": () => "The message has arrived, but nobody waits for it any more.",
  "rule-drop": (a) => `A rule in ${a.chain} drops it silently. The sender hears nothing and waits until its own time-out.`,
  "policy-drop": (a) => `No rule in ${a.chain} lets it through, and the chain's policy is DROP.`,
  "cni-keeps-source-to-pods": (a) => `The destination is a pod (${a.cidr}): the sender keeps its own address.`,
  "cni-keeps-source-to-nodes": (a) => `The destination is a node (${a.cidr}): the sender keeps its own address.`,
  "cni-masquerade": () => "Outside the cluster nobody knows pod addresses, so the packet leaves with its node's address (masquerade).",
  "cni-host-port": (a) =>
    `The pod ${a.pod} has lent itself port ${a.hostPort} of this node: the destination becomes the pod's port ${a.port}.`,
  "cni-host-port-masquerade": () =>
    "It came by a host port in a way whose answer would not come back here, so the node puts its own address in front.",
  "policy-established": () => "The connection was allowed when it was opened: network policies are not asked again.",
  "policy-itself": (a) => `The pod ${a.pod} always reaches itself, whatever the policies say.`,
  "policy-allows-ingress": (a) => `The network policy ${a.policy} allows this connection to ${a.pod}.`,
  "policy-allows-egress": (a) => `The network policy ${a.policy} allows this connection from ${a.pod}.`,
  "policy-denies-ingress": (a) =>
    `Network policies (${a.policies}) isolate ${a.pod}, and none of them allows this sender. It is dropped silently: the sender waits until its own time-out.`,
  "policy-denies-egress": (a) =>
    `Network policies (${a.policies}) limit what ${a.pod} may reach, and none of them allows this destination. It is dropped silently: the sender waits until its own time-out.`,
  "no-such-address": () => "No machine has this address: the packet ends here, and the sender hears nothing.",
  "range-not-routed": () =>
    "Outside the cluster nobody knows a way to pod or Service addresses: a ClusterIP exists only as rules on the nodes. The sender hears nothing.",
  "machine-off": () => "The machine is switched off.",
  "interface-down": (a) => `The interface ${a.interface} is down.`,
  "link-gone": (a) => `The other end of ${a.interface} is gone.`,
  "netem-loss": (a) => `The link at ${a.interface} loses ${a.percent} % of its packets, and this is one of them.`,
  "node-firewall": () => "The firewall before the nodes lets no packet from outside through to node ports. The load balancer may.",
  "no-healthy-target": () => "No node passes the load balancer's health check, so there is nowhere to send this.",
  "load-balancer-loop": () => "The packet came back to the load balancer that had sent it.",
  "does-not-forward": () => "This machine is no router: it does not forward packets for others.",
  "martian-source": () => "The packet says that it comes from this machine's own address, which cannot be: a martian, dropped silently.",
  "conntrack-full": () => "The connection tracking table is full.",
  "rule-reject": (a) => `A rule in ${a.chain} refuses it, and says so: the sender fails at once.`,
  "port-closed": (a) => `Nothing listens on port ${a.port} here, so the kernel refuses: the sender fails at once.`,
  "no-such-connection": () => "There is no such connection here (any more).",
  "no-route": () => "The routing table has no way to this address.",
  "ttl-exceeded": () => "The packet has passed too many routers and is given up.",
  "kube-proxy.cluster-ip": (a) =>
    `${a.address}:${a.port} is the ClusterIP of ${a.service}. The address exists on no machine, only in this rule on every node.`,
  "kube-proxy.external-ip": (a) => `${a.address}:${a.port} stands in externalIPs of ${a.service}.`,
  "kube-proxy.load-balancer-ip": (a) =>
    `${a.address}:${a.port} is the load balancer's address of ${a.service}; the node takes it as its own.`,
  "kube-proxy.node-port": (a) =>
    `Port ${a.port} on every node belongs to ${a.service}. No program listens there: this rule is all there is.`,
  "kube-proxy.node-ports": () => "The packet is for an address of this node itself, so the node ports are looked through.",
  "kube-proxy.masquerade-off-cluster": (a) =>
    `The sender is outside the pod range ${a.cidr}, so the answer must come back by this node: marked for masquerade.`,
  "kube-proxy.masquerade-all": () => "kube-proxy was told to masquerade everything.",
  "kube-proxy.masquerade-external": () =>
    "With externalTrafficPolicy: Cluster every connection from outside gets this node's address, wherever the pod is, so that the answer comes back here to be undone.",
  "kube-proxy.pod-short-cut": () =>
    "externalTrafficPolicy is Local, but the sender is a pod: it is treated as inside traffic and may reach every endpoint.",
  "kube-proxy.node-masquerade": () => "externalTrafficPolicy is Local, but the sender is the node itself: marked for masquerade …",
  "kube-proxy.node-short-cut": () => "… and treated as inside traffic.",
  "kube-proxy.to-cluster-endpoints": (a) => `On to the endpoints of ${a.service}, wherever they are.`,
  "kube-proxy.to-local-endpoints": (a) => `On to the endpoints of ${a.service} on this node alone: the policy is Local.`,
  "kube-proxy.endpoint-drawn": (a) =>
    `${a.endpoint} was drawn by chance, 1 of ${a.count} endpoints. This happens once a connection; connection tracking remembers it.`,
  "kube-proxy.endpoint-left": (a) =>
    Number(a.count) === 1
      ? `${a.endpoint} is the only endpoint.`
      : `${a.endpoint} is the last of ${a.count} endpoints: none before it was drawn.`,
  "kube-proxy.affinity": (a) => `sessionAffinity: ClientIP. This client had ${a.endpoint} less than ${a.seconds} s ago and keeps it.`,
  "kube-proxy.hairpin": () =>
    "The pod reaches itself through its Service. Masqueraded, or it would answer its own address directly and never recognise the answer.",
  "kube-proxy.dnat": (a) =>
    `The destination is rewritten to ${a.endpoint}, an endpoint of ${a.service}. From here on it is an ordinary packet to a pod.`,
  "kube-proxy.no-endpoints": (a) =>
    `${a.service} has no endpoint anywhere, so the rule refuses: the client fails at once instead of waiting.`,
  "kube-proxy.no-local-endpoints": (a) =>
    `${a.service} has endpoints, but none on this node, and the policy is Local: dropped silently. The client waits until its time-out.`,
  "kube-proxy.source-range": (a) => `The sender is in ${a.cidr}, one of loadBalancerSourceRanges.`,
  "kube-proxy.source-range-own": () => "The source ranges let this node in, and so its traffic that bears the load balancer's address.",
  "kube-proxy.source-range-none": () => "The sender is in none of loadBalancerSourceRanges.",
  "kube-proxy.source-range-drop": (a) => `The sender is in none of loadBalancerSourceRanges of ${a.service}: dropped silently.`,
  "kube-proxy.health-check-port": (a) =>
    `Port ${a.port} is the health check of ${a.service}: the load balancer asks here whether this node has endpoints.`,
  "kube-proxy.mark": () => "The packet is marked, so that it is masqueraded on its way out.",
  "kube-proxy.not-marked": () => "Not marked: the source stays as it is.",
  "kube-proxy.clear-mark": () => "The mark is taken off, so that a packet that passes twice is masqueraded once.",
  "kube-proxy.masquerade": () =>
    "The packet was marked for masquerade: its source becomes this node's address, so that the answer comes back here to be undone.",
  "kube-proxy.invalid": () => "Connection tracking knows no connection for this packet. Dropped, or it might end an innocent connection.",
  "kube-proxy.forward-marked": () => "Marked by kube-proxy's rules: may be forwarded.",
  "kube-proxy.forward-established": () => "A later packet of a connection that was let in: may be forwarded.",
  "kube-proxy.localnet": () => "From elsewhere to 127.0.0.0/8: blocked.",
  "kube-proxy.entry": (a) => `On to kube-proxy's own chain ${a.chain}.`,
  "kube-proxy.cluster-ip-wrong-port": () => "This ClusterIP has no such port or protocol: refused.",
  "kube-proxy.reject": () => "The Service has no endpoint: refused at once.",
  "kube-proxy.cluster-ip-unallocated": (a) => `The address is in the Service range ${a.cidr} but belongs to no Service: dropped.`,
  "kube-proxy.ipvs-hairpin": () =>
    "A pod of this node reaches itself through its Service. Masqueraded, or it would answer its own address directly and never recognise the answer.",
  "kube-proxy.ipvs-load-balancer": () => "The address is a load balancer's, which this node takes as its own.",
  "kube-proxy.ipvs-keeps-source": () => "externalTrafficPolicy is Local: the client's address is kept.",
  "kube-proxy.ipvs-masquerade": () => "The answer must come back by this node: marked for masquerade.",
  "kube-proxy.ipvs-off-cluster": () =>
    "The sender is outside the pod range, so the answer must come back by this node: marked for masquerade.",
  "kube-proxy.ipvs-virtual": () => "The destination is a virtual server of IPVS, which will choose the endpoint.",
  "kube-proxy.ipvs-source-ranges": () => "loadBalancerSourceRanges decide who may use this address.",
  "kube-proxy.ipvs-source-in-range": () => "The sender is in one of loadBalancerSourceRanges.",
  "kube-proxy.ipvs-source-out-of-range": () => "The sender is in none of loadBalancerSourceRanges: dropped silently.",
  "kube-proxy.ipvs-health-check": () =>
    "The port is a Service's health check: the load balancer asks here whether this node has endpoints.",
  "kube-proxy.ipvs-turn": (a) => `IPVS takes endpoints in turns, and this time it is ${a.endpoint} (${a.number} of ${a.count}).`,
} as const satisfies Readonly<Record<string, Sentence>>;
