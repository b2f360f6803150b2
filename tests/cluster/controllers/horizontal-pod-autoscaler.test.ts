import { expect, test } from "vitest";
import { planAutoscale } from "../../../src/cluster/controllers/horizontal-pod-autoscaler.ts";
import { cluster } from "../../harness/cluster.ts";

const spec = { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 2, maxReplicas: 5 };

// pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler, where nobody measures
test.each([
  { name: "below the smallest", current: 1, type: "rescale", replicas: 2 },
  { name: "above the largest", current: 7, type: "rescale", replicas: 5 },
  { name: "scaled to nothing by hand", current: 0, type: "disabled", replicas: undefined },
  { name: "between", current: 3, type: "unknown", replicas: undefined },
])("$name: $type", ({ current, type, replicas }) => {
  expect(planAutoscale(spec, current)).toMatchObject({ type, ...(replicas === undefined ? {} : { replicas }) });
});

// What a user writes there is free text: apimachinery api/meta/errors.go, NoKindMatchError; a kind without /scale is not found
test.each([
  { apiVersion: "apps/v1", kind: "deployment", said: 'no matches for kind "deployment" in group "apps"' },
  { apiVersion: "apps/v1", kind: "DaemonSet", said: "the server could not find the requested resource" },
  { apiVersion: "apps/v1", kind: "Deployment", said: 'deployments.apps "web" not found' },
  { apiVersion: "v1", kind: "ReplicationController", said: 'replicationcontrollers "web" not found' },
])("a target that can't be scaled, $kind: $said", ({ apiVersion, kind, said }) => {
  const open = cluster(`apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: ${apiVersion}, kind: ${kind}, name: web}, minReplicas: 2, maxReplicas: 5}
`);
  open.advance(40_000);
  expect(open.run("kubectl describe hpa web").stdout).toContain(
    `AbleToScale  False   FailedGetScale  the HPA controller was unable to get the target's current scale: ${said}`,
  );
});
