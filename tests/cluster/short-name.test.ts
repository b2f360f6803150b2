import { expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { openPlayground } from "../../src/playground/playground.ts";
import { app, scenario } from "../playground/explain/worlds.ts";

const world = scenario(app());

test("k is kubectl: the same output, the same errors in kubectl's own name", () => {
  const opened = openScenario(world);
  opened.advance(10_000);
  for (const rest of ["get deploy,po", "get nothing", "exec deploy/web -- hostname", "frobnicate"]) {
    const { exit, stdout, stderr } = opened.run(`kubectl ${rest}`);
    expect(opened.run(`k ${rest}`)).toMatchObject({ exit, stdout, stderr });
  }
  expect(opened.run("which k").stdout).toBe("/usr/local/bin/k\n");
});

test("Tab completes behind k as behind kubectl", () => {
  const opened = openPlayground(world);
  if (!opened.ok) throw new Error("the world opens");
  const { playground } = opened;
  playground.openTerminal(1, 100, 24);
  playground.cluster.queue.run(5_000_000, 1_000_000);
  const offered = (line: string) => playground.complete(1, line, line.length).candidates;
  expect(offered("k get de")).toEqual(offered("kubectl get de"));
  expect(offered("k get de").length).toBeGreaterThan(0);
});
