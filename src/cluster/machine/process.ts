import type { Clock } from "../sim/clock.ts";
import { Fiber, type FiberEnd, type FiberHost } from "./fiber.ts";
import {
  type InputStream,
  type OutputStream,
  type Process,
  type Program,
  type Run,
  Signal,
  type SignalAction,
  type SignalName,
  type Sys,
  signalNumber,
  type Terminal,
} from "./syscall.ts";

/** What a process leaves to its machine. */
export interface ProcessOwner {
  readonly clock: Clock;
  /** The process has ended: take it out of the table. */
  ended(process: ProcessState): void;
  countStep(): void;
  /** What a process starts with that is given nothing else. */
  readonly env: ReadonlyMap<string, string>;
}

export interface ProcessBirth {
  readonly pid: number;
  readonly parentPid: number;
  readonly group: number;
  readonly session: number;
  readonly terminal: Terminal | undefined;
  readonly args: readonly string[];
  /** undefined: the machine's. */
  readonly env: ReadonlyMap<string, string> | undefined;
  readonly cwd: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** pid 1 of a container: the kernel drops signals it does not handle. @source pid_namespaces(7) */
  readonly isInit: boolean;
  readonly catches: readonly SignalName[];
}

/** What closes when the process ends: sockets, listeners. */
export interface Closeable {
  close(): void;
}

/** Whatever is not in here ends a process that does not handle it. @source signal(7), "Standard signals" */
const harmless: ReadonlySet<SignalName> = new Set(["SIGCHLD", "SIGCONT"]);

/** One process of a machine. */
export class ProcessState implements Process, FiberHost {
  readonly pid: number;
  readonly group: number;
  session: number;
  readonly terminal: Terminal | undefined;
  readonly startedUs: number;
  readonly isInit: boolean;
  parentPid: number;
  args: readonly string[];
  /** undefined: the machine's. */
  ownEnv: ReadonlyMap<string, string> | undefined;
  cwd: string;
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  catches: readonly SignalName[];
  /** Steps made by it and its threads. */
  steps = 0;
  exitStatus: number | undefined;
  endedBy: SignalName | undefined;
  isStopped = false;

  readonly #owner: ProcessOwner;
  #main: Fiber<number> | undefined;
  readonly #threads = new Set<Fiber<void>>();
  readonly #open = new Set<Closeable>();
  #actions: Map<SignalName, SignalAction> | undefined;
  #exitListeners: ((status: number) => void)[] = [];

  constructor(owner: ProcessOwner, birth: ProcessBirth) {
    this.#owner = owner;
    this.pid = birth.pid;
    this.parentPid = birth.parentPid;
    this.group = birth.group;
    this.session = birth.session;
    this.terminal = birth.terminal;
    this.args = birth.args;
    this.ownEnv = birth.env;
    this.cwd = birth.cwd;
    this.stdin = birth.stdin;
    this.stdout = birth.stdout;
    this.stderr = birth.stderr;
    this.isInit = birth.isInit;
    this.catches = birth.catches;
    this.startedUs = owner.clock.now();
    this.#shareStreams();
  }

  joinSession(session: number): void {
    this.session = session;
  }

  get name(): string {
    const path = this.args[0] ?? "";
    return path.slice(path.lastIndexOf("/") + 1);
  }

  get env(): ReadonlyMap<string, string> {
    return this.ownEnv ?? this.#owner.env;
  }

  get isHeld(): boolean {
    return this.isStopped;
  }

  countStep(): void {
    this.steps++;
    this.#owner.countStep();
  }

  /** Begins (or, after exec, begins anew) to run `program` in `delayUs`. */
  run(program: (sys: Sys) => Program, sys: Sys, delayUs: number): void {
    this.#main?.drop();
    // A generator that waits for its start can already be reached by a signal.
    const owner = this.#owner;
    function* started(): Program {
      yield (resume) => {
        const timer = owner.clock.after(delayUs, resume, undefined);
        return () => owner.clock.cancel(timer);
      };
      return yield* program(sys);
    }
    const fiber: Fiber<number> = new Fiber(started(), this, (end) => this.#mainEnded(end));
    this.#main = fiber;
    fiber.start();
  }

  /** Other streams in place of these; the old holds are given up. */
  replaceStreams(stdin: InputStream, stdout: OutputStream, stderr: OutputStream): void {
    const old = [this.stdin, this.stdout, this.stderr];
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.#shareStreams();
    for (const stream of old) stream.close();
  }

  startThread(body: Run<void>): void {
    const fiber: Fiber<void> = new Fiber(body, this, (end) => {
      this.#threads.delete(fiber);
      if (end.type === "signal") this.#end(128 + signalNumber[end.signal.name], end.signal.name);
    });
    this.#threads.add(fiber);
    this.#owner.clock.after(1, () => {
      if (this.exitStatus === undefined) fiber.start();
    });
  }

  /** Remembers what to close at the end; gives a function that forgets it. */
  keep(closeable: Closeable): () => void {
    this.#open.add(closeable);
    return () => {
      this.#open.delete(closeable);
    };
  }

  onSignal(name: SignalName, action: SignalAction): void {
    if (name === "SIGKILL" || name === "SIGSTOP") return;
    this.#actions ??= new Map();
    this.#actions.set(name, action);
  }

  /** Exec: handlers are forgotten, what is ignored stays so. @source execve(2) */
  forgetHandlers(): void {
    for (const [name, action] of this.#actions ?? []) if (action !== "ignore") this.#actions?.delete(name);
  }

  /** Delivered later in this instant, so that nobody is resumed inside another's step. */
  kill(signal: SignalName): void {
    if (this.exitStatus !== undefined) return;
    this.#owner.clock.after(0, () => this.#deliver(signal));
  }

  onExit(listener: (status: number) => void): void {
    if (this.exitStatus !== undefined) listener(this.exitStatus);
    else this.#exitListeners.push(listener);
  }

  *wait(): Run<number> {
    const status = yield (resume) => {
      if (this.exitStatus !== undefined) {
        const timer = this.#owner.clock.after(1, resume, this.exitStatus as unknown);
        return () => this.#owner.clock.cancel(timer);
      }
      let isOpen = true;
      this.#exitListeners.push((exitStatus) => {
        if (isOpen) this.#owner.clock.after(1, resume, exitStatus as unknown);
      });
      return () => {
        isOpen = false;
      };
    };
    return status as number;
  }

  /** It ends itself, threads and all. */
  exit(status: number): void {
    this.#owner.clock.after(0, () => {
      if (this.exitStatus === undefined) this.#end(status, undefined);
    });
  }

  /** At once: power is off, or SIGKILL. The generator is never resumed. */
  destroy(): void {
    this.#end(128 + signalNumber.SIGKILL, "SIGKILL");
  }

  #shareStreams(): void {
    this.stdin.share();
    this.stdout.share();
    this.stderr.share();
  }

  #deliver(signal: SignalName): void {
    if (this.exitStatus !== undefined) return;
    if (signal === "SIGKILL") {
      this.destroy();
      return;
    }
    if (signal === "SIGCONT" && this.isStopped) {
      this.isStopped = false;
      this.#main?.wake();
      for (const thread of [...this.#threads]) thread.wake();
    }
    const action = this.#actions?.get(signal);
    if (action === "ignore") return;
    if (typeof action === "function") {
      action();
      return;
    }
    const isCaught = action === "throw" || this.catches.includes(signal);
    if (this.isInit && !isCaught) return;
    if (signal === "SIGSTOP" || signal === "SIGTSTP") {
      this.isStopped = true;
      return;
    }
    if (harmless.has(signal) && !isCaught) return;
    this.#main?.throw(new Signal(signal));
  }

  #mainEnded(end: FiberEnd<number>): void {
    if (end.type === "value") this.#end(end.value & 255, undefined);
    else this.#end(128 + signalNumber[end.signal.name], end.signal.name);
  }

  #end(status: number, signal: SignalName | undefined): void {
    if (this.exitStatus !== undefined) return;
    this.exitStatus = status;
    this.endedBy = signal;
    this.#main?.drop();
    for (const thread of this.#threads) thread.drop();
    this.#threads.clear();
    for (const closeable of [...this.#open]) closeable.close();
    this.#open.clear();
    this.stdin.close();
    this.stdout.close();
    this.stderr.close();
    this.#owner.ended(this);
    const listeners = this.#exitListeners;
    this.#exitListeners = [];
    for (const listener of listeners) listener(status);
  }
}
