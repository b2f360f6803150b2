import { FitAddon } from "@xterm/addon-fit";
import { Terminal as Xterm } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { ask, onUpdate, send } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import { commands } from "./commands.ts";
import { accepted, emptyLine, insert, type Line, press } from "./line-editor.ts";

/** Colours are the terminal's own in both themes: real output looks as it does in a terminal. */
const colours = { background: "#10141b", foreground: "#d7dde7", cursor: "#8aa2ff", selectionBackground: "#394253", brightBlack: "#7f8a9b" };

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
      fontSize: 12.5,
      lineHeight: 1.25,
      cursorBlink: false,
      convertEol: true,
      screenReaderMode: true,
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
    const stopUpdates = onUpdate((update) => {
      if (update.type === "output" && update.terminal === id) session.output(update.text);
      if (update.type === "prompt" && update.terminal === id) session.prompt(update.text);
      if (update.type === "clear" && update.terminal === id) terminal.clear();
      if (update.type === "opened") {
        session.reset();
        send({ type: "openTerminal", terminal: id, columns: terminal.cols, rows: terminal.rows });
      }
    });
    const stopCommands = commands.register(id, (text, isEntered) => {
      session.type(text, isEntered);
      terminal.focus();
    });
    terminal.attachCustomKeyEventHandler((event) => session.wants(event));
    const typed = terminal.onData((data) => session.typed(data));
    send({ type: "openTerminal", terminal: id, columns: terminal.cols, rows: terminal.rows });
    return () => {
      observer.disconnect();
      stopUpdates();
      stopCommands();
      typed.dispose();
      terminal.dispose();
      send({ type: "closeTerminal", terminal: id });
    };
  }, [id]);

  useEffect(() => {
    if (isShown) fitRef.current();
  }, [isShown]);

  return <section ref={hostRef} className="terminal-host" hidden={!isShown} aria-label={`${ui.terminal} ${id}. ${ui.leaveTerminal}`} />;
}

/** What is typed and what is shown, between xterm and the worker. */
class LineSession {
  #line: Line = emptyLine;
  /** undefined while a program runs in the foreground and reads nothing. */
  #prompt: string | undefined;
  /** Lines that were pasted or typed ahead, for when the shell reads again. */
  #waiting: string[] = [];
  #isAtLineStart = true;
  readonly #terminal: Xterm;
  readonly #id: number;

  constructor(terminal: Xterm, id: number) {
    this.#terminal = terminal;
    this.#id = id;
  }

  reset(): void {
    this.#terminal.reset();
    this.#line = { ...emptyLine, history: this.#line.history, at: this.#line.history.length };
    this.#prompt = undefined;
    this.#waiting = [];
  }

  output(text: string): void {
    if (text === "") return;
    this.#terminal.write(text);
    this.#isAtLineStart = text.endsWith("\n");
  }

  prompt(text: string | undefined): void {
    this.#prompt = text;
    if (text === undefined) return;
    if (!this.#isAtLineStart && text !== "") this.#terminal.write("\r\n");
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#line = insert({ ...this.#line, text: "", cursor: 0 }, next);
      this.#redraw();
      this.#enter();
      return;
    }
    this.#redraw();
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
        this.#terminal.clear();
        return;
      case "\t":
        void this.#complete();
        return;
    }
    const isKey = data.startsWith("\x1b") || data.charCodeAt(0) < 32 || data === "\x7f";
    this.#line = isKey ? press(this.#line, data) : insert(this.#line, data);
    if (this.#prompt !== undefined) this.#redraw();
  }

  #paste(data: string): void {
    const lines = data.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
    const last = lines.pop() as string;
    lines[0] = this.#line.text + (lines[0] ?? "");
    this.#line = { ...this.#line, text: "", cursor: 0 };
    this.#waiting.push(...lines);
    if (this.#prompt !== undefined) this.prompt(this.#prompt);
    if (last !== "") this.#line = insert(this.#line, last);
  }

  #enter(): void {
    const text = this.#line.text;
    if (this.#prompt === undefined) {
      this.#waiting.push(text);
      this.#line = accepted(this.#line);
      return;
    }
    this.#line = { ...this.#line, cursor: text.length, search: undefined };
    this.#redraw();
    this.#terminal.write("\r\n");
    this.#drawnRows = 0;
    this.#isAtLineStart = true;
    this.#line = accepted(this.#line);
    this.#prompt = undefined;
    usePage.setState((s) => {
      const terminals = new Map(s.terminals);
      const before = terminals.get(this.#id);
      if (before !== undefined) terminals.set(this.#id, { ...before, busySinceMs: performance.now(), hints: [] });
      return { terminals };
    });
    send({ type: "line", terminal: this.#id, text });
  }

  #interrupt(): void {
    this.#waiting = [];
    if (this.#prompt !== undefined) {
      this.#terminal.write("^C\r\n");
      this.#drawnRows = 0;
      this.#line = { ...this.#line, text: "", cursor: 0, search: undefined, at: this.#line.history.length };
      this.#isAtLineStart = true;
      if (this.#prompt !== "") this.#redraw();
    } else {
      this.#terminal.write("^C");
      this.#isAtLineStart = false;
    }
    send({ type: "interrupt", terminal: this.#id });
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
      this.#terminal.write(`\r\n${columns(answer.candidates, this.#terminal.cols)}\r\n`);
      this.#drawnRows = 0;
    }
    this.#redraw();
  }

  /** Rows of the drawn line above the cursor's. */
  #drawnRows = 0;

  #redraw(): void {
    const { text, cursor, search } = this.#line;
    const head = search === undefined ? (this.#prompt ?? "") : `(reverse-i-search)\`${search}': `;
    const width = this.#terminal.cols;
    const up = this.#drawnRows > 0 ? `\x1b[${this.#drawnRows}A` : "";
    const colouredHead = head === "" ? "" : `\x1b[38;2;138;162;255m${head}\x1b[0m`;
    const total = head.length + text.length;
    // A full last row leaves xterm's cursor on that row; a space takes it to the next one.
    const pad = total > 0 && total % width === 0 ? " \b" : "";
    const end = Math.floor(total / width);
    const target = head.length + cursor;
    const targetRow = Math.floor(target / width);
    const back = end - targetRow > 0 ? `\x1b[${end - targetRow}A` : "";
    this.#terminal.write(`${up}\r\x1b[J${colouredHead}${text}${pad}${back}\r${target % width > 0 ? `\x1b[${target % width}C` : ""}`);
    this.#drawnRows = targetRow;
    this.#isAtLineStart = total === 0;
  }
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
