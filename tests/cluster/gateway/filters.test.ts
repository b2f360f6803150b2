import { expect, test } from "vitest";
import { durationUs, modifiedHeaders, modifiedTarget, redirectLocation } from "../../../src/cluster/gateway/filters.ts";

// gateway-api apis/v1 HTTPPathModifier.replacePrefixMatch, its table
test.each([
  { path: "/foo/bar", prefix: "/foo", to: "/xyz", made: "/xyz/bar" },
  { path: "/foo/bar", prefix: "/foo", to: "/xyz/", made: "/xyz/bar" },
  { path: "/foo/bar", prefix: "/foo/", to: "/xyz", made: "/xyz/bar" },
  { path: "/foo/bar", prefix: "/foo/", to: "/xyz/", made: "/xyz/bar" },
  { path: "/foo", prefix: "/foo", to: "/xyz", made: "/xyz" },
  { path: "/foo/", prefix: "/foo", to: "/xyz", made: "/xyz/" },
  { path: "/foo/bar", prefix: "/foo", to: "", made: "/bar" },
  { path: "/foo/", prefix: "/foo", to: "", made: "/" },
  { path: "/foo", prefix: "/foo", to: "", made: "/" },
  { path: "/foo/", prefix: "/foo", to: "/", made: "/" },
  { path: "/foo", prefix: "/foo", to: "/", made: "/" },
  { path: "/foo/bar?a=1", prefix: "/foo", to: "/xyz", made: "/xyz/bar?a=1" },
])("$path with $prefix replaced by $to is $made", ({ path, prefix, to, made }) => {
  const match = { path: { type: "PathPrefix" as const, value: prefix } };
  expect(modifiedTarget(path, { type: "ReplacePrefixMatch", replacePrefixMatch: to }, match)).toBe(made);
});

test("ReplaceFullPath sets the path and keeps the query", () => {
  expect(modifiedTarget("/a/b?x=1", { type: "ReplaceFullPath", replaceFullPath: "/c" }, {})).toBe("/c?x=1");
});

// gateway-api apis/v1 HTTPRequestRedirectFilter.port
test.each([
  { redirect: { scheme: "https" as const }, port: 8080, location: "https://a.com/p" },
  { redirect: { hostname: "b.com" }, port: 80, location: "http://b.com/p" },
  { redirect: { hostname: "b.com" }, port: 8080, location: "http://b.com:8080/p" },
  { redirect: { scheme: "https" as const, port: 8443 }, port: 80, location: "https://a.com:8443/p" },
  { redirect: { port: 80 }, port: 8080, location: "http://a.com/p" },
])("$redirect at listener port $port leads to $location", ({ redirect, port, location }) => {
  expect(redirectLocation(redirect, { scheme: "http", host: "a.com", port, target: "/p" }, {})).toBe(location);
});

// gateway-api apis/v1 HTTPHeaderFilter
test("header fields are set, added after a comma, and removed, whatever their case", () => {
  const headers = [
    ["My-Header", "foo"],
    ["X-Add", "a"],
    ["X-Gone", "1"],
  ] as const;
  const filter = { set: [{ name: "my-header", value: "bar" }], add: [{ name: "x-add", value: "b" }], remove: ["x-gone"] };
  expect(modifiedHeaders(headers, filter)).toEqual([
    ["my-header", "bar"],
    ["X-Add", "a,b"],
  ]);
});

test.each([
  ["10s", 10_000_000],
  ["500ms", 500_000],
  ["1m30s", 90_000_000],
  ["0s", undefined],
  [undefined, undefined],
])("%s is %s µs", (text, us) => {
  expect(durationUs(text)).toBe(us);
});
