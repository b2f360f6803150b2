import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { decodeBase64, decodeUtf8, encodeBase64 } from "../protocols/bytes.ts";
import { linesOf, openInput, readInputs, readStream, writeAll } from "./input.ts";
import { columns } from "./ls.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** rev, nl, base64, yes, paste, column, fold, less, more, clear, tput. @source coreutils 9.1, util-linux 2.38; busybox 1.35 */
export function textTools(toolset: Toolset): readonly ProgramEntry[] {
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });

  function* rev(sys: Sys): Program {
    const { texts, status } = yield* readInputs(sys, sys.args.slice(1), toolset);
    for (const text of texts)
      yield* writeAll(
        sys,
        linesOf(text)
          .map((line) => `${[...line].reverse().join("")}\n`)
          .join(""),
      );
    return status;
  }

  function* nl(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      {
        short: "b:w:s:v:i:n:",
        long: { "body-numbering": "b", "number-width": "w", "number-separator": "s", "starting-line-number": "v", "line-increment": "i" },
      },
      toolset,
    );
    if (options === undefined) return 1;
    const { texts, status } = yield* readInputs(sys, options.words, toolset);
    const width = Number(options.value("w") ?? 6);
    const separator = options.value("s") ?? "\t";
    const style = options.value("b") ?? "t";
    const step = Number(options.value("i") ?? 1);
    let number = Number(options.value("v") ?? 1);
    let out = "";
    for (const line of texts.flatMap(linesOf)) {
      if (style === "n" || (style !== "a" && line === "")) out += `${" ".repeat(width + separator.length)}${line}\n`;
      else {
        out += `${`${number}`.padStart(width)}${separator}${line}\n`;
        number += step;
      }
    }
    yield* writeAll(sys, out);
    return status;
  }

  function* base64(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "dw:iD", long: { decode: "d", wrap: "w", "ignore-garbage": "i" } }, toolset);
    if (options === undefined) return 1;
    const input = yield* openInput(sys, options.words[0] ?? "-", toolset);
    if (input === undefined) return 1;
    const text = yield* readStream(input);
    if (options.has("d") || options.has("D")) {
      const bytes = decodeBase64(text.replace(options.has("i") ? /[^A-Za-z0-9+/=]/g : /\s/g, ""));
      if (bytes === undefined) {
        yield* sys.err(`${programName(sys)}: ${toolset === "gnu" ? "invalid input" : "truncated input"}\n`);
        return 1;
      }
      yield* writeAll(sys, decodeUtf8(bytes));
      return 0;
    }
    const encoded = encodeBase64(text);
    const wrap = Number(options.value("w") ?? 76);
    if (wrap === 0) yield* sys.out(encoded);
    else yield* writeAll(sys, (encoded.match(new RegExp(`.{1,${Math.min(wrap, 10_000)}}`, "g")) ?? []).map((line) => `${line}\n`).join(""));
    return 0;
  }

  function* yes(sys: Sys): Program {
    const line = `${sys.args.length > 1 ? sys.args.slice(1).join(" ") : "y"}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (;;) yield* sys.out(block);
  }

  function* paste(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "sd:", long: { serial: "s", delimiters: "d" } }, toolset);
    if (options === undefined) return 1;
    const delimiters = [...(options.value("d") ?? "\t").replace(/\\n/g, "\n").replace(/\\t/g, "\t")];
    // Standard input named several times gives its lines in turn (`paste - -`).
    const paths = options.words.length === 0 ? ["-"] : options.words;
    const hasStdin = paths.includes("-");
    const stdinLines = hasStdin ? linesOf(yield* readStream(sys.stdin)) : [];
    const stdinCount = options.has("s") ? 1 : paths.filter((path) => path === "-").length;
    const named = yield* readInputs(
      sys,
      paths.every((path) => path === "-") ? ["/dev/null"] : paths.filter((path) => path !== "-"),
      toolset,
    );
    const { status } = named;
    const texts = [...named.texts];
    let turn = 0;
    const files = paths.map((path) => {
      if (path !== "-") return linesOf(texts.shift() ?? "");
      const mine = turn++;
      return stdinLines.filter((_, i) => i % stdinCount === mine);
    });
    const join = (parts: readonly string[]): string =>
      parts.reduce((line, part, i) => (i === 0 ? part : line + (delimiters[(i - 1) % Math.max(1, delimiters.length)] ?? "") + part), "");
    let out = "";
    if (options.has("s")) for (const lines of files) out += `${join(lines)}\n`;
    else
      for (let row = 0; row < Math.max(0, ...files.map((lines) => lines.length)); row++)
        out += `${join(files.map((lines) => lines[row] ?? ""))}\n`;
    yield* writeAll(sys, out);
    return status;
  }

  function* column(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "ts:o:c:x", long: { table: "t", separator: "s", "output-separator": "o" } }, toolset);
    if (options === undefined) return 1;
    const { texts, status } = yield* readInputs(sys, options.words, toolset);
    const lines = texts.flatMap(linesOf).filter((line) => line.trim() !== "");
    if (!options.has("t")) {
      yield* writeAll(sys, lines.length === 0 ? "" : columns(lines, Number(options.value("c") ?? 80)));
      return status;
    }
    const separator = options.value("s");
    const rows = lines.map((line) => (separator === undefined ? line.trim().split(/\s+/) : line.split(separator[0] ?? "")));
    const widths: number[] = [];
    for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
    const glue = options.value("o") ?? "  ";
    yield* writeAll(
      sys,
      rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join(glue)}\n`).join(""),
    );
    return status;
  }

  function* fold(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "w:sb", long: { width: "w", spaces: "s" } }, toolset);
    if (options === undefined) return 1;
    const width = Math.max(1, Number(options.value("w") ?? 80) || 80);
    const { texts, status } = yield* readInputs(sys, options.words, toolset);
    let out = "";
    for (let line of texts.flatMap(linesOf)) {
      while (line.length > width) {
        const space = options.has("s") ? line.lastIndexOf(" ", width - 1) : -1;
        const at = space > 0 ? space + 1 : width;
        out += `${line.slice(0, at)}\n`;
        line = line.slice(at);
      }
      out += `${line}\n`;
    }
    yield* writeAll(sys, out);
    return status;
  }

  /** A pager whose screen is the page's own scrolling: it prints. */
  function* pager(sys: Sys): Program {
    const paths = sys.args.slice(1).filter((word) => !/^[-+]./.test(word));
    let status = 0;
    for (const path of paths.length === 0 ? ["-"] : paths) {
      const input = yield* openInput(sys, path, "gnu");
      if (input === undefined) status = 1;
      else yield* writeAll(sys, yield* readStream(input));
    }
    return status;
  }

  function* clear(sys: Sys): Program {
    yield* sys.out("\x1b[H\x1b[2J\x1b[3J");
    return 0;
  }

  return [
    entry("rev", rev),
    entry("nl", nl),
    entry("base64", base64),
    entry("yes", yes),
    entry("paste", paste),
    entry("column", column),
    entry("fold", fold),
    entry("less", pager),
    entry("more", pager),
    entry("clear", clear),
  ];
}
