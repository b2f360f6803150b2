import {
  type Process,
  type Program,
  type ProgramEntry,
  type Run,
  Signal,
  type SignalName,
  type Sys,
  signalNumber,
} from "../machine/syscall.ts";
import { parseSignal } from "../shell/builtins/jobs.ts";
import { formatDate } from "./date.ts";
import { readStream } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { parseInterval } from "./sleep.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** xargs, timeout, watch, nohup, time, nice: programs that run programs. @source findutils 4.9, coreutils 9.1, procps 4.0.2; busybox 1.35 */
export function runnerTools(toolset: Toolset): readonly ProgramEntry[] {
  const isGnu = toolset === "gnu";
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });

  function* cannotRun(sys: Sys, command: string, error: string): Run<number> {
    const what = error === "ENOENT" ? "No such file or directory" : "Permission denied";
    const name = programName(sys);
    yield* sys.err(
      isGnu
        ? name === "xargs"
          ? `${name}: ${command}: ${what}\n`
          : `${name}: failed to run command ‘${command}’: ${what}\n`
        : `${name}: can't execute '${command}': ${what}\n`,
    );
    return error === "ENOENT" ? 127 : 126;
  }

  function* xargs(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      {
        short: "n:I:L:P:d:0trs:i",
        long: {
          "max-args": "n",
          replace: "I",
          "max-lines": "L",
          "max-procs": "P",
          delimiter: "d",
          null: "0",
          verbose: "t",
          "no-run-if-empty": "r",
        },
        stopsEarly: true,
      },
      toolset,
    );
    if (options === undefined) return 1;
    const command = options.words.length === 0 ? ["echo"] : options.words;
    const text = yield* readStream(sys.stdin);
    const replace = options.value("I") ?? (options.has("i") ? "{}" : undefined);
    const delimiter = options.has("0") ? "\0" : options.value("d")?.replace(/^\\n$/, "\n").replace(/^\\0$/, "\0");
    const items =
      delimiter !== undefined
        ? text.split(delimiter).filter((one, i, all) => one !== "" || i < all.length - 1)
        : replace !== undefined || options.has("L")
          ? text
              .split("\n")
              .map((line) => line.trim())
              .filter((line) => line !== "")
          : splitWords(text);
    if (items === undefined) {
      yield* sys.err("xargs: unmatched single quote; by default quotes are special to xargs unless you use the -0 option\n");
      return 1;
    }
    if (replace !== undefined && options.has("n") && isGnu) {
      yield* sys.err("xargs: warning: options --max-args and --replace/-I/-i are mutually exclusive, ignoring previous --max-args value\n");
    }
    const batches: string[][] = [];
    if (replace !== undefined) for (const item of items) batches.push(command.map((word) => word.replaceAll(replace, item)));
    else {
      const size = Number(options.value("n") ?? options.value("L") ?? items.length);
      if (!Number.isInteger(size) || (size < 1 && items.length > 0)) {
        yield* sys.err(`xargs: invalid number "${options.value("n") ?? ""}" for -n option\n`);
        return 1;
      }
      for (let at = 0; at < items.length; at += size) {
        const batch = items.slice(at, at + size);
        batches.push([...command, ...(options.has("L") ? batch.flatMap((line) => splitWords(line) ?? [line]) : batch)]);
      }
      if (batches.length === 0 && !options.has("r") && isGnu) batches.push([...command]);
    }
    const parallel = Math.max(1, Number(options.value("P") ?? 1) || batches.length);
    const running: Process[] = [];
    let status = 0;
    function* finish(process: Process): Run<boolean> {
      const result = yield* process.wait();
      if (result === 255) {
        yield* sys.err(`xargs: ${command[0]}: exited with status 255; aborting\n`);
        status = 124;
        return false;
      }
      if (process.endedBy !== undefined) {
        yield* sys.err(`xargs: ${command[0]}: terminated by signal ${signalNumber[process.endedBy]}\n`);
        status = 125;
        return false;
      }
      if (result !== 0) status = 123;
      return true;
    }
    for (const batch of batches) {
      if (options.has("t")) yield* sys.err(`${batch.join(" ")}\n`);
      const spawned = sys.spawn({ args: batch, stdin: sys.nullInput });
      if (!spawned.ok) return yield* cannotRun(sys, batch[0] as string, spawned.error);
      running.push(spawned.process);
      if (running.length >= parallel && !(yield* finish(running.shift() as Process))) return status;
    }
    for (const process of running) if (!(yield* finish(process))) return status;
    return status;
  }

  function* timeout(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      {
        short: "s:k:vpf",
        long: { signal: "s", "kill-after": "k", verbose: "v", "preserve-status": "p", foreground: "f" },
        stopsEarly: true,
      },
      toolset,
    );
    if (options === undefined) return 125;
    const [durationText, ...command] = options.words;
    if (durationText === undefined || command.length === 0) {
      yield* sys.err(
        isGnu
          ? "timeout: missing operand\nTry 'timeout --help' for more information.\n"
          : "BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS\n",
      );
      return isGnu ? 125 : 1;
    }
    const us = parseInterval(durationText);
    const killUs = options.value("k") === undefined ? undefined : parseInterval(options.value("k") as string);
    const signal = options.value("s") === undefined ? "SIGTERM" : parseSignal(options.value("s") as string);
    if (us === undefined || signal === undefined) {
      yield* sys.err(
        us === undefined
          ? isGnu
            ? `timeout: invalid time interval ‘${durationText}’\nTry 'timeout --help' for more information.\n`
            : `timeout: invalid number '${durationText}'\n`
          : `timeout: ‘${options.value("s")}’: invalid signal\n`,
      );
      return isGnu ? 125 : 1;
    }
    const spawned = sys.spawn({ args: command });
    if (!spawned.ok) return yield* cannotRun(sys, command[0] as string, spawned.error);
    const { process } = spawned;
    // What ends timeout ends the command: signals are passed on.
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const) sys.onSignal(name, () => process.kill(name));
    if (us === 0) return yield* process.wait();
    const result = yield* sys.within(us, process.wait());
    if (result.ok) return result.value;
    process.kill(signal);
    let status: number;
    if (killUs === undefined) status = yield* process.wait();
    else {
      const ended = yield* sys.within(Math.max(1, killUs), process.wait());
      if (!ended.ok) process.kill("SIGKILL");
      status = ended.ok ? ended.value : yield* process.wait();
    }
    if (options.has("p")) return status;
    if (!isGnu) return 143;
    return process.endedBy === "SIGKILL" ? 137 : 124;
  }

  function* watch(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      {
        short: "n:tdegx",
        long: { interval: "n", "no-title": "t", differences: "d", errexit: "e", chgexit: "g", exec: "x" },
        stopsEarly: true,
      },
      toolset,
    );
    if (options === undefined) return 1;
    if (options.words.length === 0) {
      yield* sys.err(
        isGnu
          ? "\nUsage:\n watch [options] command\n"
          : "BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: watch [-n SEC] [-t] PROG ARGS\n",
      );
      return 1;
    }
    const seconds = Math.max(0.1, Number(options.value("n") ?? 2) || 2);
    const command = options.words.join(" ");
    const width = sys.terminal?.columns ?? 80;
    let before: string | undefined;
    for (;;) {
      const { input, output } = sys.pipe();
      const spawned = sys.spawn({ args: options.has("x") ? options.words : ["sh", "-c", command], stdout: output, stderr: output });
      output.close();
      const shown = yield* readStream(input);
      input.close();
      const status = spawned.ok ? yield* spawned.process.wait() : 127;
      const left = `Every ${seconds.toFixed(1)}s: ${command}`;
      const right = isGnu ? `${sys.host.hostname}: ${formatDate("%a %b %e %T %Y", sys.dateMs())}` : formatDate("%F %T", sys.dateMs());
      const title = options.has("t") ? "" : `${left}${right.padStart(Math.max(right.length + 1, width - left.length))}\n\n`;
      yield* sys.out(`\x1b[H\x1b[2J${title}${shown}`);
      if (options.has("g") && before !== undefined && shown !== before) return 0;
      if (options.has("e") && status !== 0) return 8;
      before = shown;
      try {
        yield* sys.sleep(Math.round(seconds * 1_000_000));
      } catch (signal) {
        if (signal instanceof Signal && signal.name === "SIGINT") {
          yield* sys.out("\n");
          return 0;
        }
        throw signal;
      }
    }
  }

  function* nohup(sys: Sys): Program {
    const command = sys.args.slice(1);
    if (command.length === 0) {
      yield* sys.err("nohup: missing operand\nTry 'nohup --help' for more information.\n");
      return 125;
    }
    sys.onSignal("SIGHUP" satisfies SignalName, "ignore");
    return yield* cannotRun(sys, command[0] as string, yield* sys.exec({ args: command }));
  }

  function* time(sys: Sys): Program {
    const startUs = sys.nowUs();
    const command = sys.args.slice(sys.args[1] === "-p" ? 2 : 1);
    if (command.length === 0) return 0;
    const spawned = sys.spawn({ args: command });
    if (!spawned.ok) return yield* cannotRun(sys, command[0] as string, spawned.error);
    const status = yield* spawned.process.wait();
    const seconds = (sys.nowUs() - startUs) / 1_000_000;
    yield* sys.err(`real\t${Math.floor(seconds / 60)}m ${(seconds % 60).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`);
    return status;
  }

  return [
    entry("xargs", xargs),
    entry("timeout", timeout),
    entry("watch", watch),
    entry("nohup", nohup),
    ...(isGnu ? [] : [entry("time", time)]),
  ];
}

/** Words as xargs reads them: blanks separate, quotes and backslashes quote. undefined for an open quote. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === " " || c === "\t" || c === "\n") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (c === "'" || c === '"') {
      const end = text.indexOf(c, i + 1);
      if (end < 0) return undefined;
      word = (word ?? "") + text.slice(i + 1, end);
      i = end;
    } else if (c === "\\") word = (word ?? "") + (text[++i] ?? "");
    else word = (word ?? "") + c;
  }
  if (word !== undefined) words.push(word);
  return words;
}
