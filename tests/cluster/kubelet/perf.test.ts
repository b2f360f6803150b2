import { test } from "vitest";
import { kubia, world } from "./world.ts";
const t = () => Number(process.hrtime.bigint() / 1000n) / 1000;
test("1000 pods of one RC", () => {
  const w = world({ capacity: { pods: 500, cpu: 64, memory: "256Gi" }, isFrozen: false, nodes: 10 });
  w.create({ apiVersion: "v1", kind: "Service", metadata: { name: "kubia" }, spec: { selector: { app: "kubia" }, ports: [{ port: 80, targetPort: 8080 }] } });
  const p = kubia("x") as any;
  w.create({ apiVersion: "v1", kind: "ReplicationController", metadata: { name: "big" }, spec: { replicas: 1000, selector: { app: "kubia" }, template: { metadata: { labels: { app: "kubia" } }, spec: p.spec } } });
  const a = t();
  w.pass(0); const b = t(); w.pass(1.2); const c = t(); w.pass(2); const d = t();
  console.log("t=0", b - a, "pull", c - b, "running", d - c, w.client.list("EndpointSlice", "default").length, w.pods().filter((q) => q.status.phase === "Running").length);
});
test("an idle hour, 100 http probed pods", () => {
  for (const probe of [{ httpGet: { path: "/", port: 8080 } }, { tcpSocket: { port: 8080 } }, { exec: { command: ["ls", "/"] } }]) {
  const w = world({ capacity: { pods: 500 }, isFrozen: false });
  for (let i = 0; i < 100; i++) w.create(kubia(`p${i}`, {}, { readinessProbe: probe }));
  w.pass(10);
  const a = t(); w.pass(3600); const b = t();
  console.log(JSON.stringify(probe), "hour", b - a);
  }
  const w = world({ isFrozen: false }); w.pass(10);
  const a = t(); w.pass(3600); console.log("no pods", t() - a);
}, 60000);
