import { expect, test } from "vitest";
import { commonHostnames, matchesHost } from "../../../src/cluster/gateway/hostnames.ts";

// gateway-api conformance/tests/httproute-hostname-intersection.yaml
test.each([
  {
    listener: "very.specific.com",
    route: ["non.matching.com", "*.nonmatchingwildcard.io", "very.specific.com"],
    common: ["very.specific.com"],
  },
  {
    listener: "*.wildcard.io",
    route: ["non.matching.com", "wildcard.io", "foo.wildcard.io", "foo.bar.wildcard.io"],
    common: ["foo.wildcard.io", "foo.bar.wildcard.io"],
  },
  { listener: "*.anotherwildcard.io", route: ["*.anotherwildcard.io"], common: ["*.anotherwildcard.io"] },
  { listener: "very.specific.com", route: ["*.specific.com"], common: ["very.specific.com"] },
  { listener: "", route: ["first.com", "sub.first.com"], common: ["first.com", "sub.first.com"] },
  { listener: "a.com", route: undefined, common: ["a.com"] },
  { listener: "a.com", route: ["b.com"], common: [] },
])("listener $listener and route $route have $common in common", ({ listener, route, common }) => {
  expect(commonHostnames(listener, route)).toEqual(common);
});

// gateway-api apis/v1 Hostname: a wildcard stands for any number of labels, never for none.
test.each([
  ["*.foo.com", "a.foo.com", true],
  ["*.foo.com", "a.b.foo.com", true],
  ["*.foo.com", "foo.com", false],
  ["*.foo.com", "afoo.com", false],
  ["", "anything", true],
  ["foo.com", "foo.com", true],
  ["foo.com", "a.foo.com", false],
])("%s matches %s: %s", (pattern, host, matches) => {
  expect(matchesHost(pattern, host)).toBe(matches);
});
