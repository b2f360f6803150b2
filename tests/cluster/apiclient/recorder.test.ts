import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { inDefault, pod, startServer } from "../apiserver/server.ts";

describe("events (client-go tools/record: event.go, events_cache_test.go)", () => {
  function start() {
    const server = startServer();
    const object = server.send("POST", `${inDefault}/pods`, pod("kubia")).body as KubernetesObject;
    const events = () => server.store.list("Event", "default") as readonly (KubernetesObject & Record<string, unknown>)[];
    return { ...server, object, events };
  }
  const killing = {
    type: "Normal",
    reason: "Killing",
    message: "Stopping container main",
    component: "kubelet",
    host: "node1",
    fieldPath: "spec.containers{main}",
  } as const;

  test("say who, what and when", () => {
    const { client, object, events } = start();
    client.event(object, killing);
    expect(events()).toMatchObject([
      {
        kind: "Event",
        involvedObject: { kind: "Pod", namespace: "default", name: "kubia", uid: object.metadata.uid, fieldPath: "spec.containers{main}" },
        reason: "Killing",
        message: "Stopping container main",
        source: { component: "kubelet", host: "node1" },
        firstTimestamp: "2026-01-05T09:00:00Z",
        lastTimestamp: "2026-01-05T09:00:00Z",
        count: 1,
        type: "Normal",
      },
    ]);
    // The object's name and the nanoseconds of the date, in hex.
    expect(events()[0]?.metadata.name).toBe(`kubia.${(1_767_603_600_000n * 1_000_000n).toString(16)}`);
  });

  test("equal ones are counted in one", () => {
    const { client, object, events, pass } = start();
    client.event(object, killing);
    pass(5);
    client.event(object, killing);
    expect(events()).toMatchObject([{ count: 2, firstTimestamp: "2026-01-05T09:00:00Z", lastTimestamp: "2026-01-05T09:00:05Z" }]);
  });

  test("different ones of one instant have different names", () => {
    const { client, object, events } = start();
    client.event(object, killing);
    client.event(object, { ...killing, message: "another" });
    expect(new Set(events().map(({ metadata }) => metadata.name)).size).toBe(2);
  });

  test("like ones beyond ten in ten minutes are put together", () => {
    const { client, object, events, pass } = start();
    for (let i = 0; i < 12; i++) {
      client.event(object, { ...killing, message: `try ${i}` });
      pass(1);
    }
    expect(events()).toHaveLength(10);
    expect(events().at(-1)).toMatchObject({ message: "(combined from similar events): try 11", count: 3 });
  });

  test("are kept for an hour (kube-apiserver --event-ttl)", () => {
    const { client, object, events, pass } = start();
    client.event(object, killing);
    pass(3_500);
    expect(events()).toHaveLength(1);
    pass(200);
    expect(events()).toHaveLength(0);
  });
});
