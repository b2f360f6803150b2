import { tellMisfortune } from "../machine/misfortune.ts";
import type { FileError, InputStream, Run, Sys } from "../machine/syscall.ts";
import { programName } from "./options.ts";
import type { Toolset } from "./toolset.ts";

/** strerror(3). */
export function errorText(error: FileError): string {
  switch (error) {
    case "ENOENT":
      return "No such file or directory";
    case "EISDIR":
      return "Is a directory";
    case "ENOTDIR":
      return "Not a directory";
    case "EEXIST":
      return "File exists";
    case "ENOTEMPTY":
      return "Directory not empty";
    case "EACCES":
      return "Permission denied";
  }
}

/** A file as a stream, or standard input for `-`. A failure is printed as this tool words it; then undefined. */
export function* openInput(
  sys: Sys,
  path: string,
  toolset: Toolset,
  gnuText?: (path: string, error: string) => string,
): Run<InputStream | undefined> {
  if (path === "-" || path === "/dev/stdin" || path === "/dev/fd/0") return sys.stdin;
  const text = sys.files.read(sys.path(path));
  if (text.ok) return sys.textInput(text.value);
  const error = errorText(text.error);
  if (text.error === "ENOENT") tellMisfortune(sys, { type: "no-such-file", path: sys.path(path) });
  const name = programName(sys);
  if (toolset === "gnu") yield* sys.err(`${name}: ${(gnuText ?? ((file, what) => `${file}: ${what}`))(path, error)}\n`);
  else yield* sys.err(text.error === "EISDIR" ? `${name}: read error: Is a directory\n` : `${name}: can't open '${path}': ${error}\n`);
  return undefined;
}

/** Everything in these files (or standard input when there are none), one after the other. Status 1 when one could not be read. */
export function* readInputs(
  sys: Sys,
  paths: readonly string[],
  toolset: Toolset,
  gnuText?: (path: string, error: string) => string,
): Run<{ readonly texts: readonly string[]; readonly status: number }> {
  const texts: string[] = [];
  let status = 0;
  for (const path of paths.length === 0 ? ["-"] : paths) {
    const input = yield* openInput(sys, path, toolset, gnuText);
    if (input === undefined) {
      status = 1;
      continue;
    }
    texts.push(yield* readStream(input));
  }
  return { texts, status };
}

/** More than this is not held in memory: the program ends as one that got none. */
const textMax = 64_000_000;

export function* readStream(input: InputStream): Run<string> {
  let text = "";
  for (;;) {
    const piece = yield* input.read();
    if (piece === "" || text.length > textMax) return text;
    text += piece;
  }
}

/** The lines of a text without their newlines; a last line without one counts. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Writes a long text in pieces of at most 64 KiB, so that no step handles more. */
export function* writeAll(sys: Sys, text: string): Run<void> {
  for (let at = 0; at < text.length; at += 65_536) yield* sys.out(text.slice(at, at + 65_536));
}
