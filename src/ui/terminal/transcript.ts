import type { Update } from "../../playground/protocol.ts";
import { send } from "../store/link-to-worker.ts";
import { forgetTerminal, usePage } from "../store/store.ts";
import { blankPaper, printed, prompted, type TimedPaper } from "./paper.ts";

/**
 * What each terminal has on its paper, kept apart from the widget that shows it: output may come before the widget has loaded (a link that
 * replays), and the widget may go and come back (another layout).
 */
export interface Transcript extends TimedPaper {
  readonly history: readonly string[];
}

const blank: Transcript = { ...blankPaper, history: [] };
const historyMax = 1000;
/** Every terminal is as wide for its programs, so that a replay prints the same. */
const size = { columns: 100, rows: 24 };

const transcripts = new Map<number, Transcript>();

type Listener = (change: { readonly printed?: string; readonly prompt?: true; readonly cleared?: true }) => void;
const listeners = new Map<number, Set<Listener>>();

export function transcriptOf(terminal: number): Transcript {
  return transcripts.get(terminal) ?? blank;
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
  forgetTerminal(terminal);
  send({ type: "closeTerminal", terminal });
}

/** Writes on the paper as the terminal itself does: a prompt, what was typed. */
export function print(terminal: number, text: string, timeUs = usePage.getState().nowUs): void {
  if (text === "") return;
  const before = transcriptOf(terminal);
  transcripts.set(terminal, { ...before, ...printed(before, text, timeUs) });
  tell(terminal, { printed: text });
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
      transcripts.set(update.terminal, {
        ...transcriptOf(update.terminal),
        ...prompted(transcriptOf(update.terminal), update.text, update.timeUs),
      });
      tell(update.terminal, { prompt: true });
      return;
  }
}

function tell(terminal: number, change: Parameters<Listener>[0]): void {
  for (const listener of listeners.get(terminal) ?? []) listener(change);
}
