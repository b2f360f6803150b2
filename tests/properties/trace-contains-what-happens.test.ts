import fc from "fast-check";
import { expect, test } from "vitest";
import type { ProxyKernel } from "../../src/cluster/kube-proxy/kernel.ts";
import { traceService } from "../../src/cluster/kube-proxy/trace.ts";
import type { Netns } from "../../src/cluster/network/netns.ts";
import { serve, world } from "../cluster/network/world.ts";
import { runs } from "../harness/runs.ts";

const cases = fc.record({
  seed: fc.integer({ min: 1, max: 10_000 }),
  pods: fc.array(fc.nat(1), { minLength: 1, maxLength: 4 }),
  endpoints: fc.array(fc.nat(3), { maxLength: 4 }),
  affinity: fc.boolean(),
  source: fc.constantFrom("laptop", "node1", "node2", "pod"),
  isNodePort: fc.boolean(),
});

/** A trace asks only the rules that bear kube-proxy's reasons; the short rules of the network's tests bear none. */
function signAsKubeProxy(node: Netns): void {
  const { tables } = node.netfilter;
  for (const table of ["nat", "filter"] as const) {
    for (const chain of tables.chains(table)) {
      if (chain.policy === undefined) continue;
      const signed = chain.rules.map((rule) =>
        rule.target.type === "jump" && rule.target.chain.startsWith("KUBE-")
          ? { ...rule, because: { code: "kube-proxy.entry", args: {} } }
          : rule,
      );
      tables.setChain(table, chain.name, signed);
    }
  }
}

test("what trace says may happen contains what then happens: verdict, endpoint and masquerade", () => {
  fc.assert(
    fc.property(cases, (made) => {
      const w = world({ seed: made.seed });
      const pods = made.pods.map((node, i) => w.pod(`p${i}`, node));
      for (const pod of pods) serve(pod.netns, 8080, pod.netns.place);
      const endpoints = [...new Set(made.endpoints.map((e) => `${pods[e % pods.length]!.ips[0]}:8080`))].sort();
      w.services([
        { name: "s", clusterIp: "10.96.0.41", port: 80, nodePort: 30123, endpoints, ...(made.affinity ? { affinitySeconds: 60 } : {}) },
      ]);
      w.nodes.forEach(signAsKubeProxy);
      const from: Netns =
        made.source === "laptop" ? w.laptop : made.source === "pod" ? pods[0]!.netns : w.nodes[Number(made.source.slice(4)) - 1]!;
      const isNodePort = made.isNodePort || made.source === "laptop";
      // The node whose rules decide: the one that is asked by its own address, else the sender's own.
      const decides = isNodePort ? w.nodes[0]! : made.source === "pod" ? pods[0]!.netns.host! : from;
      if (isNodePort && endpoints.length === 0) return; // the shortened rules of this test refuse ClusterIPs alone
      const to = w.book.socket(w.book.ip(isNodePort ? "192.168.0.2" : "10.96.0.41"), isNodePort ? 30_123 : 80);
      const source = from.sourceFor(to.ip)!;
      const kernel = { mode: "iptables", nftTables: [], ipvs: undefined } as unknown as ProxyKernel;
      const trace = traceService({ netns: decides, kernel, source, destination: to, protocol: "tcp" });
      const socket = from.connectTcp(to, {});
      w.pass(0.5);
      const { hops } = socket.connection;
      if (endpoints.length === 0) {
        expect(trace.verdict).toBe("reject");
        expect(socket.error).toBe("ECONNREFUSED");
        return;
      }
      expect(trace.verdict).toBe("dnat");
      expect(trace.endpoints).toEqual(endpoints);
      expect(socket.state).toBe("ESTAB");
      const dnat = hops.find((hop) => hop.action === "dnat" && hop.at === decides.place)!;
      expect(trace.endpoints).toContain(dnat.destination.text);
      const isMasqueraded =
        dnat.packet.number === 1 &&
        hops.some((hop) => hop.packet.number === 1 && hop.rules.some((rule) => "target" in rule && rule.target.type === "masquerade"));
      expect([isMasqueraded, "mixed"]).toContain(trace.masquerade);
    }),
    { numRuns: runs(200) },
  );
});
