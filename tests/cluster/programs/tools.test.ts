import { describe, expect, test } from "vitest";
import { basicPrograms, programMap } from "../../../src/cluster/programs/index.ts";
import { shellOn } from "../machine/harness.ts";

const gnu = programMap(basicPrograms("gnu"));
const busybox = programMap(basicPrograms("busybox"));

describe("busybox 1.35 has words of its own (libbb/, coreutils/, shell/ash.c)", () => {
  test.each([
    { run: "foo", stderr: "sh: foo: not found\n", exit: 127 },
    { run: "ls /var/ready", stderr: "ls: /var/ready: No such file or directory\n", exit: 1 },
    { run: "cat /none", stderr: "cat: can't open '/none': No such file or directory\n", exit: 1 },
    { run: "rm /none", stderr: "rm: can't remove '/none': No such file or directory\n", exit: 1 },
    { run: "mkdir /tmp", stderr: "mkdir: can't create directory '/tmp': File exists\n", exit: 1 },
    { run: "sleep x", stderr: "sleep: invalid number 'x'\n", exit: 1 },
    { run: "timeout 1 sleep 5", stderr: "", exit: 143 },
    { run: "cat < /none", stderr: "sh: can't open /none: no such file\n", exit: 1 },
    { run: "kill 99999", stderr: "sh: kill: can't kill pid 99999: No such process\n", exit: 1 },
  ])("$run", ({ run, stderr, exit }) => {
    const result = shellOn(busybox, { flavour: "ash", name: "sh" }).run(run);
    expect(result).toMatchObject({ stdout: "", stderr, exit });
  });
});

describe("dash 0.5.12, Debian's sh", () => {
  test.each([
    { run: "foo", stderr: "sh: 1: foo: not found\n", exit: 127 },
    { run: "cd /none", stderr: "sh: 1: cd: can't cd to /none\n", exit: 2 },
    { run: "cat < /none", stderr: "sh: 1: cannot open /none: No such file\n", exit: 2 },
    { run: "echo a; done", stderr: 'sh: 1: Syntax error: "done" unexpected\n', exit: 2 },
    { run: "[[ a == a ]]", stderr: "sh: 1: [[: not found\n", exit: 127 },
    { run: "[ a == a ]", stderr: "sh: 1: [: a: unexpected operator\n", exit: 2 },
    { run: "echo ${x/a/b}", stderr: "sh: 1: Bad substitution\n", exit: 2 },
    { run: 'echo "ab', stderr: "sh: 1: Syntax error: Unterminated quoted string\n", exit: 2 },
  ])("sh -c '$run'", ({ run, stderr, exit }) => {
    const { stderr: err, exit: status } = shellOn(gnu).run(`sh -c '${run}'`);
    expect({ stderr: err, exit: status }).toEqual({ stderr, exit });
  });
});

describe("time is the simulated clock's", () => {
  test("date counts from the scenario's start", () => {
    const { run } = shellOn(gnu);
    expect(run("date -u +%FT%TZ").stdout).toBe("2026-01-05T09:00:00Z\n");
    run("sleep 90");
    expect(run("date").stdout).toBe("Mon Jan  5 09:01:30 UTC 2026\n");
  });

  test("watch shows again and again until Ctrl-C", () => {
    const { run } = shellOn(gnu);
    const { stdout } = run("watch -n 5 -t echo hi", { interruptAfterMs: 11_000 });
    expect(stdout.match(/hi\n/g)).toHaveLength(3);
  });

  test("tail -f shows what is added", () => {
    const { run } = shellOn(gnu);
    expect(run("echo a > /tmp/log; (sleep 2; echo b >> /tmp/log) & timeout 5 tail -f /tmp/log").stdout).toBe("a\nb\n");
  });
});

describe("programs stand where they stand", () => {
  test("in directories, by path, by which", () => {
    const { run } = shellOn(gnu);
    expect(run("ls /bin | grep -c '^ls$'; test -x /usr/bin/grep && echo x; /bin/echo by path; which sed; command -v cat").stdout).toBe(
      "1\nx\nby path\n/usr/bin/sed\n/usr/bin/cat\n",
    );
    expect(shellOn(busybox, { flavour: "ash", name: "sh" }).run("which cat awk; ls /bin/sh").stdout).toBe(
      "/bin/cat\n/usr/bin/awk\n/bin/sh\n",
    );
  });
});

test("vi without a page names redirection", () => {
  const { stderr, exit } = shellOn(gnu).run("vi /etc/hosts");
  expect(exit).toBe(1);
  expect(stderr).toContain("echo '...' >> /etc/hosts");
});

test("a pattern that would make a backtracking matcher hang takes linear time", () => {
  const { run } = shellOn(gnu);
  expect(run(`printf '%0300d' 0 | tr 0 a | grep -cE '^(a|aa)+(a*)*b$'`)).toMatchObject({ stdout: "0\n", exit: 1 });
});
