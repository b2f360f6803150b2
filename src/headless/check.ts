import { openPlayground } from "../playground/playground.ts";
import { type HeadlessOptions, readText } from "./input.ts";
import { printProblems } from "./problems.ts";

/** Parses and validates each file as opening it would; 1 when one has an error. */
export function check(files: readonly string[], options: HeadlessOptions): number {
  let status = 0;
  for (const file of files) {
    const text = readText(file);
    if (text === undefined) {
      status = 2;
      continue;
    }
    const opened = openPlayground(text);
    const problems = opened.ok ? opened.playground.scenario.problems : opened.problems;
    printProblems(file, problems, options.lang);
    if (!opened.ok) status = Math.max(status, 1);
  }
  return status;
}
