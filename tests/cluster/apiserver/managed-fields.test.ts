import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { inDefault, service, startServer } from "./server.ts";

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time: string;
  readonly fieldsV1: Readonly<Record<string, unknown>>;
}

type Server = ReturnType<typeof startServer>;

function entries({ send }: Server, path: string): readonly Entry[] {
  const { metadata } = send("GET", path, undefined, { withManagedFields: true }).body as KubernetesObject;
  return ((metadata as unknown as { managedFields?: readonly Entry[] }).managedFields ?? []) as readonly Entry[];
}

const by = (manager: string, contentType = "application/merge-patch+json") => ({ query: { fieldManager: manager }, contentType });

describe("metadata.managedFields (kubernetes.io, Server-Side Apply; structured-merge-diff typed/compare.go)", () => {
  const path = `${inDefault}/services/s`;
  const spec = { ports: [{ port: 80 }], selector: { app: "x" } };

  test("come only when they are asked for", () => {
    const server = startServer();
    server.send("POST", `${inDefault}/services`, service("s", spec), by("one"));
    expect((server.send("GET", path).body as KubernetesObject).metadata).not.toHaveProperty("managedFields");
    expect(entries(server, path)).toHaveLength(1);
  });

  test("defaults belong to who wrote; what is allocated belongs to nobody", () => {
    const server = startServer();
    server.send("POST", `${inDefault}/services`, service("s", { ...spec, type: "NodePort" }), by("one"));
    expect(entries(server, path)[0]?.fieldsV1).toEqual({
      "f:spec": {
        "f:externalTrafficPolicy": {},
        "f:internalTrafficPolicy": {},
        "f:ports": { ".": {}, 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {}, "f:protocol": {}, "f:targetPort": {} } },
        "f:selector": {},
        "f:sessionAffinity": {},
        "f:type": {},
      },
    });
  });

  test("a field goes to who changed it, with the time; who has none left is gone", () => {
    const server = startServer();
    server.send(
      "POST",
      `${inDefault}/configmaps`,
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } },
      by("one"),
    );
    server.pass(5);
    server.send("PATCH", `${inDefault}/configmaps/c`, { data: { a: "2" } }, by("two"));
    expect(entries(server, `${inDefault}/configmaps/c`).map(({ manager, time, fieldsV1 }) => [manager, time, fieldsV1])).toEqual([
      ["one", "2026-01-05T09:00:00Z", { "f:data": {} }],
      ["two", "2026-01-05T09:00:05Z", { "f:data": { "f:a": {} } }],
    ]);
    server.send("PATCH", `${inDefault}/configmaps/c`, { data: null }, by("three"));
    expect(entries(server, `${inDefault}/configmaps/c`)).toEqual([]);
  });

  test.each([
    { agent: "kubelet/node1", manager: "kubelet" },
    { agent: "replicaset-controller", manager: "kube-controller-manager" },
    { agent: "default-scheduler", manager: "kube-scheduler" },
  ])("$agent writes as $manager", ({ agent, manager }) => {
    const server = startServer();
    server.send("POST", `${inDefault}/services`, service("s", spec), by("one"));
    const object = server.factory.client(agent).get("Service", "default", "s") as KubernetesObject;
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
    server.factory.client(agent).updateStatus("Service", { ...object, status } as KubernetesObject);
    expect(entries(server, path).find(({ subresource }) => subresource === "status")).toMatchObject({
      manager,
      subresource: "status",
      fieldsV1: { "f:status": { "f:loadBalancer": { "f:ingress": {} } } },
    });
  });
});

test("whatever is written, each value has one Update owner: the last who changed it", () => {
  const key = fc.constantFrom("a", "b", "c");
  const write = fc.record({
    manager: fc.constantFrom("one", "two", "three"),
    data: fc.dictionary(key, fc.constantFrom("1", "2", null), { minKeys: 1 }),
  });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 24 }), (writes) => {
      const server = startServer();
      const path = `${inDefault}/configmaps/c`;
      server.send("POST", `${inDefault}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }, by("zero"));
      const owner = new Map<string, string>();
      const value = new Map<string, string>();
      for (const { manager, data } of writes) {
        server.send("PATCH", path, { data }, by(manager));
        for (const [name, given] of Object.entries(data)) {
          if (given === null) {
            owner.delete(name);
            value.delete(name);
          } else if (value.get(name) !== given) {
            owner.set(name, manager);
            value.set(name, given);
          }
        }
      }
      const found = entries(server, path).flatMap(({ manager, fieldsV1 }) =>
        Object.keys((fieldsV1["f:data"] ?? {}) as object)
          .filter((element) => element !== ".")
          .map((element) => [element.slice(2), manager] as const),
      );
      expect(new Map(found)).toEqual(owner);
      expect(found).toHaveLength(owner.size);
    }),
  );
});
