import type { Process, Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { signalNumber } from "../machine/syscall.ts";
import { parseSignal } from "../shell/builtins/jobs.ts";
import { compileRegex } from "../shell/regex/match.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** ps, kill, killall, pidof, pgrep, pkill. @source procps 4.0.2, psmisc 23.6; busybox 1.35 */
export function processTools(toolset: Toolset): readonly ProgramEntry[] {
  const isGnu = toolset === "gnu";
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });
  const commandLine = (process: Process): string => process.args.join(" ");

  function* ps(sys: Sys): Program {
    const flags = sys.args.slice(1).join("").replaceAll("-", "");
    const all = sys.processes();
    const time = (): string => "00:00:00";
    if (!isGnu) {
      const rows = all.map((process) => `${`${process.pid}`.padStart(5)} ${sys.host.user.padEnd(8)}  0:00 ${commandLine(process)}`);
      yield* sys.out(`PID   USER     TIME  COMMAND\n${rows.map((row) => `${row}\n`).join("")}`);
      return 0;
    }
    const nowUs = sys.nowUs();
    const started = (process: Process): string => {
      const seconds = Math.floor((sys.dateMs() - Math.floor((nowUs - process.startedUs) / 1000)) / 1000);
      return `${`${Math.floor(seconds / 3600) % 24}`.padStart(2, "0")}:${`${Math.floor(seconds / 60) % 60}`.padStart(2, "0")}`;
    };
    const state = (process: Process): string => (process.pid === sys.pid ? "R" : "S");
    let text: string;
    if (flags.includes("u") && flags.includes("x")) {
      text = "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n";
      for (const process of all)
        text += `${sys.host.user.padEnd(8)} ${`${process.pid}`.padStart(7)}  0.0  0.0   4000  3000 ?        ${state(process).padEnd(4)} ${started(process)}   0:00 ${commandLine(process)}\n`;
    } else if (flags.includes("f")) {
      const shown = flags.includes("e") || flags.includes("A") ? all : all.filter((process) => ownSession(sys, process));
      text = "UID          PID    PPID  C STIME TTY          TIME CMD\n";
      for (const process of shown)
        text += `${sys.host.user.padEnd(8)} ${`${process.pid}`.padStart(7)} ${`${process.parentPid}`.padStart(7)}  0 ${started(process)} ${"?".padEnd(8)} ${time()} ${commandLine(process)}\n`;
    } else {
      const shown = /[eAx]/.test(flags) ? all : all.filter((process) => ownSession(sys, process));
      text = "    PID TTY          TIME CMD\n";
      for (const process of shown)
        text += `${`${process.pid}`.padStart(7)} ${(sys.terminal === undefined ? "?" : "pts/0").padEnd(8)} ${time()} ${process.name}\n`;
    }
    yield* sys.out(text);
    return 0;
  }

  function ownSession(sys: Sys, process: Process): boolean {
    let at: Process | undefined = sys.processes().find((one) => one.pid === sys.pid);
    // The shell, and what it started: whoever has the same oldest ancestor.
    const root = (of: Process): number => {
      let current = of;
      for (let i = 0; i < 100; i++) {
        const parent = sys.processes().find((one) => one.pid === current.parentPid);
        if (parent === undefined) break;
        current = parent;
      }
      return current.pid;
    };
    at ??= process;
    return root(process) === root(at);
  }

  function* kill(sys: Sys): Program {
    let words = sys.args.slice(1);
    let signal = parseSignal("TERM");
    let isProbe = false;
    if (words[0] === "-l" || words[0] === "-L") {
      yield* sys.out(
        `${Object.keys(signalNumber)
          .map((one) => one.slice(3))
          .join(" ")}\n`,
      );
      return 0;
    }
    if (words[0]?.startsWith("-") === true && words[0] !== "--") {
      const text = words[0] === "-s" ? (words[1] ?? "") : words[0].replace(/^-(-signal=)?/, "");
      words = words.slice(words[0] === "-s" ? 2 : 1);
      isProbe = text === "0";
      signal = isProbe ? signal : parseSignal(text);
      if (signal === undefined) {
        yield* sys.err(isGnu ? `kill: unknown signal ${text}\n` : `kill: bad signal name '${text}'\n`);
        return 1;
      }
    }
    if (words[0] === "--") words = words.slice(1);
    if (words.length === 0) {
      yield* sys.err(isGnu ? "\nUsage:\n kill [options] <pid> [...]\n" : "kill: you need to specify whom to kill\n");
      return 1;
    }
    let status = 0;
    for (const word of words) {
      if (!/^-?\d+$/.test(word)) {
        yield* sys.err(isGnu ? `kill: failed to parse argument: '${word}'\n` : `kill: invalid number '${word}'\n`);
        status = 1;
        continue;
      }
      const pid = Number(word);
      const isThere = isProbe
        ? sys.processes().some((one) => one.pid === pid)
        : pid < 0
          ? sys.killGroup(-pid, signal ?? "SIGTERM")
          : sys.kill(pid, signal ?? "SIGTERM");
      yield* sys.work(1);
      if (isThere) continue;
      yield* sys.err(isGnu ? `kill: (${word}): No such process\n` : `kill: can't kill pid ${word}: No such process\n`);
      status = 1;
    }
    return status;
  }

  function* killall(sys: Sys): Program {
    let words = sys.args.slice(1);
    let signal = parseSignal("TERM") ?? "SIGTERM";
    let isQuiet = false;
    while (words[0]?.startsWith("-") === true) {
      if (words[0] === "-q") isQuiet = true;
      else {
        const isSeparate = words[0] === "-s";
        signal = parseSignal(isSeparate ? (words[1] ?? "") : words[0].slice(1)) ?? signal;
        if (isSeparate) words = words.slice(1);
      }
      words = words.slice(1);
    }
    let status = 0;
    for (const word of words) {
      const found = sys.processes().filter((process) => process.name === word && process.pid !== sys.pid);
      for (const process of found) sys.kill(process.pid, signal);
      if (found.length > 0) continue;
      if (!isQuiet) yield* sys.err(`${word}: no process ${isGnu ? "found" : "killed"}\n`);
      status = 1;
    }
    yield* sys.work(1);
    return status;
  }

  function* pidof(sys: Sys): Program {
    const names = sys.args.slice(1).filter((word) => !word.startsWith("-"));
    const pids = sys
      .processes()
      .filter((process) => names.includes(process.name))
      .map((process) => process.pid)
      .reverse();
    if (pids.length === 0) return 1;
    yield* sys.out(`${pids.join(" ")}\n`);
    return 0;
  }

  /** `pgrep [-flax] PATTERN` lists, `pkill [-SIGNAL] [-f] PATTERN` signals. */
  function* pgrep(sys: Sys): Program {
    const name = programName(sys);
    const isKill = name === "pkill";
    let signal = parseSignal("TERM") ?? "SIGTERM";
    const args = sys.args.slice(1).filter((word) => {
      const named = isKill && /^-[A-Z0-9]+$/.test(word) ? parseSignal(word.slice(1)) : undefined;
      if (named !== undefined) signal = named;
      return named === undefined;
    });
    const options = yield* parseOptions(
      sys,
      { short: "flaxnoc", long: { full: "f", "list-name": "l", "list-full": "a", exact: "x", newest: "n", oldest: "o", count: "c" } },
      toolset,
      args,
    );
    if (options === undefined) return 2;
    const pattern = options.words[0];
    if (pattern === undefined) {
      yield* sys.err(`${name}: no matching criteria specified\nTry \`${name} --help' for more information.\n`);
      return 2;
    }
    const compiled = compileRegex(pattern, "extended");
    if (!compiled.ok) {
      yield* sys.err(`${name}: ${compiled.message}\n`);
      return 2;
    }
    let found = sys.processes().filter((process) => {
      if (process.pid === sys.pid) return false;
      const text = options.has("f") ? commandLine(process) : process.name;
      return options.has("x") ? compiled.regex.matchesAll(text) : compiled.regex.test(text);
    });
    if (options.has("n")) found = found.slice(-1);
    if (options.has("o")) found = found.slice(0, 1);
    if (isKill) for (const process of found) sys.kill(process.pid, signal);
    else if (options.has("c")) yield* sys.out(`${found.length}\n`);
    else if (found.length > 0)
      yield* sys.out(
        found
          .map((process) => `${process.pid}${options.has("a") ? ` ${commandLine(process)}` : options.has("l") ? ` ${process.name}` : ""}\n`)
          .join(""),
      );
    return found.length > 0 ? 0 : 1;
  }

  return [
    entry("ps", ps),
    entry("kill", kill),
    entry("killall", killall),
    entry("pidof", pidof),
    entry("pgrep", pgrep),
    entry("pkill", pgrep),
  ];
}
