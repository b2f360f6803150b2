import { send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import { transcriptOf, typedLine } from "./transcript.ts";

/** Commands that buttons, menus and lessons put into a terminal. */
type Typist = (text: string, isEntered: boolean) => void;

const typists = new Map<number, Typist>();

export const commands = {
  register(terminal: number, typist: Typist): () => void {
    typists.set(terminal, typist);
    return () => typists.delete(terminal);
  },
  /** Types `text` at the terminal, as the user would; with `isEntered` also presses Enter. */
  type(terminal: number, text: string, isEntered: boolean): void {
    const typist = typists.get(terminal);
    if (typist !== undefined) typist(text, isEntered);
    // The widget is still loading: its shell is not.
    else if (isEntered && transcriptOf(terminal).prompt !== undefined) sendLine(terminal, text);
  },
  /** Runs a line at the terminal that is shown. */
  run(text: string): void {
    commands.type(usePage.getState().tabs.shown, text, true);
  },
};

/** The line goes to whoever reads that terminal. */
export function sendLine(terminal: number, text: string): void {
  typedLine(terminal, text);
  usePage.setState((s) => {
    const terminals = new Map(s.terminals);
    const before = terminals.get(terminal);
    const lineMs = performance.now();
    if (before !== undefined) terminals.set(terminal, { ...before, busySinceMs: lineMs, lineMs, hints: [] });
    return { terminals };
  });
  send({ type: "line", terminal, text });
}
