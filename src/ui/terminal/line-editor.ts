/** The line being typed at a terminal, as a value; keys make a new one. What readline does, without a terminal. */
export interface Line {
  readonly text: string;
  readonly cursor: number;
  readonly history: readonly string[];
  /** Where in the history the user is; equals its length at the line being typed. */
  readonly at: number;
  readonly draft: string;
  /** Text of an incremental search backwards; undefined when not searching. */
  readonly search: string | undefined;
  readonly killed: string;
}

export const emptyLine: Line = { text: "", cursor: 0, history: [], at: 0, draft: "", search: undefined, killed: "" };

export function insert(line: Line, text: string): Line {
  if (line.search !== undefined) return found({ ...line, search: line.search + text });
  return { ...line, text: line.text.slice(0, line.cursor) + text + line.text.slice(line.cursor), cursor: line.cursor + text.length };
}

/** The line was sent: it joins the history, unless it is empty or what was sent last. */
export function accepted(line: Line): Line {
  const isNew = line.text.trim() !== "" && line.history.at(-1) !== line.text;
  const history = isNew ? [...line.history, line.text].slice(-1000) : line.history;
  return { ...emptyLine, history, at: history.length, killed: line.killed };
}

/** One key by its escape sequence or control character. Unknown ones change nothing. */
export function press(line: Line, key: string): Line {
  const { text, cursor } = line;
  switch (key) {
    case "\x7f": // Backspace
      if (line.search !== undefined) return found({ ...line, search: line.search.slice(0, -1) });
      return cursor === 0 ? line : { ...line, text: text.slice(0, cursor - 1) + text.slice(cursor), cursor: cursor - 1 };
    case "\x1b[3~": // Delete
    case "\x04":
      return { ...line, text: text.slice(0, cursor) + text.slice(cursor + 1) };
    case "\x1b[D":
    case "\x02":
      return { ...stopSearch(line), cursor: Math.max(0, cursor - 1) };
    case "\x1b[C":
    case "\x06":
      return { ...stopSearch(line), cursor: Math.min(text.length, cursor + 1) };
    case "\x1b[H":
    case "\x1b[1~":
    case "\x01":
      return { ...stopSearch(line), cursor: 0 };
    case "\x1b[F":
    case "\x1b[4~":
    case "\x05":
      return { ...stopSearch(line), cursor: text.length };
    case "\x1b[1;5D":
    case "\x1bb":
      return { ...line, cursor: wordStart(text, cursor) };
    case "\x1b[1;5C":
    case "\x1bf":
      return { ...line, cursor: wordEnd(text, cursor) };
    case "\x15": // Ctrl-U
      return { ...line, text: text.slice(cursor), cursor: 0, killed: text.slice(0, cursor) };
    case "\x0b": // Ctrl-K
      return { ...line, text: text.slice(0, cursor), killed: text.slice(cursor) };
    case "\x17": {
      // Ctrl-W
      const start = wordStart(text, cursor);
      return { ...line, text: text.slice(0, start) + text.slice(cursor), cursor: start, killed: text.slice(start, cursor) };
    }
    case "\x19": // Ctrl-Y
      return insert(line, line.killed);
    case "\x1b[A":
    case "\x10":
      return recall(line, line.at - 1);
    case "\x1b[B":
    case "\x0e":
      return recall(line, line.at + 1);
    case "\x12": // Ctrl-R
      return line.search === undefined ? { ...line, search: "" } : found({ ...line, at: line.at - 1 });
    case "\x07": // Ctrl-G
      return stopSearch(line);
    default:
      return line;
  }
}

function stopSearch(line: Line): Line {
  return line.search === undefined ? line : { ...line, search: undefined };
}

function recall(line: Line, at: number): Line {
  if (at < 0 || at > line.history.length) return line;
  const draft = line.at === line.history.length ? line.text : line.draft;
  const text = at === line.history.length ? draft : (line.history[at] as string);
  return { ...line, search: undefined, at, draft, text, cursor: text.length };
}

/** The nearest earlier line that holds the search text. */
function found(line: Line): Line {
  const wanted = line.search ?? "";
  for (let at = Math.min(line.at, line.history.length - 1); at >= 0; at--) {
    const text = line.history[at] as string;
    if (wanted !== "" && text.includes(wanted)) return { ...line, at, text, cursor: text.length };
  }
  return line;
}

function wordStart(text: string, cursor: number): number {
  let at = cursor;
  while (at > 0 && text[at - 1] === " ") at--;
  while (at > 0 && text[at - 1] !== " ") at--;
  return at;
}

function wordEnd(text: string, cursor: number): number {
  let at = cursor;
  while (at < text.length && text[at] === " ") at++;
  while (at < text.length && text[at] !== " ") at++;
  return at;
}
