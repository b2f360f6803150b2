import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printIptablesSave } from "../../src/cluster/network/netfilter/print-iptables.ts";
import { printNftTables } from "../../src/cluster/network/netfilter/print-nft.ts";
import { generatedObjects } from "../cluster/kube-proxy/generated.ts";
import { type ProxiedNodes, proxiedNodes } from "../cluster/kube-proxy/nodes.ts";
import { printedRules } from "../cluster/kube-proxy/printed-rules.ts";
import { expectedOutcomes, merged, problem } from "./judge.ts";
import { canAskKernel, type Namespace } from "./namespaces.ts";
import { addressesOf, type Flow, flowsTo, generatedRows, type Row, rows, scenarioOf } from "./rows.ts";
import { sortedElements, withoutComments } from "./texts.ts";
import { nodes, Topology } from "./topology.ts";

const possible = canAskKernel();
if (!possible) process.stdout.write("skipped: needs root and iptables\n");

test("where CI runs, the kernel is asked", () => {
  expect(possible || process.env.CI !== "true").toBe(true);
});

describe.skipIf(!possible)("the kernel as judge: rules loaded into real namespaces give the simulation's answers", () => {
  const topology = possible ? new Topology() : undefined;
  const world = topology as Topology;
  beforeAll(async () => {
    await topology?.build();
  });
  afterAll(() => topology?.end());

  const generated = fc.sample(generatedRows, { numRuns: Number(process.env.KUBEHOP_GENERATED ?? 10), seed: 4 });
  let index = 0;
  for (const mode of ["iptables", "nftables"] as const) {
    describe(mode, () => {
      test.each([...rows, ...generated])("$name", async (row) => {
        const addresses = addressesOf(index++);
        world.routeTo(addresses.vip, 0);
        world.routeTo(addresses.externalIp, 0);
        const simulated = proxiedNodes(scenarioOf(row, mode, addresses));
        for (const [i, { name }] of nodes.entries()) load(world.nodes[i] as Namespace, simulated, name, mode);
        const problems = await Promise.all(
          flowsTo(addresses)
            .filter(({ to }) => mode === "iptables" || to !== "NodePort on 127.0.0.1") // not served there: the closed port itself answers
            .map((flow) => judge(world, simulated, row, flow)),
        );
        expect(problems.filter((text) => text !== undefined)).toEqual([]);
      });

      test("ClientIP affinity: connections of one client meet one pod", async () => {
        const addresses = addressesOf(index++);
        const row: Row = { name: "", spec: { type: "NodePort", sessionAffinity: "ClientIP" }, endpoints: (rows[0] as Row).endpoints };
        const simulated = proxiedNodes(scenarioOf(row, mode, addresses));
        for (const [i, { name }] of nodes.entries()) load(world.nodes[i] as Namespace, simulated, name, mode);
        const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;
        const counts = await namespaceOf(world, flow).probe({
          host: flow.host,
          port: flow.port,
          protocol: "tcp",
          tries: 20,
          timeoutMs: 6000,
        });
        // Twelve are under way before the first is remembered by the rules of the chain they chose.
        const [first] = Object.keys(
          await namespaceOf(world, flow).probe({ host: flow.host, port: flow.port, protocol: "tcp", tries: 1, timeoutMs: 6000 }),
        );
        const again = await namespaceOf(world, flow).probe({
          host: flow.host,
          port: flow.port,
          protocol: "tcp",
          tries: 20,
          timeoutMs: 6000,
        });
        expect(Object.keys(counts).length).toBeLessThanOrEqual(5);
        expect(again).toEqual({ [first as string]: 20 });
      });
    });
  }

  const single: readonly Row[] = [
    { name: "one endpoint here", spec: { type: "LoadBalancer" }, endpoints: [{ ip: "10.244.1.11" }] },
    {
      name: "one endpoint elsewhere, external Local",
      spec: { type: "LoadBalancer", externalTrafficPolicy: "Local" },
      endpoints: [{ ip: "10.244.2.11" }],
    },
    {
      name: "source ranges",
      spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["203.0.113.0/25"] },
      endpoints: [{ ip: "10.244.1.11" }],
    },
  ];
  test.each(single)("$name: the nat rules that trace names are those whose counters rise", async (row) => {
    const addresses = addressesOf(index++);
    world.routeTo(addresses.vip, 0);
    world.routeTo(addresses.externalIp, 0);
    const simulated = proxiedNodes(scenarioOf(row, "iptables", addresses));
    for (const [i, { name }] of nodes.entries()) load(world.nodes[i] as Namespace, simulated, name, "iptables");
    for (const flow of flowsTo(addresses)) {
      const node = world.nodes[flow.node] as Namespace;
      node.run("iptables -t nat -Z");
      await namespaceOf(world, flow).probe({ host: flow.host, port: flow.port, protocol: "tcp", tries: 1, timeoutMs: 500 });
      const counted = [...node.run("iptables-save -c -t nat").matchAll(/^\[[1-9]\d*:\d+\] (-A .*)$/gm)].map(([, rule]) => rule as string);
      const natRules = new Set(node.run("iptables-save -t nat").split("\n"));
      const trace = simulated.trace(nodes[flow.node]?.name as string, flow.source, `${flow.host}:${flow.port}`);
      const named = trace.rules.filter((rule) => natRules.has(rule));
      expect(named.length).toBeGreaterThan(0);
      expect(counted.sort(), `${flow.from} -> ${flow.to}`).toEqual(named.sort());
    }
  });

  test.each([4, 6] as const)("IPv%i: generated Services' rules load, and save as they were", (family) => {
    const scratch = world.clients.get("desktop") as Namespace;
    for (const objects of fc.sample(generatedObjects(family), { numRuns: 15, seed: 9 })) {
      const { iptables, nft } = printedRules(objects.services, objects.slices, family);
      scratch.run("nft flush ruleset");
      scratch.run(family === 4 ? "iptables-restore" : "ip6tables-restore", iptables);
      expect(withoutComments(scratch.run(family === 4 ? "iptables-save" : "ip6tables-save"))).toBe(withoutComments(iptables));
      scratch.run("nft flush ruleset");
      scratch.run("nft -f -", nft);
      expect(sortedElements(scratch.run(`nft list table ${family === 4 ? "ip" : "ip6"} kube-proxy`))).toBe(sortedElements(nft));
    }
    scratch.run("nft flush ruleset");
  });
});

/** Puts the simulated node's rules, as its own programs print them, into the real one. */
function load(node: Namespace, simulated: ProxiedNodes, name: string, mode: "iptables" | "nftables"): void {
  const { netns, proxy } = simulated.nodes.get(name) as NonNullable<ReturnType<ProxiedNodes["nodes"]["get"]>>;
  node.run("nft flush ruleset");
  if (mode === "nftables") {
    const text = printNftTables(proxy.kernel.nftTables, 0);
    node.run("nft -f -", text);
    expect(sortedElements(node.run("nft list table ip kube-proxy"))).toBe(sortedElements(text));
    return;
  }
  const text = printIptablesSave(netns.netfilter.tables, { family: 4, dateMs: simulated.simulation.dateMs() });
  node.run("iptables-restore", text);
  expect(withoutComments(node.run("iptables-save"))).toBe(withoutComments(text));
}

async function judge(world: Topology, simulated: ProxiedNodes, row: Row, flow: Flow): Promise<string | undefined> {
  const protocol = row.protocol === "UDP" ? "udp" : "tcp";
  const trace = simulated.trace(nodes[flow.node]?.name as string, flow.source, `${flow.host}:${flow.port}`, protocol);
  const expected = expectedOutcomes(trace, flow);
  const from = namespaceOf(world, flow);
  // Silence is known before a SYN is sent again; an answer may take its time on a busy machine, and one sent again has the same way.
  const timeoutMs = expected.includes("timeout") ? 700 : 6000;
  const ask = async (tries: number) =>
    problem(merged(await from.probe({ host: flow.host, port: flow.port, protocol, tries, timeoutMs })), expected);
  const found = await ask(trace.endpoints.length > 1 ? 300 : 3);
  if (found === undefined) return undefined;
  // Chance alone fails a share now and then: it must fail twice.
  const again = found.startsWith("shares differ") ? await ask(1000) : found;
  return again === undefined ? undefined : `${flow.from} -> ${flow.to}: ${again}\n${trace.rules.join("\n")}`;
}

function namespaceOf(world: Topology, flow: Flow): Namespace {
  if (flow.from === "node") return world.nodes[flow.node] as Namespace;
  return (flow.from === "laptop" || flow.from === "desktop" ? world.clients.get(flow.from) : world.pods.get(flow.source)) as Namespace;
}
