import { say } from "../../messages/catalogue.ts";
import type { Said } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";

/** Says a sentence in the reader's language; the hop's own reasons are found too. */
export function useSay(): (said: Said) => string {
  const sentences = useLanguage((s) => s.sentences);
  return ({ code, args }) => {
    if (sentences === undefined) return "";
    return code in sentences.problems ? say(sentences.problems, code, args) : say(sentences.reasons, code, args);
  };
}
