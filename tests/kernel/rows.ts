import fc from "fast-check";
import { clients, nodes, podPort, pods } from "./topology.ts";

/** The Service's addresses. Each row has its own, so that no connection of an earlier row is remembered. */
export interface Addresses {
  readonly clusterIp: string;
  readonly nodePort: number;
  readonly vip: string;
  readonly externalIp: string;
}

export function addressesOf(index: number): Addresses {
  return {
    clusterIp: `10.96.0.${10 + index}`,
    nodePort: 30_080 + index,
    vip: `192.0.2.${10 + index}`,
    externalIp: `198.51.100.${10 + index}`,
  };
}

/** One Service and its endpoints: what a row of the table varies. */
export interface Row {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly protocol?: "TCP" | "UDP";
  readonly endpoints: readonly RowEndpoint[];
}

export interface RowEndpoint {
  readonly ip: string;
  readonly state?: "ready" | "terminating" | "unready";
  readonly zones?: readonly string[];
}

const everywhere: readonly RowEndpoint[] = pods.filter(({ serves }) => serves).map(({ ip }) => ({ ip }));
const remote: readonly RowEndpoint[] = [{ ip: "10.244.2.11" }, { ip: "10.244.3.11" }];
const balanced = { type: "LoadBalancer" };

/** @source kubernetes pkg/proxy/iptables/proxier_test.go: the Services of its packet flow tests, each over the sources and destinations of `flows` */
export const rows: readonly Row[] = [
  { name: "policy Cluster, endpoints everywhere", spec: balanced, endpoints: everywhere },
  { name: "policy Cluster, UDP", spec: balanced, protocol: "UDP", endpoints: everywhere },
  { name: "policy Cluster, remote endpoints", spec: balanced, endpoints: remote },
  { name: "external Local, endpoints everywhere", spec: { ...balanced, externalTrafficPolicy: "Local" }, endpoints: everywhere },
  { name: "external Local, remote endpoints", spec: { ...balanced, externalTrafficPolicy: "Local" }, endpoints: remote },
  { name: "internal Local, endpoints everywhere", spec: { ...balanced, internalTrafficPolicy: "Local" }, endpoints: everywhere },
  { name: "internal Local, remote endpoints", spec: { ...balanced, internalTrafficPolicy: "Local" }, endpoints: remote },
  {
    name: "both Local, UDP",
    spec: { ...balanced, internalTrafficPolicy: "Local", externalTrafficPolicy: "Local" },
    protocol: "UDP",
    endpoints: everywhere,
  },
  { name: "no endpoints", spec: balanced, endpoints: [] },
  { name: "no endpoints, external Local", spec: { ...balanced, externalTrafficPolicy: "Local" }, endpoints: [] },
  { name: "only unready endpoints", spec: balanced, endpoints: [{ ip: "10.244.1.11", state: "unready" }] },
  {
    name: "terminating endpoints when nothing else is left",
    spec: balanced,
    endpoints: [
      { ip: "10.244.1.11", state: "terminating" },
      { ip: "10.244.2.11", state: "terminating" },
    ],
  },
  {
    name: "external Local: the local endpoint terminates, others are ready",
    spec: { ...balanced, externalTrafficPolicy: "Local" },
    endpoints: [{ ip: "10.244.1.11", state: "terminating" }, { ip: "10.244.2.11" }, { ip: "10.244.3.11" }],
  },
  { name: "source ranges without the node", spec: { ...balanced, loadBalancerSourceRanges: ["203.0.113.0/25"] }, endpoints: everywhere },
  {
    name: "source ranges with the node, external Local",
    spec: { ...balanced, externalTrafficPolicy: "Local", loadBalancerSourceRanges: ["203.0.113.0/25", "192.168.0.0/24"] },
    endpoints: everywhere,
  },
  {
    name: "zone hints",
    spec: balanced,
    endpoints: [
      { ip: "10.244.1.11", zones: ["a"] },
      { ip: "10.244.2.11", zones: ["a"] },
      { ip: "10.244.3.11", zones: ["c"] },
      { ip: "10.244.1.12", zones: ["b"] },
    ],
  },
];

/** Services as nobody would write them by hand. */
export const generatedRows: fc.Arbitrary<Row> = fc
  .record({
    external: fc.constantFrom("Cluster", "Local"),
    internal: fc.constantFrom("Cluster", "Local"),
    protocol: fc.constantFrom("TCP" as const, "UDP" as const),
    ranges: fc.constantFrom<string[]>([], ["203.0.113.0/25"], ["203.0.113.128/25", "192.168.0.0/24", "10.244.1.0/24"]),
    endpoints: fc.subarray(everywhere.map(({ ip }) => ip)),
    states: fc.array(fc.constantFrom("ready" as const, "ready" as const, "terminating" as const, "unready" as const), {
      minLength: 5,
      maxLength: 5,
    }),
    zones: fc.option(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 5, maxLength: 5 }), { nil: undefined }),
  })
  .map((d) => ({
    name: `generated: external ${d.external}, internal ${d.internal}, ${d.protocol}, ranges [${d.ranges}], ${d.endpoints.map((ip, i) => `${ip} ${d.states[i]} ${d.zones?.[i] ?? ""}`).join("; ")}`,
    spec: {
      ...balanced,
      externalTrafficPolicy: d.external,
      internalTrafficPolicy: d.internal,
      ...(d.ranges.length > 0 ? { loadBalancerSourceRanges: d.ranges } : {}),
    },
    protocol: d.protocol,
    endpoints: d.endpoints.map((ip, i) => ({
      ip,
      ...(d.states[i] === undefined ? {} : { state: d.states[i] }),
      ...(d.zones?.[i] === undefined ? {} : { zones: [d.zones[i]] }),
    })),
  }));

const conditions = {
  ready: { ready: true, serving: true, terminating: false },
  terminating: { ready: false, serving: true, terminating: true },
  unready: { ready: false, serving: false, terminating: false },
};

/** The scenario of a row, as a user would write it. */
export function scenarioOf(row: Row, mode: "iptables" | "nftables" | "ipvs", addresses: Addresses): string {
  const { clusterIp, nodePort, vip, externalIp } = addresses;
  const protocol = row.protocol ?? "TCP";
  const documents = [
    {
      apiVersion: "kubehop.dev/v1",
      kind: "Scenario",
      spec: {
        cluster: {
          proxyMode: mode,
          nodes: nodes.map(({ name, ip, podCIDR, zone }) => ({ name, ip, podCIDR, labels: { "topology.kubernetes.io/zone": zone } })),
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "svc1", namespace: "default" },
      spec: { clusterIP: clusterIp, externalIPs: [externalIp], ...row.spec, ports: [{ name: "p", port: 80, protocol, nodePort }] },
      status: { loadBalancer: { ingress: [{ ip: vip }] } },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "svc1-1", namespace: "default", labels: { "kubernetes.io/service-name": "svc1" } },
      addressType: "IPv4",
      ports: [{ name: "p", port: podPort, protocol }],
      endpoints: row.endpoints.map(({ ip, state, zones }) => ({
        addresses: [ip],
        nodeName: nodes[pods.find((pod) => pod.ip === ip)?.node ?? 0]?.name,
        conditions: conditions[state ?? "ready"],
        ...(zones === undefined ? {} : { hints: { forZones: zones.map((name) => ({ name })) } }),
      })),
    },
  ];
  return documents.map((document) => JSON.stringify(document)).join("\n---\n");
}

/** Who asks, at which node's rules, for what. */
export interface Flow {
  readonly from: "pod" | "endpoint pod" | "pod of node2" | "node" | "laptop" | "desktop";
  readonly source: string;
  /** Whose rules decide. */
  readonly node: number;
  readonly to: string;
  readonly host: string;
  readonly port: number;
}

const sources = {
  pod: { source: "10.244.1.99", node: 0 },
  "endpoint pod": { source: "10.244.1.11", node: 0 },
  "pod of node2": { source: "10.244.2.99", node: 1 },
  node: { source: nodes[0].ip, node: 0 },
  laptop: { source: clients[0].ip, node: 0 },
  desktop: { source: clients[1].ip, node: 0 },
} as const;

const destinations = {
  ClusterIP: ({ clusterIp }: Addresses) => ({ host: clusterIp, port: 80 }),
  NodePort: ({ nodePort }: Addresses) => ({ host: nodes[0].ip as string, port: nodePort }),
  "NodePort of node2": ({ nodePort }: Addresses) => ({ host: nodes[1].ip as string, port: nodePort }),
  "NodePort on 127.0.0.1": ({ nodePort }: Addresses) => ({ host: "127.0.0.1", port: nodePort }),
  VIP: ({ vip }: Addresses) => ({ host: vip, port: 80 }),
  externalIP: ({ externalIp }: Addresses) => ({ host: externalIp, port: 80 }),
} as const;

const asked: readonly (readonly [keyof typeof sources, keyof typeof destinations])[] = [
  ["pod", "ClusterIP"],
  ["pod", "NodePort"],
  ["pod", "VIP"],
  ["pod", "externalIP"],
  ["endpoint pod", "ClusterIP"],
  ["endpoint pod", "NodePort"],
  ["pod of node2", "ClusterIP"],
  ["node", "ClusterIP"],
  ["node", "NodePort"],
  ["node", "NodePort on 127.0.0.1"],
  ["node", "VIP"],
  ["laptop", "NodePort"],
  ["laptop", "NodePort of node2"],
  ["laptop", "VIP"],
  ["laptop", "externalIP"],
  ["desktop", "VIP"],
];

export function flowsTo(addresses: Addresses): readonly Flow[] {
  return asked.map(([from, to]) => ({
    from,
    to,
    ...sources[from],
    ...(to === "NodePort of node2" ? { node: 1 } : {}),
    // The node asks 127.0.0.1 from there.
    ...(to === "NodePort on 127.0.0.1" ? { source: "127.0.0.1" } : {}),
    ...destinations[to](addresses),
  }));
}
