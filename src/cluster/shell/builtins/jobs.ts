import { type Process, type Run, type SignalName, signalNumber } from "../../machine/syscall.ts";
import type { Builtin, Job, ShellContext } from "../context.ts";
import { parseDurationUs } from "../duration.ts";
import { settlingService } from "../settling.ts";

/** `INT`, `SIGINT`, `2`: undefined when there is no such signal. */
export function parseSignal(text: string): SignalName | undefined {
  const names = Object.keys(signalNumber) as SignalName[];
  if (/^\d+$/.test(text)) return names.find((name) => signalNumber[name] === Number(text));
  const upper = text.toUpperCase();
  return names.find((name) => name === upper || name === `SIG${upper}`);
}

/** `%1`, `%%`, `%+`, `%-`, `%NAME`. */
function findJob(shell: ShellContext, spec: string): Job | undefined {
  const jobs = shell.jobs.filter((job) => !job.isReported || isRunning(job));
  const what = spec.replace(/^%/, "");
  if (what === "" || what === "%" || what === "+") return jobs.at(-1);
  if (what === "-") return jobs.at(-2) ?? jobs.at(-1);
  if (/^\d+$/.test(what)) return jobs.find((job) => job.id === Number(what));
  return jobs.findLast((job) => job.source.startsWith(what));
}

export function isRunning(job: Job): boolean {
  return job.processes.some((process) => process.exitStatus === undefined);
}

function last(job: Job): Process {
  return job.processes.at(-1) as Process;
}

function jobState(job: Job): string {
  if (isRunning(job)) return "Running";
  const { exitStatus, endedBy } = last(job);
  if (endedBy !== undefined)
    return { SIGTERM: "Terminated", SIGKILL: "Killed", SIGINT: "Interrupt", SIGHUP: "Hangup" }[endedBy as string] ?? "Terminated";
  return exitStatus === 0 ? "Done" : `Exit ${exitStatus}`;
}

/** `[1]+  Running                 sleep 100 &`. @source bash 5.2 jobs.c, pretty_print_job */
export function jobLine(shell: ShellContext, job: Job, withPid = false): string {
  const known = shell.jobs.filter((one) => !one.isReported || isRunning(one));
  const mark = job === known.at(-1) ? "+" : job === known.at(-2) ? "-" : " ";
  const pid = withPid ? `${last(job).pid} ` : "";
  return `[${job.id}]${mark}  ${pid}${jobState(job).padEnd(24)}${job.source}${isRunning(job) ? " &" : ""}\n`;
}

export const jobs: Builtin = function* (shell, argv) {
  let text = "";
  for (const job of shell.jobs) {
    if (job.isReported && !isRunning(job)) continue;
    text += argv.includes("-p") ? `${job.processes[0]?.pid}\n` : jobLine(shell, job, argv.includes("-l"));
  }
  for (const job of shell.jobs) if (!isRunning(job)) job.isReported = true;
  if (text !== "") yield* shell.out(text);
  return 0;
};

export const fg: Builtin = function* (shell, argv) {
  const job = findJob(shell, argv[1] ?? "%+");
  if (job === undefined || !isRunning(job)) {
    yield* shell.complain(`${argv[0]}: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  yield* shell.out(`${job.source}\n`);
  return yield* shell.resumeJob(job);
};

export const bg: Builtin = function* (shell, argv) {
  const job = findJob(shell, argv[1] ?? "%+");
  if (job === undefined || !isRunning(job)) {
    yield* shell.complain(`bg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  shell.signalJob(job, "SIGCONT");
  yield* shell.out(`[${job.id}]+ ${job.source} &\n`);
  return 0;
};

function* waitForAll(shell: ShellContext): Run<number> {
  for (const job of shell.jobs) {
    for (const process of job.processes) if (process.exitStatus === undefined) yield* process.wait();
    job.isReported = true;
  }
  return 0;
}

/** POSIX' `wait`, and Kubehop's `wait DURATION` and `wait settled`. */
export const wait: Builtin = function* (shell, argv) {
  const words = argv.slice(1).filter((word) => word !== "-n" && word !== "-f" && word !== "--");
  const first = words[0];
  if (first === undefined) {
    if (argv.includes("-n")) return yield* waitForNext(shell);
    return yield* waitForAll(shell);
  }
  const settling = shell.sys.service(settlingService);
  if (first === "settled" && settling !== undefined) return yield* waitSettled(shell);
  const durationUs = parseDurationUs(first);
  if (durationUs !== undefined && words.length === 1) {
    const end = settling?.beginWait?.(`${first}`);
    try {
      yield* shell.sys.sleep(durationUs);
    } finally {
      end?.();
    }
    return 0;
  }
  let status = 0;
  for (const word of words) {
    const job = word.startsWith("%")
      ? findJob(shell, word)
      : shell.jobs.find((one) => one.processes.some((process) => `${process.pid}` === word));
    const process = word.startsWith("%")
      ? job === undefined
        ? undefined
        : last(job)
      : job?.processes.find((one) => `${one.pid}` === word);
    if (process === undefined) {
      if (word.startsWith("%")) {
        yield* shell.complain(`wait: ${word}: no such job`);
        status = 127;
      } else if (/^\d+$/.test(word)) {
        yield* shell.complain(`wait: pid ${word} is not a child of this shell`);
        status = settling === undefined ? 127 : 2;
        if (settling !== undefined) settling.hint?.("wait-needs-unit", { value: word });
      } else {
        yield* shell.complain(`wait: \`${word}': not a pid or valid job spec`);
        status = 2;
      }
      continue;
    }
    status = process.exitStatus ?? (yield* process.wait());
    if (job !== undefined) job.isReported = true;
  }
  return status;
};

function* waitForNext(shell: ShellContext): Run<number> {
  const running = shell.jobs.filter(isRunning).map(last);
  if (running.length === 0) return 127;
  const process = (yield (resume) => {
    let isOpen = true;
    for (const one of running) {
      one.onExit(() => {
        if (!isOpen) return;
        isOpen = false;
        resume(one);
      });
    }
    return () => {
      isOpen = false;
    };
  }) as Process;
  yield* shell.sys.work(1);
  return process.exitStatus ?? 0;
}

/** How long `wait settled` goes on. */
const settledMaxUs = 600_000_000;

function* waitSettled(shell: ShellContext): Run<number> {
  const settling = shell.sys.service(settlingService);
  if (settling === undefined) return 1;
  const { queue } = settling;
  const end = settling.beginWait?.("settled");
  const deadlineUs = shell.sys.nowUs() + settledMaxUs;
  try {
    for (;;) {
      // The timer is a periodic one, so that waiting is not itself what is waited for.
      const nextUs = queue.nextAperiodicAtUs();
      if (nextUs === undefined) return 0;
      const nowUs = shell.sys.nowUs();
      if (nextUs > deadlineUs || nowUs >= deadlineUs) {
        yield* pause(Math.max(1, deadlineUs - nowUs));
        yield* shell.complain("wait: not settled after 10m");
        return 1;
      }
      yield* pause(Math.max(1, nextUs - nowUs + 1));
    }
  } finally {
    end?.();
  }
  function* pause(us: number): Run<void> {
    yield (resume) => {
      const timer = queue.afterPeriodic(us, () => resume(undefined));
      return () => queue.cancel(timer);
    };
  }
}

export const kill: Builtin = function* (shell, argv) {
  const isBash = shell.flavour === "bash";
  let signal: SignalName = "SIGTERM";
  let words = argv.slice(1);
  const first = words[0];
  if (first === "-l" || first === "-L") {
    if (words[1] === undefined) {
      const names = Object.entries(signalNumber).sort((a, b) => a[1] - b[1]);
      yield* shell.out(names.map(([name, number]) => `${`${number}`.padStart(2)}) ${name}\n`).join(""));
      return 0;
    }
    const number = /^\d+$/.test(words[1]) ? Number(words[1]) % 128 : undefined;
    const named = parseSignal(number === undefined ? words[1] : `${number}`);
    if (named === undefined) {
      yield* shell.complain(`kill: ${words[1]}: invalid signal specification`);
      return 1;
    }
    yield* shell.out(number === undefined ? `${signalNumber[named]}\n` : `${named.slice(3)}\n`);
    return 0;
  }
  const isProbe = first === "-0" || (first === "-s" && words[1] === "0") || (first === "-n" && words[1] === "0");
  if (first === "-s" || first === "-n" || (first?.startsWith("-") === true && first !== "--" && !isProbe)) {
    const text = first === "-s" || first === "-n" ? (words[1] ?? "") : first.slice(1);
    words = words.slice(first === "-s" || first === "-n" ? 2 : 1);
    if (text !== "0") {
      const named = parseSignal(text);
      if (named === undefined) {
        yield* shell.complain(isBash ? `kill: ${text}: invalid signal specification` : `kill: invalid signal '${text}'`);
        return 1;
      }
      signal = named;
    }
  } else if (isProbe) words = words.slice(first === "-0" ? 1 : 2);
  if (words[0] === "--") words = words.slice(1);
  if (words.length === 0) {
    yield* shell.err("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n");
    return 2;
  }
  let status = 0;
  for (const word of words) {
    if (word.startsWith("%")) {
      const job = findJob(shell, word);
      if (job === undefined || !isRunning(job)) {
        yield* shell.complain(`kill: ${word}: no such job`);
        status = 1;
      } else if (!isProbe) shell.signalJob(job, signal);
      continue;
    }
    if (!/^-?\d+$/.test(word)) {
      yield* shell.complain(isBash ? `kill: ${word}: arguments must be process or job IDs` : `kill: invalid number '${word}'`);
      status = 1;
      continue;
    }
    const pid = Number(word);
    const isThere = isProbe
      ? shell.sys.processes().some((process) => process.pid === pid)
      : pid < 0
        ? shell.sys.killGroup(-pid, signal)
        : pid === 0
          ? shell.sys.killGroup(shell.sys.group, signal)
          : shell.sys.kill(pid, signal);
    if (isThere) continue;
    yield* shell.complain(
      isBash
        ? `kill: (${word}) - No such process`
        : shell.flavour === "dash"
          ? "kill: No such process"
          : `kill: can't kill pid ${word}: No such process`,
    );
    status = 1;
  }
  return status;
};

export const trap: Builtin = function* (shell, argv) {
  let words = argv.slice(1);
  if (words[0] === "--") words = words.slice(1);
  if (words.length === 0 || words[0] === "-p") {
    const order = (name: string): number => (name === "EXIT" ? 0 : (signalNumber[name as SignalName] ?? 100));
    const traps = [...shell.traps].sort((a, b) => order(a[0]) - order(b[0]));
    yield* shell.out(
      traps
        .map(
          ([name, action]) =>
            `trap -- '${action.replaceAll("'", "'\\''")}' ${shell.flavour === "bash" ? name : name.replace(/^SIG/, "")}\n`,
        )
        .join(""),
    );
    return 0;
  }
  if (words[0] === "-l") {
    yield* shell.out(
      Object.entries(signalNumber)
        .map(([name, number]) => `${`${number}`.padStart(2)}) ${name}\n`)
        .join(""),
    );
    return 0;
  }
  const isReset = words[0] === "-" || words.length === 1;
  const action = words[0] as string;
  let status = 0;
  for (const word of words.length === 1 ? words : words.slice(1)) {
    const upper = word.toUpperCase();
    const name =
      upper === "EXIT" || upper === "0" ? "EXIT" : upper === "ERR" || upper === "DEBUG" || upper === "RETURN" ? upper : parseSignal(word);
    if (name === undefined) {
      yield* shell.complain(shell.flavour === "bash" ? `trap: ${word}: invalid signal specification` : `trap: ${word}: bad trap`);
      status = 1;
      continue;
    }
    shell.setTrap(name, isReset ? undefined : action);
  }
  return status;
};

export const times: Builtin = function* (shell) {
  yield* shell.out("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n");
  return 0;
};

export const umask: Builtin = function* (shell, argv) {
  const text = argv[1];
  if (text === undefined) yield* shell.out(`${shell.umask.toString(8).padStart(4, "0")}\n`);
  else if (/^[0-7]{1,4}$/.test(text)) shell.umask = Number.parseInt(text, 8);
  return 0;
};

/** Accepted and without effect: nothing here has such limits. */
export const ulimit: Builtin = function* (shell, argv) {
  if (argv.length < 3 && !argv.includes("-a")) yield* shell.out(argv[1] === "-n" ? "1048576\n" : "unlimited\n");
  return 0;
};
