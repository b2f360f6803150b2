import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { suspicions } from "../../../src/playground/explain/suspicious.ts";
import { openPlayground, type Playground } from "../../../src/playground/playground.ts";
import { app, caller, ingress, scenario, service } from "./worlds.ts";

const scenarios = join(import.meta.dirname, "../../../scenarios");
const shipped = readdirSync(scenarios).filter((file) => file.endsWith(".yaml"));

function opened(text: string): Playground {
  const result = openPlayground(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.playground;
}

function pass(playground: Playground, ms: number): void {
  const untilUs = playground.cluster.queue.now() + ms * 1000;
  while (playground.cluster.queue.run(untilUs, 10_000) === 10_000);
}

const policy = (label: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {matchLabels: {app: ${label}}}}`;
const endpoints = (name: string, port = "{port: 80}") =>
  `apiVersion: v1\nkind: Endpoints\nmetadata:\n  name: ${name}\nsubsets: [{addresses: [{ip: 198.51.100.9}], ports: [${port}]}]`;

/** Taken by a real API server without a word (kubernetes.io API reference), and yet not what anybody means. */
const cases = [
  {
    name: "a selector with a slip",
    world: scenario(app(), service("selector: {app: wbe}")),
    code: "selector.no-match",
    at: "selector: {app: wbe}",
    args: { near: "app=web" },
  },
  {
    name: "a port name with a slip",
    world: scenario(app(), service(undefined, "targetPort: htpp")),
    code: "warn.port-name",
    at: "targetPort: htpp",
    args: { near: "http" },
  },
  {
    name: "a targetPort where nothing listens",
    world: scenario(app(), service(undefined, "targetPort: 80")),
    code: "warn.target-port",
    at: "targetPort: 80",
    args: { port: 80, known: "8080" },
  },
  {
    name: "an Ingress without class",
    world: scenario(app(), service(), ingress({ className: "" })),
    code: "warn.ingress-no-class",
    at: "spec:",
    args: { known: "nginx" },
  },
  {
    name: "a class that nobody serves",
    world: scenario(app(), service(), ingress({ className: "ngnix" })),
    code: "warn.ingress-class",
    at: "ingressClassName: ngnix",
    args: { near: "nginx" },
  },
  {
    name: "a backend that does not exist",
    world: scenario(app(), service(), ingress({ backend: "wbe" })),
    code: "warn.ingress-service",
    at: "name: wbe",
    args: { near: "web" },
  },
  {
    name: "a backend's port that does not exist",
    world: scenario(app(), service(), ingress({ port: 8080 })),
    code: "warn.ingress-port",
    at: "port: {number: 8080}",
    args: { ports: "80" },
  },
  {
    name: "Endpoints that miss their Service",
    world: scenario(service(""), endpoints("wbe")),
    code: "warn.endpoints-name",
    at: "name: wbe",
    args: { near: "web" },
  },
  {
    name: "Endpoints whose port has another name",
    world: scenario(service("", "targetPort: 80, name: http"), endpoints("web", "{port: 80, name: htpp}")),
    code: "warn.endpoints-port",
    at: "subsets:",
    args: { names: "http" },
  },
  {
    name: "a policy that protects nothing",
    world: scenario(app(), policy("wbe")),
    code: "warn.policy-no-match",
    at: "podSelector",
    args: { near: "app=web" },
  },
  {
    name: "a probe at a port that is not declared",
    world: scenario(app({ more: "readinessProbe: {httpGet: {port: 8081}}" })),
    code: "warn.probe-port",
    at: "readinessProbe",
    args: { port: 8081, known: "8080" },
  },
  {
    name: "a probe at a port name that is none",
    world: scenario(app({ more: "livenessProbe: {tcpSocket: {port: htp}}" })),
    code: "warn.probe-port-name",
    at: "livenessProbe",
    args: { near: "http" },
  },
  { name: "no replicas", world: scenario(app({ replicas: 0 })), code: "warn.replicas-zero", at: "replicas: 0", args: {} },
];

describe("valid but suspicious", () => {
  test.each(cases)("$name", ({ world, code, at, args }) => {
    const playground = opened(world);
    pass(playground, 8000);
    const found = suspicions(playground.look);
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]).toMatchObject({ severity: "warning", args });
    expect(world.split("\n")[(found[0]?.line ?? 0) - 1]).toContain(at);
  });

  test("a world in order raises no doubt, neither at first nor later", () => {
    const playground = opened(scenario(app({ more: "readinessProbe: {httpGet: {port: http}}" }), service(), ingress(), caller));
    for (let second = 0; second < 8; second++) {
      expect(suspicions(playground.look)).toEqual([]);
      pass(playground, 1000);
    }
  });

  test("the same name twice is told at the second one", () => {
    const playground = opened(scenario(service("selector: {app: web}"), app()));
    const twice = `${scenario(app(), service())}---\n${service()}`;
    playground.check(twice);
    const found = suspicions(playground.look).filter((one) => one.code === "warn.duplicate");
    expect(found).toHaveLength(1);
    expect(
      twice
        .split("\n")
        .slice(0, (found[0]?.line ?? 0) - 1)
        .filter((line) => line === "kind: Service"),
    ).toHaveLength(2);
  });

  test("they come and go as the cluster changes", () => {
    const playground = opened(scenario(app(), service()));
    playground.watch();
    playground.openTerminal(1, 80, 24);
    pass(playground, 5000);
    playground.takeUpdates();
    const told = () =>
      playground.takeUpdates().flatMap((update) => (update.type === "problems" ? [update.problems.map((one) => one.code)] : []));
    playground.line(1, "kubectl delete deployment web");
    pass(playground, 60_000);
    expect(told().at(-1)).toEqual(["selector.no-match"]);
    playground.line(1, "kubectl create deployment web --image luksa/kubia");
    pass(playground, 10_000);
    expect(told().at(-1)).toEqual([]);
  });

  test.each(shipped)("%s, as it is shipped, raises none but what its story is about", (file) => {
    const playground = opened(readFileSync(join(scenarios, file), "utf8"));
    for (const ms of [0, 2000, 10_000]) {
      pass(playground, ms);
      // The reader of ingress-tls makes the Secret as the first step.
      expect(suspicions(playground.look).map((one) => one.code)).toEqual(file === "ingress-tls.yaml" ? ["warn.ingress-secret"] : []);
    }
  });
});
