import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedOutcomes } from "../../kernel/judge.ts";
import { addressesOf, type Flow, flowsTo, generatedRows, type Row, rows } from "../../kernel/rows.ts";
import { flowWorld } from "./cluster-flows.ts";

type Mode = "iptables" | "nftables" | "ipvs";
const addresses = addressesOf(0);

/** What IPVS' node-made packets and answers that pass the node by look like from outside is no matter of its rules alone. */
function isTellable(mode: Mode, row: Row, flow: Flow): boolean {
  if (mode === "iptables") return true;
  if (flow.to === "NodePort on 127.0.0.1") return false; // not served: the closed port answers, which trace does not look at
  if (mode === "nftables") return true;
  // The node's own source is then the virtual address, not the node's: the trace's question is another one.
  if (flow.from === "node") return false;
  // Local policy without local endpoints: answers of remote pods come from the wrong address.
  const isLocal =
    row.spec.externalTrafficPolicy === "Local" && (flow.to === "VIP" || flow.to === "externalIP" || flow.to.startsWith("NodePort"));
  return !(isLocal && (flow.from === "laptop" || flow.from === "desktop"));
}

function check(mode: Mode, row: Row): void {
  const world = flowWorld(row, mode, addresses);
  const protocol = row.protocol === "UDP" ? "udp" : "tcp";
  for (const flow of flowsTo(addresses)) {
    if (!isTellable(mode, row, flow)) continue;
    const trace = world.trace(flow.node === 0 ? "node1" : "node2", flow.source, `${flow.host}:${flow.port}`, protocol);
    if (trace.verdict === "none") continue; // it leaves the node, and what is there is not kube-proxy's affair
    const may = expectedOutcomes(trace, flow);
    for (let i = 0; i < 3; i++) {
      const happened = world.connect(flow, protocol);
      expect(may, `${flow.from} -> ${flow.to}: ${happened}\n${trace.rules.join("\n")}`).toContain(happened);
    }
  }
}

describe("what trace says may happen contains what then happens", () => {
  for (const mode of ["iptables", "nftables", "ipvs"] as const) {
    describe(mode, () => {
      test.each(rows)("$name", (row) => check(mode, row));
      test("generated Services", () => {
        fc.assert(
          fc.property(generatedRows, (row) => check(mode, row)),
          { numRuns: 5 },
        );
      });
    });
  }
});

describe("every endpoint is met (one Service with five, policy Cluster)", () => {
  test.each(["iptables", "nftables", "ipvs"] as const)("%s", (mode) => {
    const row = rows[0] as Row;
    const world = flowWorld(row, mode, addresses);
    const flow = flowsTo(addresses).find(({ from, to }) => from === "pod" && to === "ClusterIP") as Flow;
    const counts = new Map<string, number>();
    for (let i = 0; i < 200; i++) {
      const outcome = world.connect(flow, "tcp");
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    expect(counts.size).toBe(5);
    // Round robin takes strict turns; chance keeps within its band (chi-square, 4 degrees of freedom, p = 1e-4).
    if (mode === "ipvs") expect([...counts.values()]).toEqual([40, 40, 40, 40, 40]);
    else expect([...counts.values()].reduce((sum, count) => sum + (count - 40) ** 2 / 40, 0)).toBeLessThan(23.5);
  });
});
