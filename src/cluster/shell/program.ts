import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { set } from "./builtins/variables.ts";
import type { Flavour } from "./context.ts";
import { runInteractively } from "./interactive.ts";
import { fileErrorTexts } from "./messages.ts";
import { Shell } from "./shell.ts";

/** `bash`, `sh`, `ash`: as a program that is started. @source bash 5.2 manual, 6.1 "Invoking Bash"; dash(1) */
export function shellProgram(name: string, flavour: Flavour, path: string): ProgramEntry {
  return { name, path, run: (sys) => runShell(sys, flavour) };
}

function* runShell(sys: Sys, flavour: Flavour): Program {
  const ownName = sys.args[0] ?? flavour;
  const setArgs: string[] = [];
  let command: string | undefined;
  let isInteractive = false;
  let readsInput = false;
  let at = 1;
  for (; at < sys.args.length; at++) {
    const word = sys.args[at] as string;
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (word === "--version" && flavour === "bash") {
      yield* sys.out("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n");
      return 0;
    }
    if (word.startsWith("--")) continue; // --login, --norc, --noprofile, --posix
    if (!/^[-+]./.test(word)) break;
    for (const flag of word.slice(1)) {
      if (flag === "c") command = "";
      else if (flag === "i") isInteractive = true;
      else if (flag === "s") readsInput = true;
      else if (flag === "l") continue;
      else if (flag === "o") setArgs.push(`${word[0]}o`, sys.args[++at] ?? "");
      else setArgs.push(`${word[0]}${flag}`);
    }
  }
  let rest = sys.args.slice(at);
  if (command !== undefined) {
    if (rest[0] === undefined) {
      yield* sys.err(
        flavour === "bash"
          ? `${ownName}: -c: option requires an argument\n`
          : flavour === "dash"
            ? `${ownName}: 0: -c requires an argument\n`
            : `${ownName}: -c requires an argument\n`,
      );
      return 2;
    }
    command = rest[0];
    rest = rest.slice(1);
  }

  const isTerminal = command === undefined && (rest.length === 0 || readsInput) && sys.stdin.kind === "tty";
  if (isTerminal || (isInteractive && command === undefined && sys.terminal !== undefined))
    return yield* runInteractively(sys, { flavour, name: ownName });

  const script = command === undefined && !readsInput ? rest[0] : undefined;
  const shell = new Shell(sys, {
    flavour,
    name: command !== undefined ? (rest[0] ?? ownName) : (script ?? ownName),
    positional: readsInput ? rest : rest.slice(1),
    isCommandString: command !== undefined,
  });
  if (setArgs.length > 0) {
    const status = yield* set(shell, ["set", ...setArgs]);
    if (status !== 0) return status;
  }
  return yield* shell.finish(yield* shell.toEnd(body()));

  function* body(): Program {
    if (command !== undefined) return yield* shell.runText(command, { isLast: true });
    if (script === undefined) return yield* runInput(shell);
    const text = sys.files.read(sys.path(script));
    if (text.ok) return yield* shell.runText(text.value);
    shell.name = ownName;
    const problem = text.error === "EISDIR" ? "Is a directory" : fileErrorTexts[text.error];
    if (flavour === "bash") yield* sys.err(`${ownName}: ${script}: ${problem}\n`);
    else
      yield* sys.err(
        flavour === "dash"
          ? `${ownName}: 0: cannot open ${script}: ${text.error === "ENOENT" ? "No such file" : problem}\n`
          : `${ownName}: can't open '${script}': ${problem}\n`,
      );
    return text.error === "ENOENT" ? (flavour === "bash" ? 127 : 2) : 126;
  }
}

/** Commands on standard input that is no terminal: read to its end, then run. */
function* runInput(shell: Shell): Program {
  let text = "";
  for (;;) {
    const piece = yield* shell.input().read();
    if (piece === "") break;
    text += piece;
  }
  return yield* shell.runText(text);
}
