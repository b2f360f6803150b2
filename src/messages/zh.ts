import type { Catalogue } from "./catalogue.ts";
import type { en } from "./en.ts";
import { zhHints } from "./zh-hints.ts";
import { zhProblems } from "./zh-problems.ts";
import { zhReasons } from "./zh-reasons.ts";
import { zhUi } from "./zh-ui.ts";

/** 简体中文. */
export const zh: Catalogue<keyof typeof en.ui, keyof typeof en.problems, keyof typeof en.hints & string, keyof typeof en.reasons> = {
  language: "简体中文",
  ui: zhUi,
  problems: zhProblems,
  hints: zhHints,
  reasons: zhReasons,
};
