import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  type OpenOptions,
  type OpenScenario,
  openScenario,
  type RunOptions,
  type RunResult,
  ScenarioError,
} from "../playground/library.ts";
import { defaultLimits } from "../playground/run-until.ts";
import { durationUs, type HeadlessOptions } from "./input.ts";
import { printProblems } from "./problems.ts";

/** A shell script on standard input, its output on ours; the status of its last command. */
export function runScript(file: string, text: string, options: HeadlessOptions): number {
  const opened = open(file, text, options, { commands: toStreams(options), onCommand: (result) => printHints(result, options) });
  if (opened === undefined) return 2;
  const result = opened.run(readFileSync(0, "utf8"), toStreams(options));
  printHints(result, options);
  return result.exit;
}

function toStreams(options: HeadlessOptions): RunOptions {
  return {
    limits: { ...defaultLimits, timeUs: options.limitUs },
    onStdout: (piece) => write(1, piece),
    onStderr: (piece) => write(2, piece),
  };
}

function printHints({ hints }: RunResult, options: HeadlessOptions): void {
  if (!options.hints) return;
  for (const hint of hints) write(2, `hint: ${hint.text}${hint.command === undefined ? "" : `\n      ${hint.command}`}\n`);
}

/**
 * One JSON object a line in, one a line out, in order; nothing else goes to standard output. Never stops at a failing command; one shell for all.
 */
export async function runJson(file: string, text: string, options: HeadlessOptions): Promise<number> {
  const opened = open(file, text, options, { commands: { limits: { ...defaultLimits, timeUs: options.limitUs } } });
  if (opened === undefined) return 2;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== "") write(1, `${JSON.stringify(answer(opened, line, options))}\n`);
  }
  return 0;
}

function answer(opened: OpenScenario, line: string, options: HeadlessOptions): object {
  let asked: unknown;
  try {
    asked = JSON.parse(line);
  } catch (error) {
    return { error: `not JSON: ${error instanceof Error ? error.message : String(error)}`, exit: 2 };
  }
  if (typeof asked !== "object" || asked === null || !("run" in asked) || typeof asked.run !== "string") {
    return { error: 'a line is an object with "run": a text', exit: 2 };
  }
  const interrupt = "interruptAfter" in asked ? durationUs(String(asked.interruptAfter)) : undefined;
  if ("interruptAfter" in asked && interrupt === undefined) return { error: '"interruptAfter" is a duration such as "6s"', exit: 2 };
  const { exit, stdout, stderr, hints, time } = opened.run(asked.run, {
    limits: { ...defaultLimits, timeUs: options.limitUs },
    ...(interrupt === undefined ? {} : { interruptAfterMs: interrupt / 1000 }),
  });
  return { run: asked.run, exit, stdout, stderr, hints, time };
}

function open(
  file: string,
  text: string,
  options: HeadlessOptions,
  commands: Pick<OpenOptions, "commands" | "onCommand">,
): OpenScenario | undefined {
  try {
    return openScenario(text, {
      ...commands,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.proxyMode === undefined ? {} : { proxyMode: options.proxyMode }),
    });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    printProblems(file, error.problems, options.lang);
    return undefined;
  }
}

/** Synchronous and whole: a reader that is slow makes us wait, one that is gone ends us quietly. */
function write(fd: 1 | 2, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EAGAIN") continue;
      if (code === "EPIPE") process.exit(141);
      throw error;
    }
  }
}
