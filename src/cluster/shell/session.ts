import type { Machine } from "../machine/machine.ts";
import { createSink } from "../machine/streams.ts";
import { type OutputStream, type Process, type Program, Signal, type Sys } from "../machine/syscall.ts";
import type { Flavour } from "./context.ts";
import { ExitControl, ExpansionFailure, Interrupted, LoopControl, ReturnControl } from "./control.ts";
import { Shell } from "./shell.ts";

export interface SessionOptions {
  /** The number by which connections opened by its commands are counted. */
  readonly session: number;
  readonly flavour?: Flavour;
  /** `$0`, and what messages begin with. */
  readonly name?: string;
}

export interface SessionRun {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Called at the instant in which the last foreground command has ended. */
  readonly onEnd: (status: number) => void;
}

/**
 * One persistent shell without a terminal: variables, functions, the current folder and background jobs last from one run to the next.
 * The driver advances the clock until `onEnd`.
 */
export interface ShellSession {
  /** Starts a text as a foreground job; standard input is empty. Only one at a time. */
  run(text: string, run: SessionRun): void;
  readonly isRunning: boolean;
  /** Ctrl-C: the run ends with 130. */
  interrupt(): void;
  /** By force, when a budget is spent: the foreground job is killed and the run ends with 130. */
  stop(): void;
  /** Ends the session and its background jobs. */
  close(): void;
}

export function createShellSession(machine: Machine, options: SessionOptions): ShellSession {
  let current: { readonly text: string; readonly run: SessionRun } | undefined;
  let wake: (() => void) | undefined;
  let foreground: number | undefined;
  // What background jobs write after their run ended goes to whoever listens now.
  const sink = (of: "stdout" | "stderr"): OutputStream => createSink(machine.clock, (text) => (current?.run[of] ?? last?.[of])?.(text));
  let last: SessionRun | undefined;

  function* main(sys: Sys): Program {
    sys.onSignal("SIGTERM", "ignore");
    sys.onSignal("SIGINT", "throw");
    const shell = new Shell(sys, {
      flavour: options.flavour ?? "bash",
      name: options.name ?? options.flavour ?? "bash",
      hasJobControl: true,
      onForeground: (group) => {
        foreground = group;
      },
    });
    for (;;) {
      let status: number;
      try {
        if (current === undefined) {
          yield (resume) => {
            wake = () => resume(undefined);
            return () => {
              wake = undefined;
            };
          };
        }
        const text = current?.text;
        if (text === undefined) continue;
        status = yield* shell.runText(text);
      } catch (control) {
        status = statusOf(control);
      }
      shell.lastStatus = status;
      for (const job of shell.jobs) if (job.processes.every((process) => process.exitStatus !== undefined)) job.isReported = true;
      const ended = current;
      current = undefined;
      foreground = undefined;
      last = ended?.run;
      ended?.run.onEnd(status);
    }
  }

  const name = options.name ?? "bash";
  const spawned = machine.spawn({
    args: [name],
    program: main,
    session: options.session,
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    terminal: undefined,
  });
  const shellProcess = spawned.ok ? spawned.process : undefined;
  const inForeground = (): readonly Process[] =>
    foreground === undefined ? [] : machine.processes().filter((process) => process.group === foreground);

  return {
    run(text, run) {
      current = { text, run };
      const begin = wake;
      wake = undefined;
      begin?.();
    },
    get isRunning() {
      return current !== undefined;
    },
    interrupt() {
      const group = inForeground();
      if (group.length === 0) shellProcess?.kill("SIGINT");
      for (const process of group) process.kill("SIGINT");
    },
    stop() {
      for (const process of inForeground()) process.kill("SIGKILL");
      // Whatever it traps: force is not asked.
      const shell = machine.processes().find((process) => process.pid === shellProcess?.pid);
      shell?.onSignal("SIGINT", "throw");
      shell?.kill("SIGINT");
    },
    close() {
      for (const process of machine.processes()) if (process.session === options.session) process.destroy();
    },
  };
}

function statusOf(control: unknown): number {
  if (control instanceof ExitControl || control instanceof ExpansionFailure || control instanceof ReturnControl) return control.status;
  if (control instanceof LoopControl) return 0;
  if (control instanceof Interrupted || (control instanceof Signal && control.name === "SIGINT")) return 130;
  throw control;
}
