import { FitAddon } from "@xterm/addon-fit";
import { Terminal as Xterm } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { codeSize } from "../app/type-size.ts";
import { ask, send } from "../store/link-to-worker.ts";
import { clockOf } from "../time/clock.ts";
import { useLook } from "../time/look.ts";
import { sayTime } from "../time/words.ts";
import { commands, sendLine } from "./commands.ts";
import { accepted, emptyLine, insert, type Line, press } from "./line-editor.ts";
import { type Paper, paperAt } from "./paper.ts";
import { clearTranscript, onTranscript, paintPrompt, printInterrupt, transcriptOf } from "./transcript.ts";

/** Colours are the terminal's own in both themes: real output looks as it does in a terminal. */
const colours = {
  background: "#10141b",
  foreground: "#d7dde7",
  cursor: "#8aa2ff",
  selectionBackground: "#394253",
  brightBlack: "#7f8a9b",
  scrollbarSliderBackground: "#39425399",
  scrollbarSliderHoverBackground: "#4a5568cc",
};

/** Of a paper that is shown anew so many characters are drawn. */
const redrawnMax = 60_000;

/** RIS, full reset. In line with what is written: xterm's own `reset()` comes before what it has not drawn yet, which would then stand there twice. */
const reset = "\x1bc";

/** One terminal: xterm shows, this edits the line, the worker's shell does the rest. */
export default function Terminal({ id, isShown }: { id: number; isShown: boolean }) {
  const hostRef = useRef<HTMLDivElement>(null);
  const { ui } = useLanguage();
  const fitRef = useRef<() => void>(() => undefined);

  useEffect(() => {
    const host = hostRef.current;
    if (host === null) return;
    const terminal = new Xterm({
      fontFamily: "JetBrains Mono Variable, DejaVu Sans Mono, monospace",
      fontSize: codeSize(),
      lineHeight: 1.25,
      cursorBlink: false,
      convertEol: true,
      screenReaderMode: true,
      // Text is read on a projector as well: the ratio that WCAG asks for.
      minimumContrastRatio: 4.5,
      scrollback: 5000,
      theme: colours,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(host);
    fitRef.current = () => {
      if (host.clientWidth > 40 && host.clientHeight > 20) fit.fit();
    };
    fitRef.current();
    const observer = new ResizeObserver(() => fitRef.current());
    observer.observe(host);
    const session = new LineSession(terminal, id);
    const stopTranscript = onTranscript(id, (change) => {
      if (change.cleared === true) session.cleared();
      if (change.printed !== undefined) session.printed(change.printed);
      if (change.prompt === true) session.prompt();
    });
    const stopCommands = commands.register(id, (text, isEntered) => {
      session.type(text, isEntered);
      terminal.focus();
    });
    terminal.attachCustomKeyEventHandler((event) => session.wants(event));
    const typed = terminal.onData((data) => session.typed(data));
    session.start();
    const lookBack = () => session.lookBack(useLook.getState().atUs);
    lookBack();
    const stopLooking = useLook.subscribe(lookBack);
    return () => {
      stopLooking();
      observer.disconnect();
      stopTranscript();
      stopCommands();
      typed.dispose();
      terminal.dispose();
    };
  }, [id]);

  useEffect(() => {
    if (isShown) fitRef.current();
  }, [isShown]);

  return (
    <section
      ref={hostRef}
      id={`terminal-${id}`}
      className="terminal-host"
      hidden={!isShown}
      aria-label={`${ui.terminal} ${id}. ${ui.leaveTerminal}`}
    />
  );
}

/** The line being typed, between xterm, the paper and the worker. */
class LineSession {
  #line: Line = emptyLine;
  /** Lines that were pasted or typed ahead, for when the shell reads again. */
  #waiting: string[] = [];
  /** Rows of the drawn line above the cursor's; undefined when no line is drawn. */
  #drawnRows: number | undefined;
  /** What a program printed without a newline before it began to read: it stands before the line. */
  #lead = "";
  /** The paper of the earlier moment that is looked at; what came later is not on it. */
  #then: Paper | undefined;
  readonly #terminal: Xterm;
  readonly #id: number;

  constructor(terminal: Xterm, id: number) {
    this.#terminal = terminal;
    this.#id = id;
  }

  /** Shows what the paper has already. */
  start(): void {
    const { text, history } = transcriptOf(this.#id);
    this.#line = { ...emptyLine, history, at: history.length };
    this.#terminal.write(text);
    this.prompt();
  }

  get #paper(): Paper {
    return this.#then ?? transcriptOf(this.#id);
  }

  get #prompt(): string | undefined {
    return this.#paper.prompt;
  }

  /** Shows the paper as it was; undefined: as it is. */
  lookBack(atUs: number | undefined): void {
    if (atUs === undefined && this.#then === undefined) return;
    const { text } = transcriptOf(this.#id);
    const then = atUs === undefined ? undefined : paperAt(transcriptOf(this.#id), atUs);
    if (then !== undefined && then.text.length === this.#then?.text.length && then.prompt === this.#then.prompt) return;
    this.#then = then;
    this.#terminal.write(reset);
    this.#drawnRows = undefined;
    this.#terminal.write((then?.text ?? text).slice(-redrawnMax));
    if (atUs !== undefined && then !== undefined && then.text.length < text.length) {
      const { language } = useLanguage.getState();
      const words = sayTime(language, "laterOutput", { time: clockOf(atUs) });
      this.#terminal.write(`${then.isAtLineStart ? "" : "\r\n"}\x1b[2m┄┄ ${words} ┄┄\x1b[0m\r\n`);
      this.#then = { ...then, isAtLineStart: true };
    }
    this.prompt();
  }

  cleared(): void {
    this.#terminal.write(reset);
    this.#drawnRows = undefined;
    this.#waiting = [];
    const { history } = transcriptOf(this.#id);
    this.#line = { ...this.#line, history, at: history.length };
  }

  printed(text: string): void {
    if (this.#then !== undefined) return; // it is later than what is looked at
    this.#wipe();
    this.#terminal.write(text);
  }

  /** The shell, or a program, reads or has stopped to read. */
  prompt(): void {
    if (this.#prompt === undefined) return;
    const next = this.#waiting.shift();
    if (next !== undefined) this.#send(next);
    else this.#redraw();
  }

  /** Types a command for the user, visibly; Enter is theirs unless told otherwise. */
  type(text: string, isEntered: boolean): void {
    if (this.#prompt === undefined) {
      if (isEntered) this.#waiting.push(text);
      return;
    }
    this.#line = insert({ ...this.#line, text: "", cursor: 0, search: undefined }, text);
    this.#redraw();
    if (isEntered) this.#enter();
  }

  /** Keys that the page keeps for itself: Shift+Tab leaves, Ctrl+C copies while something is selected. */
  wants(event: KeyboardEvent): boolean {
    if (event.key === "Tab" && event.shiftKey) return false;
    if (event.key === "F6") return false;
    if (event.ctrlKey && event.shiftKey && event.key.toLowerCase() === "p") return false;
    if (event.ctrlKey && event.key === "c" && this.#terminal.hasSelection()) return false;
    return true;
  }

  typed(data: string): void {
    if (data.length > 1 && !data.startsWith("\x1b") && /[\r\n]/.test(data)) {
      this.#paste(data);
      return;
    }
    switch (data) {
      case "\r":
        this.#enter();
        return;
      case "\x03": // Ctrl-C
        this.#interrupt();
        return;
      case "\x04":
        if (this.#line.text === "") {
          send({ type: "endOfInput", terminal: this.#id });
          return;
        }
        break;
      case "\x0c": // Ctrl-L
        clearTranscript(this.#id);
        this.#redraw();
        return;
      case "\t":
        void this.#complete();
        return;
    }
    const isKey = data.startsWith("\x1b") || data.charCodeAt(0) < 32 || data === "\x7f";
    this.#line = isKey ? press(this.#line, data) : insert(this.#line, data);
    if (this.#prompt !== undefined || this.#then !== undefined) this.#redraw();
  }

  #paste(data: string): void {
    const lines = data.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
    const last = lines.pop() as string;
    lines[0] = this.#line.text + (lines[0] ?? "");
    this.#line = { ...this.#line, text: "", cursor: 0 };
    this.#waiting.push(...lines);
    this.prompt();
    // What stands behind the last newline is not sent: it waits on the line for Enter.
    if (last !== "") this.#line = insert(this.#line, last);
    if (this.#prompt !== undefined) this.#redraw();
  }

  #enter(): void {
    const { text } = this.#line;
    this.#line = accepted(this.#line);
    // What is typed in the past goes to whoever runs there.
    if (this.#prompt === undefined && this.#then === undefined) this.#waiting.push(text);
    else this.#send(text);
  }

  #send(text: string): void {
    // The line joins the history; what is being typed beside it stays as it is.
    const { text: typed, cursor } = this.#line;
    if (this.#line.history.at(-1) !== text) this.#line = { ...accepted({ ...this.#line, text }), text: typed, cursor };
    this.#wipe();
    sendLine(this.#id, text);
  }

  #interrupt(): void {
    this.#waiting = [];
    const { text, history } = this.#line;
    this.#wipe();
    this.#line = { ...emptyLine, history, at: history.length, killed: this.#line.killed };
    const wasReading = this.#prompt !== undefined;
    printInterrupt(this.#id, text);
    send({ type: "interrupt", terminal: this.#id });
    if (wasReading) this.#redraw();
  }

  async #complete(): Promise<void> {
    if (this.#prompt === undefined) return;
    const { text, cursor } = this.#line;
    const answer = await ask<{ readonly from: number; readonly candidates: readonly string[] }>({
      type: "complete",
      terminal: this.#id,
      text,
      cursor,
    });
    if (this.#line.text !== text || answer.candidates.length === 0) return;
    const typed = text.slice(answer.from, cursor);
    const common = commonPrefix(answer.candidates);
    const isOnly = answer.candidates.length === 1;
    if (isOnly || common.length > typed.length) {
      const piece = isOnly && !/[=/]$/.test(common) ? `${common} ` : common;
      this.#line = { ...this.#line, text: text.slice(0, answer.from) + piece + text.slice(cursor), cursor: answer.from + piece.length };
    } else {
      this.#wipe();
      this.#terminal.write(`${paintPrompt(this.#prompt ?? "")}${text}\r\n${columns(answer.candidates, this.#terminal.cols)}\r\n`);
    }
    this.#redraw();
  }

  /** Takes the line being typed off the screen; the paper does not have it. */
  #wipe(): void {
    if (this.#drawnRows === undefined) return;
    this.#terminal.write(`${this.#drawnRows > 0 ? `\x1b[${this.#drawnRows}A` : ""}\r\x1b[J${this.#lead}`);
    this.#drawnRows = undefined;
  }

  #redraw(): void {
    const { text, cursor, search } = this.#line;
    const head = search === undefined ? (this.#prompt ?? "") : `(reverse-i-search)\`${search}': `;
    const width = this.#terminal.cols;
    this.#wipe();
    const colouredHead = search === undefined ? paintPrompt(head) : head;
    const paper = this.#paper;
    this.#lead = paper.isAtLineStart ? "" : paper.text.slice(paper.text.lastIndexOf("\n") + 1);
    const before = visibleLength(this.#lead) + head.length;
    const total = before + text.length;
    // A full last row leaves xterm's cursor on that row; a space takes it to the next one.
    const pad = total > 0 && total % width === 0 ? " \b" : "";
    const target = before + cursor;
    const targetRow = Math.floor(target / width);
    const back = Math.floor(total / width) - targetRow;
    const column = target % width;
    this.#terminal.write(`${colouredHead}${text}${pad}${back > 0 ? `\x1b[${back}A` : ""}\r${column > 0 ? `\x1b[${column}C` : ""}`);
    this.#drawnRows = targetRow;
  }
}

/** Without its colours. */
function visibleLength(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\x1b") {
      while (i < text.length && !/[A-Za-z]/.test(text[i] as string)) i++;
    } else if (text[i] !== "\r") {
      length++;
    }
  }
  return length;
}

function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? "";
  for (const word of words) while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}

function columns(words: readonly string[], width: number): string {
  const cell = Math.max(...words.map((word) => word.length)) + 2;
  const perRow = Math.max(1, Math.floor(width / cell));
  const rows: string[] = [];
  for (let i = 0; i < words.length; i += perRow) {
    rows.push(
      words
        .slice(i, i + perRow)
        .map((word) => word.padEnd(cell))
        .join("")
        .trimEnd(),
    );
  }
  return rows.join("\r\n");
}
