import { describe, expect, test } from "vitest";
import { servicesOf } from "../../src/graph/project.ts";
import { cardShares, sharesOf } from "../../src/graph/shares.ts";
import { objectsOf, pod, service } from "./worlds.ts";

const pods = [pod("web-abc-0"), pod("web-abc-1"), pod("web-abc-2", { isReady: false })];
const services = (more = {}) => {
  const web = service("web", "web", { type: "NodePort" }) as unknown as { spec: object };
  return servicesOf(objectsOf([{ ...web, spec: { ...web.spec, ports: [{ port: 80, nodePort: 30123 }], ...more } } as never]), pods);
};
const answered = (counts: Readonly<Record<string, number>>) => new Map(Object.entries(counts));

describe("shares of a Service's connections", () => {
  test("the band is where 19 of 20 runs fall when each is equally likely", () => {
    expect(sharesOf([...Array(60).fill("a"), ...Array(40).fill("b")], ["a", "b"])).toEqual([
      { place: "a", count: 60, low: 40, high: 60 },
      { place: "b", count: 40, low: 40, high: 60 },
    ]);
  });

  test("its address and its node ports on any node count together; only ready pods may expect some", () => {
    const shares = cardShares(
      answered({
        "pod/default/web-abc-0 10.96.0.9:80": 6,
        "pod/default/web-abc-1 192.168.0.2:30123": 3,
        "pod/default/web-abc-1 10.244.1.2:8080": 50,
      }),
      services(),
      "iptables",
    );
    expect(shares.get("pod/default/web-abc-0")).toMatchObject({ count: 6, total: 9, low: 1, high: 8, scale: 8, hasBand: true });
    expect(shares.get("pod/default/web-abc-1")).toMatchObject({ count: 3, total: 9 });
    expect(shares.has("pod/default/web-abc-2")).toBe(false);
  });

  test.each([
    { name: "pods that take turns", mode: "ipvs", more: {} },
    { name: "clients that stick to a pod", mode: "iptables", more: { sessionAffinity: "ClientIP" } },
  ])("chance says nothing of $name", ({ mode, more }) => {
    const shares = cardShares(answered({ "pod/default/web-abc-0 10.96.0.9:80": 6 }), services(more), mode);
    expect(shares.get("pod/default/web-abc-0")?.hasBand).toBe(false);
  });

  test("a pod of another namespace with the same name has a share of its own", () => {
    const other = pod("web-abc-0", { namespace: "shop" });
    const both = servicesOf(objectsOf([service("web"), service("web", "web", { namespace: "shop" })]), [...pods, other]);
    expect(both.map(({ id, pods: own }) => [id, own.length])).toEqual([
      ["service/default/web", 3],
      ["service/shop/web", 1],
    ]);
  });
});
