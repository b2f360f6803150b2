import { say } from "../messages/catalogue.ts";
import { en } from "../messages/en.ts";
import { openPlayground } from "../playground/playground.ts";
import { readScenarioLink } from "../playground/read-link.ts";
import type { HeadlessOptions } from "./input.ts";
import { printProblems } from "./problems.ts";

export function writeScenarioLink(file: string, text: string, options: HeadlessOptions): number {
  const opened = openPlayground(text);
  if (!opened.ok) {
    printProblems(file, opened.problems, options.lang);
    return 2;
  }
  process.stdout.write(`${options.base}${opened.playground.link()}\n`);
  return 0;
}

export function openLink(link: string): number {
  const read = readScenarioLink(link);
  if ("problem" in read) {
    process.stderr.write(`kubehop: this link can't be opened. ${say(en.problems, read.problem, {})}\n`);
    return 1;
  }
  process.stdout.write(read.text.endsWith("\n") ? read.text : `${read.text}\n`);
  return 0;
}
