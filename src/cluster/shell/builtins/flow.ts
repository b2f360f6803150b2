import type { Run } from "../../machine/syscall.ts";
import type { Builtin, ShellContext } from "../context.ts";
import { ExitControl, ExpansionFailure, LoopControl, ReturnControl } from "../control.ts";
import { fileErrorTexts } from "../messages.ts";

/** A status argument; complains of one that is no number. */
function* statusArgument(shell: ShellContext, name: string, text: string | undefined): Run<number> {
  if (text === undefined) return shell.lastStatus;
  if (/^[+-]?\d+$/.test(text)) return ((Number(text) % 256) + 256) % 256;
  yield* shell.complain(shell.flavour === "bash" ? `${name}: ${text}: numeric argument required` : `${name}: Illegal number: ${text}`);
  return 2;
}

export const exit: Builtin = function* (shell, argv) {
  throw new ExitControl(yield* statusArgument(shell, "exit", argv[1]));
};

export const returnBuiltin: Builtin = function* (shell, argv) {
  if (!shell.canReturn && shell.flavour === "bash") {
    yield* shell.complain("return: can only `return' from a function or sourced script");
    return 1;
  }
  throw new ReturnControl(yield* statusArgument(shell, "return", argv[1]));
};

function loopControl(kind: "break" | "continue"): Builtin {
  return function* (shell, argv) {
    // `break pod/NAME …` is Kubehop's own command of that name: no loop has levels with a slash.
    if (argv[1]?.includes("/") === true) return yield* shell.runWords(argv, "external");
    if (shell.loopDepth === 0) {
      if (shell.flavour === "bash") yield* shell.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const levels = argv[1] === undefined ? 1 : Number(argv[1]);
    if (!Number.isInteger(levels) || levels < 1) {
      yield* shell.complain(
        Number.isInteger(levels) ? `${kind}: ${argv[1]}: loop count out of range` : `${kind}: ${argv[1]}: numeric argument required`,
      );
      throw new LoopControl("break", shell.loopDepth);
    }
    throw new LoopControl(kind, Math.min(levels, shell.loopDepth));
  };
}

export const breakBuiltin = loopControl("break");
export const continueBuiltin = loopControl("continue");

export const evalBuiltin: Builtin = function* (shell, argv) {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  return yield* shell.runText(words.join(" "));
};

export const source: Builtin = function* (shell, argv) {
  const path = argv[1];
  if (path === undefined) {
    yield* shell.complain(`${argv[0]}: filename argument required`);
    return 2;
  }
  const text = shell.sys.files.read(shell.sys.path(path));
  if (!text.ok) {
    if (shell.flavour === "bash") {
      yield* shell.complain(text.error === "EISDIR" ? `${argv[0]}: ${path}: is a directory` : `${path}: ${fileErrorTexts[text.error]}`);
      return 1;
    }
    yield* shell.complain(
      `${argv[0]}: ${shell.flavour === "ash" ? "can't" : "cannot"} open ${path === "" ? "''" : path}${shell.flavour === "ash" ? ": no such file" : ": No such file"}`,
    );
    if (!shell.isInteractive) throw new ExitControl(2);
    return 2;
  }
  return yield* shell.source(text.value, argv.slice(2));
};

export const letBuiltin: Builtin = function* (shell, argv) {
  if (argv.length < 2) {
    yield* shell.complain("let: expression expected");
    return 1;
  }
  let value = 0n;
  for (const text of argv.slice(1)) {
    try {
      value = yield* shell.calculate(text);
    } catch (control) {
      if (control instanceof ExpansionFailure) return 1;
      throw control;
    }
  }
  return value === 0n ? 1 : 0;
};

export const colon: Builtin = function* (shell) {
  yield* shell.sys.work(1);
  return 0;
};

export const falseBuiltin: Builtin = function* (shell) {
  yield* shell.sys.work(1);
  return 1;
};
