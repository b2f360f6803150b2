import { testWorld } from "../condition.ts";
import type { Builtin } from "../context.ts";
import { echoText } from "../echo.ts";
import { fileErrorTexts } from "../messages.ts";
import { formatPrintf } from "../printf.ts";
import { evaluateTest } from "../test-command.ts";

export const echo: Builtin = function* (shell, argv) {
  yield* shell.out(echoText(argv.slice(1), shell.flavour));
  return 0;
};

export const printf: Builtin = function* (shell, argv) {
  let words = argv.slice(1);
  let variable: string | undefined;
  if (words[0] === "-v" && shell.flavour === "bash") {
    variable = words[1];
    words = words.slice(2);
  }
  if (words[0] === "--") words = words.slice(1);
  if (words[0] === undefined) {
    if (shell.flavour === "bash") yield* shell.err("printf: usage: printf [-v var] format [arguments]\n");
    else yield* shell.complain("printf: usage: printf format [arg ...]");
    return 2;
  }
  const result = formatPrintf(words[0], words.slice(1));
  if (variable !== undefined) shell.variables.set(variable, result.text);
  else if (result.text !== "") yield* shell.out(result.text);
  for (const error of result.errors) yield* shell.complain(`printf: ${error}`);
  return result.status;
};

export const test: Builtin = function* (shell, argv) {
  const name = argv[0] as string;
  let args = argv.slice(1);
  if (name === "[") {
    if (args.at(-1) !== "]") {
      yield* shell.complain(shell.flavour === "bash" ? "[: missing `]'" : "[: missing ]");
      return 2;
    }
    args = args.slice(0, -1);
  }
  const strange = shell.flavour === "dash" ? args.indexOf("==") : -1;
  if (strange > 0) {
    yield* shell.complain(`${name}: ${args[strange - 1]}: unexpected operator`);
    return 2;
  }
  const result = evaluateTest(args, testWorld(shell));
  if (result.ok) return result.value ? 0 : 1;
  yield* shell.complain(
    `${name}: ${shell.flavour === "dash" ? result.message.replace(/^(.*): integer expression expected$/, "Illegal number: $1") : shell.flavour === "ash" ? result.message.replace(/^(.*): integer expression expected$/, "$1: bad number") : result.message}`,
  );
  return 2;
};

export const cd: Builtin = function* (shell, argv) {
  let words = argv.slice(1).filter((word) => word !== "-P" && word !== "-L");
  if (words[0] === "--") words = words.slice(1);
  if (words.length > 1 && shell.flavour === "bash") {
    yield* shell.complain("cd: too many arguments");
    return 1;
  }
  let path = words[0] ?? shell.variables.get("HOME");
  if (path === undefined) {
    yield* shell.complain("cd: HOME not set");
    return 1;
  }
  const isBack = path === "-";
  if (isBack) {
    path = shell.variables.get("OLDPWD");
    if (path === undefined) {
      yield* shell.complain("cd: OLDPWD not set");
      return 1;
    }
  }
  const status = shell.sys.files.status(shell.sys.path(path === "" ? "." : path));
  const error = !status.ok ? status.error : status.value.type === "file" ? "ENOTDIR" : undefined;
  if (error !== undefined) {
    if (shell.flavour === "bash") yield* shell.complain(`cd: ${path}: ${fileErrorTexts[error]}`);
    else if (shell.flavour === "dash") yield* shell.complain(`cd: can't cd to ${path}`);
    else yield* shell.complain(`cd: ${shell.isInteractive ? "" : `line ${shell.line}: `}can't cd to ${path}: ${fileErrorTexts[error]}`);
    return shell.flavour === "bash" ? 1 : 2;
  }
  shell.changeDirectory(path === "" ? "." : path);
  if (isBack) yield* shell.out(`${shell.sys.cwd}\n`);
  return 0;
};

export const pwd: Builtin = function* (shell) {
  yield* shell.out(`${shell.sys.cwd}\n`);
  return 0;
};
