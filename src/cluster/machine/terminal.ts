import type { Clock } from "../sim/clock.ts";
import { TextQueue, Waiters } from "./pipe.ts";
import { tick } from "./streams.ts";
import type { InputStream, OutputStream, Run, SignalName, Terminal } from "./syscall.ts";

type Foreground = Parameters<Terminal["setForeground"]>[0];

/** The other end of a terminal: what the page (or a test) sees and does. Lines arrive whole; echoing them is the page's affair. */
export interface TerminalEnd {
  readonly terminal: Terminal;
  /** A line typed, without its newline. */
  line(text: string): void;
  /** Ctrl-D on an empty line: one reader sees the end. */
  endOfInput(): void;
  /** Ctrl-C: SIGINT to the foreground group; lines typed ahead are dropped. */
  interrupt(): void;
  /** The prompt a reader waits with; undefined while nobody reads. */
  readonly prompt: string | undefined;
  /** Where the foreground group runs. */
  readonly place: string | undefined;
  resize(columns: number, rows: number): void;
  /** The line is gone: SIGHUP to the foreground group, and readers see the end. */
  hangUp(): void;
}

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly onOutput: (text: string) => void;
  /** A reader began to wait (with its prompt), or nobody reads any more. */
  readonly onPrompt: (prompt: string | undefined, place: string) => void;
  /** A line that was typed at a shell has ended, with this status. */
  readonly onEnded?: (status: number) => void;
}

export function createTerminal(clock: Clock, options: TerminalOptions): TerminalEnd {
  const typed = new TextQueue();
  const readers = new Waiters();
  let ends = 0;
  let isHungUp = false;
  let prompt: string | undefined;
  let foreground: Foreground;
  let { columns, rows } = options;

  function setPrompt(text: string | undefined): void {
    if (text === prompt) return;
    prompt = text;
    options.onPrompt(text, foreground?.place ?? "");
  }

  function* readTyped<T extends string>(shown: string, take: () => T): Run<T> {
    const isReady = (): boolean => typed.length > 0 || ends > 0 || isHungUp;
    const wait = readers.until(clock, isReady);
    yield (resume) => {
      const cancel = wait((value) => {
        setPrompt(undefined);
        resume(value);
      });
      if (!isReady()) setPrompt(shown);
      return () => {
        setPrompt(undefined);
        cancel?.();
      };
    };
    if (typed.length === 0 && ends > 0) {
      ends--;
      return "" as T;
    }
    return take();
  }

  const input: InputStream = {
    kind: "tty",
    // A terminal in canonical mode gives at most one line a read. @source termios(3)
    read: (maxCharacters) => readTyped("", () => (maxCharacters === undefined ? (typed.takeLine() ?? "") : typed.take(maxCharacters))),
    readLine: (shown = "") => readTyped(shown, () => typed.takeLine() ?? ""),
    close() {},
    share() {},
  };
  const output: OutputStream = {
    kind: "tty",
    *write(text) {
      yield tick(clock);
      options.onOutput(text);
    },
    close() {},
    share() {},
  };
  const terminal: Terminal = {
    input,
    output,
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    setForeground(group) {
      foreground = group;
    },
    ended: (status) => options.onEnded?.(status),
  };
  const wake = (): void => {
    clock.after(0, () => readers.wake());
  };
  const signal = (name: SignalName): void => foreground?.interrupt(name);

  return {
    terminal,
    line(text) {
      typed.push(`${text}\n`);
      wake();
    },
    endOfInput() {
      ends++;
      wake();
    },
    interrupt() {
      typed.take(typed.length);
      signal("SIGINT");
    },
    get prompt() {
      return prompt;
    },
    get place() {
      return foreground?.place;
    },
    resize(newColumns, newRows) {
      columns = newColumns;
      rows = newRows;
    },
    hangUp() {
      isHungUp = true;
      signal("SIGHUP");
      wake();
    },
  };
}
