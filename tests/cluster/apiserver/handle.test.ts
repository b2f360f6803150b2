import { describe, expect, test } from "vitest";
import { createClientFactory } from "../../../src/cluster/apiclient/factory.ts";
import { createApiServer } from "../../../src/cluster/apiserver/handle.ts";
import type { ApiRequest, ApiResponse, WatchEvent } from "../../../src/cluster/apiserver/request.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { widgetKinds } from "./widget.ts";

const path = "/api/v1/namespaces/default/widgets";

function server() {
  const simulation = createSimulation(1, 1_767_603_600_000);
  const { handle, store } = createApiServer({
    simulation,
    kinds: widgetKinds,
    clusterVersion: { minor: 32, text: "v1.32.0" },
    isFrozen: true,
  });
  const send = (method: ApiRequest["method"], at: string, body?: unknown, rest: Partial<ApiRequest> = {}): ApiResponse =>
    handle({ method, path: at, body, userAgent: "test", ...rest });
  return { simulation, handle, store, send };
}

describe("objects (kubernetes.io, Kubernetes API Concepts)", () => {
  test("what is created can be read, listed, changed and deleted", () => {
    const { send } = server();
    const made = send("POST", path, { metadata: { name: "a" }, spec: { size: 1 }, status: { size: 9 } });
    expect(made).toMatchObject({
      code: 201,
      body: { metadata: { name: "a", namespace: "default", generation: 1, creationTimestamp: "2026-01-05T09:00:00Z" }, spec: { size: 1 } },
    });
    expect(made.body).not.toHaveProperty("status");
    expect(send("GET", `${path}/a`).body).toBe(made.body);

    const changed = send("PUT", `${path}/a`, { ...(made.body as object), spec: { size: 2 } });
    expect(changed).toMatchObject({ code: 200, body: { metadata: { generation: 2 }, spec: { size: 2 } } });
    expect(send("PUT", `${path}/a`, { ...(made.body as object), spec: { size: 3 } })).toMatchObject({
      code: 409,
      body: {
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on widgets "a": the object has been modified; please apply your changes to the latest version and try again',
      },
    });
    const reported = send(
      "PATCH",
      `${path}/a/status`,
      { status: { size: 2 }, spec: { size: 7 } },
      { contentType: "application/merge-patch+json" },
    );
    expect(reported).toMatchObject({ code: 200, body: { metadata: { generation: 2 }, spec: { size: 2 }, status: { size: 2 } } });
    expect(send("GET", path)).toMatchObject({ code: 200, body: { kind: "WidgetList", items: [{ metadata: { name: "a" } }] } });
    expect(send("DELETE", `${path}/a`)).toMatchObject({ code: 200, body: { kind: "Status", status: "Success" } });
    expect(send("GET", `${path}/a`)).toMatchObject({ code: 404, body: { message: 'widgets "a" not found' } });
  });

  test("a change that changes nothing is no write", () => {
    const { send, store } = server();
    const made = send("POST", path, { metadata: { name: "a" }, spec: { size: 1 } });
    const before = store.revision;
    expect(send("PUT", `${path}/a`, { metadata: { name: "a" }, spec: { size: 1 } }).body).toBe(made.body);
    expect(store.revision).toBe(before);
  });

  test("finalizers hold an object until the last one goes", () => {
    const { send } = server();
    send("POST", path, { metadata: { name: "a", finalizers: ["x/y"] } });
    send("DELETE", `${path}/a`);
    expect(send("GET", `${path}/a`)).toMatchObject({ body: { metadata: { deletionTimestamp: "2026-01-05T09:00:00Z" } } });
    send("PATCH", `${path}/a`, { metadata: { finalizers: null } }, { contentType: "application/merge-patch+json" });
    expect(send("GET", `${path}/a`).code).toBe(404);
  });
});

describe("watches", () => {
  test("go on from a revision", () => {
    const { send } = server();
    send("POST", path, { metadata: { name: "a" } });
    const listed = send("GET", path).body as { metadata: { resourceVersion: string } };
    send("POST", path, { metadata: { name: "b" } });
    const events: WatchEvent[] = [];
    const watching = send("GET", path, undefined, { query: { watch: "true", resourceVersion: listed.metadata.resourceVersion } });
    const stop = watching.watch?.((event) => events.push(event));
    send("DELETE", `${path}/a`);
    stop?.();
    send("POST", path, { metadata: { name: "c" } });
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(["ADDED b", "DELETED a"]);
  });
});

describe("informers", () => {
  test("are filled at once, stay so, and tell in an event of their own", () => {
    const { simulation, handle, send } = server();
    send("POST", path, { metadata: { name: "b" } });
    const client = createClientFactory(handle, simulation, widgetKinds).client("test");
    const informer = client.informer("Widget");
    informer.index("size", (object) => [`${(object as unknown as { spec?: { size?: number } }).spec?.size ?? 0}`]);
    const told: string[] = [];
    informer.onEvent(({ type, object, old }) => told.push(`${type} ${object.metadata.name} ${old === undefined ? "new" : "old"}`));
    expect(client.create("Widget", { metadata: { name: "a", namespace: "default" }, spec: { size: 3 } }).ok).toBe(true);
    expect(told).toEqual([]);
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    expect(informer.byIndex("size", "3").map(({ metadata }) => metadata.name)).toEqual(["a"]);
    client.patch("Widget", "default", "a", { spec: { size: 4 } });
    expect(informer.byIndex("size", "3")).toEqual([]);
    client.delete("Widget", "default", "b");
    simulation.queue.run(0, 100);
    expect(told).toEqual(["ADDED b new", "ADDED a new", "MODIFIED a old", "DELETED b old"]);
  });
});
