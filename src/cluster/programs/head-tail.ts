import type { InputStream, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { linesOf, openInput, readStream } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

const spec = { short: "n:c:qvfFs:", long: { lines: "n", bytes: "c", quiet: "q", silent: "q", verbose: "v", follow: "f" }, optional: ["f"] };

/** `head -5` and `tail -5` of old: the number becomes `-n 5`. */
function modernArgs(args: readonly string[]): readonly string[] {
  return args.map((word, i) =>
    /^[-+]\d+$/.test(word) && args[i - 1] !== "-n" && args[i - 1] !== "-c" ? `-n${word.startsWith("+") ? word : word.slice(1)}` : word,
  );
}

function* headings(sys: Sys, path: string, isFirst: boolean): Run<void> {
  yield* sys.out(`${isFirst ? "" : "\n"}==> ${path === "-" ? "standard input" : path} <==\n`);
}

/** A count as `-n` takes it; `K`, `M` as in GNU. */
function parseCount(text: string): { readonly sign: string; readonly count: number } | undefined {
  const match = /^([-+]?)(\d+)([kKMG]?)$/.exec(text);
  if (match === null) return undefined;
  const factor = { "": 1, k: 1024, K: 1024, M: 1_048_576, G: 1_073_741_824 }[match[3] as string] ?? 1;
  return { sign: match[1] as string, count: Number(match[2]) * factor };
}

/** What both are asked for, and their walk over the files; undefined when a message has said why not. */
function* readRequest(sys: Sys, toolset: Toolset) {
  const name = programName(sys);
  const options = yield* parseOptions(sys, spec, toolset, modernArgs(sys.args.slice(1)));
  if (options === undefined) return undefined;
  const isBytes = options.list.findLast(([letter]) => letter === "n" || letter === "c")?.[0] === "c";
  const text = options.value(isBytes ? "c" : "n") ?? "10";
  const wanted = parseCount(text);
  if (wanted === undefined) {
    yield* sys.err(`${name}: invalid number of ${isBytes ? "bytes" : "lines"}: ‘${text}’\n`);
    return undefined;
  }
  const paths = options.words.length === 0 ? ["-"] : options.words;
  const hasHeadings = (paths.length > 1 && !options.has("q")) || options.has("v");
  /** Shows each file that can be opened, under its heading; gives the exit status. */
  function* showAll(show: (input: InputStream) => Run<void>): Run<number> {
    let status = 0;
    let isFirst = true;
    for (const path of paths) {
      const input = yield* openInput(sys, path, toolset, (file, error) =>
        error === "Is a directory" ? `error reading '${file}': ${error}` : `cannot open '${file}' for reading: ${error}`,
      );
      if (input === undefined) {
        status = 1;
        continue;
      }
      if (hasHeadings) yield* headings(sys, path, isFirst);
      isFirst = false;
      yield* show(input);
    }
    return status;
  }
  return { name, options, isBytes, wanted, paths, showAll };
}

/** `head [-n [-]N] [-c N] [-q] [-v] [FILE...]` @source coreutils 9.1 head.c */
export function head(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const request = yield* readRequest(sys, toolset);
    if (request === undefined) return 1;
    const { isBytes, wanted } = request;
    return yield* request.showAll(function* (input) {
      if (wanted.sign === "-") {
        const whole = yield* readStream(input);
        if (isBytes) yield* sys.out(whole.slice(0, Math.max(0, whole.length - wanted.count)));
        else yield* sys.out((whole.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, wanted.count === 0 ? undefined : -wanted.count).join(""));
        return;
      }
      let left = wanted.count;
      while (left > 0) {
        const piece = isBytes ? yield* input.read(Math.min(left, 65_536)) : yield* input.readLine();
        if (piece === "") break;
        left -= isBytes ? piece.length : 1;
        yield* sys.out(piece);
      }
    });
  }
  return { name: "head", path: toolPath("head", toolset), run };
}

/** How often `tail -f` looks at its file. @source coreutils tail.c: 1 s */
const followUs = 1_000_000;

/** `tail [-n [+]N] [-c N] [-f] [FILE...]` @source coreutils 9.1 tail.c */
export function tail(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const request = yield* readRequest(sys, toolset);
    if (request === undefined) return 1;
    const { name, options, isBytes, wanted, paths } = request;
    let lastInput: InputStream | undefined;
    const status = yield* request.showAll(function* (input) {
      lastInput = input;
      const whole = yield* readStream(input);
      if (isBytes)
        yield* sys.out(
          wanted.sign === "+" ? whole.slice(Math.max(0, wanted.count - 1)) : wanted.count === 0 ? "" : whole.slice(-wanted.count),
        );
      else {
        const lines = whole.match(/[^\n]*\n|[^\n]+$/g) ?? [];
        yield* sys.out(
          (wanted.sign === "+" ? lines.slice(Math.max(0, wanted.count - 1)) : wanted.count === 0 ? [] : lines.slice(-wanted.count)).join(
            "",
          ),
        );
      }
    });
    const followed = paths.at(-1) as string;
    if (!(options.has("f") || options.has("F")) || followed === "-" || lastInput === undefined) return status;
    const read = (): string => {
      const content = sys.files.read(sys.path(followed));
      return content.ok ? content.value : "";
    };
    for (let seen = read().length; ; ) {
      yield* sys.sleep(followUs);
      const content = read();
      if (content.length < seen) {
        yield* sys.err(`${name}: ${followed}: file truncated\n`);
        seen = 0;
      }
      if (content.length > seen) yield* sys.out(content.slice(seen));
      seen = content.length;
    }
  }
  return { name: "tail", path: toolPath("tail", toolset), run };
}

/** `tac`: lines from last to first. */
export function tac(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    let status = 0;
    for (const path of sys.args.length > 1 ? sys.args.slice(1) : ["-"]) {
      const input = yield* openInput(sys, path, toolset, (file, error) => `failed to open '${file}' for reading: ${error}`);
      if (input === undefined) status = 1;
      else
        yield* sys.out(
          linesOf(yield* readStream(input))
            .reverse()
            .map((line) => `${line}\n`)
            .join(""),
        );
    }
    return status;
  }
  return { name: "tac", path: toolPath("tac", toolset), run };
}
