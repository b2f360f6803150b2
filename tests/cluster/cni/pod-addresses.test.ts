import { describe, expect, test } from "vitest";
import { PodAddresses } from "../../../src/cluster/cni/pod-addresses.ts";

describe("addresses of one node's pods (host-local IPAM: the one after the last given, round the range)", () => {
  test("the first is the node's; pods begin with the second", () => {
    const range = new PodAddresses("10.244.1.0/24");
    expect(range.gateway).toBe("10.244.1.1");
    expect([range.next(), range.next()]).toEqual(["10.244.1.2", "10.244.1.3"]);
  });

  test("a released address is not given again before the range went round", () => {
    const range = new PodAddresses("10.244.1.0/29");
    const first = range.next()!;
    range.release(first);
    expect([range.next(), range.next(), range.next(), range.next()]).toEqual(["10.244.1.3", "10.244.1.4", "10.244.1.5", "10.244.1.6"]);
    expect(range.next()).toBe("10.244.1.2");
    expect(range.next()).toBeUndefined();
  });

  test("an imported pod's address is left out", () => {
    const range = new PodAddresses("10.244.1.0/24");
    expect(range.take("10.244.1.2")).toBe(true);
    expect(range.take("10.244.1.2")).toBe(false);
    expect(range.next()).toBe("10.244.1.3");
  });

  test("IPv6", () => {
    const range = new PodAddresses("fd00:10:244:1::/64");
    expect([range.gateway, range.next()]).toEqual(["fd00:10:244:1::1", "fd00:10:244:1::2"]);
  });
});
