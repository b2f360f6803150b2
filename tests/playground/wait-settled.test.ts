import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: nginx, readinessProbe: {httpGet: {port: 80}}}
`;

// decisions.md: `wait settled` waits until only periodic events remain, at most 10 min, else exit 1.
test.each([
  { name: "a Deployment that has come up", first: "true", exit: 0 },
  {
    name: "a pod that sleeps for an hour, as the manuals keep theirs alive",
    first: "kubectl run c --image=busybox -- sleep 3600",
    exit: 0,
  },
  { name: "a Job that works for half a minute", first: "kubectl create job j --image=busybox -- sleep 30", exit: 0, atLeastMs: 30_000 },
  { name: "a pod that waits for its image for ever", first: "kubectl run c --image=nosuch:1", exit: 0 },
  { name: "a job of the shell that is longer than the wait", first: "sleep 700 &", exit: 1, atLeastMs: 600_000 },
])("wait settled: $name", ({ first, exit, atLeastMs = 0 }) => {
  const home = openScenario(deployment);
  home.run(first);
  const result = home.run("wait settled");
  expect(result.exit).toBe(exit);
  expect(result.time).toBeGreaterThanOrEqual(atLeastMs);
  expect(result.time).toBeLessThan(atLeastMs + 60_000);
});
