import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CrossingReader, crossingsOfWay } from "../../src/graph/crossings.ts";
import { FlowLedger } from "../../src/graph/flow-ledger.ts";
import { HopDecoder, hopConnection, hopCount, sketchHop } from "../../src/playground/hop-codec.ts";
import { openPlayground } from "../../src/playground/playground.ts";
import type { ConnectionInfo, PacketWay } from "../../src/playground/protocol.ts";

const scenario = readFileSync(new URL("../../scenarios/kubia.yaml", import.meta.url), "utf8");
const boxOf = (name: string) => (name.startsWith("node/") ? undefined : name);

/** What the page would have counted after these lines, each typed when the one before has ended. */
function flowsAfter(...lines: readonly string[]) {
  const opened = openPlayground(scenario);
  if (!opened.ok) throw new Error("the scenario is refused");
  const { playground } = opened;
  playground.watch();
  const { queue } = playground.cluster;
  queue.run(5_000_000, 1_000_000);
  playground.openTerminal(1, 100, 24);
  const ledger = new FlowLedger();
  const reader = new CrossingReader();
  const decoder = new HopDecoder();
  const infos = new Map<string, ConnectionInfo>();
  const ways = new Map<number, PacketWay>();
  let counted = 0;
  for (const line of lines) {
    playground.line(1, line);
    const beganUs = playground.nowUs;
    for (let i = 0; i < 400; i++) {
      queue.run(beganUs + i * 50_000, 100_000);
      for (const update of playground.takeUpdates()) {
        if (update.type === "hops") {
          for (const info of update.connections) infos.set(info.id, info);
          const batch = decoder.take(update.packed);
          for (let at = 0; at < hopCount(batch); at++) {
            const info = infos.get(hopConnection(batch, at));
            if (info?.purpose !== "traffic" || info.session === 0) continue;
            const { crossings, deaths } = reader.take(info, [sketchHop(batch, at)], "physical", boxOf);
            ledger.take(crossings, deaths);
          }
        }
        if (update.type !== "ways") continue;
        for (const { id, count, way } of update.ways) {
          if (way !== undefined) ways.set(id, way);
          const { crossings, deaths } = crossingsOfWay(ways.get(id) as PacketWay, update.atUs, "physical", boxOf);
          ledger.take(crossings, deaths, { count });
          counted += count;
        }
      }
    }
  }
  const entering = (to: (box: string) => boolean, isReply: boolean) =>
    ledger.edges
      .filter((edge) => to(edge.to) && edge.isReply === isReply)
      .reduce((sum, edge) => sum + (isReply ? ledger.total(edge).reply : ledger.total(edge).request), 0);
  return { ledger, counted, entering };
}

const isPod = (box: string) => box.startsWith("pod/default/kubia-");

describe("a load's packets, counted by the ways they go (hey keeps hops of its first ten connections alone)", () => {
  test.each([
    { name: "a connection for each request", line: "hey -n 40 -c 4 -disable-keepalive http://10.111.249.153/", requests: 40 },
    { name: "connections kept alive", line: "hey -n 60 -c 3 http://10.111.249.153/", requests: 60 },
  ])("$name: what enters pods is what was sent, and as much comes back", ({ line, requests }) => {
    const { entering, counted } = flowsAfter(`at node1 -- ${line}`);
    expect(entering(isPod, false)).toBe(requests);
    expect(entering((box) => box === "rules/node1", true)).toBeGreaterThanOrEqual(requests);
    if (line.includes("disable")) expect(counted).toBeGreaterThan(0);
  });

  test("refused ones are failures, with each attempt", () => {
    const { ledger } = flowsAfter(
      `kubectl patch svc kubia -p '{"spec":{"selector":{"app":"nobody"}}}'`,
      "at node1 -- hey -n 30 -c 3 http://10.111.249.153/",
    );
    const died = [...ledger.deaths().values()].reduce((sum, { count }) => sum + count, 0);
    expect(died).toBe(30);
  });
});
