import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { SharedInformer } from "../../../src/cluster/apiclient/informer.ts";
import type { WatchEvent } from "../../../src/cluster/apiserver/request.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";

const keysOf = ({ metadata }: KubernetesObject) => Object.keys(metadata.labels ?? {});

function start() {
  const simulation = createSimulation(1, 0);
  const informer = new SharedInformer(simulation.clock);
  informer.index("label", keysOf);
  return { informer, run: () => simulation.queue.run(0, 10_000) };
}

function object(namespace: string, name: string, labels: readonly string[], resourceVersion: string): KubernetesObject {
  const metadata = {
    namespace,
    name,
    uid: name,
    resourceVersion,
    creationTimestamp: "",
    labels: Object.fromEntries(labels.map((label) => [label, ""])),
  };
  return { apiVersion: "v1", kind: "Widget", metadata };
}

describe("a shared informer (client-go tools/cache: shared_informer.go, thread_safe_store.go)", () => {
  const step = fc.record({
    namespace: fc.constantFrom("a", "b"),
    name: fc.constantFrom("x", "y", "z"),
    labels: fc.uniqueArray(fc.constantFrom("p", "q")),
    isDeleted: fc.boolean(),
  });

  test("whatever happened, its lists and indexes say what is there", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { informer } = start();
        const model = new Map<string, KubernetesObject>();
        for (const [index, { namespace, name, labels, isDeleted }] of steps.entries()) {
          const key = `${namespace}/${name}`;
          const old = model.get(key);
          if (isDeleted && old === undefined) continue;
          const made = object(namespace, name, labels, `${index}`);
          if (isDeleted) model.delete(key);
          else model.set(key, made);
          informer.take({
            type: isDeleted ? "DELETED" : old === undefined ? "ADDED" : "MODIFIED",
            object: old !== undefined && isDeleted ? old : made,
          });
        }
        const expected = [...model.keys()].sort().map((key) => model.get(key));
        expect(informer.list()).toEqual(expected);
        expect(informer.list("a")).toEqual(expected.filter((each) => each?.metadata.namespace === "a"));
        for (const label of ["p", "q"]) {
          expect(informer.byIndex("label", label)).toEqual(expected.filter((each) => each !== undefined && keysOf(each).includes(label)));
        }
      }),
    );
  });

  test("a list once given out does not change", () => {
    const { informer } = start();
    informer.take({ type: "ADDED", object: object("a", "x", ["p"], "1") });
    const before = informer.list();
    informer.take({ type: "ADDED", object: object("a", "y", ["p"], "2") });
    expect(before).toHaveLength(1);
  });

  test("a handler that comes late is told of what is there, once", () => {
    const { informer, run } = start();
    const early: string[] = [];
    const late: string[] = [];
    const tell = (list: string[]) => (event: WatchEvent) => {
      list.push(`${event.type} ${event.object.metadata.name}`);
    };
    informer.onEvent(tell(early));
    informer.take({ type: "ADDED", object: object("a", "x", [], "1") });
    informer.onEvent(tell(late));
    informer.take({ type: "ADDED", object: object("a", "y", [], "2") });
    run();
    expect(early).toEqual(["ADDED x", "ADDED y"]);
    expect(late).toEqual(["ADDED x", "ADDED y"]);
  });
});
