import { createSink } from "../machine/streams.ts";
import type { InputStream, OutputStream, Run, SpawnOptions, Terminal, Wait } from "../machine/syscall.ts";
import type { Clock } from "../sim/clock.ts";

type Foreground = Parameters<Terminal["setForeground"]>[0];

/** Who has come in by `kubectl attach` or `run -it`. */
export interface Attached {
  readonly stdin?: InputStream;
  readonly stdout?: OutputStream;
  readonly terminal?: Terminal;
}

/**
 * The ends of a container's main process that outlive who looks at them: what it writes goes to the log and to whoever is attached; who asks for
 * input (`stdin: true`) waits until somebody is. With `tty` it is a terminal, so that a shell there shows a prompt.
 * @source kubernetes API reference, Container, stdin, stdinOnce, tty
 */
export class Console {
  readonly spawn: Pick<SpawnOptions, "stdin" | "stdout" | "stderr" | "terminal">;
  readonly #isOnce: boolean;
  #attached: Attached | undefined;
  #isInputEnded = false;
  #foreground: Foreground = undefined;
  #waiting: (() => void) | undefined;

  constructor(
    clock: Clock,
    log: (text: string) => void,
    spec: { readonly stdin?: boolean; readonly stdinOnce?: boolean; readonly tty?: boolean },
  ) {
    this.#isOnce = spec.stdinOnce === true;
    const sink = createSink(clock, log);
    if (spec.stdin !== true) {
      this.spawn = { stdout: sink, stderr: sink };
      return;
    }
    const isTerminal = spec.tty === true;
    const input: InputStream = {
      kind: isTerminal ? "tty" : "pipe",
      read: (count) => this.#read((stdin) => stdin.read(count)),
      readLine: (prompt) => this.#read((stdin) => stdin.readLine(isTerminal ? prompt : undefined)),
      close: () => {},
      share: () => {},
    };
    const self = this;
    const output: OutputStream = {
      kind: isTerminal ? "tty" : "sink",
      *write(text): Run<void> {
        yield* sink.write(text);
        const stdout = self.#attached?.stdout;
        if (stdout !== undefined) yield* stdout.write(text);
      },
      close: () => {},
      share: () => {},
    };
    const terminal: Terminal = {
      input,
      output,
      get columns() {
        return self.#attached?.terminal?.columns ?? 80;
      },
      get rows() {
        return self.#attached?.terminal?.rows ?? 24;
      },
      setForeground: (group) => {
        this.#foreground = group;
        this.#attached?.terminal?.setForeground(group);
      },
      ended: (status) => this.#attached?.terminal?.ended?.(status),
    };
    this.spawn = { stdin: input, stdout: output, stderr: output, ...(isTerminal ? { terminal } : {}) };
  }

  attach(attached: Attached): void {
    this.#attached = attached;
    if (this.#foreground !== undefined) attached.terminal?.setForeground(this.#foreground);
    const resume = this.#waiting;
    this.#waiting = undefined;
    resume?.();
  }

  *#read(take: (stdin: InputStream) => Run<string>): Run<string> {
    for (;;) {
      if (this.#isInputEnded) return "";
      const stdin = this.#attached?.stdin;
      if (stdin === undefined) {
        yield this.#untilAttached();
        continue;
      }
      const text = yield* take(stdin);
      if (text !== "") return text;
      // The end of one visitor's input is the end of all input, or a wait for the next. What is written still goes there.
      const { stdin: _, ...rest } = this.#attached ?? {};
      this.#attached = rest;
      this.#isInputEnded = this.#isOnce;
    }
  }

  #untilAttached(): Wait {
    return (resume) => {
      this.#waiting = () => resume(undefined);
      return () => {
        this.#waiting = undefined;
      };
    };
  }
}
