import type { Clock } from "../sim/clock.ts";
import { pipeCapacity, TextQueue } from "./pipe.ts";
import { type FileSystem, type InputStream, type OutputStream, type Run, Signal, type Wait } from "./syscall.ts";

/** Any call that only costs its microsecond. */
export function tick(clock: Clock): Wait {
  return (resume) => {
    const timer = clock.after(1, resume, undefined);
    return () => clock.cancel(timer);
  };
}

const nothing = (): void => {};

export function createNullInput(clock: Clock): InputStream {
  function* end(): Run<string> {
    yield tick(clock);
    return "";
  }
  return { kind: "null", read: end, readLine: end, close: nothing, share: nothing };
}

export function createNullOutput(clock: Clock): OutputStream {
  return {
    kind: "null",
    *write() {
      yield tick(clock);
    },
    close: nothing,
    share: nothing,
  };
}

/** Gives `text`, then ends. Who shares it shares the place where reading stands, as with a file opened once. */
export function createTextInput(clock: Clock, text: string, kind: "text" | "file" = "text"): InputStream {
  const queue = new TextQueue();
  queue.push(text);
  return {
    kind,
    *read(maxCharacters = pipeCapacity) {
      yield tick(clock);
      return queue.take(maxCharacters);
    },
    *readLine() {
      yield tick(clock);
      return queue.takeLine() ?? queue.take(queue.length);
    },
    close: nothing,
    share: nothing,
  };
}

/** Hands every piece to a function of the driver: headless stdout, a container's log. */
export function createSink(clock: Clock, onText: (text: string) => void): OutputStream {
  return {
    kind: "sink",
    *write(text) {
      yield tick(clock);
      onText(text);
    },
    close: nothing,
    share: nothing,
  };
}

/** A file that grew beyond this ends its writer, as under `ulimit -f`. @source setrlimit(2), RLIMIT_FSIZE */
const fileCharactersMax = 32_000_000;

/** Writes to the end of a file; the file must be there (the opener made it). */
export function createFileOutput(clock: Clock, files: FileSystem, path: string): OutputStream {
  return {
    kind: "file",
    *write(text) {
      yield tick(clock);
      const status = files.status(path);
      if (status.ok && status.value.sizeBytes + text.length > fileCharactersMax) throw new Signal("SIGXFSZ");
      files.write(path, text, { append: true });
    },
    close: nothing,
    share: nothing,
  };
}
