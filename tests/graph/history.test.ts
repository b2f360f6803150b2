import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import { type HistoryEvent, ObjectHistory } from "../../src/graph/history.ts";

const object = (kind: string, name: string, version: number): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "default", uid: name, resourceVersion: `${version}`, creationTimestamp: "2026-01-05T09:00:00Z" },
});

const events = fc.array(
  fc.record({
    kind: fc.constantFrom("Pod", "Service"),
    name: fc.constantFrom("a", "b", "c"),
    type: fc.constantFrom("ADDED" as const, "MODIFIED" as const, "DELETED" as const),
    waitUs: fc.nat(1000),
  }),
  { maxLength: 700 },
);

function timed(
  list: readonly { readonly kind: string; readonly name: string; readonly type: HistoryEvent["type"]; readonly waitUs: number }[],
): HistoryEvent[] {
  let timeUs = 0;
  return list.map(({ kind, name, type, waitUs }, i) => {
    timeUs += waitUs;
    return { type, object: object(kind, name, i), timeUs };
  });
}

/** The plain way: from the beginning, event by event. */
function replayed(list: readonly HistoryEvent[], untilUs: number): Record<string, string> {
  const state: Record<string, string> = {};
  for (const { type, object: o, timeUs } of list) {
    if (timeUs > untilUs) break;
    if (type === "DELETED") delete state[`${o.kind}/${o.metadata.name}`];
    else state[`${o.kind}/${o.metadata.name}`] = o.metadata.resourceVersion;
  }
  return state;
}

const flat = (objects: ReturnType<ObjectHistory["at"]>) =>
  Object.fromEntries(
    [...objects.values()].flatMap((ofKind) =>
      [...ofKind.values()].map((o) => [`${o.kind}/${o.metadata.name}`, o.metadata.resourceVersion]),
    ),
  );

describe("looking back", () => {
  test("any moment gives the same state as running there", () => {
    fc.assert(
      fc.property(events, fc.nat(800_000), (list, untilUs) => {
        const all = timed(list);
        const history = new ObjectHistory();
        for (let i = 0; i < all.length; i += 7) history.add(all.slice(i, i + 7));
        expect(flat(history.at(untilUs))).toEqual(replayed(all, untilUs));
      }),
    );
  });

  test("bounded: the oldest go, what is kept stays right", () => {
    const all = timed(
      Array.from({ length: 5000 }, (_, i) => ({
        kind: "Pod",
        name: `p${i % 50}`,
        type: i % 9 === 8 ? ("DELETED" as const) : ("MODIFIED" as const),
        waitUs: 10,
      })),
    );
    const history = new ObjectHistory(1000);
    for (const event of all) history.add([event]);
    expect(history.size).toBeLessThanOrEqual(1000);
    for (const untilUs of [history.fromUs, 45_000, 49_995, 50_000]) expect(flat(history.at(untilUs))).toEqual(replayed(all, untilUs));
  });
});
