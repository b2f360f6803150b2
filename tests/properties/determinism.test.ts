import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openScenario } from "../../src/playground/library.ts";

const scenarios = join(import.meta.dirname, "../../scenarios");

/** Commands that touch every component: allocation, names, endpoint choice, DNS, probes, events. */
const commands = [
  "kubectl get svc,po -A -o wide",
  "wait 20s",
  "kubectl get po -A -o wide",
  "kubectl create deployment web --image=nginx --replicas=2",
  "kubectl expose deployment web --port 80 --type NodePort",
  "wait 10s",
  "kubectl get svc web -o yaml",
  "for i in $(seq 5); do at node1 -- curl -s 10.96.0.10:9153 -m 1 -o /dev/null -w '%{http_code} '; done",
  "kubectl get events -A",
  "kubectl delete pod --all --wait=false",
  "wait 40s",
  "kubectl get po",
  "at node1 -- iptables-save",
  "hops -o json",
];

function transcript(text: string, seed?: number): string {
  const opened = openScenario(text, seed === undefined ? {} : { seed });
  return commands.map((command) => JSON.stringify(opened.run(command))).join("\n");
}

describe("same scenario, same commands, same seed: the same bytes (contract, section 4)", () => {
  beforeEach(() => {
    const poison = (name: string) => () => {
      throw new Error(`${name} was called inside the simulation`);
    };
    vi.spyOn(Math, "random").mockImplementation(poison("Math.random"));
    vi.spyOn(Date, "now").mockImplementation(poison("Date.now"));
    for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"] as const) vi.stubGlobal(name, poison(name));
    vi.spyOn(performance, "now").mockImplementation(poison("performance.now"));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  for (const file of readdirSync(scenarios).filter((name) => name.endsWith(".yaml"))) {
    test(file, () => {
      const text = readFileSync(join(scenarios, file), "utf8");
      expect(transcript(text)).toBe(transcript(text));
    });
  }

  test("another seed, another run", () => {
    const text = readFileSync(join(scenarios, "kubia.yaml"), "utf8");
    expect(transcript(text, 1)).not.toBe(transcript(text, 2));
  });

  test("advance(a); advance(b) equals advance(a + b) (decisions, section 1)", () => {
    const text = readFileSync(join(scenarios, "kubia.yaml"), "utf8");
    const whole = openScenario(text);
    whole.advance(12_345);
    const parts = openScenario(text);
    for (const ms of [1, 999, 4_000, 345, 7_000]) parts.advance(ms);
    expect(parts.run("kubectl get po,ep,events -o yaml").stdout).toBe(whole.run("kubectl get po,ep,events -o yaml").stdout);
  });

  test("shuffled documents give the same addresses, names and rules (decisions, section 2)", () => {
    const service = (name: string) =>
      `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {type: NodePort, selector: {app: x}, ports: [{port: 80}]}\n`;
    const names = ["alpha", "beta", "gamma", "delta"];
    const run = (order: readonly string[]) =>
      openScenario(order.map(service).join("---\n")).run("kubectl get svc; at node1 -- iptables-save -t nat").stdout;
    expect(run([...names].reverse())).toBe(run(names));
  });
});
