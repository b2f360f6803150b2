import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { echoText } from "../shell/echo.ts";
import { formatPrintf } from "../shell/printf.ts";
import { evaluateTest } from "../shell/test-command.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** The commands that a shell has built in, as programs of their own: `kubectl exec POD -- echo hi`. */
export function shellTwins(toolset: Toolset): readonly ProgramEntry[] {
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });
  return [
    entry("echo", function* (sys) {
      yield* sys.out(echoText(sys.args.slice(1), "bash"));
      return 0;
    }),
    entry("printf", runPrintf),
    entry("true", ends(0)),
    entry("false", ends(1)),
    entry("test", runTest),
    entry("[", runTest),
    entry("pwd", function* (sys) {
      yield* sys.out(`${sys.cwd}\n`);
      return 0;
    }),
  ];
}

function ends(status: number): (sys: Sys) => Program {
  return function* (sys) {
    yield* sys.work(1);
    return status;
  };
}

function* runPrintf(sys: Sys): Program {
  const name = programName(sys);
  const words = sys.args[1] === "--" ? sys.args.slice(2) : sys.args.slice(1);
  if (words[0] === undefined) {
    yield* sys.err(`${name}: missing operand\nTry '${name} --help' for more information.\n`);
    return 1;
  }
  const result = formatPrintf(words[0], words.slice(1));
  yield* sys.out(result.text);
  for (const error of result.errors)
    yield* sys.err(`${name}: ${error.replace(/^(.*): invalid number$/, "‘$1’: expected a numeric value")}\n`);
  return result.status;
}

function* runTest(sys: Sys): Program {
  const name = programName(sys);
  let args = sys.args.slice(1);
  if (name === "[") {
    if (args.at(-1) !== "]") {
      yield* sys.err("[: missing ‘]’\n");
      return 2;
    }
    args = args.slice(0, -1);
  }
  const result = evaluateTest(args, {
    files: sys.files,
    path: (path) => sys.path(path),
    isTerminal: (fd) => (fd === 0 ? sys.stdin.kind : fd === 1 ? sys.stdout.kind : sys.stderr.kind) === "tty",
    isSet: (variable) => sys.env.has(variable),
  });
  if (result.ok) return result.value ? 0 : 1;
  yield* sys.err(
    `${name}: ${result.message.replace(/^(.*): integer expression expected$/, "invalid integer ‘$1’").replace(/^(.*): (unary|binary) operator expected$/, "‘$1’: $2 operator expected")}\n`,
  );
  return 2;
}
