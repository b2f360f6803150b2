import { expect, test } from "vitest";
import { explainCommand } from "../../../src/playground/explain/command-endings.ts";
import { mendCandidates } from "../../../src/playground/fix/mend-candidates.ts";
import { openScenario } from "../../../src/playground/library.ts";
import type { FixReport, RecordEntry } from "../../../src/playground/protocol.ts";
import { app, caller, scenario, service } from "../explain/worlds.ts";
import { planted } from "./planted.ts";

function fixesOf(world: string, run: string, before: readonly string[] = []): FixReport {
  const opened = openScenario(world);
  opened.advance(8000);
  for (const command of before) opened.run(command);
  const sinceUs = opened.playground.cluster.queue.now();
  const { exit, stderr } = opened.run(run);
  const connections = opened.playground.cluster.sessionConnections(1000, sinceUs);
  const endings = explainCommand(opened.playground.look, connections, stderr);
  if (exit === 0 && endings.length === 0) throw new Error(`the fault does not show: ${run}`);
  const search = opened.playground.fixesFor({ line: run, on: "client/laptop", endings: endings.map((one) => one.cause) });
  for (;;) {
    const step = search.next();
    // The first that is found is the smallest: enough to be judged here, and the test stays quick.
    if (step.done === true || step.value.fixes.length > 0) return step.value;
  }
}

const worldsMeant = Number(process.env["KUBEHOP_WORLDS"] ?? 100);

test("the search finds what was planted in at least 95 of 100 broken worlds", { timeout: 600_000 }, () => {
  const missed: string[] = [];
  for (let n = 0; n < worldsMeant; n++) {
    const { fault, world, run, touches } = planted(n);
    const report = fixesOf(world, run);
    const found = report.fixes.map((fix) => fix.touches);
    if (!found.some((one) => touches.includes(one)))
      missed.push(`${n} ${fault}: found ${found.join(", ") || "nothing"} after ${report.tried} tries`);
  }
  expect(missed.slice(Math.floor(worldsMeant * 0.05))).toEqual([]);
});

test("a fix is the user's own text with one small difference", () => {
  const world = scenario(app(), service("selector: {app: wbe} # who answers"), caller);
  const [fix] = fixesOf(world, "kubectl exec client -- curl -sS -m 3 http://web").fixes;
  expect(fix?.text).toBe(world.replace("app: wbe", "app: web"));
  expect(fix?.said).toEqual({ code: "fix.selector", args: { service: "web", labels: "app=web" } });
});

test("what only kubectl has made is mended by kubectl", () => {
  const world = scenario(app(), caller);
  const before = ["kubectl expose deployment web --port 80 --target-port 81"];
  const [fix] = fixesOf(world, "kubectl exec client -- curl -sS -m 3 http://web", before).fixes;
  expect(fix?.text).toBeUndefined();
  expect(fix?.command).toBe(`kubectl patch service web --type=json -p '[{"op":"add","path":"/spec/ports/0/targetPort","value":8080}]'`);
});

test.each([
  { how: "answers 500", fault: "break pod/POD status 500", mend: "mend pod/POD" },
  { how: "hangs", fault: "break pod/POD hang", mend: "mend pod/POD" },
  { how: "is slow", fault: "break pod/POD slow 20s", mend: "mend pod/POD" },
  { how: "listens on 127.0.0.1", fault: "break pod/POD bind 127.0.0.1", mend: "mend pod/POD" },
])("an app that $how on purpose is mended by a command", ({ fault, mend }) => {
  const world = scenario(app(), service(), caller);
  const opened = openScenario(world);
  opened.advance(8000);
  const pod = opened.objects("Pod").find(({ metadata }) => metadata.labels?.["app"] === "web")?.metadata.name ?? "";
  const [fix] = fixesOf(world, "kubectl exec client -- curl -sS -m 3 http://web", [fault.replace("POD", pod)]).fixes;
  expect(fix).toMatchObject({ touches: "fault", command: mend.replace("POD", pod) });
});

test("what takes back the faults that were made: the newest first, and none that was taken back", () => {
  const lines = [
    "break pod/shop/a slow 2s",
    "break pod/b hang; mend pod/b",
    "at node1 -- systemctl stop kube-proxy",
    "at node2 -- poweroff",
    "at node1 -- systemctl start kube-proxy && at node3 -- tc qdisc add dev eth0 root netem loss 30%",
    "break controller/endpointslice",
    "echo break pod/c hang",
  ];
  const record = lines.map((text, i): RecordEntry => [i * 1000, "line", { terminal: 1, text }]);
  expect(mendCandidates(record).map(({ mend }) => mend)).toEqual([
    "mend controller/endpointslice",
    "mend node/node3",
    "mend node/node2",
    "mend pod/shop/a",
  ]);
});
