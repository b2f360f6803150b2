import type { Run } from "../../machine/syscall.ts";
import type { Builtin, ShellContext } from "../context.ts";

/** `command [-v|-V] NAME ARGUMENT...` */
export const command: Builtin = function* (shell, argv) {
  let words = argv.slice(1);
  let show: "short" | "long" | undefined;
  while (words[0] !== undefined && /^-[pvV]+$/.test(words[0])) {
    if (words[0].includes("v")) show = "short";
    if (words[0].includes("V")) show = "long";
    words = words.slice(1);
  }
  if (words[0] === "--") words = words.slice(1);
  if (words.length === 0) return 0;
  if (show === undefined) return yield* shell.runWords(words, "command");
  let status = 0;
  for (const name of words) {
    const found = lookUp(shell, name);
    if (found === undefined) {
      if (show === "long") yield* shell.complain(shell.flavour === "bash" ? `command: ${name}: not found` : `${name}: not found`);
      status = shell.flavour === "bash" ? 1 : 127;
    } else yield* shell.out(`${show === "short" ? found.short : found.long}\n`);
  }
  return status;
};

export const builtinBuiltin: Builtin = function* (shell, argv) {
  return argv.length < 2 ? 0 : yield* shell.runWords(argv.slice(1), "builtin");
};

/** `type [-t] NAME...` */
export const type: Builtin = function* (shell, argv) {
  const isShort = argv[1] === "-t";
  const isPath = argv[1] === "-p" || argv[1] === "-P";
  let status = 0;
  for (const name of argv.slice(isShort || isPath ? 2 : 1)) {
    const found = lookUp(shell, name);
    if (found === undefined) {
      if (!isShort && !isPath) yield* notFound(shell, name);
      status = shell.flavour === "bash" ? 1 : 127;
    } else if (isPath) {
      if (found.kind === "file") yield* shell.out(`${found.short}\n`);
    } else yield* shell.out(`${isShort ? found.kind : found.long}\n`);
  }
  return status;
};

function* notFound(shell: ShellContext, name: string): Run<void> {
  if (shell.flavour === "bash") yield* shell.complain(`type: ${name}: not found`);
  else yield* shell.out(`${name}: not found\n`);
}

interface Found {
  readonly kind: "alias" | "keyword" | "function" | "builtin" | "file";
  readonly short: string;
  readonly long: string;
}

function lookUp(shell: ShellContext, name: string): Found | undefined {
  const alias = shell.aliases.get(name);
  if (alias !== undefined) return { kind: "alias", short: `alias ${name}='${alias}'`, long: `${name} is aliased to \`${alias}'` };
  if (shell.isKeyword(name)) return { kind: "keyword", short: name, long: `${name} is a shell keyword` };
  if (shell.functions.has(name)) return { kind: "function", short: name, long: `${name} is a function` };
  if (shell.isBuiltin(name)) return { kind: "builtin", short: name, long: `${name} is a shell builtin` };
  if (name.includes("/")) {
    const status = shell.sys.files.status(shell.sys.path(name));
    const isKnown = (status.ok && status.value.type === "file") || shell.sys.which(name.slice(name.lastIndexOf("/") + 1)) === name;
    return isKnown ? { kind: "file", short: name, long: `${name} is ${name}` } : undefined;
  }
  const path = shell.sys.which(name);
  return path === undefined ? undefined : { kind: "file", short: path, long: `${name} is ${path}` };
}

export const alias: Builtin = function* (shell, argv) {
  let status = 0;
  const show = (name: string, value: string): string =>
    `${shell.flavour === "bash" ? "alias " : ""}${name}='${value.replaceAll("'", "'\\''")}'\n`;
  const words = argv.slice(1).filter((word) => word !== "-p");
  if (words.length === 0) {
    for (const name of [...shell.aliases.keys()].sort()) yield* shell.out(show(name, shell.aliases.get(name) ?? ""));
  }
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0) {
      shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
      continue;
    }
    const value = shell.aliases.get(word);
    if (value === undefined) {
      yield* shell.complain(`alias: ${word}: not found`);
      status = 1;
    } else yield* shell.out(show(word, value));
  }
  return status;
};

export const unalias: Builtin = function* (shell, argv) {
  let status = 0;
  for (const name of argv.slice(1)) {
    if (name === "-a") shell.aliases.clear();
    else if (!shell.aliases.delete(name)) {
      yield* shell.complain(`unalias: ${name}: not found`);
      status = 1;
    }
  }
  return status;
};

export const history: Builtin = function* (shell, argv) {
  const count = argv[1] === undefined ? shell.history.length : Number(argv[1]);
  const from = Math.max(0, shell.history.length - (Number.isInteger(count) ? count : 0));
  yield* shell.out(
    shell.history
      .slice(from)
      .map((line, i) => `${`${from + i + 1}`.padStart(5)}  ${line}\n`)
      .join(""),
  );
  return 0;
};
