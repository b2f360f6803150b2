import { expect, test } from "vitest";
import { kubia, world } from "./world.ts";

test.each([
  ["idle", undefined],
  ["a probed pod", kubia("p", {}, { readinessProbe: { exec: { command: ["true"] } }, livenessProbe: { httpGet: { port: 8080 } } })],
  ["a pod that crashes for ever", kubia("p", {}, { image: "busybox", command: ["exit", "1"] })],
  ["an image nobody has", kubia("p", {}, { image: "nosuch" })],
  ["a pod that fits nowhere", kubia("p", { nodeSelector: { disk: "ssd" } })],
  ["a ConfigMap that is missing", kubia("p", { volumes: [{ name: "v", configMap: { name: "none" } }] })],
])("only periodic work is left (`wait settled`): %s", (_name, object) => {
  const w = world({ cloud: true });
  if (object !== undefined) w.create(object);
  w.pass(45.5);
  expect(w.simulation.queue.isSettled()).toBe(true);
});
