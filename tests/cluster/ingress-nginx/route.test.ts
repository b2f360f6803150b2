import { describe, expect, test } from "vitest";
import type { HTTPIngressPath, Ingress } from "../../../src/cluster/api/ingress/types.ts";
import type { IngressClass } from "../../../src/cluster/api/ingress-class/types.ts";
import { buildConfiguration, controllerName, isServed } from "../../../src/cluster/ingress-nginx/configuration.ts";
import { normalizedPath, route } from "../../../src/cluster/ingress-nginx/route.ts";

const nginxClass: IngressClass = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: meta("nginx", 0),
  spec: { controller: controllerName },
};

function meta(name: string, ageSeconds: number, annotations: Readonly<Record<string, string>> = {}) {
  const created = `2026-01-05T09:00:${`${50 - ageSeconds}`.padStart(2, "0")}Z`;
  return { name, namespace: "default", uid: "u", resourceVersion: "1", creationTimestamp: created, annotations };
}

type PathSpec = readonly [path: string, type: HTTPIngressPath["pathType"], service: string];
function ingress(
  name: string,
  rules: readonly (readonly [host: string | undefined, paths: readonly PathSpec[]])[],
  options: {
    readonly age?: number;
    readonly fallback?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly className?: string;
  } = {},
): Ingress {
  const backend = (service: string) => ({ service: { name: service, port: { number: 80 } } });
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: meta(name, options.age ?? 0, options.annotations),
    spec: {
      ingressClassName: options.className ?? "nginx",
      ...(options.fallback === undefined ? {} : { defaultBackend: backend(options.fallback) }),
      rules: rules.map(([host, paths]) => ({
        ...(host === undefined ? {} : { host }),
        http: { paths: paths.map(([path, pathType, service]) => ({ path, pathType, backend: backend(service) })) },
      })),
    },
    status: { loadBalancer: {} },
  };
}

function configuration(...ingresses: readonly Ingress[]) {
  return buildConfiguration({
    ingresses,
    classes: [nginxClass],
    servesClassless: false,
    certificateOf: () => undefined,
    isValidFor: () => true,
  });
}

/** The Service that a request goes to; `404` for the controller's own answer, `301` for the redirect to the slash. */
function goesTo(ingresses: readonly Ingress[], host: string, target: string): string {
  const routed = route(configuration(...ingresses), host, target);
  return routed.type === "slash" ? "301" : (routed.location.backend?.service ?? "404");
}

describe("paths (ingress-controller-conformance path_rules.feature; kubernetes.io, Ingress, Examples)", () => {
  test.each([
    ["Prefix", "/", "/anything", true],
    ["Exact", "/foo", "/foo", true],
    ["Exact", "/foo", "/foo/", false],
    ["Exact", "/foo", "/FOO", false],
    ["Exact", "/foo", "/bar", false],
    ["Exact", "/foo/", "/foo", false],
    ["Prefix", "/foo", "/foo", true],
    ["Prefix", "/foo", "/foo/", true],
    ["Prefix", "/foo", "/foo/bar?x=1", true],
    ["Prefix", "/foo", "/foobar", false],
    ["Prefix", "/foo/", "/foo/", true],
    ["Prefix", "/aaa/bb", "/aaa/bbb", false],
    ["Prefix", "/aaa/bbb", "/aaa/bbb/ccc", true],
    ["ImplementationSpecific", "/foo", "/foobar", true],
  ] as const)("%s %s with %s: %s", (type, path, target, matches) => {
    expect(goesTo([ingress("i", [["h", [[path, type, "svc"]]]])], "h", target)).toBe(matches ? "svc" : "404");
  });

  test.each([
    ["/aaa/ccc", "aaa"],
    ["/aaa/bbb", "bbb"],
    ["/ccc", "root"],
  ])("the longest wins: %s goes to %s", (target, expected) => {
    const paths: PathSpec[] = [
      ["/", "Prefix", "root"],
      ["/aaa", "Prefix", "aaa"],
      ["/aaa/bbb", "Prefix", "bbb"],
    ];
    expect(goesTo([ingress("i", [["h", paths]])], "h", target)).toBe(expected);
  });

  test("Exact before Prefix of the same text", () => {
    const one = ingress("i", [
      [
        "h",
        [
          ["/foo", "Prefix", "pre"],
          ["/foo", "Exact", "exa"],
        ],
      ],
    ]);
    expect(["/foo", "/foo/", "/foo/bar"].map((target) => goesTo([one], "h", target))).toEqual(["exa", "pre", "pre"]);
  });

  test("a Prefix with a final slash, asked for without it: 301 (nginx, location with proxy_pass)", () => {
    expect(goesTo([ingress("i", [["h", [["/aaa/bbb/", "Prefix", "svc"]]]])], "h", "/aaa/bbb")).toBe("301");
  });

  test("use-regex makes every path of the host a pattern without regard to case", () => {
    const one = ingress("i", [["h", [["/foo/[a-z]+", "ImplementationSpecific", "re"]]]], {
      annotations: { "nginx.ingress.kubernetes.io/use-regex": "true" },
    });
    const two = ingress("j", [["h", [["/bar", "Exact", "bar"]]]]);
    expect(["/FOO/abc", "/foo/1", "/barbar"].map((target) => goesTo([one, two], "h", target))).toEqual(["re", "404", "bar"]);
  });

  test.each([
    ["/a//b", "/a/b"],
    ["/a/./b/../c", "/a/c"],
    ["/%61?q", "/a"],
    ["/..", "/"],
  ])("%s is looked at as %s", (target, expected) => expect(normalizedPath(target)).toBe(expected));
});

describe("hosts (ingress-controller-conformance host_rules.feature)", () => {
  const exact = ingress("e", [["foo.bar.com", [["/", "Prefix", "exact"]]]]);
  const wild = ingress("w", [["*.foo.com", [["/", "Prefix", "wild"]]]]);
  const any = ingress("a", [[undefined, [["/", "Prefix", "any"]]]]);
  test.each([
    ["foo.bar.com", "exact"],
    ["FOO.bar.com:80", "exact"],
    ["bar.foo.com", "wild"],
    ["foo.com", "any"],
    ["baz.bar.foo.com", "any"],
    ["203.0.113.80", "any"],
  ])("%s goes to %s", (host, expected) => expect(goesTo([exact, wild, any], host, "/")).toBe(expected));
  test("a known host does not fall back", () => {
    expect(goesTo([ingress("p", [["foo.bar.com", [["/foo", "Prefix", "svc"]]]]), any], "foo.bar.com", "/other")).toBe("404");
  });
});

describe("several Ingresses and default backends (ingress-nginx controller.go, createServers)", () => {
  test("same host and path: the older one wins", () => {
    const old = ingress("b", [["h", [["/", "Prefix", "old"]]]], { age: 20 });
    const young = ingress("a", [["h", [["/", "Prefix", "young"]]]], { age: 10 });
    expect(goesTo([young, old], "h", "/")).toBe("old");
  });
  test("without rules it is the catch-all; the oldest is", () => {
    const old = ingress("b", [], { age: 20, fallback: "old" });
    const young = ingress("a", [], { age: 10, fallback: "young" });
    expect(goesTo([young, old], "whatever", "/x")).toBe("old");
  });
  test("next to rules it serves their hosts only", () => {
    const one = ingress("i", [["h", [["/foo", "Prefix", "foo"]]]], { fallback: "fallback" });
    expect([goesTo([one], "h", "/nothing"), goesTo([one], "other", "/")]).toEqual(["fallback", "404"]);
  });
});

describe("which class is ours", () => {
  const other: IngressClass = { ...nginxClass, metadata: meta("other", 0), spec: { controller: "example.com/other" } };
  const withClass = (className: string | undefined, annotation?: string): Ingress => {
    const one = ingress(
      "i",
      [["h", [["/", "Prefix", "svc"]]]],
      annotation === undefined ? {} : { annotations: { "kubernetes.io/ingress.class": annotation } },
    );
    const { ingressClassName: _, ...spec } = one.spec;
    return { ...one, spec: className === undefined ? spec : { ...spec, ingressClassName: className } };
  };
  test.each([
    ["the field", withClass("nginx"), false, true],
    ["another controller's class", withClass("other"), false, false],
    ["an unknown class", withClass("nosuch"), false, false],
    ["the annotation", withClass(undefined, "nginx"), false, true],
    ["no class, today", withClass(undefined), false, false],
    ["no class, before 1.22", withClass(undefined), true, true],
  ] as const)("%s", (_, one, classless, expected) => expect(isServed(one, [nginxClass, other], classless)).toBe(expected));
});

test("the decision tells what was tried and why", () => {
  const { tried } = route(configuration(ingress("i", [["h", [["/foo", "Prefix", "foo"]]]])), "h", "/foobar");
  expect(tried.map(({ outcome, reason }) => `${outcome} ${reason}`)).toEqual([
    "chosen host-equal",
    "passed path-other",
    "passed path-other",
    "chosen path-prefix",
  ]);
});

describe("many rules", () => {
  const paths = Array.from({ length: 500 }, (_, i): PathSpec => [`/p${i}`, i % 3 === 0 ? "Exact" : "Prefix", `s${i}`]);
  const many = [ingress("many", [["h.example.com", [...paths, ["/", "Prefix", "root"]]]])];

  test.each([
    ["/p7", "s7"],
    ["/p7/x", "s7"],
    ["/p499", "s499"],
    ["/p9", "s9"],
    ["/p9/x", "root"],
    ["/p500", "root"],
    ["/", "root"],
  ])("%s goes to %s, as with few", (target, service) => {
    expect(goesTo(many, "h.example.com", target)).toBe(service);
  });

  test("and each rule that was looked at can still be told", () => {
    const { tried } = route(configuration(...many), "h.example.com", "/p9/x");
    expect(tried.filter(({ outcome }) => outcome === "chosen").map(({ rule }) => rule)).toEqual([
      "host h.example.com",
      "path / (Prefix /) of default/many",
    ]);
    expect(tried.length).toBeGreaterThan(500);
  });
});
