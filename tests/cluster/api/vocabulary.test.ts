import { describe, expect, test } from "vitest";
import { age, humanDuration, parseTimestampMs } from "../../../src/cluster/api/age.ts";
import { fieldErrorText, invalid, invalidMessage, notSupported, required } from "../../../src/cluster/api/field-error.ts";
import { matchesFieldSelector, parseFieldSelector } from "../../../src/cluster/api/field-selector.ts";
import { goQuote, goStringMap, goStrings } from "../../../src/cluster/api/go-value.ts";
import { scaledValue } from "../../../src/cluster/api/int-or-string.ts";
import { parseCidr, parseIp, specialIpMessage } from "../../../src/cluster/api/ip.ts";
import { kindByApiVersion, kindByResource, kindsOfCategory, servedVersions } from "../../../src/cluster/api/kinds.ts";
import {
  formatLabelSelector,
  formatSelector,
  matchesLabelSelector,
  matchesSelector,
  parseSelector,
} from "../../../src/cluster/api/labels.ts";
import { canonicalQuantity, compareQuantities, parseQuantity, quantityFault, quantityValue } from "../../../src/cluster/api/quantity.ts";
import { deprecationWarning, parseClusterVersion } from "../../../src/cluster/api/versions.ts";
import { definitionOf } from "./admit.ts";

const v = (minor: number) => ({ minor, text: `v1.${minor}.0` });

/** apimachinery pkg/util/duration/duration_test.go, TestHumanDuration */
test.each([
  [0, "0s"],
  [1, "1s"],
  [119, "119s"],
  [120, "2m"],
  [150, "2m30s"],
  [599, "9m59s"],
  [600, "10m"],
  [2 * 3600, "120m"],
  [3 * 3600 - 60, "179m"],
  [3 * 3600, "3h"],
  [3.5 * 3600, "3h30m"],
  [8 * 3600, "8h"],
  [47 * 3600, "47h"],
  [48 * 3600, "2d"],
  [51 * 3600, "2d3h"],
  [8 * 24 * 3600, "8d"],
  [2 * 365 * 24 * 3600 - 3600, "729d"],
  [2 * 365 * 24 * 3600, "2y"],
  [(2 * 365 + 5) * 24 * 3600, "2y5d"],
  [8 * 365 * 24 * 3600, "8y"],
])("%d s is %s", (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});

test("times are read without Date", () => {
  for (const text of ["1970-01-01T00:00:00Z", "2026-01-05T09:00:00Z", "2024-02-29T23:59:59Z", "2026-01-05T11:00:00+02:00"]) {
    expect(parseTimestampMs(text)).toBe(Date.parse(text));
  }
  expect(age("2026-01-05T09:00:00Z", Date.parse("2026-01-05T09:15:00Z"))).toBe("15m");
  expect(age(undefined, 0)).toBe("<unknown>");
});

/** apimachinery pkg/api/resource/quantity_test.go */
describe("quantities", () => {
  test.each([
    ["0", "0"],
    ["0.5", "500m"],
    ["1000m", "1"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["100Mi", "100Mi"],
    ["1500", "1500"],
    ["1e3", "1e3"],
    ["1000k", "1M"],
    ["0.1Mi", "104857600m"],
    ["-1Gi", "-1Gi"],
    [".5", "500m"],
    ["5.", "5"],
  ])("%s is %s", (given, shown) => {
    expect(canonicalQuantity(given)).toBe(shown);
  });
  test.each(["", "lots", "1 Gi", "1gi", "--1", "1.2.3", "Gi"])("%j is none", (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
  test("a wrong suffix is told as such", () => {
    expect(quantityFault("1MM")).toBe("unable to parse quantity's suffix");
    expect(quantityFault("1GB")).toBe("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  });
  test("compare and count", () => {
    expect(compareQuantities("1", "1000m")).toBe(0);
    expect(compareQuantities("1Gi", "1G")).toBe(1);
    expect(quantityValue("250m", "milli")).toBe(250);
    expect(quantityValue("100m")).toBe(1);
    expect(quantityValue("128Mi")).toBe(134217728);
  });
});

/** apimachinery pkg/util/intstr, GetScaledValueFromIntOrPercent; a Deployment's surge rounds up, its unavailable down */
test.each([
  ["25%", 3, "up", 1],
  ["25%", 3, "down", 0],
  ["30%", 10, "up", 3],
  [2, 10, "up", 2],
  ["x", 10, "up", undefined],
] as const)("%s of %d, %s: %s", (value, total, rounding, expected) => {
  expect(scaledValue(value, total, rounding)).toBe(expected);
});

/** apimachinery pkg/labels/selector_test.go */
describe("label selectors", () => {
  const labels = { app: "kubia", env: "prod" };
  test.each([
    ["", true],
    ["app=kubia", true],
    ["app==kubia,env=prod", true],
    ["app!=kubia", false],
    ["nope!=x", true],
    ["env in (prod,dev)", true],
    ["env notin (prod)", false],
    ["nope notin (a)", true],
    ["app", true],
    ["!app", false],
    ["!nope", true],
    ["app=", false],
  ])("%j: %s", (text, isMatch) => {
    const parsed = parseSelector(text);
    expect(parsed.ok && matchesSelector(parsed.selector, labels)).toBe(isMatch);
  });
  test.each([
    ["b=c,a in (y,x),!z", "a in (x,y),b=c,!z"],
    ["x==1", "x==1"],
    ["x>1", "x>1"],
  ])("%s prints %s", (text, printed) => {
    const parsed = parseSelector(text);
    expect(parsed.ok && formatSelector(parsed.selector)).toBe(printed);
  });
  test.each([
    ["a=b=c", "found '=', expected: ',' or 'end of string'"],
    ["a in x", "unable to parse requirement: found 'x' expected: '('"],
    ["a in (", "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
    [",a", "found ',', expected: !, identifier, or 'end of string'"],
    ["a,,b", "found ',', expected: identifier after ','"],
    ["=b", "found '=', expected: !, identifier, or 'end of string'"],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ["a>x", `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ])("%j is refused: %s", (text, message) => {
    expect(parseSelector(text)).toEqual({ ok: false, message });
  });
  test("an object's selector: missing is nothing, empty is all", () => {
    expect(matchesLabelSelector(undefined, labels)).toBe(false);
    expect(matchesLabelSelector({}, labels)).toBe(true);
    expect(matchesLabelSelector({ matchExpressions: [{ key: "env", operator: "DoesNotExist" }] }, labels)).toBe(false);
  });
  test("formatted as tables do (meta/v1 FormatLabelSelector)", () => {
    expect(formatLabelSelector({ matchLabels: { c: "d", a: "b" } })).toBe("a=b,c=d");
    expect(
      formatLabelSelector({
        matchExpressions: [
          { key: "k", operator: "In", values: ["v2", "v1"] },
          { key: "x", operator: "DoesNotExist" },
        ],
      }),
    ).toBe("k in (v1,v2),!x");
    expect(formatLabelSelector({})).toBe("<none>");
  });
});

test("field selectors", () => {
  const parsed = parseFieldSelector("metadata.name=a,spec.type!=NodePort");
  const fields: Record<string, string> = { "metadata.name": "a", "spec.type": "ClusterIP" };
  expect(parsed.ok && matchesFieldSelector(parsed.requirements, (field) => fields[field] ?? "")).toBe(true);
  expect(parseFieldSelector("nonsense").ok).toBe(false);
});

/** apimachinery pkg/util/validation/field/errors.go; pkg/api/errors NewInvalid */
describe("errors", () => {
  test("texts", () => {
    expect(fieldErrorText(required("a.b"))).toBe("a.b: Required value");
    expect(fieldErrorText(invalid("a", 3, "no"))).toBe("a: Invalid value: 3: no");
    expect(fieldErrorText(invalid("a", undefined, "no"))).toBe('a: Invalid value: "null": no');
    expect(fieldErrorText(notSupported("a", "x", ["b", "c"]))).toBe('a: Unsupported value: "x": supported values: "b", "c"');
  });
  test("joined, equal ones once", () => {
    const errors = [required("a"), required("a"), required("b")];
    expect(invalidMessage("Deployment.apps", "web", errors)).toBe(
      'Deployment.apps "web" is invalid: [a: Required value, b: Required value]',
    );
    expect(invalidMessage("Service", "x", [required("a")])).toBe('Service "x" is invalid: a: Required value');
  });
  test("values as Go prints them", () => {
    expect(goStrings(["a", "b"])).toBe('[]string{"a", "b"}');
    expect(goStrings(undefined)).toBe("[]string(nil)");
    expect(goStringMap({ b: "1", a: "2" })).toBe('map[string]string{"a":"2", "b":"1"}');
    expect(goQuote('a"b\n\\\u0001é\u00a0')).toBe('"a\\"b\\n\\\\\\x01é\\u00a0"');
  });
});

describe("addresses (k8s.io/utils/net, ValidateNonSpecialIP)", () => {
  test.each(["10.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1", "010.1.2.3"])("%s is one", (text) => expect(parseIp(text)).toBeDefined());
  test.each(["", "1.2.3", "256.1.1.1", "a.b.c.d", ":::", "1:2", "1::2::3", "12345::"])("%j is none", (text) =>
    expect(parseIp(text)).toBeUndefined(),
  );
  test.each(["10.0.0.0/8", "fd00::/64", "1.2.3.4/32"])("%s is a range", (text) => expect(parseCidr(text)).toBeDefined());
  test.each(["10.0.0.1", "10.0.0.0/33", "10.0.0.0/", "x/8"])("%j is no range", (text) => expect(parseCidr(text)).toBeUndefined());
  test("special ones", () => {
    expect(specialIpMessage("169.254.1.1")).toBe("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    expect(specialIpMessage("224.0.0.1")).toBe("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    expect(specialIpMessage("::")).toBe("may not be unspecified (::)");
    expect(specialIpMessage("10.0.0.1")).toBeUndefined();
  });
});

describe("kinds and versions", () => {
  test.each([
    ["svc", "Service"],
    ["Services", "Service"],
    ["deploy.apps", "Deployment"],
    ["deployments.v1.apps", "Deployment"],
    ["ingresses.networking.k8s.io", "Ingress"],
    ["ing", "Ingress"],
    ["ep", "Endpoints"],
    ["netpol", "NetworkPolicy"],
    ["deploy.batch", undefined],
    ["nope", undefined],
  ])("%s is %s", (text, kind) => {
    expect(kindByResource(text, v(32))?.kind).toBe(kind);
  });
  test("what each version serves (Deprecated API Migration Guide)", () => {
    const ingress = definitionOf("Ingress");
    expect(servedVersions(ingress, v(32))).toEqual(["networking.k8s.io/v1"]);
    expect(servedVersions(ingress, v(20))).toEqual(["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"]);
    expect(servedVersions(ingress, v(13))).toEqual(["extensions/v1beta1"]);
    expect(servedVersions(definitionOf("EndpointSlice"), v(20))).toEqual(["discovery.k8s.io/v1beta1"]);
    expect(kindByApiVersion("extensions/v1beta1", "Ingress", v(32))).toBeUndefined();
    expect(kindByApiVersion("apps/v1", "Deployment", v(20))?.kind).toBe("Deployment");
  });
  test("warnings of what goes", () => {
    expect(deprecationWarning("extensions", "v1beta1", "Ingress", v(21))).toBe(
      "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress",
    );
    expect(deprecationWarning("extensions", "v1beta1", "Ingress", v(18))).toBeUndefined();
    expect(deprecationWarning("", "v1", "Endpoints", v(32))).toBeUndefined();
    expect(deprecationWarning("", "v1", "Endpoints", v(33))).toBe(
      "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    );
  });
  test("get all (the category of each resource)", () => {
    expect(kindsOfCategory("all", v(32)).map(({ kind }) => kind)).toEqual([
      "Pod",
      "ReplicationController",
      "Service",
      "DaemonSet",
      "Deployment",
      "ReplicaSet",
      "StatefulSet",
      "HorizontalPodAutoscaler",
      "CronJob",
      "Job",
    ]);
  });
  test("versions", () => {
    expect(parseClusterVersion("v1.32.0")).toEqual({ minor: 32, text: "v1.32.0" });
    expect(parseClusterVersion("1.20.15")).toEqual({ minor: 20, text: "v1.20.15" });
    expect(parseClusterVersion("v2.0.0")).toBeUndefined();
  });
});
