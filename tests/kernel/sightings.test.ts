import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HopRecord } from "../../src/cluster/index.ts";
import { type OpenScenario, openScenario } from "../../src/playground/library.ts";
import { canAskKernel, type Namespace } from "./namespaces.ts";
import { withoutComments } from "./texts.ts";
import { nodes, podPort, pods, Topology } from "./topology.ts";

const possible = canAskKernel();
const outside = "203.0.113.200";

const service = (name: string, clusterIp: string, nodePort: number, policy: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {type: NodePort, clusterIP: ${clusterIp}, externalTrafficPolicy: ${policy}, selector: {ip: 10.244.2.11}, ports: [{port: 80, targetPort: ${podPort}, nodePort: ${nodePort}}]}
`;

/** A whole cluster on the addresses of the topology: kube-proxy's rules and the network plugin's. */
const scenario = [
  `
apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: sightings}
spec:
  cluster:
    ingressController: none
    nodes: [${nodes.map(({ name, ip, podCIDR }) => `{name: ${name}, ip: ${ip}, podCIDR: ${podCIDR}}`).join(", ")}]
  clients: [{name: laptop, ip: 203.0.113.10}]
  external: [{name: desktop, ip: ${outside}, ports: [${podPort}]}]
`,
  ...pods.map(
    ({ ip, node }) => `
apiVersion: v1
kind: Pod
metadata: {name: pod-${ip.replaceAll(".", "-")}, labels: {ip: ${ip}}}
spec: {nodeName: ${nodes[node]?.name}, containers: [{name: main, image: luksa/kubia, ports: [{containerPort: ${podPort}}]}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`,
  ),
  service("cluster", "10.96.0.41", 30_041, "Cluster"),
  service("local", "10.96.0.42", 30_042, "Local"),
].join("---\n");

interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

const client = "10.244.1.99";
const cases: readonly Case[] = [
  { name: "pod to ClusterIP, endpoint elsewhere", from: client, to: "10.96.0.41:80" },
  { name: "pod to ClusterIP, endpoint on its own node", from: "10.244.2.99", to: "10.96.0.41:80" },
  { name: "pod to itself by its Service", from: "10.244.2.11", to: "10.96.0.41:80" },
  { name: "pod to pod", from: client, to: `10.244.2.11:${podPort}` },
  { name: "pod to another node's NodePort", from: client, to: "192.168.0.4:30041" },
  { name: "pod to its own node's NodePort, Local without a pod", from: client, to: "192.168.0.2:30042" },
  { name: "node to ClusterIP", from: "node1", to: "10.96.0.41:80" },
  { name: "node to a pod of its own", from: "node2", to: `10.244.2.11:${podPort}` },
  { name: "laptop to NodePort, endpoint elsewhere", from: "laptop", to: "192.168.0.2:30041" },
  { name: "laptop to NodePort, endpoint there", from: "laptop", to: "192.168.0.3:30041" },
  { name: "laptop to NodePort, Local, endpoint there", from: "laptop", to: "192.168.0.3:30042" },
  { name: "laptop to NodePort, Local, no endpoint there", from: "laptop", to: "192.168.0.2:30042" },
  { name: "pod to the internet", from: client, to: `${outside}:${podPort}` },
];

/** A rule without target that counts handshake packets, where each kind of sighting is made. */
const counters = ["OUTPUT", "FORWARD", "INPUT"].map((chain) => `iptables -t mangle -A ${chain} -p tcp --tcp-flags SYN SYN`).join(" && ");
const actionOf: Readonly<Record<string, string>> = { OUTPUT: "send", FORWARD: "forward", INPUT: "receive" };

describe.skipIf(!possible)("every sighting and every nat rule of a handshake is one of the kernel's, and the kernel has no others", () => {
  const topology = possible ? new Topology() : undefined;
  const world = topology as Topology;
  let playground: OpenScenario;
  const machines = new Map<string, Namespace>();

  beforeAll(async () => {
    await topology?.build();
    playground = openScenario(scenario);
    playground.advance(10_000);
    for (const [i, { name }] of nodes.entries()) machines.set(`node/${name}`, world.nodes[i] as Namespace);
    for (const { ip } of pods) machines.set(`pod/default/pod-${ip.replaceAll(".", "-")}`, world.pods.get(ip) as Namespace);
    for (const { name } of nodes) {
      const text = playground.run("iptables-save", { on: `node/${name}` }).stdout;
      const node = machines.get(`node/${name}`) as Namespace;
      node.run("iptables-restore", text);
      expect(withoutComments(node.run("iptables-save"))).toBe(withoutComments(text));
    }
    await (world.clients.get("desktop") as Namespace).serve(podPort);
    machines.set("client/laptop", world.clients.get("laptop") as Namespace);
    machines.set("external/desktop", world.clients.get("desktop") as Namespace);
    for (const machine of machines.values()) machine.run(counters);
  });
  afterAll(() => topology?.end());

  test.each(cases)("$name", async ({ from, to }) => {
    for (const machine of machines.values()) machine.run("iptables -t mangle -Z && iptables -t nat -Z");
    playground.advance(14_000 - (playground.time % 10_000)); // between two rounds of probes
    for (const { name } of nodes) playground.run("iptables -t nat -Z", { on: `node/${name}` });
    const place = from.startsWith("node")
      ? `node/${from}`
      : from === "laptop"
        ? "client/laptop"
        : `pod/default/pod-${from.replaceAll(".", "-")}`;
    const { hops, verdict } = playground.connect({ from: place, to });
    const [host = "", port = ""] = to.split(":");
    const sender = machines.get(place) as Namespace;
    await sender.probe({ host, port: Number(port), protocol: "tcp", tries: 1, timeoutMs: verdict === "answered" ? 6000 : 500 });

    // An unanswered SYN is sent again in the simulation, but not in the kernel's half second.
    const first = verdict === "answered" ? hops : hops.filter(({ packet }) => packet === 1);
    const handshake = first.filter(({ flags }) => flags?.includes("SYN") === true);
    for (const [at, machine] of machines) {
      expect({ at, ...sightingsIn(machine) }).toEqual({ at, ...sightingsOf(handshake, at) });
      if (!at.startsWith("node/")) continue;
      const saved = machine.run("iptables-save -c -t nat");
      expect(countedNatRules(saved), at).toEqual(natRulesOf(first, at, machine));
      // What the simulated tools print is what the kernel's print, to the byte. An unanswered SYN has been counted again.
      if (verdict === "answered")
        expect(playground.run("iptables-save -c -t nat", { on: at }).stdout.match(counted), at).toEqual(saved.match(counted));
    }
  });
});

/** The counters stand before the filter table: what that drops has been counted. */
function sightingsOf(hops: readonly HopRecord[], at: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [chain, action] of Object.entries(actionOf)) {
    const isCounted = (hop: HopRecord) => hop.action === action || (hop.action === "drop" && hop.hook === chain.toLowerCase());
    counts[action] = hops.filter((hop) => hop.at === at && isCounted(hop)).length;
  }
  return counts;
}

function sightingsIn(machine: Namespace): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, packets, chain] of machine.run("iptables-save -c -t mangle").matchAll(/^\[(\d+):\d+\] -A (\w+) -p tcp/gm)) {
    counts[actionOf[chain as string] as string] = Number(packets);
  }
  return counts;
}

const counted = /^\[[1-9]\d*:\d+\] -A .*$/gm;

/** `COUNT RULE` of each rule that matched a packet. */
function countedNatRules(saved: string): readonly string[] {
  return [...saved.matchAll(/^\[([1-9]\d*):\d+\] (-A .*)$/gm)].map(([, count, rule]) => `${count} ${rule}`).sort();
}

function natRulesOf(hops: readonly HopRecord[], at: string, machine: Namespace): readonly string[] {
  const isNat = new Set(machine.run("iptables-save -t nat").split("\n"));
  const counts = new Map<string, number>();
  for (const hop of hops) {
    if (hop.at !== at) continue;
    for (const rule of hop.rules ?? []) if (isNat.has(rule)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return [...counts].map(([rule, count]) => `${count} ${rule}`).sort();
}
