import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import { changesBetween, controlStep } from "../../../src/playground/time/control-step.ts";

const metadata = { name: "x", namespace: "default", uid: "u", resourceVersion: "1", creationTimestamp: "" };
const made = (kind: string, more: object): KubernetesObject => ({ apiVersion: "v1", kind, metadata, ...more });
const slice = (endpoints: readonly (readonly [ip: string, ready: boolean])[]) =>
  made("EndpointSlice", { endpoints: endpoints.map(([ip, ready]) => ({ addresses: [ip], conditions: { ready } })) });
const pod = (spec: object, ready: string, more: object = {}) =>
  ({ ...made("Pod", { spec, status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] } }), ...more }) as KubernetesObject;
const node = (heartbeat: string, ready: string) =>
  made("Node", { status: { conditions: [{ type: "Ready", status: ready, lastHeartbeatTime: heartbeat }] } });

function said(type: "ADDED" | "MODIFIED" | "DELETED", object: KubernetesObject, old?: KubernetesObject) {
  return controlStep({ type, object, ...(old === undefined ? {} : { old }), by: "c", timeUs: 0 })?.said;
}

describe("what a component did, in one sentence", () => {
  test.each([
    {
      name: "a pod placed on a node",
      step: said("MODIFIED", pod({ nodeName: "node1" }, "False"), pod({}, "False")),
      code: "step.bound",
      args: { node: "node1" },
    },
    {
      name: "a pod found ready",
      step: said("MODIFIED", pod({}, "True"), pod({}, "False")),
      code: "step.ready",
      args: { by: "c", name: "x" },
    },
    { name: "a pod found not ready", step: said("MODIFIED", pod({}, "False"), pod({}, "True")), code: "step.not-ready", args: {} },
    {
      name: "endpoints: one came, one turned unready, one went",
      step: said(
        "MODIFIED",
        slice([
          ["1.1", true],
          ["1.2", false],
        ]),
        slice([
          ["1.2", true],
          ["1.3", true],
        ]),
      ),
      code: "step.endpoints",
      args: { ready: "1.1", unready: "1.2", gone: "1.3" },
    },
    { name: "a new slice says whom it holds", step: said("ADDED", slice([["1.1", true]])), code: "step.created", args: { ready: "1.1" } },
    {
      name: "an object told to end",
      step: said("MODIFIED", pod({}, "True", { metadata: { ...metadata, deletionTimestamp: "t" } }), pod({}, "True")),
      code: "step.terminating",
      args: {},
    },
    {
      name: "any other field",
      step: said("MODIFIED", made("Deployment", { status: { replicas: 3 } }), made("Deployment", { status: { replicas: 2 } })),
      code: "step.changed",
      args: { path: "status.replicas", before: "2", after: "3", more: 0 },
    },
    {
      name: "a node that turned unready",
      step: said("MODIFIED", node("2", "Unknown"), node("1", "True")),
      code: "step.changed",
      args: { path: "status.conditions[Ready].status" },
    },
    {
      name: "an Event speaks of its object",
      step: said(
        "ADDED",
        made("Event", { involvedObject: { kind: "Pod", name: "p", namespace: "default" }, reason: "Pulled", message: "m" }),
      ),
      code: "step.event",
      args: { kind: "Pod", name: "p", message: "m" },
    },
  ])("$name", ({ step, code, args }) => {
    expect(step).toMatchObject({ code, args });
  });

  test.each([
    { name: "a lease", step: said("MODIFIED", made("Lease", { spec: { renewTime: "2" } }), made("Lease", { spec: { renewTime: "1" } })) },
    { name: "a node's heartbeat", step: said("MODIFIED", node("2", "True"), node("1", "True")) },
    { name: "the same Event once more", step: said("MODIFIED", made("Event", { count: 2 }), made("Event", { count: 1 })) },
    { name: "a write that changed nothing", step: said("MODIFIED", pod({}, "True"), pod({}, "True")) },
  ])("$name is no step", ({ step }) => {
    expect(step).toBeUndefined();
  });

  test("a new revision is the beginning of a rollout, a warning a failure", () => {
    const mark = (object: KubernetesObject) => controlStep({ type: "ADDED", object, by: "c", timeUs: 0 })?.mark;
    expect(mark(made("ReplicaSet", {}))).toBe("rollout");
    expect(mark(made("Event", { type: "Warning", involvedObject: {} }))).toBe("failure");
    expect(mark(made("Pod", {}))).toBeUndefined();
  });
});

test("items of a list are told apart by type or name, so that a change has a path of its own", () => {
  expect(
    changesBetween(
      {
        a: [
          { name: "x", v: 1 },
          { name: "y", v: 2 },
        ],
      },
      {
        a: [
          { name: "y", v: 3 },
          { name: "x", v: 1 },
        ],
      },
    ),
  ).toEqual([{ path: "a[y].v", before: "2", after: "3" }]);
});
