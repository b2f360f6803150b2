import { describe, expect, test } from "vitest";
import { basicPrograms, programMap } from "../../../src/cluster/programs/index.ts";
import { shellOn } from "../machine/harness.ts";

const programs = programMap(basicPrograms("gnu"));

describe("a session lasts from run to run", () => {
  test("variables, functions, folder and jobs", () => {
    const { run } = shellOn(programs);
    run("x=5; cd /tmp; f() { echo f$x; }; sleep 3 &");
    expect(run("f; pwd; jobs").stdout).toBe("f5\n/tmp\n[1]+  Running                 sleep 3 &\n");
    expect(run("wait; echo over")).toMatchObject({ stdout: "over\n" });
  });

  test("exit ends its run only", () => {
    const { run } = shellOn(programs);
    expect(run("exit 4; echo no")).toMatchObject({ stdout: "", exit: 4 });
    expect(run("echo yes")).toMatchObject({ stdout: "yes\n", exit: 0 });
  });

  test("standard input is empty, so shells end at once", () => {
    const { run } = shellOn(programs);
    expect(run("bash")).toMatchObject({ stdout: "", exit: 0 });
    expect(run("cat; read x; echo $?")).toMatchObject({ stdout: "1\n" });
  });

  test("Ctrl-C ends the run with 130", () => {
    const { run } = shellOn(programs);
    expect(run("while true; do sleep 1; done; echo no", { interruptAfterMs: 2500 })).toMatchObject({ stdout: "", exit: 130 });
    expect(run("while :; do :; done", { interruptAfterMs: 100 })).toMatchObject({ exit: 130 });
    expect(run("echo on")).toMatchObject({ stdout: "on\n", exit: 0 });
  });
});

describe("what never ends by itself can be stopped between two steps", () => {
  test.each([
    "while :; do :; done",
    "f() { f; }; f; f",
    "yes > /dev/null",
    "yes | cat > /dev/null",
    "x=a; while :; do x=$x$x; done",
    "for ((;;)); do ((i++)); done",
    "awk 'BEGIN { while (1) x++ }'",
    "echo x | sed ':a;ba'",
    "cat /dev/zero; yes | grep -c z",
    "echo $(yes)",
    "until false; do until false; do continue 2; done; done",
    "while [[ a == a ]]; do true | true; done",
    "bash -c 'while true; do sleep 0.001; done'",
    "trap '' INT TERM; while :; do :; done",
    "yes > /tmp/file",
  ])("%s", (text) => {
    const { run } = shellOn(programs);
    const result = run(text, { maxEvents: 30_000 });
    expect(result.exit).toBeGreaterThan(0);
    expect(run("echo on").stdout).toContain("on\n");
  });
});

test("a fork bomb ends at the machine's limit of processes", () => {
  const { run } = shellOn(programs);
  expect(run("f() { f | f & }; f; wait", { maxEvents: 200_000 }).exit).toBeDefined();
  expect(run("echo on").stdout).toContain("on\n");
});

describe("wait, Kubehop's own (a duration) and POSIX'", () => {
  test.each([
    { text: "wait 10s", timeMs: 10_000, exit: 0 },
    { text: "wait 2m30s", timeMs: 150_000, exit: 0 },
    { text: "wait 1500ms", timeMs: 1500, exit: 0 },
    { text: "wait 30", timeMs: 0, exit: 2 },
    { text: "wait settled", timeMs: 0, exit: 0 },
    { text: "sleep 7 & wait settled", timeMs: 7001, exit: 0 },
    { text: "sleep 1000 & wait settled", timeMs: 600_000, exit: 1 },
    { text: "sleep 2 & sleep 1 & wait", timeMs: 2001, exit: 0 },
    { text: "(exit 7) & wait $!", timeMs: 0, exit: 7 },
    { text: "sleep 1 & wait %1", timeMs: 1001, exit: 0 },
  ])("$text", ({ text, timeMs, exit }) => {
    const result = shellOn(programs).run(text);
    expect(result.exit).toBe(exit);
    expect(Math.round(result.timeMs)).toBe(timeMs);
  });
});

test("the same seed gives the same draws", () => {
  const draw = (seed: number): string => shellOn(programs, { seed }).run("echo $RANDOM $RANDOM").stdout;
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
});
