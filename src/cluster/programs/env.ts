import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `env [-i] [-u NAME] [NAME=VALUE...] [COMMAND...]` @source coreutils 9.1 env.c */
export function env(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    let environment = new Map(sys.env);
    let at = 1;
    for (; at < sys.args.length; at++) {
      const word = sys.args[at] as string;
      if (word === "--") {
        at++;
        break;
      }
      if (word === "-i" || word === "-" || word === "--ignore-environment") environment = new Map();
      else if (word === "-u") environment.delete(sys.args[++at] ?? "");
      else if (word.startsWith("--unset=")) environment.delete(word.slice(8));
      else if (word.startsWith("-") && word.length > 1) {
        yield* sys.err(
          toolset === "gnu"
            ? `${name}: invalid option -- '${word[1]}'\nTry '${name} --help' for more information.\n`
            : `${name}: unrecognized option: ${word.slice(1)}\n`,
        );
        return toolset === "gnu" ? 125 : 1;
      } else break;
    }
    for (; at < sys.args.length; at++) {
      const match = /^([^=]+)=([\s\S]*)$/.exec(sys.args[at] as string);
      if (match === null) break;
      environment.set(match[1] as string, match[2] as string);
    }
    const command = sys.args.slice(at);
    if (command.length === 0) {
      yield* sys.out([...environment].map(([key, value]) => `${key}=${value}\n`).join(""));
      return 0;
    }
    const error = yield* sys.exec({ args: command, env: environment });
    const quoted = toolset === "gnu" ? `‘${command[0]}’` : `can't execute '${command[0]}'`;
    yield* sys.err(`${name}: ${quoted}: ${error === "ENOENT" ? "No such file or directory" : "Permission denied"}\n`);
    return error === "ENOENT" ? 127 : 126;
  }
  return { name: "env", path: toolPath("env", toolset), run };
}

/** `printenv [NAME...]` */
export function printenv(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const names = sys.args.slice(1);
    if (names.length === 0) {
      yield* sys.out([...sys.env].map(([key, value]) => `${key}=${value}\n`).join(""));
      return 0;
    }
    let status = 0;
    for (const name of names) {
      const value = sys.env.get(name);
      if (value === undefined) status = 1;
      else yield* sys.out(`${value}\n`);
    }
    return status;
  }
  return { name: "printenv", path: toolPath("printenv", toolset), run };
}
