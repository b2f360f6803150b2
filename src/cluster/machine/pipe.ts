import type { Clock } from "../sim/clock.ts";
import { type InputStream, type OutputStream, type Run, Signal, type Wait } from "./syscall.ts";

/** What a pipe holds before its writers wait. @source pipe(7), "Pipe capacity": 65,536 bytes since Linux 2.6.11; characters here */
export const pipeCapacity = 65_536;

/** Text on its way, taken from the front in pieces or lines in linear time. */
export class TextQueue {
  #chunks: string[] = [];
  #head = 0;
  #offset = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(text: string): void {
    if (text === "") return;
    this.#chunks.push(text);
    this.#length += text.length;
  }

  take(maxCharacters: number): string {
    let taken = "";
    while (taken.length < maxCharacters && this.#length > 0) taken += this.#takeFromFirst(maxCharacters - taken.length);
    return taken;
  }

  /** Up to and with the first newline; undefined when there is none yet. */
  takeLine(): string | undefined {
    let isThere = false;
    for (let i = this.#head; i < this.#chunks.length && !isThere; i++) {
      isThere = (this.#chunks[i] as string).indexOf("\n", i === this.#head ? this.#offset : 0) >= 0;
    }
    if (!isThere) return undefined;
    let line = "";
    for (;;) {
      const chunk = this.#chunks[this.#head] as string;
      const newline = chunk.indexOf("\n", this.#offset);
      if (newline >= 0) return line + this.#takeFromFirst(newline + 1 - this.#offset);
      line += this.#takeFromFirst(chunk.length);
    }
  }

  #takeFromFirst(maxCharacters: number): string {
    const chunk = this.#chunks[this.#head] as string;
    const piece = this.#offset === 0 && chunk.length <= maxCharacters ? chunk : chunk.slice(this.#offset, this.#offset + maxCharacters);
    this.#length -= piece.length;
    this.#offset += piece.length;
    if (this.#offset >= chunk.length) {
      this.#chunks[this.#head] = "";
      this.#head++;
      this.#offset = 0;
      if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
        this.#chunks = this.#chunks.slice(this.#head);
        this.#head = 0;
      }
    }
    return piece;
  }
}

/** Those who wait for something to change, in the order in which they came. */
export class Waiters {
  readonly #list: Waiter[] = [];

  /** Waits until `isReady`; asked again at each `wake`. The answer is given one microsecond later: the cost of the call. */
  until(clock: Clock, isReady: () => boolean): Wait {
    return (resume) => {
      const waiter: Waiter = { list: this.#list, isReady, resume };
      const timer = clock.after(1, begin, waiter);
      return () => {
        clock.cancel(timer);
        leave(waiter);
      };
    };
  }

  wake(): void {
    const list = this.#list;
    if (list.length === 0) return;
    // Who is resumed may wait anew at once, or end another's waiting.
    for (const waiter of list.slice()) if (list.includes(waiter)) answer(waiter);
  }
}

interface Waiter {
  readonly list: Waiter[];
  readonly isReady: () => boolean;
  readonly resume: (value: unknown) => void;
}

function begin(waiter: Waiter): void {
  if (waiter.isReady()) waiter.resume(undefined);
  else waiter.list.push(waiter);
}

function answer(waiter: Waiter): void {
  if (!waiter.isReady()) return;
  leave(waiter);
  waiter.resume(undefined);
}

function leave(waiter: Waiter): void {
  const at = waiter.list.indexOf(waiter);
  if (at >= 0) waiter.list.splice(at, 1);
}

/**
 * A pipe of bounded capacity. Its two ends count their holders; the reader sees the end when the last writer has closed, a writer gets
 * SIGPIPE when the last reader has. @source pipe(7)
 */
export function createPipe(clock: Clock): { readonly input: InputStream; readonly output: OutputStream } {
  const queue = new TextQueue();
  const readers = new Waiters();
  const writers = new Waiters();
  let readerCount = 1;
  let writerCount = 1;
  // Woken within the event of whoever wrote or read: later in this instant, so that no program resumes inside another's step.
  const wakeLater = (waiters: Waiters): void => {
    clock.after(0, () => waiters.wake());
  };

  const output: OutputStream = {
    kind: "pipe",
    *write(text: string): Run<void> {
      let rest = text;
      do {
        yield writers.until(clock, () => readerCount === 0 || queue.length < pipeCapacity);
        if (readerCount === 0) throw new Signal("SIGPIPE");
        const room = pipeCapacity - queue.length;
        queue.push(rest.length <= room ? rest : rest.slice(0, room));
        rest = rest.length <= room ? "" : rest.slice(room);
        wakeLater(readers);
      } while (rest !== "");
    },
    close() {
      if (--writerCount === 0) wakeLater(readers);
    },
    share() {
      writerCount++;
    },
  };
  const input: InputStream = {
    kind: "pipe",
    *read(maxCharacters = pipeCapacity): Run<string> {
      yield readers.until(clock, () => queue.length > 0 || writerCount === 0);
      const text = queue.take(maxCharacters);
      wakeLater(writers);
      return text;
    },
    *readLine(): Run<string> {
      let line = "";
      for (;;) {
        yield readers.until(clock, () => queue.length > 0 || writerCount === 0);
        const whole = queue.takeLine();
        if (whole !== undefined) {
          wakeLater(writers);
          return line + whole;
        }
        const piece = queue.take(pipeCapacity); // a line longer than the pipe: make room for its rest
        wakeLater(writers);
        if (piece === "") return line;
        line += piece;
      }
    },
    close() {
      if (--readerCount === 0) wakeLater(writers);
    },
    share() {
      readerCount++;
    },
  };
  return { input, output };
}
