import type { LinkView, RecordEntry } from "../../playground/protocol.ts";
import { showHop, usePlayback } from "../graph/playback.ts";
import { openTerminal } from "../terminal/transcript.ts";
import { withoutCulprits } from "./culprits.ts";
import { keep, load } from "./keep.ts";
import { ask, onUpdate, send } from "./link-to-worker.ts";
import { usePage } from "./store.ts";

/** The user's work: text and record, kept on this machine as it is typed, and in links. Nothing of it is ever only in the worker. */
const textKey = "kubehop.text";
const ownKey = "kubehop.own";
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

/** The editor lost the keys: what waits for the cursor to leave takes effect. */
export function settle(text: string): void {
  const { isApplied, problems } = usePage.getState();
  if (!isApplied && !problems.some((problem) => problem.severity === "error")) edited(text, true);
}

/** Replaces the text in the editor and applies it. */
export function setText(text: string): void {
  usePage.setState({ text });
  save(text);
  for (const listener of textListeners) listener(text);
  send({ type: "edit", text, settled: true });
}

/** What the running cluster was opened with. */
let firstText = "";
let openedRecord: readonly RecordEntry[] = [];
let openedView: LinkView | undefined;
/** How far the new cluster is taken at once, at least. */
let openedUntilUs = 0;
/** After a crash the user's own text stays in the editor, whatever the record says. */
let keepsText = false;

/** A new cluster from this text; a link brings its record and what it looked at. */
export function open(text: string, record: readonly RecordEntry[] = [], view?: LinkView, untilUs = 0): void {
  firstText = text;
  openedRecord = record;
  openedView = view;
  openedUntilUs = Math.max(untilUs, Math.round((view?.timeMs ?? 0) * 1000));
  keepsText = false;
  usePage.setState({
    text,
    pins: view?.pins ?? {},
    isReplaying: record.length > 0,
    ...(view?.view === undefined ? {} : { view: view.view }),
  });
  save(text);
  for (const listener of textListeners) listener(text);
  send({ type: "open", text, record });
}

/** A new cluster from the text as it stands. */
export function restart(): void {
  open(usePage.getState().text);
}

/**
 * The same cluster again, with all that was done in it: after a crash of the worker. What was in the foreground then may have been the cause,
 * so its line is left out, and at each further try one entry more.
 */
export function reopen(attempt: number): void {
  const { record, isReplaying, terminals } = usePage.getState();
  const known = isReplaying && record.length < openedRecord.length ? openedRecord : record;
  const busy = [...terminals].filter(([, terminal]) => terminal.busySinceMs !== undefined).map(([id]) => id);
  openedRecord = withoutCulprits(known, busy, attempt);
  keepsText = true;
  openedUntilUs = Math.max(openedUntilUs, usePage.getState().nowUs);
  usePage.setState({ isReplaying: true });
  send({ type: "open", text: firstText, record: openedRecord });
}

/** Follows what the worker tells of the text, and takes a link's reader to the place that it shows. */
export function startSession(): () => void {
  return onUpdate((update) => {
    if (update.type === "opened") for (const terminal of usePage.getState().tabs.open) openTerminal(terminal);
    if (update.type !== "text") return;
    const { text } = usePage.getState();
    if (keepsText) {
      if (text !== update.text) send({ type: "edit", text, settled: false });
    } else if (text !== update.text) {
      usePage.setState({ text: update.text });
      save(update.text);
      for (const listener of textListeners) listener(update.text);
    }
    if (openedView !== undefined) look(openedView);
    openedView = undefined;
  });
}

function look({ connection, hop, selection }: LinkView): void {
  if (connection !== undefined) showHop(connection, hop ?? 0);
  else if (selection !== undefined) usePage.setState({ selection: { kind: "object", id: selection } });
}

/** The text that the running cluster was opened with; what was edited since is in the record. */
export function openedText(): string {
  return firstText;
}

/** The simulated time to which a link's reader is taken at once. */
export function openedTimeUs(): number {
  return openedUntilUs;
}

/** Before a link's text takes the place of the reader's own work, that is put aside. */
export function keepOwnText(): void {
  const text = savedText();
  if (text !== undefined) keep(ownKey, text);
}

export function ownText(): string | undefined {
  return load(ownKey);
}

export function savedText(): string | undefined {
  return load(textKey);
}

function save(text: string): void {
  keep(textKey, text);
}

/** The link to what stands here now: the page's own address with everything in its fragment. */
export async function makeLink(): Promise<string> {
  const { view, selection, pins, nowUs } = usePage.getState();
  const { connection, at } = usePlayback.getState();
  const looked =
    selection?.kind === "object"
      ? { selection: selection.id }
      : selection?.kind === "connection"
        ? { connection: selection.connection, ...(selection.connection === connection ? { hop: at } : {}) }
        : {};
  const fragment = await ask<string>({
    type: "link",
    view: { view, timeMs: Math.round(nowUs / 1000), ...looked, ...(Object.keys(pins).length === 0 ? {} : { pins }) },
  });
  return `${window.location.origin}${window.location.pathname}${window.location.search}${fragment}`;
}
