import { describe, expect, test } from "vitest";
import { base64Fault, decode } from "../../../src/cluster/api/decode.ts";
import { definitionOf } from "./admit.ts";

function read(kind: string, value: object): ReturnType<typeof decode> {
  return decode(definitionOf(kind).schema, value);
}

/** Texts as encoding/json and sigs.k8s.io/json make them; the rows of kubectl-and-api 1.5 were measured. */
describe("a value of a wrong type", () => {
  test.each([
    {
      kind: "Service",
      value: { spec: { ports: [{ port: "80" }] } },
      error: "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32",
    },
    {
      kind: "Service",
      value: { spec: [{ port: 80 }] },
      error: "json: cannot unmarshal array into Go struct field Service.spec of type v1.ServiceSpec",
    },
    {
      kind: "Service",
      value: { spec: { ports: { port: 80 } } },
      error: "json: cannot unmarshal object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort",
    },
    {
      kind: "Service",
      value: { spec: { ports: ["80"] } },
      error: "json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type v1.ServicePort",
    },
    {
      kind: "Service",
      value: { spec: { selector: { app: 1 } } },
      error: "json: cannot unmarshal number into Go struct field ServiceSpec.spec.selector of type string",
    },
    {
      kind: "Service",
      value: { metadata: { labels: { a: true } } },
      error: "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string",
    },
    {
      kind: "Service",
      value: { spec: { ports: [{ port: 80.5 }] } },
      error: "json: cannot unmarshal number 80.5 into Go struct field ServicePort.spec.ports.port of type int32",
    },
    {
      kind: "Service",
      value: { spec: { type: 1 } },
      error: "json: cannot unmarshal number into Go struct field ServiceSpec.spec.type of type v1.ServiceType",
    },
    {
      kind: "Service",
      value: { spec: { ports: [{ port: 80, targetPort: true }] } },
      error: "json: cannot unmarshal bool into Go value of type int32",
    },
    {
      kind: "Deployment",
      value: { spec: { replicas: "3" } },
      error: "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    },
    {
      kind: "Pod",
      value: { spec: { containers: [{ name: "a", env: [{ name: "A", value: 1 }] }] } },
      error: "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
    },
    {
      kind: "Pod",
      value: { spec: { containers: [{ name: "a", resources: { requests: { cpu: "lots" } } }] } },
      error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    },
    { kind: "Secret", value: { data: { a: "hunter2" } }, error: "illegal base64 data at input byte 4" },
  ])("$error", ({ kind, value, error }) => {
    expect(read(kind, value).error).toBe(error);
  });
});

/** encoding/base64, CorruptInputError */
test.each([
  { text: "Zm9v", fault: undefined },
  { text: "Zm8=", fault: undefined },
  { text: "Zg==", fault: undefined },
  { text: "Z m9", fault: 1 },
  { text: "not-base64", fault: 3 },
  { text: "Zm9vYg", fault: 4 },
  { text: "Zg=", fault: 3 },
  { text: "Zg==x", fault: 4 },
])("base64 $text: $fault", ({ text, fault }) => {
  expect(base64Fault(text)).toBe(fault);
});

describe("unknown fields", () => {
  test("are all told, in the order of the JSON, with indexes, and left out", () => {
    const { unknown, object } = read("Service", {
      metadata: { name: "a", foo: 1 },
      spec: { bar: 1, ports: [{ port: 80, targetport: 1 }] },
      x: 1,
    });
    expect(unknown).toEqual(["metadata.foo", "spec.bar", "spec.ports[0].targetport", "x"]);
    expect(object).toMatchObject({ metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } });
    expect(object).not.toHaveProperty("x");
  });
  test("names count by case", () => {
    expect(read("Pod", { spec: { containers: [{ name: "a", readinessProbe: { exec: { cmd: ["ls"] } } }] } }).unknown).toEqual([
      "spec.containers[0].readinessProbe.exec.cmd",
    ]);
  });
});

/** What a value looks like after Go has read and written it (pointers and omitempty of k8s.io/api). */
describe("zero values", () => {
  test.each([
    {
      name: "go without a pointer",
      kind: "Service",
      value: { spec: { ports: [{ port: 80, targetPort: 1, nodePort: 0, name: "" }], externalIPs: [] } },
      at: "spec",
      expected: { ports: [{ port: 80, targetPort: 1 }] },
    },
    {
      name: "stay behind a pointer",
      kind: "Deployment",
      value: { spec: { replicas: 0, paused: false } },
      at: "spec.replicas",
      expected: 0,
    },
    { name: "null is absence", kind: "Deployment", value: { spec: { replicas: null } }, at: "spec.replicas", expected: undefined },
    { name: "status is printed though empty", kind: "Service", value: {}, at: "status", expected: { loadBalancer: {} } },
    {
      name: "templates carry a time that never was",
      kind: "Deployment",
      value: {},
      at: "spec.template.metadata",
      expected: { creationTimestamp: null },
    },
    { name: "an empty selector is a selector", kind: "Deployment", value: { spec: { selector: {} } }, at: "spec.selector", expected: {} },
    {
      name: "quantities in their shortest form",
      kind: "Pod",
      value: { spec: { containers: [{ name: "a", resources: { limits: { cpu: 0.5, memory: "1024Mi" } } }] } },
      at: "spec.containers.0.resources.limits",
      expected: { cpu: "500m", memory: "1Gi" },
    },
  ])("$name", ({ kind, value, at, expected }) => {
    const found = at
      .split(".")
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], read(kind, value).object);
    expect(found).toEqual(expected);
  });

  test("decoding what was decoded changes nothing, and copies nothing", () => {
    const once = read("Pod", { metadata: { name: "a" }, spec: { containers: [{ name: "a", image: "x" }] } }).object;
    expect(read("Pod", once).object).toBe(once);
  });
});
