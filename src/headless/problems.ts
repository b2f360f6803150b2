import { en } from "../messages/en.ts";
import { zh } from "../messages/zh.ts";
import { problemText } from "../playground/problem-text.ts";
import type { Problem } from "../scenario/problem.ts";

/** `FILE:LINE:COL: message`, one a problem, on standard error. */
export function printProblems(file: string, problems: readonly Problem[], lang: "en" | "zh"): void {
  for (const problem of problems) process.stderr.write(`${file}:${problemText(problem, lang === "zh" ? zh : en)}\n`);
}
