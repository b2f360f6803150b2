import type { FileStatus, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { civilDate, monthNames, twoDigits } from "../sim/date.ts";
import { errorText } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `ls [-alAdhRrtS1iFpn] [FILE...]` @source coreutils 9.1 ls.c; busybox 1.35 ls.c */
export function ls(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    const options = yield* parseOptions(
      sys,
      {
        short: "alAdhRrtS1iFpnCxsgoc",
        long: {
          all: "a",
          "almost-all": "A",
          directory: "d",
          "human-readable": "h",
          recursive: "R",
          reverse: "r",
          classify: "F",
          color: "1",
        },
        optional: ["1"],
      },
      toolset,
    );
    if (options === undefined) return toolset === "gnu" ? 2 : 1;
    const isLong = options.has("l") || options.has("n") || options.has("g") || options.has("o");
    const isColumns = !isLong && sys.stdout.kind === "tty" && !options.list.some(([letter, value]) => letter === "1" && value === "");
    let status = 0;
    const files: Entry[] = [];
    const directories: string[] = [];
    for (const path of options.words.length === 0 ? ["."] : options.words) {
      const found = sys.files.status(sys.path(path));
      if (!found.ok) {
        yield* sys.err(
          toolset === "gnu"
            ? `${name}: cannot access ${quoteName(path)}: ${errorText(found.error)}\n`
            : `${name}: ${path}: ${errorText(found.error)}\n`,
        );
        status = toolset === "gnu" ? 2 : 1;
      } else if (found.value.type === "directory" && !options.has("d")) directories.push(path);
      else files.push({ name: path, status: found.value });
    }
    let text = printEntries(order(files));
    const showsNames = directories.length + files.length > 1 || options.has("R");
    for (const path of directories.sort()) text += listDirectory(path);
    if (text !== "") yield* sys.out(text);
    return status;

    function listDirectory(path: string): string {
      const absolute = sys.path(path);
      const listed = sys.files.list(absolute);
      if (!listed.ok) return "";
      const names = listed.value.filter((entry) => options?.has("a") || options?.has("A") || !entry.startsWith("."));
      const all = options?.has("a") === true ? [".", "..", ...names] : names;
      const entries: Entry[] = all.map((entry) => {
        const found = sys.files.status(sys.path(`${absolute}/${entry}`));
        return { name: entry, status: found.ok ? found.value : { type: "file", sizeBytes: 0, modifiedMs: 0, mode: 0o644 } };
      });
      const head = showsNames ? `${text === "" ? "" : "\n"}${path}:\n` : "";
      const blocks = entries.reduce((sum, entry) => sum + blocksOf(entry.status), 0);
      const total = isLong ? `total ${blocks}\n` : "";
      let below = head + total + printEntries(order(entries));
      if (options?.has("R") === true) {
        for (const entry of entries) {
          if (entry.status.type !== "directory" || entry.name === "." || entry.name === "..") continue;
          text += below;
          below = "";
          text += listDirectory(`${path.replace(/\/$/, "")}/${entry.name}`);
        }
      }
      return below;
    }

    function order(entries: readonly Entry[]): readonly Entry[] {
      const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
      const sorted = entries.toSorted((a, b) => {
        if (options?.has("t") === true && a.status.modifiedMs !== b.status.modifiedMs) return b.status.modifiedMs - a.status.modifiedMs;
        if (options?.has("S") === true && a.status.sizeBytes !== b.status.sizeBytes) return b.status.sizeBytes - a.status.sizeBytes;
        return byName(a, b);
      });
      return options?.has("r") === true ? sorted.reverse() : sorted;
    }

    function printEntries(entries: readonly Entry[]): string {
      if (entries.length === 0) return "";
      const shown = entries.map((entry) => entry.name + mark(entry.status));
      if (isLong) {
        const size = (entry: Entry): string =>
          options?.has("h") === true ? humanSize(entry.status.sizeBytes) : `${entry.status.sizeBytes}`;
        const width = Math.max(...entries.map((entry) => size(entry).length));
        return entries
          .map(
            (entry, i) =>
              `${modeText(entry.status)} 1 ${options?.has("n") === true ? "0 0" : "root root"} ${size(entry).padStart(toolset === "gnu" ? width : Math.max(width, 9))} ${dateText(entry.status.modifiedMs, sys.dateMs())} ${shown[i]}\n`,
          )
          .join("");
      }
      return isColumns ? columns(shown, sys.terminal?.columns ?? 80) : shown.map((entry) => `${entry}\n`).join("");
    }

    function mark(entryStatus: FileStatus): string {
      if (entryStatus.type === "directory") return options?.has("F") === true || options?.has("p") === true ? "/" : "";
      return options?.has("F") === true && (entryStatus.mode & 0o111) !== 0 ? "*" : "";
    }
  }
  return { name: "ls", path: toolPath("ls", toolset), run };
}

interface Entry {
  readonly name: string;
  readonly status: FileStatus;
}

/** As GNU tools show a name in messages: in apostrophes. */
export function quoteName(path: string): string {
  return path.includes("'") ? `"${path}"` : `'${path}'`;
}

function blocksOf(status: FileStatus): number {
  return status.type === "directory" ? 4 : Math.ceil(status.sizeBytes / 4096) * 4;
}

export function modeText(status: FileStatus): string {
  const bits = ["r", "w", "x"].join("");
  let text = status.type === "directory" ? "d" : "-";
  for (let i = 8; i >= 0; i--) text += (status.mode >> i) & 1 ? (bits[(8 - i) % 3] as string) : "-";
  if (status.mode & 0o1000) text = text.slice(0, -1) + (status.mode & 1 ? "t" : "T");
  return text;
}

/** `Jan  5 09:00`; a year instead of the time when it is older than half a year. */
function dateText(modifiedMs: number, nowMs: number): string {
  const date = civilDate(modifiedMs);
  const day = `${monthNames[date.month - 1]} ${`${date.day}`.padStart(2)}`;
  const isRecent = modifiedMs <= nowMs && nowMs - modifiedMs < 15_778_476_000;
  return isRecent ? `${day} ${twoDigits(date.hour)}:${twoDigits(date.minute)}` : `${day}  ${date.year}`;
}

export function humanSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}`;
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < 5) {
    value /= 1024;
    unit++;
  }
  return value < 10 ? `${(Math.ceil(value * 10) / 10).toFixed(1)}${"KMGTPE"[unit]}` : `${Math.ceil(value)}${"KMGTPE"[unit]}`;
}

/** Down the columns, as `ls` does on a terminal: the fewest rows that fit. */
export function columns(names: readonly string[], width: number): string {
  for (let rows = 1; ; rows++) {
    const count = Math.ceil(names.length / rows);
    const widths = Array.from({ length: count }, (_, column) =>
      Math.max(...names.slice(column * rows, (column + 1) * rows).map((name) => name.length)),
    );
    const total = widths.reduce((sum, one) => sum + one + 2, -2);
    if (total > width && rows < names.length) continue;
    let text = "";
    for (let row = 0; row < rows; row++) {
      const line: string[] = [];
      for (let column = 0; column < count; column++) {
        const name = names[column * rows + row];
        if (name === undefined) continue;
        const isLast = names[(column + 1) * rows + row] === undefined;
        line.push(isLast ? name : name.padEnd(widths[column] as number));
      }
      text += `${line.join("  ")}\n`;
    }
    return text;
  }
}

/** Walks a tree, a directory before what is in it; `visit` may wait. Paths as the user began them. */
export function* walkTree(
  sys: Sys,
  path: string,
  visit: (path: string, status: FileStatus, depth: number) => Run<boolean>,
  depth = 0,
): Run<void> {
  const status = sys.files.status(sys.path(path));
  if (!status.ok) return;
  const goesOn = yield* visit(path, status.value, depth);
  if (!goesOn || status.value.type !== "directory" || depth > 100) return;
  const names = sys.files.list(sys.path(path));
  if (!names.ok) return;
  for (const name of names.value) yield* walkTree(sys, `${path.replace(/\/$/, "")}/${name}`, visit, depth + 1);
}
