import { describe, expect, test } from "vitest";
import { kubehop, kubehopJson } from "./kubehop.ts";

const scenario = ["run", "scenarios/kubia.yaml"];

describe("kubehop run --json (contract, section 4; decisions, section 8)", () => {
  test("one answer a line, in order, with all its fields", () => {
    const answers = kubehopJson(scenario, [{ run: "echo out; echo err >&2; false" }, { run: "echo next" }]);
    expect(answers).toEqual([
      { run: "echo out; echo err >&2; false", exit: 1, stdout: "out\n", stderr: "err\n", hints: [], time: expect.any(Number) },
      { run: "echo next", exit: 0, stdout: "next\n", stderr: "", hints: [], time: expect.any(Number) },
    ]);
  });

  test("one shell for all lines: variables, files, functions and the current folder last", () => {
    const answers = kubehopJson(scenario, [
      { run: "x=3; f() { echo f$1; }; cd /tmp; echo kept > note" },
      { run: "echo $x; f 4; pwd; cat note" },
    ]);
    expect(answers[1]?.["stdout"]).toBe("3\nf4\n/tmp\nkept\n");
  });

  test("exit N ends that line only", () => {
    const answers = kubehopJson(scenario, [{ run: "x=1; exit 4; echo never" }, { run: "echo $x" }]);
    expect(answers.map(({ exit, stdout }) => [exit, stdout])).toEqual([
      [4, ""],
      [0, "1\n"],
    ]);
  });

  test("run is echoed exactly as sent, newlines and all", () => {
    const run = 'for i in 1 2; do\n\techo "é $i – \u2028"\ndone  ';
    expect(kubehopJson(scenario, [{ run }])[0]).toMatchObject({ run, exit: 0, stdout: "é 1 – \u2028\né 2 – \u2028\n" });
  });

  test("standard input of each line is empty", () => {
    expect(kubehopJson(scenario, [{ run: "cat; echo end" }, { run: "echo next" }]).map(({ stdout }) => stdout)).toEqual([
      "end\n",
      "next\n",
    ]);
  });

  test.each([
    { name: "no JSON", line: "nonsense" },
    { name: "no object", line: "3" },
    { name: "without run", line: '{"ran":"x"}' },
    { name: "run is no text", line: '{"run":3}' },
    { name: "no duration", line: '{"run":"true","interruptAfter":"soon"}' },
  ])("a bad line is answered and the next one runs: $name", ({ line }) => {
    const answers = kubehopJson(scenario, [line, { run: "echo on" }]);
    expect(answers).toEqual([{ error: expect.any(String), exit: 2 }, expect.objectContaining({ stdout: "on\n" })]);
  });

  test("interruptAfter sends Ctrl-C after that simulated time", () => {
    const [ping, next] = kubehopJson(scenario, [{ run: "ping 192.168.0.2", interruptAfter: "3500ms" }, { run: "echo on" }]);
    expect(ping?.["stdout"]).toContain("4 packets transmitted, 4 received, 0% packet loss"); // ping(8): statistics on SIGINT, exit 0
    expect(ping?.["exit"]).toBe(0);
    expect(ping?.["time"]).toBeCloseTo(3500, 0);
    expect(next).toMatchObject({ exit: 0, stdout: "on\n" });
  });

  test("a program that does not catch Ctrl-C ends with 130", () => {
    const [slept] = kubehopJson(scenario, [{ run: "sleep 100", interruptAfter: "2s" }]);
    expect(slept).toMatchObject({ exit: 130, stdout: "" });
  });

  test("background jobs live on across lines", () => {
    const answers = kubehopJson(scenario, [{ run: "(sleep 2; echo done > /tmp/job) & true" }, { run: "wait 3s; cat /tmp/job" }]);
    expect(answers[1]?.["stdout"]).toBe("done\n");
  });

  test("hints come apart from the output", () => {
    const [answer] = kubehopJson(scenario, [{ run: "kubectl get po –o wide" }]);
    expect(answer?.["hints"]).toContainEqual(expect.objectContaining({ code: "kubectl.typographic-dash", text: expect.any(String) }));
    expect(`${answer?.["stdout"]}${answer?.["stderr"]}`).not.toContain("typographic");
  });

  test("time never runs backwards, and only commands that wait let it pass", () => {
    const times = kubehopJson(scenario, [{ run: "true" }, { run: "wait 10s" }, { run: "true" }]).map(({ time }) => time as number);
    expect(times[0]).toBeLessThan(1);
    expect(times[1]).toBeGreaterThanOrEqual(10_000);
    expect(times[2]).toBeLessThan(10_001);
  });

  test("the process ends with 0 however its lines ended, and standard output holds nothing else", () => {
    const ended = kubehop([...scenario, "--json"], '{"run":"false"}\nnonsense\n\n{"run":"echo a"}');
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    expect(ended.stdout.trimEnd().split("\n")).toHaveLength(3);
    for (const line of ended.stdout.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  });
});
