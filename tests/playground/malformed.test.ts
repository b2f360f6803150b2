import { describe, expect, test } from "vitest";
import { openPlayground, type Playground } from "../../src/playground/playground.ts";
import type { Update } from "../../src/playground/protocol.ts";

const good = `apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  selector:
    app: kubia
  ports:
  - port: 80
    targetPort: 8080
`;

function opened(): Playground {
  const result = openPlayground(good);
  if (!result.ok) throw new Error("the good text must open");
  result.playground.watch();
  result.playground.takeUpdates();
  return result.playground;
}

function problemsAfter(text: string): { readonly playground: Playground; readonly told: Extract<Update, { type: "problems" }> } {
  const playground = opened();
  playground.edit(text, true);
  const told = playground.takeUpdates().find((update) => update.type === "problems");
  if (told?.type !== "problems") throw new Error("nothing was said about the text");
  return { playground, told };
}

/**
 * What people really write. `line` and `column` (both from 1) are where the eye must go; `says` is in the real program's own text
 * (go-yaml through kubectl 1.32, API server 1.32) or, for the Scenario document, the code of our sentence.
 */
const cases: readonly {
  readonly name: string;
  readonly text: string;
  readonly line: number;
  readonly column?: number;
  readonly says: string | RegExp;
}[] = [
  {
    name: "a tab for indentation",
    text: good.replace("  name: kubia", "\tname: kubia"),
    line: 4,
    says: "found character that cannot start any token",
  },
  {
    name: "a key without its colon",
    text: good.replace("  name: kubia", "  name kubia"),
    line: 4,
    says: "cannot unmarshal string into Go struct field Service.metadata of type v1.ObjectMeta",
  },
  {
    name: "a value with a colon and a blank",
    text: good.replace("  name: kubia", "  name: kubia: two"),
    line: 4,
    says: "mapping values are not allowed in this context",
  },
  {
    name: "a quote that is never closed",
    text: good.replace("name: kubia", 'name: "kubia'),
    line: 11,
    says: "found unexpected end of stream",
  },
  { name: "a bracket that is never closed", text: `${good}  externalIPs: [1.2.3.4\n`, line: 12, says: /did not find expected ',' or '\]'/ },
  { name: "a list item less indented than its sisters", text: `${good} - port: 81\n`, line: 11, says: /did not find expected/ },
  {
    name: "a percent sign at the start of a value",
    text: good.replace("app: kubia", "app: %kubia"),
    line: 7,
    says: "found character that cannot start any token",
  },
  { name: "an unknown anchor", text: good.replace("app: kubia", "app: *nowhere"), line: 7, says: /unknown anchor 'nowhere' referenced/ },
  { name: "a scalar instead of an object", text: "just words\n", line: 1, says: "invalid object to validate" },
  { name: "a list instead of an object", text: "- a\n- b\n", line: 1, says: "invalid object to validate" },
  { name: "no apiVersion", text: good.replace("apiVersion: v1\n", ""), line: 1, says: "apiVersion not set" },
  { name: "no kind", text: good.replace("kind: Service\n", ""), line: 1, says: "kind not set" },
  { name: "a fragment", text: "spec:\n  type: NodePort\n", line: 1, says: "apiVersion not set" },
  {
    name: "a misspelt kind",
    text: good.replace("kind: Service", "kind: Servise"),
    line: 1,
    says: 'no matches for kind "Servise" in version "v1"',
  },
  {
    name: "a version that is gone",
    text: good.replace("apiVersion: v1", "apiVersion: v1beta3"),
    line: 1,
    says: 'no matches for kind "Service" in version "v1beta3"',
  },
  {
    name: "a misspelt field",
    text: good.replace("targetPort", "targetport"),
    line: 10,
    column: 5,
    says: 'unknown field "spec.ports[0].targetport"',
  },
  {
    name: "an unknown field in the metadata",
    text: good.replace("  name: kubia", "  name: kubia\n  lables: {}"),
    line: 5,
    column: 3,
    says: 'unknown field "metadata.lables"',
  },
  {
    name: "a text for a number",
    text: good.replace("port: 80\n", "port: http\n"),
    line: 9,
    says: "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32",
  },
  {
    name: "a map for a list",
    text: good.replace("  ports:\n  - port: 80\n    targetPort: 8080\n", "  ports:\n    port: 80\n"),
    line: 9,
    says: "cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort",
  },
  {
    name: "a number as a label",
    text: good.replace("  name: kubia", "  name: kubia\n  labels: {version: 2}"),
    line: 5,
    says: "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
  },
  {
    name: "a misspelt Service type",
    text: good.replace("spec:\n", "spec:\n  type: LoadBalance\n"),
    line: 6,
    column: 9,
    says: 'spec.type: Unsupported value: "LoadBalance": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  },
  {
    name: "a port out of range",
    text: good.replace("port: 80\n", "port: 80000\n"),
    line: 9,
    column: 11,
    says: "spec.ports[0].port: Invalid value: 80000: must be between 1 and 65535, inclusive",
  },
  {
    name: "a node port out of range",
    text: good.replace("spec:\n", "spec:\n  type: NodePort\n").replace("8080", "8080\n    nodePort: 80"),
    line: 12,
    says: "provided port is not in the valid range. The range of valid ports is 30000-32767",
  },
  { name: "two ports without names", text: `${good}  - port: 443\n`, line: 9, says: "spec.ports[0].name: Required value" },
  {
    name: "a name with an underscore",
    text: good.replace("name: kubia", "name: ku_bia"),
    line: 4,
    column: 9,
    says: /metadata.name: Invalid value: "ku_bia"/,
  },
  { name: "a Service without ports", text: good.replace(/ {2}ports:[\s\S]*/, ""), line: 6, says: "spec.ports: Required value" },
  {
    name: "a cookie as affinity",
    text: good.replace("spec:\n", "spec:\n  sessionAffinity: Cookie\n"),
    line: 6,
    column: 20,
    says: 'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
  },
  {
    name: "a pod without containers",
    text: "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {}\n",
    line: 4,
    says: "spec.containers: Required value",
  },
  {
    name: "an Ingress without pathType",
    text: "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        backend: {service: {name: a, port: {number: 80}}}\n",
    line: 8,
    says: "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified",
  },
  {
    name: "a Deployment whose selector does not fit",
    text: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata:\n      labels: {app: b}\n    spec: {containers: [{name: c, image: nginx}]}\n",
    line: 8,
    says: "`selector` does not match template `labels`",
  },
  {
    name: "an unknown field of the Scenario",
    text: `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: x}\nspec:\n  cluster:\n    proxymode: ipvs\n---\n${good}`,
    line: 6,
    column: 5,
    says: "scenario.unknown-field",
  },
  {
    name: "an address of the Scenario that is none",
    text: `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: x}\nspec:\n  clients:\n  - {name: a, ip: 1.2.3}\n---\n${good}`,
    line: 6,
    says: "scenario.bad-ip",
  },
  {
    name: "the second document is broken",
    text: `${good}---\napiVersion: v1\nkind: Service\nmetadata:\n name: a\n  labels: {}\n`,
    line: 16,
    says: "mapping values are not allowed in this context",
  },
  {
    name: "pasted without its indentation",
    text: "apiVersion: v1\nkind: Service\nmetadata:\nname: kubia\nspec:\nselector:\napp: kubia\nports:\n– port: 80\n",
    line: 1,
    says: /resource name may not be empty|unknown field/,
  },
];

describe("texts that are wrong leave the last good cluster and say where (contract, section 8)", () => {
  test.each(cases)("$name", ({ text, line, column, says }) => {
    const { playground, told } = problemsAfter(text);
    const errors = told.problems.filter((problem) => problem.severity === "error");
    const said = errors.map(({ code, detail }) => `${code} ${detail ?? ""}`);
    const first = errors[said.findIndex((text) => (typeof says === "string" ? text.includes(says) : says.test(text)))];
    expect(first, `none of these says it:\n${said.join("\n")}`).toBeDefined();
    expect({ line: first?.line, ...(column === undefined ? {} : { column: first?.column }) }).toEqual({
      line,
      ...(column === undefined ? {} : { column }),
    });
    expect(told.applied).toBe(false);
    const kept = playground.cluster.find("Service", "default", "kubia") as unknown as { spec: { ports: unknown } };
    expect(kept.spec.ports).toEqual([{ port: 80, protocol: "TCP", targetPort: 8080 }]);
    // The cluster lives on: time passes and commands answer.
    playground.cluster.queue.run(playground.nowUs + 1_000_000, 100_000);
    expect(playground.cluster.kubectl(["get", "svc", "kubia"], "").exit).toBe(0);
  });

  test("there are at least thirty kinds", () => {
    expect(cases.length).toBeGreaterThanOrEqual(30);
  });

  test("the flat text of a web page is offered its indentation back", () => {
    const { told } = problemsAfter(cases.at(-1)?.text as string);
    expect(told.problems.find((problem) => problem.mend !== undefined)?.mend?.text).toContain(
      "metadata:\n  name: kubia\nspec:\n  selector:\n    app: kubia\n  ports:\n  - port: 80",
    );
  });
});
