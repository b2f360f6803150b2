import type { FileStatus, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { compilePattern } from "../shell/pattern.ts";
import { errorText } from "./input.ts";
import { quoteName, walkTree } from "./ls.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

type Test = (path: string, status: FileStatus, depth: number) => Run<boolean>;

/** `find [PATH...] [-name -iname -path -type -maxdepth -mindepth -size -empty -newer -mmin -not -o -a ( ) -print -print0 -delete -exec]` @source findutils 4.9 */
export function find(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys): Run<number> {
    const name = programName(sys);
    const args = sys.args.slice(1);
    const firstTest = args.findIndex((word) => /^[-(!]/.test(word));
    const paths = firstTest < 0 ? args : args.slice(0, firstTest);
    const words = firstTest < 0 ? [] : args.slice(firstTest);
    let at = 0;
    let maxDepth = Number.POSITIVE_INFINITY;
    let minDepth = 0;
    let hasAction = false;
    let problem: string | undefined;
    let status = 0;

    const argument = (test: string): string => {
      const value = words[at++];
      if (value === undefined) problem ??= `missing argument to \`${test}'`;
      return value ?? "";
    };
    const compare = (text: string, value: number): boolean =>
      text.startsWith("+") ? value > Number(text.slice(1)) : text.startsWith("-") ? value < Number(text.slice(1)) : value === Number(text);
    const plain = (decide: (path: string, entry: FileStatus, depth: number) => boolean): Test =>
      function* (path, entry, depth) {
        yield* sys.work(1);
        return decide(path, entry, depth);
      };
    const always = plain(() => true);

    function either(): Test {
      let left = both();
      while (words[at] === "-o" || words[at] === "-or") {
        at++;
        const first = left;
        const second = both();
        left = function* (path, entry, depth) {
          return (yield* first(path, entry, depth)) || (yield* second(path, entry, depth));
        };
      }
      return left;
    }
    function both(): Test {
      let left = primary();
      while (at < words.length && words[at] !== "-o" && words[at] !== "-or" && words[at] !== ")" && problem === undefined) {
        if (words[at] === "-a" || words[at] === "-and") at++;
        const first = left;
        const second = primary();
        left = function* (path, entry, depth) {
          return (yield* first(path, entry, depth)) && (yield* second(path, entry, depth));
        };
      }
      return left;
    }
    function primary(): Test {
      const word = words[at++];
      switch (word) {
        case "!":
        case "-not": {
          const inner = primary();
          return function* (path, entry, depth) {
            return !(yield* inner(path, entry, depth));
          };
        }
        case "(": {
          const inner = either();
          if (words[at] !== ")") problem ??= "invalid expression; I was expecting to find a ')' somewhere but did not see one.";
          at++;
          return inner;
        }
        case "-name":
        case "-iname": {
          const text = argument(word);
          const pattern = compilePattern([{ text: word === "-iname" ? text.toLowerCase() : text, quoted: false }]);
          return plain((path) => {
            const base = path === "/" ? "/" : path.replace(/\/$/, "").slice(path.replace(/\/$/, "").lastIndexOf("/") + 1);
            return pattern.matchesAll(word === "-iname" ? base.toLowerCase() : base);
          });
        }
        case "-path":
        case "-wholename": {
          const pattern = compilePattern([{ text: argument(word), quoted: false }]);
          return plain((path) => pattern.matchesAll(path));
        }
        case "-type": {
          const kind = argument(word);
          return plain((_, entry) => kind === (entry.type === "directory" ? "d" : "f"));
        }
        case "-maxdepth":
          maxDepth = Number(argument(word));
          return always;
        case "-mindepth":
          minDepth = Number(argument(word));
          return always;
        case "-empty":
          return plain((path, entry) => {
            if (entry.type === "file") return entry.sizeBytes === 0;
            const listed = sys.files.list(sys.path(path));
            return listed.ok && listed.value.length === 0;
          });
        case "-size": {
          const match = /^([-+]?\d+)([ckMGb]?)$/.exec(argument(word));
          const unit = { c: 1, k: 1024, M: 1_048_576, G: 1_073_741_824 }[match?.[2] ?? ""] ?? 512;
          return plain((_, entry) => compare(match?.[1] ?? "0", Math.ceil(entry.sizeBytes / unit)));
        }
        case "-mmin": {
          const text = argument(word);
          return plain((_, entry) => compare(text, Math.floor((sys.dateMs() - entry.modifiedMs) / 60_000)));
        }
        case "-mtime": {
          const text = argument(word);
          return plain((_, entry) => compare(text, Math.floor((sys.dateMs() - entry.modifiedMs) / 86_400_000)));
        }
        case "-newer": {
          const other = sys.files.status(sys.path(argument(word)));
          return plain((_, entry) => other.ok && entry.modifiedMs > other.value.modifiedMs);
        }
        case "-true":
          return always;
        case "-print":
        case "-print0":
          hasAction = true;
          return function* (path) {
            yield* sys.out(word === "-print" ? `${path}\n` : `${path}\0`);
            return true;
          };
        case "-delete":
          hasAction = true;
          return plain((path) => sys.files.remove(sys.path(path), { recursive: true }).ok);
        case "-exec": {
          hasAction = true;
          const command: string[] = [];
          while (at < words.length && words[at] !== ";" && words[at] !== "+") command.push(words[at++] as string);
          if (at >= words.length) problem ??= "missing argument to `-exec'";
          at++;
          return function* (path) {
            const spawned = sys.spawn({ args: command.map((one) => one.replaceAll("{}", path)) });
            if (!spawned.ok) {
              yield* sys.err(`${name}: ‘${command[0]}’: No such file or directory\n`);
              return false;
            }
            return (yield* spawned.process.wait()) === 0;
          };
        }
        default:
          problem ??= word?.startsWith("-") === true ? `unknown predicate \`${word}'` : `paths must precede expression: \`${word}'`;
          return always;
      }
    }

    const test = words.length === 0 ? always : either();
    if (problem !== undefined || at < words.length) {
      yield* sys.err(
        toolset === "gnu"
          ? `${name}: ${problem ?? `paths must precede expression: \`${words[at]}'`}\n`
          : `${name}: unrecognized: ${words[Math.min(at, words.length) - 1] ?? ""}\n`,
      );
      return 1;
    }
    for (const path of paths.length === 0 ? ["."] : paths) {
      const found = sys.files.status(sys.path(path));
      if (!found.ok) {
        yield* sys.err(
          toolset === "gnu"
            ? `${name}: ${quoteName(path).replaceAll("'", (_, i: number) => (i === 0 ? "‘" : "’"))}: ${errorText(found.error)}\n`
            : `${name}: ${path}: ${errorText(found.error)}\n`,
        );
        status = 1;
        continue;
      }
      yield* walkTree(sys, path, function* (one, entry, depth) {
        if (depth >= minDepth && (yield* test(one, entry, depth)) && !hasAction) yield* sys.out(`${one}\n`);
        return depth < maxDepth;
      });
    }
    return status;
  }
  return { name: "find", path: toolPath("find", toolset), run };
}
