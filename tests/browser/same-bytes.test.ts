import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { decodeHop, HopDecoder, hopCount } from "../../src/playground/hop-codec.ts";
import { raisePlayground } from "../../src/playground/playground.ts";
import type { HopRecord, RecordEntry, Update } from "../../src/playground/protocol.ts";
import { readRecord } from "../../src/playground/record.ts";
import { stagedUpdates, stageScenario } from "../../src/playground/stage.ts";
import { browserOfFile, useBrowser } from "./playground-page.ts";

useBrowser();

const root = join(import.meta.dirname, "../..");
const worker = readdirSync(join(root, "dist/assets")).find((name) => /^worker-.*\.js$/.test(name));

/** What a user typed, with the moment of each: every component is touched, and everything that draws lots. */
const lines: readonly string[] = [
  "kubectl get svc,po -A -o wide",
  "for i in 1 2 3 4 5 6; do at node1 -- curl -s 10.111.249.153; done | sort | uniq -c",
  "kubectl create deployment web --image=nginx --replicas=2",
  "kubectl expose deployment web --port 80 --type NodePort",
  "kubectl get svc web -o yaml",
  "kubectl delete pod -l app=kubia --wait=false",
  "at node1 -- tc qdisc add dev eth0 root netem loss 30% delay 100ms; at node1 -- ping -c 5 192.168.0.3",
  "kubectl get events -A",
  "at node2 -- iptables-save",
  "hops -o json",
  "date; echo $RANDOM; openssl rand -hex 4",
];
const secondsEach = 20;
const record = lines.map((text, i): RecordEntry => [(i + 1) * secondsEach * 1000 + 0.123, "line", { terminal: 1, text }]);
const untilUs = (lines.length + 2) * secondsEach * 1_000_000;

/** What a session told: all output, the objects as they are in the end, and every hop. */
interface Told {
  readonly output: string;
  readonly objects: readonly string[];
  readonly hops: readonly HopRecord[];
}

function told(updates: readonly Update[]): Told {
  let output = "";
  const objects = new Map<string, string>();
  const decoder = new HopDecoder();
  const hops: HopRecord[] = [];
  for (const update of updates) {
    if (update.type === "output") output += update.text;
    else if (update.type === "hops") {
      const batch = decoder.take({ ...update.packed, data: Int32Array.from(Object.values(update.packed.data)) });
      for (let i = 0; i < hopCount(batch); i++) hops.push(decodeHop(batch, i));
    } else if (update.type === "objects") {
      for (const { type, object } of update.events) {
        const key = `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
        if (type === "DELETED") objects.delete(key);
        else objects.set(key, JSON.stringify(object));
      }
    }
  }
  return { output, objects: [...objects.values()].sort(), hops };
}

function inNode(text: string): Told {
  const staged = stageScenario(text);
  if (!staged.ok) throw new Error("the scenario has problems");
  const { updates, shown } = stagedUpdates(staged.stage);
  const playground = raisePlayground(staged.stage);
  playground.watch(shown);
  for (const _ of playground.replay(readRecord(record)));
  while (playground.cluster.queue.run(untilUs, 100_000) === 100_000);
  return told([...updates, ...playground.takeUpdates()]);
}

async function inChromium(text: string): Promise<Told> {
  const context = await browserOfFile().newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${inject("pageUrl")}assets/`); // nothing is there: only the worker runs
    const updates = await page.evaluate(
      ({ url, text, record, untilUs }) =>
        new Promise<readonly unknown[]>((resolve, reject) => {
          const worker = new Worker(url, { type: "module" });
          const all: { readonly type: string; readonly message?: string; readonly nowUs?: number; readonly running?: boolean }[] = [];
          worker.onerror = (event) => reject(new Error(event.message));
          worker.onmessage = ({ data }) => {
            for (const update of data) {
              all.push(update);
              if (update.type === "crashed") reject(new Error(update.message));
              if (update.type !== "time" || update.running) continue;
              if (update.nowUs < untilUs) worker.postMessage({ type: "advance", toUs: untilUs });
              else resolve(all);
            }
          };
          worker.postMessage({ type: "open", text, record });
        }),
      { url: `${inject("pageUrl")}assets/${worker}`, text, record: [...record], untilUs },
    );
    return told(updates as readonly Update[]);
  } finally {
    await context.close();
  }
}

test.each(["kubia", "ipvs", "nftables"])(
  "%s.yaml: the built worker in Chromium tells what Node tells, byte for byte (contract, section 4)",
  async (name) => {
    const text = readFileSync(join(root, "scenarios", `${name}.yaml`), "utf8");
    const [here, there] = [inNode(text), await inChromium(text)];
    expect(here.output).toContain("service/web exposed");
    expect(here.hops.length).toBeGreaterThan(100);
    expect(there.output).toBe(here.output);
    expect(there.objects).toEqual(here.objects);
    expect(there.hops).toEqual(here.hops);
  },
);
