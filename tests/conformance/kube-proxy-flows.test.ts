import { describe, expect, test } from "vitest";
import type { TraceResult } from "../../src/cluster/kube-proxy/index.ts";
import { proxiedNodes } from "../cluster/kube-proxy/nodes.ts";
import { addressesOf, type Flow, flowsTo, type Row, rows, scenarioOf } from "../kernel/rows.ts";

/**
 * 16 Services x 16 flows x 3 modes, each with the verdict that the real kube-proxy's rules give. What stands here was written from the sources named,
 * not from our rules: `cluster` and `local` are the lists of CategorizeEndpoints (kubernetes pkg/proxy/topology.go) worked out by hand, and `verdictOf`
 * is the table of pkg/proxy/iptables/proxier.go (and of nftables/proxier.go and ipvs/proxier.go where they differ).
 */
interface Lists {
  readonly source: string;
  readonly cluster: readonly string[];
  /** On node1 and on node2. */
  readonly local: readonly [readonly string[], readonly string[]];
  /** Zone hints: what node2 (zone b) uses instead of `cluster`. */
  readonly clusterOnNode2?: readonly string[];
}

const all = ["10.244.1.11", "10.244.1.12", "10.244.2.11", "10.244.2.12", "10.244.3.11"];
const onNode1 = ["10.244.1.11", "10.244.1.12"];
const onNode2 = ["10.244.2.11", "10.244.2.12"];
const remote = ["10.244.2.11", "10.244.3.11"];

const lists: Readonly<Record<string, Lists>> = {
  "policy Cluster, endpoints everywhere": { source: "iptables/proxier_test.go, TestLoadBalancer", cluster: all, local: [[], []] },
  "policy Cluster, UDP": { source: "iptables/proxier_test.go, TestClusterIPGeneral", cluster: all, local: [[], []] },
  "policy Cluster, remote endpoints": { source: "iptables/proxier_test.go, TestNodePorts", cluster: remote, local: [[], []] },
  "external Local, endpoints everywhere": {
    source: "iptables/proxier_test.go, TestExternalTrafficPolicyLocal",
    cluster: all,
    local: [onNode1, onNode2],
  },
  "external Local, remote endpoints": {
    source: "iptables/proxier_test.go, TestExternalTrafficPolicyLocal",
    cluster: remote,
    local: [[], ["10.244.2.11"]],
  },
  "internal Local, endpoints everywhere": {
    source: "iptables/proxier_test.go, TestInternalTrafficPolicy",
    cluster: all,
    local: [onNode1, onNode2],
  },
  "internal Local, remote endpoints": {
    source: "iptables/proxier_test.go, TestInternalTrafficPolicy",
    cluster: remote,
    local: [[], ["10.244.2.11"]],
  },
  "both Local, UDP": { source: "topology_test.go, TestCategorizeEndpoints", cluster: all, local: [onNode1, onNode2] },
  "no endpoints": { source: "iptables/proxier_test.go, TestNoEndpointsReject", cluster: [], local: [[], []] },
  "no endpoints, external Local": { source: "iptables/proxier_test.go, TestOnlyLocalExternalIPs", cluster: [], local: [[], []] },
  "only unready endpoints": { source: "topology_test.go, TestCategorizeEndpoints", cluster: [], local: [[], []] },
  "terminating endpoints when nothing else is left": {
    source: "iptables/proxier_test.go, TestTerminatingEndpointsTrafficPolicyCluster",
    cluster: ["10.244.1.11", "10.244.2.11"],
    local: [[], []],
  },
  "external Local: the local endpoint terminates, others are ready": {
    source: "iptables/proxier_test.go, TestTerminatingEndpointsTrafficPolicyLocal",
    cluster: remote,
    local: [["10.244.1.11"], ["10.244.2.11"]],
  },
  "source ranges without the node": { source: "iptables/proxier_test.go, TestLoadBalancer", cluster: all, local: [[], []] },
  "source ranges with the node, external Local": {
    source: "iptables/proxier_test.go, TestLoadBalancer",
    cluster: all,
    local: [onNode1, onNode2],
  },
  "zone hints": {
    source: "topology_test.go, TestCategorizeEndpoints",
    cluster: ["10.244.1.11", "10.244.2.11"],
    clusterOnNode2: ["10.244.1.12"],
    local: [[], []],
  },
};

type Mode = "iptables" | "nftables" | "ipvs";
type Expected = Pick<TraceResult, "verdict"> & Partial<Pick<TraceResult, "endpoints" | "masquerade">>;

/** The ranges used in the rows hold the laptop (203.0.113.10) and, where they name the LAN, the node; never the desktop nor a pod. */
function isInRanges(ranges: readonly string[], flow: Flow): boolean {
  if (flow.from === "laptop") return true;
  return flow.from === "node" && ranges.includes("192.168.0.0/24");
}

function verdictOf(mode: Mode, row: Row, flow: Flow): Expected {
  const known = lists[row.name] as Lists;
  const cluster = flow.node === 1 && known.clusterOnNode2 !== undefined ? known.clusterOnNode2 : known.cluster;
  const local = known.local[flow.node === 1 ? 1 : 0];
  const hasAny = known.cluster.length > 0;
  const isInternal = flow.to === "ClusterIP";
  const isNodePort = flow.to.startsWith("NodePort");
  const isLocal = row.spec[isInternal ? "internalTrafficPolicy" : "externalTrafficPolicy"] === "Local";
  const isFromPod = flow.from.includes("pod");
  const isFromNode = flow.from === "node";
  const ranges = (row.spec.loadBalancerSourceRanges ?? []) as readonly string[];

  if (flow.to === "NodePort on 127.0.0.1" && mode !== "iptables") return { verdict: "none" };
  if (flow.to === "VIP" && ranges.length > 0 && (mode !== "iptables" || hasAny) && !isInRanges(ranges, flow)) return { verdict: "drop" };
  if (!hasAny) {
    const isLeaving = mode === "iptables" && isFromNode && !isInternal && !isNodePort;
    return { verdict: isLeaving ? "none" : "reject" };
  }
  const isShortCut = !isInternal && isLocal && mode !== "ipvs" && (isFromPod || isFromNode);
  let used = isLocal && !isShortCut ? local : cluster;
  if (used.length === 0 && mode === "ipvs") used = cluster;
  if (used.length === 0) return { verdict: "drop" };

  const isMasqueraded = isInternal ? !isFromPod : isLocal ? isFromNode && mode !== "ipvs" : true;
  // A pod that meets itself; IPVS knows the node's own pods alone, and that is where this pod is.
  const hairpin = isMasqueraded ? [] : used.filter((ip) => ip === flow.source);
  const masquerade = isMasqueraded || hairpin.length === used.length ? true : hairpin.length > 0 ? "mixed" : false;
  return { verdict: "dnat", endpoints: used.map((ip) => `${ip}:8080`).sort(), masquerade };
}

const addresses = addressesOf(0);
const flows = flowsTo(addresses);

describe.each(["iptables", "nftables", "ipvs"] as const)("%s", (mode) => {
  describe.each(rows)("$name", (row) => {
    const world = proxiedNodes(scenarioOf(row, mode, addresses));
    const protocol = row.protocol === "UDP" ? "udp" : "tcp";
    // In IPVS a node's own packets to a VIP bear the VIP as their source, so the ranges are another question there.
    const told = flows.filter(
      ({ from, to }) => !(mode === "ipvs" && from === "node" && to === "VIP" && row.spec.loadBalancerSourceRanges !== undefined),
    );
    test.each(told)(`$from -> $to (${lists[row.name]?.source})`, (flow) => {
      const result = world.trace(flow.node === 0 ? "node1" : "node2", flow.source, `${flow.host}:${flow.port}`, protocol);
      expect(result, result.rules.join("\n")).toMatchObject(verdictOf(mode, row, flow));
    });
  });
});
