import { describe, expect, test } from "vitest";
import { parseAppFault } from "../../../src/cluster/images/app-faults.ts";
import { findImage, repositoryOf } from "../../../src/cluster/images/index.ts";

const nobody = { annotations: {}, ports: [] };

describe("any tag, digest or registry of a known image is known (distribution/reference)", () => {
  test.each([
    ["luksa/kubia", "luksa/kubia"],
    ["docker.io/luksa/kubia:latest", "luksa/kubia"],
    ["luksa/kubia@sha256:0123", "luksa/kubia"],
    ["nginx:1.27-alpine", "nginx"],
    ["docker.io/library/nginx", "nginx"],
    ["registry.k8s.io/e2e-test-images/agnhost:2.39", "e2e-test-images/agnhost"],
    ["localhost:5000/busybox:1.35", "busybox"],
    ["registry.k8s.io/pause:3.10", "pause"],
  ])("%s is %s", (name, repository) => {
    expect(repositoryOf(name)).toBe(repository);
    expect(findImage(name, nobody)).toBeDefined();
  });
  test("others are not", () => {
    expect(findImage("nosuch/app:1", nobody)).toBeUndefined();
    expect(findImage("example.com/nginx-like", nobody)).toBeUndefined();
  });
});

describe("an unknown image with the annotation", () => {
  const ports = [8080, 9090];
  test("serves http on the declared ports", () =>
    expect(findImage("me/app", { annotations: { "kubehop.dev/serves": "http" }, ports })).toBeDefined());
  test("nothing else", () => expect(findImage("me/app", { annotations: { "kubehop.dev/serves": "smtp" }, ports })).toBeUndefined());
  test("and not without a port", () =>
    expect(findImage("me/app", { annotations: { "kubehop.dev/serves": "http" }, ports: [] })).toBeUndefined());
});

test.each([
  [["slow", "2s"], { type: "slow", delayUs: 2_000_000 }],
  [["slow", "150ms"], { type: "slow", delayUs: 150_000 }],
  [["status", "500"], { type: "status", status: 500 }],
  [["hang"], { type: "hang" }],
  [["bind", "127.0.0.1"], { type: "bind", ip: "127.0.0.1" }],
  [["slow", "fast"], undefined],
  [["status", "99"], undefined],
  [["explode"], undefined],
])("fault %j", (words, expected) => expect(parseAppFault(words)).toEqual(expected));
