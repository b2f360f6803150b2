import type { RecordEntry } from "../../playground/protocol.ts";
import { ask, send } from "./link-to-worker.ts";
import { usePage } from "./store.ts";

/** The user's work: text and record, kept on this machine as it is typed, and in links. Nothing of it is ever only in the worker. */
const textKey = "kubehop.text";
/** Markers come this long after a key, a well-formed edit is applied this long after the last one. */
const checkDelayMs = 40;
const applyDelayMs = 300;

let checkTimer: number | undefined;
let applyTimer: number | undefined;

type TextListener = (text: string) => void;
const textListeners = new Set<TextListener>();

/** Called when the text is replaced by something else than typing: a link, an example, a mend. */
export function onTextSet(listener: TextListener): () => void {
  textListeners.add(listener);
  return () => textListeners.delete(listener);
}

/** The editor's text changed by typing; `settled` when the cursor left the document. */
export function edited(text: string, settled: boolean): void {
  usePage.setState({ text });
  save(text);
  window.clearTimeout(checkTimer);
  window.clearTimeout(applyTimer);
  if (settled) {
    send({ type: "edit", text, settled });
    return;
  }
  checkTimer = window.setTimeout(() => send({ type: "check", text }), checkDelayMs);
  applyTimer = window.setTimeout(() => send({ type: "edit", text, settled: false }), applyDelayMs);
}

/** Replaces the text in the editor and applies it. */
export function setText(text: string): void {
  usePage.setState({ text });
  save(text);
  for (const listener of textListeners) listener(text);
  send({ type: "edit", text, settled: true });
}

/** The text that the running cluster was opened with. */
let openedText = "";

/** A new cluster from this text; a link brings its record along. */
export function open(text: string, record: readonly RecordEntry[] = []): void {
  openedText = text;
  usePage.setState({ text, pins: {} });
  save(text);
  for (const listener of textListeners) listener(text);
  send({ type: "open", text, record });
}

/** A new cluster from the text as it stands. */
export function restart(): void {
  open(usePage.getState().text);
}

/** The same cluster again, with all that was done in it: after a crash of the worker. */
export function reopen(): void {
  const { record } = usePage.getState();
  send({ type: "open", text: openedText, record });
}

export function savedText(): string | undefined {
  try {
    return localStorage.getItem(textKey) ?? undefined;
  } catch {
    return undefined;
  }
}

function save(text: string): void {
  try {
    localStorage.setItem(textKey, text);
  } catch {
    // A full or forbidden store: the text is still in the editor and in every link.
  }
}

/** The link to what stands here now: the page's own address with everything in its fragment. */
export async function makeLink(): Promise<string> {
  const { view, selection, pins } = usePage.getState();
  const fragment = await ask<string>({
    type: "link",
    view: {
      view,
      ...(selection === undefined ? {} : { selection: selection.kind === "object" ? selection.id : selection.connection }),
      ...(Object.keys(pins).length === 0 ? {} : { pins }),
    },
  });
  return `${window.location.origin}${window.location.pathname}${window.location.search}${fragment}`;
}
