import { keep, load } from "../store/keep.ts";

const key = "kubehop.theme";

export function firstTheme(): "light" | "dark" {
  const wish = new URLSearchParams(window.location.search).get("theme") ?? load(key);
  if (wish === "light" || wish === "dark") return wish;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** By choice: from then on it is no longer the system's. */
export function setTheme(theme: "light" | "dark"): void {
  keep(key, theme);
  showTheme(theme);
}

export function showTheme(theme: "light" | "dark"): void {
  document.documentElement.dataset["theme"] = theme;
  for (const listener of listeners) listener(theme);
}

export function currentTheme(): "light" | "dark" {
  return document.documentElement.dataset["theme"] === "dark" ? "dark" : "light";
}

/** The editor and the terminal paint themselves and want to know. */
type Listener = (theme: "light" | "dark") => void;
const listeners = new Set<Listener>();
export function onTheme(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
