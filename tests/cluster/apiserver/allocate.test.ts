import { describe, expect, test } from "vitest";
import type { Service } from "../../../src/cluster/api/service/types.ts";
import { inDefault, messageOf, service, startServer } from "./server.ts";

const path = `${inDefault}/services`;

function made(server: ReturnType<typeof startServer>, name: string, spec: object): Service {
  const response = server.send("POST", path, service(name, spec));
  expect(response, messageOf(response)).toMatchObject({ code: 201 });
  return response.body as Service;
}

describe("what is refused (pkg/registry/core/service/storage/alloc_test.go, ipallocator, portallocator)", () => {
  test.each([
    {
      name: "an address that another has",
      spec: { clusterIP: "10.96.0.41", ports: [{ port: 80 }] },
      message: 'spec.clusterIPs: Invalid value: []string{"10.96.0.41"}: failed to allocate IP 10.96.0.41: provided IP is already allocated',
    },
    {
      name: "an address outside the range",
      spec: { clusterIP: "10.0.0.1", ports: [{ port: 80 }] },
      message:
        'spec.clusterIPs: Invalid value: []string{"10.0.0.1"}: failed to allocate IP 10.0.0.1: the provided IP (10.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
    },
    {
      name: "a node port that another has",
      spec: { type: "NodePort", ports: [{ port: 80, nodePort: 30123 }] },
      message: "spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated",
    },
    {
      name: "a node port outside the range",
      spec: { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] },
      message:
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
    },
    {
      name: "two families on a cluster of one",
      spec: { ipFamilyPolicy: "RequireDualStack", ports: [{ port: 80 }] },
      message: 'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
    },
    {
      name: "a family that the cluster has not",
      spec: { ipFamilies: ["IPv6"], ports: [{ port: 80 }] },
      message: 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
    },
  ])("$name", ({ spec, message }) => {
    const server = startServer();
    made(server, "first", { type: "NodePort", clusterIP: "10.96.0.41", ports: [{ port: 80, nodePort: 30123 }] });
    const response = server.send("POST", path, service("second", spec));
    expect(response.code).toBe(422);
    expect(messageOf(response)).toBe(`Service "second" is invalid: ${message}`);
  });

  test("what a refused Service took is free again", () => {
    const server = startServer();
    made(server, "first", { type: "NodePort", ports: [{ port: 80, nodePort: 30123 }] });
    const refused = {
      type: "NodePort",
      clusterIP: "10.96.0.77",
      ports: [
        { name: "a", port: 80, nodePort: 30124 },
        { name: "b", port: 81, nodePort: 30123 },
      ],
    };
    expect(server.send("POST", path, service("second", refused)).code).toBe(422);
    made(server, "third", { type: "NodePort", clusterIP: "10.96.0.77", ports: [{ port: 80, nodePort: 30124 }] });
  });
});

describe("bands (KEP-3070, KEP-3668)", () => {
  test("drawn addresses and ports come from the upper band", () => {
    const server = startServer();
    for (let i = 0; i < 50; i++) {
      const { spec } = made(server, `s${i}`, { type: "NodePort", ports: [{ port: 80 }] });
      const [, , third] = (spec.clusterIP ?? "").split(".").map(Number) as [number, number, number, number];
      expect(spec.clusterIP?.startsWith("10.96.0."), spec.clusterIP).toBe(false);
      expect(third).toBeLessThan(256);
      expect(spec.ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30_086);
    }
  });

  test("the lower band is used when the upper is full", () => {
    const server = startServer({ nodePortRange: { from: 30_000, to: 30_031 } });
    const ports: number[] = [];
    for (let i = 0; i < 32; i++)
      ports.push(made(server, `s${i}`, { type: "NodePort", ports: [{ port: 80 }] }).spec.ports?.[0]?.nodePort ?? 0);
    expect(ports.slice(0, 16).every((port) => port >= 30_016)).toBe(true);
    expect(ports.toSorted()).toEqual(Array.from({ length: 32 }, (_, i) => 30_000 + i));
    const response = server.send("POST", path, service("late", { type: "NodePort", ports: [{ port: 80 }] }));
    expect(messageOf(response)).toBe("Internal error occurred: failed to allocate a nodePort: range is full");
  });
});

describe("what goes with a change of type (facts of Services, kubernetes.io Service)", () => {
  test("the node port and the health check port are free at once", () => {
    const server = startServer();
    const spec = { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [{ port: 80, nodePort: 30200 }] };
    const { spec: given } = made(server, "lb", spec);
    expect(given.healthCheckNodePort).toBeGreaterThanOrEqual(30_000);
    const changed = server.send("PATCH", `${path}/lb`, { spec: { type: "ClusterIP" } }, { contentType: "application/merge-patch+json" });
    expect((changed.body as Service).spec.ports).toEqual([{ port: 80, protocol: "TCP", targetPort: 80 }]);
    expect((changed.body as Service).spec.clusterIP).toBe(given.clusterIP);
    made(server, "other", {
      type: "NodePort",
      ports: [
        { name: "a", port: 80, nodePort: 30200 },
        { name: "b", port: 81, nodePort: given.healthCheckNodePort },
      ],
    });
  });

  test("TCP and UDP of one number share a node port", () => {
    const { spec } = made(startServer(), "dns", {
      type: "NodePort",
      ports: [
        { name: "a", port: 53, protocol: "UDP" },
        { name: "b", port: 53, protocol: "TCP" },
      ],
    });
    expect(spec.ports?.[0]?.nodePort).toBe(spec.ports?.[1]?.nodePort);
  });

  test("a deleted Service gives back its address", () => {
    const server = startServer();
    made(server, "first", { clusterIP: "10.96.0.41", ports: [{ port: 80 }] });
    server.send("DELETE", `${path}/first`);
    made(server, "second", { clusterIP: "10.96.0.41", ports: [{ port: 80 }] });
  });

  test("a dry run takes nothing", () => {
    const server = startServer();
    const asked = service("first", { clusterIP: "10.96.0.41", ports: [{ port: 80 }] });
    expect(server.send("POST", path, asked, { query: { dryRun: "All" } }).code).toBe(201);
    expect(server.send("GET", `${path}/first`).code).toBe(404);
    made(server, "second", { clusterIP: "10.96.0.41", ports: [{ port: 80 }] });
  });
});

describe("two families (kubernetes.io, IPv4/IPv6 dual-stack)", () => {
  test.each([
    { name: "nothing asked", spec: {}, policy: "SingleStack", families: ["IPv4"] },
    { name: "IPv6 asked", spec: { ipFamilies: ["IPv6"] }, policy: "SingleStack", families: ["IPv6"] },
    { name: "preferred", spec: { ipFamilyPolicy: "PreferDualStack" }, policy: "PreferDualStack", families: ["IPv4", "IPv6"] },
    { name: "required", spec: { ipFamilyPolicy: "RequireDualStack" }, policy: "RequireDualStack", families: ["IPv4", "IPv6"] },
    {
      name: "required, IPv6 first",
      spec: { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6"] },
      policy: "RequireDualStack",
      families: ["IPv6", "IPv4"],
    },
    {
      name: "headless without selector",
      spec: { clusterIP: "None" },
      policy: "RequireDualStack",
      families: ["IPv4", "IPv6"],
      ips: ["None"],
    },
  ])("$name", ({ spec, policy, families, ips }) => {
    const server = startServer({ serviceCIDRs: ["10.96.0.0/16", "fd00:10:96::/112"] });
    const given = made(server, "s", { ports: [{ port: 80 }], ...spec }).spec;
    expect(given).toMatchObject({ ipFamilyPolicy: policy, ipFamilies: families });
    if (ips !== undefined) expect(given.clusterIPs).toEqual(ips);
    else expect(given.clusterIPs?.map((ip) => (ip.includes(":") ? "IPv6" : "IPv4"))).toEqual(families);
    expect(given.clusterIP).toBe(given.clusterIPs?.[0]);
  });

  test("the second address comes and goes with the policy", () => {
    const server = startServer({ serviceCIDRs: ["10.96.0.0/16", "fd00:10:96::/112"] });
    const first = made(server, "s", { ports: [{ port: 80 }] }).spec;
    const to = (policy: string): Service["spec"] => {
      const patch = { spec: { ipFamilyPolicy: policy } };
      return (server.send("PATCH", `${path}/s`, patch, { contentType: "application/merge-patch+json" }).body as Service).spec;
    };
    const both = to("PreferDualStack");
    expect(both.clusterIPs).toHaveLength(2);
    expect(both.clusterIP).toBe(first.clusterIP);
    expect(to("SingleStack")).toMatchObject({ clusterIPs: [first.clusterIP], ipFamilies: ["IPv4"] });
    made(server, "other", { ipFamilies: ["IPv6"], clusterIP: both.clusterIPs?.[1], ports: [{ port: 80 }] });
  });
});

describe("documents in any order (decisions of the project: every draw has a stream of its own)", () => {
  const documents = [
    ...Array.from({ length: 12 }, (_, i) =>
      service(`drawn${i}`, {
        type: "NodePort",
        ports: [
          { name: "a", port: 80 },
          { name: "b", port: 81 },
        ],
      }),
    ),
    ...Array.from({ length: 8 }, (_, i) => service(`given${i}`, { type: "NodePort", ports: [{ port: 80, nodePort: 30_086 + i }] })),
  ] as { metadata: { name: string } }[];

  test.each([1, 2, 3, 4, 5])("seed %i: the same addresses and ports, none refused", (seed) => {
    const allocations = (order: typeof documents) => {
      // A range so narrow that draws meet given ports and each other.
      const server = startServer({ seed, nodePortRange: { from: 30_000, to: 30_140 } });
      server.expect(documents as never);
      for (const document of order) expect(server.send("POST", path, document).code).toBe(201);
      return server.store
        .list("Service", "default")
        .filter(({ metadata }) => metadata.name !== "kubernetes")
        .map(
          (object) =>
            `${object.metadata.name} ${(object as Service).spec.clusterIP} ${(object as Service).spec.ports?.map(({ nodePort }) => nodePort)}`,
        );
    };
    expect(allocations(documents.toReversed())).toEqual(allocations(documents));
  });
});
