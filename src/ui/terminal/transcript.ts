import type { Update } from "../../playground/protocol.ts";
import { send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";

/**
 * What each terminal has on its paper, kept apart from the widget that shows it: output may come before the widget has loaded (a link that
 * replays), and the widget may go and come back (another layout).
 */
export interface Transcript {
  /** All that was printed, prompts and typed lines included; the line being typed is not. */
  readonly text: string;
  /** undefined while a program runs in the foreground and reads nothing. */
  readonly prompt: string | undefined;
  readonly isAtLineStart: boolean;
  readonly history: readonly string[];
  /** How far the paper reached after each moment at which something came, oldest first. */
  readonly moments: readonly PaperMoment[];
}

interface PaperMoment {
  readonly timeUs: number;
  /** Counted from the paper's very beginning. */
  readonly length: number;
  readonly prompt: string | undefined;
}

const blank: Transcript = { text: "", prompt: undefined, isAtLineStart: true, history: [], moments: [] };
/** Older text goes first. */
const textMax = 400_000;
const historyMax = 1000;
const momentsMax = 2000;
/** Every terminal is as wide for its programs, so that a replay prints the same. */
const size = { columns: 100, rows: 24 };

const transcripts = new Map<number, Transcript>();

type Listener = (change: { readonly printed?: string; readonly prompt?: true; readonly cleared?: true }) => void;
const listeners = new Map<number, Set<Listener>>();

export function transcriptOf(terminal: number): Transcript {
  return transcripts.get(terminal) ?? blank;
}

/** The paper as it was when `atUs` had passed. */
export function paperAt(terminal: number, atUs: number): Pick<Transcript, "text" | "prompt" | "isAtLineStart"> {
  const { text, moments } = transcriptOf(terminal);
  const then = moments.findLast(({ timeUs }) => timeUs <= atUs);
  // Of what has gone off the paper's top nothing is left.
  const gone = (moments.at(-1)?.length ?? 0) - text.length;
  const shown = then === undefined ? "" : text.slice(0, Math.max(0, then.length - gone));
  return { text: shown, prompt: then?.prompt, isAtLineStart: shown === "" || shown.endsWith("\n") };
}

export function onTranscript(terminal: number, listener: Listener): () => void {
  const all = listeners.get(terminal) ?? new Set();
  listeners.set(terminal, all);
  all.add(listener);
  return () => all.delete(listener);
}

export function openTerminal(terminal: number): void {
  send({ type: "openTerminal", terminal, ...size });
}

export function closeTerminal(terminal: number): void {
  transcripts.delete(terminal);
  send({ type: "closeTerminal", terminal });
}

/** Writes on the paper as the terminal itself does: a prompt, what was typed. */
export function print(terminal: number, text: string, timeUs = usePage.getState().nowUs): void {
  if (text === "") return;
  const before = transcriptOf(terminal);
  const whole = before.text + text;
  transcripts.set(terminal, {
    ...before,
    text: whole.length > textMax ? whole.slice(-textMax) : whole,
    isAtLineStart: text.endsWith("\n"),
    moments: withMoment(before, { timeUs, length: lengthOf(before) + text.length, prompt: before.prompt }),
  });
  tell(terminal, { printed: text });
}

function lengthOf({ moments }: Transcript): number {
  return moments.at(-1)?.length ?? 0;
}

/** One entry for each moment: what came later in it counts. */
function withMoment({ moments }: Transcript, moment: PaperMoment): readonly PaperMoment[] {
  const last = moments.at(-1);
  const rest = last !== undefined && last.timeUs >= moment.timeUs ? moments.slice(0, -1) : moments;
  return [...rest.slice(-momentsMax), { ...moment, timeUs: Math.max(moment.timeUs, last?.timeUs ?? 0) }];
}

export function clearTranscript(terminal: number): void {
  transcripts.set(terminal, { ...transcriptOf(terminal), text: "", isAtLineStart: true, moments: [] });
  tell(terminal, { cleared: true });
}

/** The line was sent: it stands on the paper behind its prompt, and in the history. */
export function typedLine(terminal: number, text: string, timeUs?: number): void {
  const before = transcriptOf(terminal);
  print(terminal, `${paintPrompt(before.prompt ?? "")}${text}\r\n`, timeUs);
  const isNew = text.trim() !== "" && before.history.at(-1) !== text;
  transcripts.set(terminal, {
    ...transcriptOf(terminal),
    prompt: undefined,
    history: isNew ? [...before.history, text].slice(-historyMax) : before.history,
  });
}

/** Ctrl-C was pressed; the rest comes from the worker. */
export function printInterrupt(terminal: number, line: string): void {
  const { prompt } = transcriptOf(terminal);
  print(terminal, prompt === undefined ? "^C" : `${paintPrompt(prompt)}${line}^C\r\n`);
}

export function paintPrompt(prompt: string): string {
  return prompt === "" ? "" : `\x1b[38;2;138;162;255m${prompt}\x1b[0m`;
}

/** What the worker tells of terminals goes on paper. */
export function takeTerminalUpdate(update: Update): void {
  switch (update.type) {
    case "opened":
      for (const terminal of [...transcripts.keys()]) {
        transcripts.set(terminal, { ...blank, history: transcriptOf(terminal).history });
        tell(terminal, { cleared: true });
      }
      return;
    case "output":
      print(update.terminal, update.text, update.timeUs);
      return;
    case "typed":
      typedLine(update.terminal, update.text, update.timeUs);
      return;
    case "interrupted":
      printInterrupt(update.terminal, "");
      return;
    case "clear":
      clearTranscript(update.terminal);
      return;
    case "prompt":
      if (update.text !== undefined && update.text !== "" && !transcriptOf(update.terminal).isAtLineStart)
        print(update.terminal, "\r\n", update.timeUs);
      takePrompt(update.terminal, update.text, update.timeUs);
      tell(update.terminal, { prompt: true });
      return;
  }
}

function takePrompt(terminal: number, prompt: string | undefined, timeUs: number): void {
  const before = transcriptOf(terminal);
  transcripts.set(terminal, { ...before, prompt, moments: withMoment(before, { timeUs, length: lengthOf(before), prompt }) });
}

function tell(terminal: number, change: Parameters<Listener>[0]): void {
  for (const listener of listeners.get(terminal) ?? []) listener(change);
}
