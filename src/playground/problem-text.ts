import { type AnyCatalogue, say } from "../messages/catalogue.ts";
import { en } from "../messages/en.ts";
import type { Problem } from "../scenario/problem.ts";

/** `12:7: spec.type: Unsupported value … — How to mend it.` */
export function problemText(problem: Problem, catalogue: AnyCatalogue = en): string {
  const words = say(catalogue.problems, problem.code, problem.args);
  const text = problem.detail === undefined ? words : `${problem.detail.trimEnd()} — ${words}`;
  return `${problem.line}:${problem.column}: ${problem.severity === "warning" ? "warning: " : ""}${text}`;
}
