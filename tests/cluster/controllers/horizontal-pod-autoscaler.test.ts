import { expect, test } from "vitest";
import { planAutoscale } from "../../../src/cluster/controllers/horizontal-pod-autoscaler.ts";

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
