import { describe, expect, test } from "vitest";
import { changedParts } from "../../src/graph/address-change.ts";

describe("which parts of an address a step changed", () => {
  test.each([
    { name: "nothing", before: "10.0.0.4:80", after: "10.0.0.4:80", marked: "10.0.0.4:80" },
    { name: "host and port", before: "10.111.249.153:80", after: "10.244.1.3:8080", marked: "_10.244.1.3__:8080_" },
    { name: "the host alone", before: "203.0.113.8:40000", after: "10.0.0.4:40000", marked: "_10.0.0.4_:40000" },
    { name: "the port alone", before: "10.0.0.4:40000", after: "10.0.0.4:1024", marked: "10.0.0.4_:1024_" },
    { name: "IPv6", before: "[fd00::1]:80", after: "[fd00::2]:80", marked: "_[fd00::2]_:80" },
    { name: "no port", before: "10.0.0.4", after: "10.0.0.5", marked: "_10.0.0.5_" },
    { name: "IPv6 without a port", before: "fd00::4", after: "fd00::5", marked: "_fd00::5_" },
  ])("$name", ({ before, after, marked }) => {
    const parts = changedParts(before, after);
    expect(parts.map(({ text, isChanged }) => (isChanged ? `_${text}_` : text)).join("")).toBe(marked);
    expect(parts.map(({ text }) => text).join("")).toBe(after);
  });
});
