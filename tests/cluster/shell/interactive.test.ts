import { expect, test } from "vitest";
import type { ProgramEntry } from "../../../src/cluster/machine/syscall.ts";
import { createTerminal } from "../../../src/cluster/machine/terminal.ts";
import { basicPrograms, programMap } from "../../../src/cluster/programs/index.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { machineOn } from "../machine/harness.ts";

function terminalOn(
  options?: Parameters<typeof machineOn>[2],
  shell = "bash",
  toolset: "gnu" | "busybox" = "gnu",
  more: readonly ProgramEntry[] = [],
  simulation = createSimulation(1, 0),
) {
  const machine = machineOn(simulation, programMap(basicPrograms(toolset), more), options);
  let shown = "";
  const end = createTerminal(simulation.clock, {
    columns: 80,
    rows: 24,
    onOutput: (text) => {
      shown += text;
    },
    onPrompt: () => {},
  });
  const { input, output } = end.terminal;
  const spawned = machine.spawn({ args: [shell], stdin: input, stdout: output, stderr: output, terminal: end.terminal, session: 1 });
  if (!spawned.ok) throw new Error(spawned.error);
  let nowMs = 0;
  const pass = (ms: number): void => {
    nowMs += ms;
    simulation.queue.run(nowMs * 1000, 1_000_000);
  };
  pass(10);
  return {
    end,
    process: spawned.process,
    pass,
    /** Types a line and gives what appeared within `ms`. */
    type: (line: string, ms = 50): string => {
      shown = "";
      end.line(line);
      pass(ms);
      return shown;
    },
    shown: () => shown,
  };
}

test.each([
  { name: "a client", options: {}, shell: "bash", toolset: "gnu", prompt: "laptop:~$ ", inTmp: "laptop:/tmp$ " },
  {
    name: "a node",
    options: { kind: "node", hostname: "node1", place: "node/node1" },
    shell: "bash",
    toolset: "gnu",
    prompt: "root@node1:~# ",
    inTmp: "root@node1:/tmp# ",
  },
  {
    name: "a pod with bash",
    options: { kind: "pod", hostname: "kubia-x", isContainer: true },
    shell: "bash",
    toolset: "gnu",
    prompt: "root@kubia-x:/# ",
    inTmp: "root@kubia-x:/tmp# ",
  },
  {
    name: "a busybox pod",
    options: { kind: "pod", hostname: "b", isContainer: true },
    shell: "sh",
    toolset: "busybox",
    prompt: "/ # ",
    inTmp: "/tmp # ",
  },
] as const)("$name prompts $prompt", ({ options, shell, toolset, prompt, inTmp }) => {
  const { end, type } = terminalOn(options, shell, toolset);
  expect(end.prompt).toBe(prompt);
  type("cd /tmp");
  expect(end.prompt).toBe(inTmp);
});

test("a line runs; while a program runs there is no prompt", () => {
  const { end, type, pass, shown } = terminalOn();
  expect(type("echo hi")).toBe("hi\n");
  type("sleep 2; echo done");
  expect(end.prompt).toBeUndefined();
  pass(2500);
  expect(shown()).toBe("done\n");
  expect(end.prompt).toBe("laptop:~$ ");
});

test("a loop is asked for until it is closed (PS2)", () => {
  const { end, type } = terminalOn();
  type("for i in 1 2; do");
  expect(end.prompt).toBe("> ");
  type("echo $i");
  expect(type("done")).toBe("1\n2\n");
});

test("a here-document is asked for until its last line", () => {
  const { end, type } = terminalOn();
  type("cat <<EOF");
  type("a");
  expect(end.prompt).toBe("> ");
  expect(type("EOF")).toBe("a\n");
});

test("Ctrl-C ends the foreground job and the loop around it, not the shell", () => {
  const { end, type, pass } = terminalOn();
  type("while true; do sleep 1; done", 2500);
  end.interrupt();
  pass(10);
  expect(end.prompt).toBe("laptop:~$ ");
  expect(type("echo $?")).toBe("130\n");
});

test("Ctrl-C at the prompt gives a new one", () => {
  const { end, type, pass, process } = terminalOn();
  end.interrupt();
  pass(10);
  expect(process.exitStatus).toBeUndefined();
  expect(type("echo $?")).toBe("130\n");
});

test("a program reads the terminal; Ctrl-D ends its input", () => {
  const { end, type, pass, shown } = terminalOn();
  type("cat -n");
  expect(end.prompt).toBe("");
  expect(type("x")).toBe("     1\tx\n");
  end.endOfInput();
  pass(10);
  expect(end.prompt).toBe("laptop:~$ ");
  expect(shown()).toBe("     1\tx\n");
});

test("background jobs are told of, and fg brings them back (bash 5.2, jobs.c)", () => {
  const { end, type, pass, shown } = terminalOn();
  const started = type("sleep 1 &");
  expect(started).toMatch(/^\[1\] \d+\n$/);
  expect(type("jobs")).toBe("[1]+  Running                 sleep 1 &\n");
  pass(1500);
  expect(type("")).toBe("[1]+  Done                    sleep 1\n");
  type("sleep 100 &");
  expect(type("fg")).toBe("sleep 100\n");
  expect(end.prompt).toBeUndefined();
  end.interrupt();
  pass(10);
  expect(end.prompt).toBe("laptop:~$ ");
  expect(shown()).toContain("sleep 100\n");
});

test("messages of an interactive shell name no line", () => {
  const { type } = terminalOn();
  expect(type("foo")).toBe("bash: foo: command not found\n");
});

test("a shell within a shell; exit and Ctrl-D leave them one by one", () => {
  const { end, type, pass, process } = terminalOn();
  type("sh");
  expect(end.prompt).toBe("# ");
  type("exit 3");
  expect(type("echo $?")).toBe("3\n");
  end.endOfInput();
  pass(10);
  expect(process.exitStatus).toBe(0);
});

test("a program that came in by the terminal from elsewhere has its Ctrl-C", () => {
  const simulation = createSimulation(1, 0);
  const far = machineOn(simulation, programMap(basicPrograms("gnu")), { place: "node/node1", kind: "node", hostname: "node1" });
  const ssh: ProgramEntry = {
    name: "ssh",
    *run({ stdin, stdout, stderr, terminal, session, args }) {
      const started = far.spawn({ args: args.slice(1), stdin, stdout, stderr, terminal, session });
      return started.ok ? yield* started.process.wait() : 127;
    },
  };
  const { end, type, pass } = terminalOn(undefined, "bash", "gnu", [ssh], simulation);
  type("ssh sleep 100");
  expect(far.processes()).toHaveLength(1);
  end.interrupt();
  pass(10);
  expect(far.processes()).toEqual([]);
  expect(type("echo $?")).toBe("130\n");
  type("ssh bash");
  expect(end.prompt).toBe("root@node1:~# ");
  expect(end.place).toBe("node/node1");
  type("sleep 100");
  end.interrupt();
  pass(10);
  expect(end.prompt).toBe("root@node1:~# ");
  type("exit");
  expect(end.prompt).toBe("laptop:~$ ");
  expect(end.place).toBe("client/laptop");
});
