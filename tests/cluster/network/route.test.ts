import { describe, expect, test } from "vitest";
import { world } from "./world.ts";

describe("routes (ip-route(8): the longest prefix wins)", () => {
  function asText(w: ReturnType<typeof world>, index: number): string[] {
    return w.nodes[index]!.routes.list(4).map((route) =>
      [
        route.destination.length === 0 ? "default" : route.destination.text,
        route.via === undefined ? undefined : `via ${route.via.text}`,
        `dev ${route.out.name.replace(/^veth[0-9a-f]{8}$/, "veth")}`,
        route.scope,
        route.source === undefined ? undefined : `src ${route.source.text}`,
      ]
        .filter((part) => part !== undefined)
        .join(" "),
    );
  }

  test("a node's table: default, a route to each of its pods, one to each other node's range, the LAN", () => {
    const w = world({ nodes: 3 });
    w.pod("a", 0);
    w.pod("b", 0);
    expect(asText(w, 0)).toEqual([
      "default via 192.168.0.1 dev eth0 global",
      "10.244.1.2/32 dev veth host",
      "10.244.1.3/32 dev veth host",
      "10.244.2.0/24 via 192.168.0.3 dev eth0 global",
      "10.244.3.0/24 via 192.168.0.4 dev eth0 global",
      "192.168.0.0/24 dev eth0 link src 192.168.0.2",
    ]);
  });

  test("a pod's table leads everything to the node's end of its link", () => {
    const w = world();
    const pod = w.pod("a", 0);
    const routes = pod.netns.routes.list(4).map((route) => `${route.destination.text} ${route.via?.text ?? "link"}`);
    expect(routes).toEqual(["0.0.0.0/0 10.244.1.1", "10.244.1.0/24 10.244.1.1", "10.244.1.1/32 link"]);
  });

  test("sources: towards a pod the range's first address, towards others the node's, to itself the address asked", () => {
    const w = world();
    w.pod("a", 0);
    const node = w.nodes[0]!;
    const from = (to: string) => node.sourceFor(w.book.ip(to))?.text;
    expect([from("10.244.1.2"), from("10.244.2.2"), from("198.51.100.1"), from("192.168.0.2"), from("127.0.0.5")]).toEqual([
      "10.244.1.1",
      "192.168.0.2",
      "192.168.0.2",
      "192.168.0.2",
      "127.0.0.1",
    ]);
  });

  test("an interface that is down takes its routes with it, until it is up again", () => {
    const w = world();
    const node = w.nodes[0]!;
    const to = w.book.ip("198.51.100.1");
    node.setInterfaceUp("eth0", false);
    expect(node.route(to)).toBeUndefined();
    node.setInterfaceUp("eth0", true);
    expect(node.route(to)?.out.name).toBe("eth0");
  });
});
