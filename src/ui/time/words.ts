import { type Args, say } from "../../messages/catalogue.ts";
import { enTime } from "../../messages/en-time.ts";
import { zhTime } from "../../messages/zh-time.ts";
import type { Said } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";

const catalogues = { en: enTime, zh: zhTime } as const;

export function sayTime(language: keyof typeof catalogues, code: string, args: Args = {}): string {
  return say(catalogues[language], code, args);
}

/** The words of time in the reader's language. */
export function useTimeWords(): (code: keyof typeof enTime, args?: Args) => string {
  const language = useLanguage((s) => s.language);
  return (code, args) => sayTime(language, code, args);
}

/** A sentence that came from the worker by its code. */
export function useTimeSay(): (said: Said) => string {
  const language = useLanguage((s) => s.language);
  return ({ code, args }) => sayTime(language, code, args);
}
