import { type Program, type Run, Signal, type Sys } from "../machine/syscall.ts";
import { isRunning, jobLine } from "./builtins/jobs.ts";
import type { Flavour } from "./context.ts";
import { ExitControl, ExpansionFailure, Interrupted, LoopControl, ReturnControl } from "./control.ts";
import { ShellParser, ShellSyntaxError } from "./parse.ts";
import { promptText } from "./prompt.ts";
import { Shell } from "./shell.ts";

/** A shell at a terminal: prompt, line, run, again, until `exit` or the end of input. */
export function* runInteractively(sys: Sys, options: { readonly flavour: Flavour; readonly name: string }): Program {
  const { terminal } = sys;
  const foreground = (group: number | undefined): void => {
    terminal?.setForeground({
      place: sys.host.place,
      group: group ?? sys.group,
      interrupt: (signal) => {
        sys.killGroup(group ?? sys.group, signal);
      },
    });
  };
  const shell = new Shell(sys, { ...options, isInteractive: true, hasJobControl: true, onForeground: foreground });
  foreground(undefined);
  sys.onSignal("SIGTERM", "ignore");
  sys.onSignal("SIGINT", "throw");
  for (;;) {
    try {
      yield* tellOfJobs(shell);
      const text = yield* readCommand(sys, shell);
      if (text === undefined) {
        if (options.flavour === "bash") yield* sys.err("exit\n");
        return yield* shell.finish(shell.lastStatus);
      }
      if (text.trim() !== "") shell.history.push(text.replace(/\n$/, ""));
      shell.lastStatus = yield* shell.runText(text);
      if (text.trim() !== "") terminal?.ended?.(shell.lastStatus);
    } catch (control) {
      const end = yield* afterControl(shell, control);
      if (end !== undefined) return end;
    }
  }
}

/** What a thrown control means at the prompt: the status with which the shell ends, or undefined to go on. */
export function* afterControl(shell: Shell, control: unknown): Run<number | undefined> {
  if (control instanceof ExitControl) return yield* shell.finish(control.status);
  if (control instanceof Interrupted || (control instanceof Signal && control.name === "SIGINT")) {
    shell.lastStatus = 130;
    yield* shell.err("\n");
    return undefined;
  }
  if (control instanceof ExpansionFailure || control instanceof ReturnControl) {
    shell.lastStatus = control.status;
    return undefined;
  }
  if (control instanceof LoopControl) return undefined;
  throw control;
}

/** One complete command: lines are asked for until quotes, loops and here-documents are closed. undefined at the end of input. */
function* readCommand(sys: Sys, shell: Shell): Run<string | undefined> {
  let text = "";
  let prompt = shell.variables.get("PS1") ?? promptText(shell.flavour, sys.host, sys.cwd);
  for (;;) {
    const line = yield* sys.stdin.readLine(prompt);
    if (line === "") return text === "" ? undefined : text;
    text += line;
    if (isComplete(text, shell)) return text;
    prompt = shell.variables.get("PS2") ?? "> ";
  }
}

function isComplete(text: string, shell: Shell): boolean {
  if (/(^|[^\\])(\\\\)*\\\n$/.test(text)) return false;
  try {
    const parser = new ShellParser(text, { aliases: shell.aliases, isPosix: shell.flavour === "dash" });
    parser.whole();
    return parser.openDocument === undefined;
  } catch (error) {
    if (error instanceof ShellSyntaxError) return !error.problem.isIncomplete;
    throw error;
  }
}

/** `[1]+  Done    sleep 1`, before the next prompt. */
function* tellOfJobs(shell: Shell): Run<void> {
  for (const job of shell.jobs) {
    if (job.isReported || isRunning(job)) continue;
    yield* shell.err(jobLine(shell, job));
    job.isReported = true;
  }
}
