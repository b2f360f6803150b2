import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { root } from "./kubehop.ts";

const program = `
  import { readFileSync } from "node:fs";
  import { openScenario, ScenarioError } from "kubehop";
  const playground = openScenario(readFileSync("scenarios/kubia.yaml", "utf8"), { seed: 7 });
  playground.advance(5000);
  const { exit, stdout } = playground.run("curl -s 10.111.249.153", { on: "node/node1" });
  const { verdict, endpoint, hops } = playground.connect({ from: "node/node1", to: "10.111.249.153:80" });
  let problems = 0;
  try { openScenario("a: ["); } catch (error) { if (error instanceof ScenarioError) problems = error.problems.length; }
  const pods = playground.objects("Pod", "default").length;
  const trace = playground.trace({ node: "node1", destination: "10.111.249.153", port: 80 });
  console.log(JSON.stringify({ exit, stdout, verdict, endpoint, hops: hops.length > 3, problems, pods, link: playground.link().slice(0, 4), trace: trace.verdict }));
`;

test("the engine as a library, by the package's own name (contract, section 4)", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { cwd: root, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    exit: 0,
    stdout: expect.stringMatching(/^You've hit kubia-/),
    verdict: "answered",
    endpoint: expect.stringMatching(/^10\.244\.\d+\.\d+:8080$/),
    hops: true,
    problems: 1,
    pods: 3,
    link: "#k1:",
    trace: "dnat",
  });
});
