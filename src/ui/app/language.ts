import { create } from "zustand";
import type { AnyCatalogue } from "../../messages/catalogue.ts";
import { enUi } from "../../messages/en-ui.ts";
import { keep, load } from "../store/keep.ts";
import { usePage } from "../store/store.ts";

/**
 * The reader's language. The page's English words are in the first bundle; sentences about hops, problems and hints come right behind it,
 * another language when it is chosen.
 */
interface LanguageState {
  readonly language: "en" | "zh";
  readonly ui: Readonly<Record<keyof typeof enUi, string>>;
  readonly sentences: AnyCatalogue | undefined;
}

export const useLanguage = create<LanguageState>(() => ({ language: "en", ui: enUi, sentences: undefined }));

const key = "kubehop.language";

/** By choice: from then on it is no longer the browser's. */
export function setLanguage(language: "en" | "zh"): Promise<void> {
  keep(key, language);
  return showLanguage(language);
}

async function showLanguage(language: "en" | "zh"): Promise<void> {
  const sentences: AnyCatalogue = language === "zh" ? (await import("../../messages/zh.ts")).zh : (await import("../../messages/en.ts")).en;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  useLanguage.setState({ language, sentences, ui: sentences.ui as LanguageState["ui"] });
}

/** The first language. English sentences are not in the first graph, so they wait for it; all else of English is here already. */
export function startLanguage(): void {
  const language = firstLanguage();
  if (language !== "en") {
    void showLanguage(language);
    return;
  }
  const stop = usePage.subscribe(({ objects }) => {
    if (objects.size === 0) return;
    stop();
    requestAnimationFrame(() => void showLanguage("en"));
  });
}

/** The link's wish, else what was chosen before, else the browser's. */
function firstLanguage(): "en" | "zh" {
  const wish = new URLSearchParams(window.location.search).get("lang") ?? load(key) ?? navigator.language;
  return wish.startsWith("zh") ? "zh" : "en";
}
