import type { Catalogue } from "./catalogue.ts";
import { enHints } from "./en-hints.ts";
import { enProblems } from "./en-problems.ts";
import { enReasons } from "./en-reasons.ts";
import { enUi } from "./en-ui.ts";

/** English: the measure for every other language. */
export const en = {
  language: "English",
  ui: enUi,
  problems: enProblems,
  hints: enHints,
  reasons: enReasons,
} as const satisfies Catalogue<keyof typeof enUi, keyof typeof enProblems, keyof typeof enHints & string, keyof typeof enReasons>;
