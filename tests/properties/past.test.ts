import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ObjectHistory } from "../../src/graph/history.ts";
import { keyOf } from "../../src/graph/objects.ts";
import { openPlayground, type Playground } from "../../src/playground/playground.ts";
import type { RecordEntry } from "../../src/playground/protocol.ts";
import { type Action, did, emptyLog, isDeed, redone, undone } from "../../src/ui/undo/action-log.ts";
import { runs } from "../harness/runs.ts";

const scenario = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: past}
spec:
  commands: ["kubectl create configmap first --from-literal=a=b", "wait 2s"]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: luksa/kubia, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {port: 8080}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.0.50, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

/** What a user may do, and when: milliseconds after what they did before. */
const deeds = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 9000 }),
    what: fc.constantFrom(
      "kubectl scale deployment web --replicas=3",
      "kubectl scale deployment web --replicas=0",
      "at node1 -- curl -s -m 2 10.96.0.50",
      "kubectl delete pod -l app=web --wait=false",
      "kubectl set image deployment web web=nginx:1.25",
      "kubectl delete svc web; kubectl get svc",
      "at node2 -- systemctl stop kube-proxy",
      "sleep 3; kubectl get po",
      "edit targetPort: 8081",
      "interrupt",
    ),
  }),
  { minLength: 1, maxLength: 7 },
);
const moments = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 5 });
/** Where slices of time are cut. */
const cuts = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 });

type Deed = { readonly afterMs: number; readonly what: string };

function opened(): Playground {
  const result = openPlayground(scenario);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.playground;
}

function pass(playground: Playground, untilUs: number): void {
  while (playground.cluster.queue.run(untilUs, 10_000) === 10_000);
}

function act(playground: Playground, what: string): void {
  if (what === "interrupt") playground.interrupt(1);
  else if (what.startsWith("edit ")) playground.edit(scenario.replace("targetPort: 8080", what.slice(5)), true);
  else playground.line(1, what);
}

const startUs = 4_000_000;

/** The run itself, as it was the first time, no further than to `untilUs`. */
function live(done: readonly Deed[], untilUs: number): Playground {
  const playground = opened();
  playground.attendUnseen();
  for (const step of playground.replay([], { untilUs })) if (step === "held") return playground;
  let atUs = startUs;
  pass(playground, Math.min(atUs, untilUs));
  for (const { afterMs, what } of done) {
    atUs += afterMs * 1000;
    pass(playground, Math.min(atUs, untilUs));
    if (atUs > untilUs) break;
    act(playground, what);
  }
  pass(playground, untilUs);
  return playground;
}

function objectsOf(playground: Playground): ReadonlyMap<string, unknown> {
  const kinds = ["Pod", "Deployment", "ReplicaSet", "Service", "EndpointSlice", "Endpoints", "Node", "ConfigMap", "Event"];
  return new Map(kinds.map((kind) => [kind, new Map(playground.cluster.list(kind).map((object) => [keyOf(object), object]))]));
}

function answers(playground: Playground): readonly unknown[] {
  const nodes = [...playground.cluster.nodes.keys()];
  return [
    ...nodes.map((node) => playground.query({ kind: "rules", node })),
    ...nodes.map((node) => playground.query({ kind: "conntrack", node })),
    playground.query({ kind: "describe", object: "deployment/default/web" }),
    playground.query({ kind: "differences" }),
    playground.query({ kind: "text" }),
  ];
}

describe("scrubbing to any moment and back gives the same state as running there (issue 6)", () => {
  test("objects from the page's history; rules, conntrack and text from the copy", () => {
    fc.assert(
      fc.property(deeds, moments, cuts, (done, thousandths, slices) => {
        const spanMs = done.reduce((sum, { afterMs }) => sum + afterMs, 0) + 12_000;
        const endUs = startUs + spanMs * 1000;
        const history = new ObjectHistory();
        const playground = opened();
        playground.watch();
        const take = () => {
          for (const update of playground.takeUpdates()) if (update.type === "objects") history.add(update.events);
        };
        for (const _ of playground.replay([])) take();
        // Copies are made ready as time passes: some of what comes in is known to them, the rest comes after.
        const copy = playground.past(300);
        const prepare = (steps: number) => {
          for (let i = 0; i < steps && copy.prepare(4 * playground.cluster.bytes); i++);
        };
        let atUs = startUs;
        let cut = 0;
        const goTo = (untilUs: number) => {
          while (playground.nowUs < untilUs) {
            pass(playground, Math.min(untilUs, playground.nowUs + (slices[cut++ % slices.length] as number) * 1000));
            take();
          }
        };
        for (const { afterMs, what } of done) {
          goTo(atUs);
          atUs += afterMs * 1000;
          goTo(atUs);
          prepare(30);
          act(playground, what);
        }
        goTo(endUs);
        prepare(60);
        // In a short course no milestone may lie where a copy would be of use.
        if (playground.cluster.queue.ran > 1200) expect(copy.copies).toBeGreaterThan(0);

        for (const thousandth of thousandths) {
          const momentUs = Math.round((endUs * thousandth) / 1000);
          const there = live(done, momentUs);
          const shown = history.at(momentUs);
          for (const [kind, objects] of objectsOf(there))
            expect(shown.get(kind) ?? new Map(), `${kind} at ${momentUs} us`).toEqual(objects);
          const steps = copy.to(momentUs);
          let step = steps.next();
          while (step.done !== true) step = steps.next();
          expect(step.value.nowUs).toBe(momentUs);
          expect(answers(step.value)).toEqual(answers(there));
          prepare(10);
        }
        expect(answers(live(done, endUs))).toEqual(answers(playground));
      }),
      { numRuns: runs(12) },
    );
  });

  test("undo and redo: the cluster just before a deed, and the cluster as it had come to be", () => {
    fc.assert(
      fc.property(deeds, fc.nat(6), (done, back) => {
        const endUs = startUs + done.reduce((sum, { afterMs }) => sum + afterMs, 0) * 1000 + 8_000_000;
        const whole = live(done, endUs);
        const course = { text: scenario, record: whole.record, nowUs: endUs };
        const entries = whole.record
          .map((entry, index): Action => ({ kind: "entry", index, entry }))
          .filter((action) => action.kind === "entry" && isDeed(action.entry));
        let log = entries.reduce(did, emptyLog);
        let now = course;
        const steps = Math.min(entries.length, back + 1);
        for (let i = 0; i < steps; i++) {
          const taken = undone(log, now);
          if (taken?.to === undefined) throw new Error("a deed can be undone");
          log = taken.log;
          now = taken.to;
        }
        if (steps === 0) return;
        const index = now.record.length;
        // The same deeds up to the one that was undone, run for the first time.
        const earlier = done.slice(
          0,
          done.findIndex((_, i) => live(done.slice(0, i + 1), endUs).record.length > index),
        );
        expect(answers(at(now))).toEqual(answers(live(earlier, now.nowUs)));
        for (let i = 0; i < steps; i++) {
          const taken = redone(log);
          if (taken?.to === undefined) throw new Error("what was undone can be redone");
          log = taken.log;
          now = taken.to;
        }
        expect(now).toEqual(course);
        expect(answers(at(now))).toEqual(answers(whole));
      }),
      { numRuns: runs(6) },
    );
  });
});

/** The cluster at the end of a course, as the page goes there. */
function at({ record, nowUs }: { readonly record: readonly RecordEntry[]; readonly nowUs: number }): Playground {
  const playground = opened();
  playground.attendUnseen();
  for (const _ of playground.replay(record));
  pass(playground, nowUs);
  return playground;
}
