import { noFilters } from "../../graph/filter.ts";
import type { LinkView, RecordEntry } from "../../playground/protocol.ts";
import { showHop, usePlayback } from "../graph/playback.ts";
import { openTerminal } from "../terminal/transcript.ts";
import { withoutCulprits } from "./culprits.ts";
import { keep, load } from "./keep.ts";
import { onUpdate, send } from "./link-to-worker.ts";
import { type PageState, type Selection, usePage } from "./store.ts";

/** The user's work: text and record, kept on this machine as it is typed, and in links. Nothing of it is ever only in the worker. */
const textKey = "kubehop.text";
const ownKey = "kubehop.own";
/** What was done, for this tab: see keep-course.ts. */
export const courseKey = "kubehop.course";
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
  forgetTyped();
  if (usePage.getState().summary === undefined) {
    // There is no cluster yet that could go on with what it has.
    applyTimer = window.setTimeout(() => open(text), applyDelayMs);
    return;
  }
  if (settled) {
    send({ type: "edit", text, settled });
    return;
  }
  checkTimer = window.setTimeout(() => send({ type: "check", text }), checkDelayMs);
  applyTimer = window.setTimeout(() => {
    applyTimer = undefined;
    send({ type: "edit", text, settled: false });
  }, applyDelayMs);
}

/** Another text takes the place of what was typed: that must not come behind it. */
function forgetTyped(): void {
  window.clearTimeout(checkTimer);
  window.clearTimeout(applyTimer);
  applyTimer = undefined;
}

/** The editor lost the keys: what waits for the cursor to leave takes effect. */
export function settle(text: string): void {
  const { isApplied, problems } = usePage.getState();
  // What was typed last may not have been sent yet: it comes before the command that is typed next.
  const isUnsent = applyTimer !== undefined;
  if (isUnsent || (!isApplied && !problems.some((problem) => problem.severity === "error"))) edited(text, true);
}

/** The editor shows another text for a while: that of an earlier moment. Nothing is applied or saved. */
export function showText(text: string): void {
  for (const listener of textListeners) listener(text);
}

/** Replaces the text in the editor and applies it. */
export function setText(text: string): void {
  forgetTyped();
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
/** The cluster that opens is the one that broke down. */
let isRecovering = false;

export function isRecovery(): boolean {
  return isRecovering;
}

/** Told before the page's own state changes for a new cluster, and with undefined when it has. `isNew`: it begins from its text alone. */
type OpeningListener = (opening: { readonly text: string; readonly isNew: boolean } | undefined) => void;
const openingListeners = new Set<OpeningListener>();

export function onOpening(listener: OpeningListener): () => void {
  openingListeners.add(listener);
  return () => openingListeners.delete(listener);
}

/** A new cluster from this text; a link brings its record and what it looked at. */
export function open(text: string, record: readonly RecordEntry[] = [], view?: LinkView, untilUs = 0): void {
  forgetTyped();
  // The same text again keeps what is left out of its picture and what is folded in it; another one begins with everything.
  const isSame = view === undefined && (text === firstText || text === usePage.getState().text);
  const isNew = record.length === 0 && view === undefined && untilUs === 0;
  for (const listener of openingListeners) listener({ text, isNew });
  destination = undefined;
  firstText = text;
  openedRecord = record;
  openedView = view;
  isRecovering = false;
  openedUntilUs = Math.max(untilUs, Math.round((view?.timeMs ?? 0) * 1000));
  keepsText = false;
  usePage.setState({
    text,
    isReplaying: record.length > 0,
    ...(isSame ? { pins: {} } : seenAs(view ?? {})),
  });
  for (const listener of openingListeners) listener(undefined);
  save(text);
  for (const listener of textListeners) listener(text);
  send({ type: "open", text, record });
}

function seenAs({ pins = {}, filters = noFilters, collapsed = {}, shows, view }: LinkView): Partial<PageState> {
  return {
    pins,
    filters,
    collapsed,
    ...(shows && { showsSystem: shows.includes("system"), showsNoise: shows.includes("noise") }),
    ...(view && { view }),
  };
}

/** A course of events as far as it had come. */
export interface Course {
  readonly text: string;
  readonly record: readonly RecordEntry[];
  readonly nowUs: number;
}

/** Where a journey leads, until it has come there: the page still shows the course that was left. */
let destination: Course | undefined;
/** What was looked at before a journey, and whether time stood: so it is after it. */
let keptSelection: Selection | undefined;
let keptPause = false;

/** Goes to the end of another course of events. The picture stays until it is reached; pins, filters and the selection stay altogether. */
export function travel(course: Course): void {
  forgetTyped();
  const { text, record, nowUs } = course;
  destination = course;
  firstText = text;
  openedRecord = record;
  openedView = undefined;
  isRecovering = false;
  openedUntilUs = nowUs;
  keepsText = false;
  const { selection } = usePage.getState();
  keptSelection = selection?.kind === "object" ? selection : undefined;
  keptPause = usePlayback.getState().isPaused;
  usePage.setState({ isReplaying: true });
  send({ type: "open", text, record, untilUs: nowUs });
}

/** Takes up a course of which this page knows nothing yet, seen as it was, with the text as it stood, which the cluster may not have taken. */
export function resume(course: Course, ownText: string, view: LinkView): void {
  travel(course);
  keepsText = true;
  openedView = view;
  usePage.setState({ text: ownText, ...seenAs(view) });
  save(ownText);
}

/** The course that runs, as far as it has come. */
export function courseNow(): Course {
  if (destination !== undefined) return destination;
  const { record, nowUs } = usePage.getState();
  return { text: firstText, record, nowUs };
}

/** A new cluster from the text as it stands, if it is one that the server takes. */
export function restart(): void {
  if (usePage.getState().problems.some(({ severity }) => severity === "error")) return;
  open(usePage.getState().text);
}

/**
 * The same cluster again, with all that was done in it: after a crash of the worker. What was in the foreground then may have been the cause,
 * so its line is left out, and at each further try one entry more.
 */
export function reopen(attempt: number): void {
  const { record, isReplaying, terminals } = usePage.getState();
  const isOnTheWay = destination !== undefined || (isReplaying && record.length < openedRecord.length);
  const known = isOnTheWay ? openedRecord : record;
  const busy = [...terminals].filter(([, terminal]) => terminal.busySinceMs !== undefined).map(([id]) => id);
  openedRecord = withoutCulprits(known, busy, attempt);
  keepsText ||= destination === undefined;
  isRecovering = true;
  openedUntilUs = Math.max(openedUntilUs, destination === undefined ? usePage.getState().nowUs : 0);
  usePage.setState({ isReplaying: true });
  send({ type: "open", text: firstText, record: openedRecord });
}

/** Follows what the worker tells of the text, and takes a link's reader to the place that it shows. */
export function startSession(): () => void {
  return onUpdate((update) => {
    if (update.type === "opened") for (const terminal of usePage.getState().tabs.open) openTerminal(terminal);
    if (update.type !== "text") return;
    destination = undefined;
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
    if (keptSelection !== undefined) usePage.setState({ selection: keptSelection });
    if (keptPause) usePlayback.setState({ isPaused: true });
    keptSelection = undefined;
    keptPause = false;
  });
}

/** A link that was made while time stood, or while an earlier moment was looked at. */
export function isOfMoment({ paused, atMs }: LinkView): boolean {
  return paused === true || atMs !== undefined;
}

function look(view: LinkView): void {
  const { connection, hop, selection } = view;
  if (connection !== undefined) showHop(connection, hop ?? 0);
  if (selection !== undefined) usePage.setState({ selection: { kind: "object", id: selection } });
  // It goes no further than to where the link was made; time/open-moment.ts takes it from there.
  if (isOfMoment(view)) usePlayback.setState({ isPaused: true });
}

/** The text that the running cluster was opened with; what was edited since is in the record. */
export function openedText(): string {
  return firstText;
}

/** The record that the running cluster was opened with. */
export function openedEntries(): readonly RecordEntry[] {
  return openedRecord;
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
  return load(textKey, true) ?? load(textKey);
}

function save(text: string): void {
  keep(textKey, text, true);
  usePage.setState({ isKept: keep(textKey, text) });
}
