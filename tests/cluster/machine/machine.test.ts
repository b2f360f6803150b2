import { describe, expect, test } from "vitest";
import type { Machine } from "../../../src/cluster/machine/machine.ts";
import { createSink } from "../../../src/cluster/machine/streams.ts";
import { type ProgramEntry, Signal, type Sys } from "../../../src/cluster/machine/syscall.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";
import { machineOn } from "./harness.ts";

function setUp(programs: readonly ProgramEntry[], options?: Partial<ConstructorParameters<typeof Machine>[0]>) {
  const simulation = createSimulation(1, 0);
  const machine = machineOn(simulation, new Map(programs.map((entry) => [entry.name, entry])), options);
  let text = "";
  const stdout = createSink(simulation.clock, (piece) => {
    text += piece;
  });
  const start = (...args: string[]) => {
    const spawned = machine.spawn({ args, stdout, stderr: stdout });
    if (!spawned.ok) throw new Error(spawned.error);
    return spawned.process;
  };
  return { simulation, machine, start, runTo: (ms: number) => simulation.queue.run(ms * 1000, 1_000_000), text: () => text };
}

const sleeper: ProgramEntry = {
  name: "sleeper",
  *run(sys) {
    yield* sys.sleep(10_000_000);
    return 0;
  },
};
const catcher: ProgramEntry = {
  name: "catcher",
  catches: ["SIGTERM"],
  *run(sys) {
    try {
      yield* sys.sleep(10_000_000);
    } catch (signal) {
      if (!(signal instanceof Signal)) throw signal;
      yield* sys.out(`caught ${signal.name}\n`);
      return 0;
    }
    return 9;
  },
};

describe("signals (signal(7); pid_namespaces(7) for pid 1 of a container)", () => {
  test.each([
    {
      name: "an uncaught signal ends a process with 128 + n",
      program: sleeper,
      isContainer: false,
      signal: "SIGTERM",
      status: 143,
      by: "SIGTERM",
    },
    {
      name: "a program that catches it ends as it likes",
      program: catcher,
      isContainer: false,
      signal: "SIGTERM",
      status: 0,
      by: undefined,
    },
    { name: "SIGKILL can't be caught", program: catcher, isContainer: false, signal: "SIGKILL", status: 137, by: "SIGKILL" },
    {
      name: "pid 1 does not see what it does not catch",
      program: sleeper,
      isContainer: true,
      signal: "SIGTERM",
      status: undefined,
      by: undefined,
    },
    { name: "pid 1 gets what it catches", program: catcher, isContainer: true, signal: "SIGTERM", status: 0, by: undefined },
    { name: "pid 1 can be killed from outside", program: sleeper, isContainer: true, signal: "SIGKILL", status: 137, by: "SIGKILL" },
    { name: "SIGCHLD does no harm", program: sleeper, isContainer: false, signal: "SIGCHLD", status: undefined, by: undefined },
  ] as const)("$name", ({ program, isContainer, signal, status, by }) => {
    const { start, runTo } = setUp([program], { isContainer });
    const process = start(program.name);
    runTo(100);
    process.kill(signal);
    runTo(200);
    expect(process.exitStatus).toBe(status);
    expect(process.endedBy).toBe(by);
  });

  test("a stopped process goes on where it was", () => {
    const { start, runTo } = setUp([sleeper]);
    const process = start("sleeper");
    runTo(1000);
    process.kill("SIGSTOP");
    runTo(20_000);
    expect(process.exitStatus).toBeUndefined();
    process.kill("SIGCONT");
    runTo(20_001);
    expect(process.exitStatus).toBe(0);
  });

  test("everything in a container ends with its pid 1", () => {
    const { start, runTo, machine } = setUp([sleeper], { isContainer: true });
    const main = start("sleeper");
    const other = start("sleeper");
    runTo(10);
    main.kill("SIGKILL");
    runTo(20);
    expect(other.exitStatus).toBe(137);
    expect(machine.processes()).toEqual([]);
  });
});

describe("pipes (pipe(7))", () => {
  const writer: ProgramEntry = {
    name: "writer",
    *run(sys) {
      for (;;) yield* sys.out("y\n".repeat(1000));
    },
  };
  function pair(reader: (sys: Sys) => ReturnType<ProgramEntry["run"]>): ProgramEntry {
    return {
      name: "pair",
      *run(sys) {
        const { input, output } = sys.pipe();
        const left = sys.spawn({ args: ["writer"], stdout: output });
        output.close();
        const right = sys.spawn({ args: ["reader"], program: reader, stdin: input });
        input.close();
        if (!left.ok || !right.ok) return 99;
        yield* right.process.wait();
        return yield* left.process.wait();
      },
    };
  }

  test("a writer without readers ends by SIGPIPE", () => {
    const { start, runTo } = setUp([
      writer,
      pair(function* (sys) {
        yield* sys.stdin.readLine();
        return 0;
      }),
    ]);
    const process = start("pair");
    runTo(1000);
    expect(process.exitStatus).toBe(141);
  });

  test("a writer waits while 64 KiB stand unread", () => {
    let read = 0;
    const { start, runTo } = setUp([
      writer,
      pair(function* (sys) {
        yield* sys.sleep(1_000_000);
        read = (yield* sys.stdin.read(1_000_000)).length;
        return 0;
      }),
    ]);
    start("pair");
    runTo(3000);
    expect(read).toBe(65_536);
  });
});

describe("processes", () => {
  test("exec keeps the pid and gives up the old streams", () => {
    const other: ProgramEntry = {
      name: "other",
      *run(sys) {
        yield* sys.out(`${sys.args.join(" ")} ${sys.pid}\n`);
        return 4;
      },
    };
    const first: ProgramEntry = {
      name: "first",
      *run(sys) {
        yield* sys.exec({ args: ["other", "x"] });
        return 1;
      },
    };
    const { start, runTo, text } = setUp([first, other]);
    const process = start("first");
    runTo(10);
    expect(process.exitStatus).toBe(4);
    expect(text()).toBe(`other x ${process.pid}\n`);
  });

  test("a race ends the loser where it waits", () => {
    const racer: ProgramEntry = {
      name: "racer",
      *run(sys) {
        const slow = function* () {
          yield* sys.sleep(5_000_000);
          yield* sys.out("never\n");
          return "slow";
        };
        const result = yield* sys.within(1_000_000, slow());
        yield* sys.out(`${result.ok}\n`);
        yield* sys.sleep(10_000_000);
        return 0;
      },
    };
    const { start, runTo, text } = setUp([racer]);
    const process = start("racer");
    runTo(20_000);
    expect(text()).toBe("false\n");
    expect(process.exitStatus).toBe(0);
  });

  test("threads die with their process", () => {
    let beats = 0;
    const server: ProgramEntry = {
      name: "server",
      *run(sys) {
        sys.thread(
          "beat",
          (function* () {
            for (;;) {
              yield* sys.sleep(100_000);
              beats++;
            }
          })(),
        );
        yield* sys.sleep(1_050_000);
        return 0;
      },
    };
    const { start, runTo } = setUp([server]);
    start("server");
    runTo(5000);
    expect(beats).toBe(10);
  });

  test("a machine that is off runs nothing", () => {
    const { start, runTo, machine } = setUp([sleeper]);
    const process = start("sleeper");
    runTo(10);
    machine.powerOff();
    expect(process.exitStatus).toBe(137);
    expect(machine.spawn({ args: ["sleeper"] }).ok).toBe(false);
  });

  test("a script names its interpreter", () => {
    const interpreter: ProgramEntry = {
      name: "sh",
      *run(sys) {
        yield* sys.out(`${sys.args.join(" ")}\n`);
        return 0;
      },
    };
    const { start, runTo, machine, text } = setUp([interpreter]);
    machine.files.write("/tmp/x.sh", "#!/bin/sh -e\n", { mode: 0o755 });
    start("/tmp/x.sh", "a");
    runTo(10);
    expect(text()).toBe("/bin/sh -e /tmp/x.sh a\n");
  });
});
