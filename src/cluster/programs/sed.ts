import type { ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { errorText } from "./input.ts";
import { parseOptions, programName } from "./options.ts";
import { parseSed, type ReplacementPart, type SedAddress, type SedCommand } from "./sed-script.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** After so many commands on one line the program lets time pass, so that a loop (`:a;ba`) can be stopped. */
const commandsPerStep = 1000;

/** `sed [-n] [-E] [-i[SUFFIX]] [-s] [-e SCRIPT] [-f FILE] [SCRIPT] [FILE...]` @source GNU sed 4.9, execute.c */
export function sed(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys): Run<number> {
    const name = programName(sys);
    let inPlace: string | undefined;
    // -i takes its suffix only when it is joined to it.
    const args = sys.args.slice(1).flatMap((word) => {
      const match = /^(-[nErs]*)i(.*)$/.exec(word);
      if (match !== null && word !== "-" && !word.startsWith("--")) {
        inPlace = match[2] as string;
        return match[1] === "-" ? [] : [match[1] as string];
      }
      if (word.startsWith("--in-place")) {
        inPlace = word.slice(11);
        return [];
      }
      return [word];
    });
    const options = yield* parseOptions(
      sys,
      {
        short: "nErsuze:f:",
        long: { quiet: "n", silent: "n", "regexp-extended": "E", expression: "e", file: "f", separate: "s", unbuffered: "u" },
      },
      toolset,
      args,
    );
    if (options === undefined) return 1;
    const words = [...options.words];
    const scripts: string[] = [];
    for (const [letter, value] of options.list) {
      if (letter === "e") scripts.push(value);
      if (letter !== "f") continue;
      const text = sys.files.read(sys.path(value));
      if (!text.ok) {
        yield* sys.err(`${name}: couldn't open file ${value}: ${errorText(text.error)}\n`);
        return 1;
      }
      scripts.push(text.value.replace(/^#!.*\n/, "").replace(/\n$/, ""));
    }
    if (scripts.length === 0) {
      const script = words.shift();
      if (script === undefined) {
        yield* sys.err(`Usage: ${name} [OPTION]... {script-only-if-no-other-script} [input-file]...\n`);
        return 1;
      }
      scripts.push(script);
    }
    const script = scripts.join("\n");
    const parsed = parseSed(script, options.has("E") || options.has("r"));
    if (!parsed.ok) {
      yield* sys.err(`${name}: ${parsed.message}\n`);
      return 1;
    }
    const isQuiet = options.has("n") || script.startsWith("#n\n");

    let status = 0;
    const paths = words.length === 0 ? ["-"] : words;
    const inputs: { readonly path: string; readonly text: string | undefined }[] = [];
    for (const path of paths) {
      if (path === "-") {
        inputs.push({ path, text: undefined });
        continue;
      }
      const text = sys.files.read(sys.path(path));
      if (text.ok) inputs.push({ path, text: text.value });
      else {
        yield* sys.err(
          text.error === "EISDIR"
            ? `${name}: ${inPlace === undefined ? `read error on ${path}: Is a directory` : `couldn't edit ${path}: not a regular file`}\n`
            : toolset === "gnu"
              ? `${name}: can't read ${path}: ${errorText(text.error)}\n`
              : `${name}: ${path}: ${errorText(text.error)}\n`,
        );
        status = toolset === "gnu" ? 2 : 1;
      }
    }
    if (inPlace === undefined && !options.has("s")) {
      const runner = new SedRunner(sys, parsed.commands, isQuiet, inputs, (text) => sys.out(text));
      return (yield* runner.run()) || status;
    }
    for (const input of inputs) {
      let edited = "";
      const target = inPlace === undefined || input.text === undefined ? undefined : sys.path(input.path);
      const runner = new SedRunner(sys, parsed.commands, isQuiet, [input], function* (text) {
        if (target === undefined) yield* sys.out(text);
        else edited += text;
      });
      const quit = yield* runner.run();
      if (target !== undefined && input.text !== undefined) {
        if (inPlace !== undefined && inPlace !== "") sys.files.write(target + inPlace, input.text);
        sys.files.write(target, edited + runner.rest);
      }
      if (quit !== 0) return quit;
    }
    return status;
  }
  return { name: "sed", path: toolPath("sed", toolset), run };
}

interface Line {
  readonly text: string;
  readonly newline: string;
}

class SedRunner {
  readonly #sys: Sys;
  readonly #commands: readonly SedCommand[];
  readonly #isQuiet: boolean;
  readonly #inputs: { readonly path: string; readonly text: string | undefined }[];
  readonly #write: (text: string) => Run<void>;
  /** Lines of the file that is read, behind the one that was taken. */
  #queue: string[] = [];
  #queueAt = 0;
  #fromStdin = false;
  #next: Line | undefined;
  #isPrimed = false;
  #number = 0;
  #pattern = "";
  #newline = "\n";
  #hold = "";
  #appended: string[] = [];
  readonly #ranges = new Map<number, number>();
  #substituted = false;

  constructor(
    sys: Sys,
    commands: readonly SedCommand[],
    isQuiet: boolean,
    inputs: readonly { readonly path: string; readonly text: string | undefined }[],
    write: (text: string) => Run<void>,
  ) {
    this.#sys = sys;
    this.#commands = commands;
    this.#isQuiet = isQuiet;
    this.#inputs = [...inputs];
    this.#write = write;
  }

  /** What `q` left unread: -i keeps it. */
  get rest(): string {
    const next = this.#next === undefined ? "" : this.#next.text + this.#next.newline;
    return next + this.#queue.slice(this.#queueAt).join("");
  }

  *#readLine(): Run<Line | undefined> {
    for (;;) {
      let raw: string | undefined;
      if (this.#fromStdin) raw = (yield* this.#sys.stdin.readLine()) || undefined;
      else raw = this.#queue[this.#queueAt++];
      if (raw !== undefined) return raw.endsWith("\n") ? { text: raw.slice(0, -1), newline: "\n" } : { text: raw, newline: "" };
      const input = this.#inputs.shift();
      if (input === undefined) {
        this.#fromStdin = false;
        return undefined;
      }
      this.#fromStdin = input.text === undefined;
      this.#queue = input.text?.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      this.#queueAt = 0;
    }
  }

  /** Takes the next line into the pattern space; one line is read ahead, since `$` means the last. */
  *#advance(): Run<boolean> {
    if (!this.#isPrimed) {
      this.#next = yield* this.#readLine();
      this.#isPrimed = true;
    }
    const line = this.#next;
    if (line === undefined) return false;
    this.#next = yield* this.#readLine();
    this.#pattern = line.text;
    this.#newline = line.newline;
    this.#number++;
    return true;
  }

  *#flushAppended(): Run<void> {
    for (const text of this.#appended.splice(0)) yield* this.#write(text);
  }

  *run(): Run<number> {
    let isRestart = false;
    for (;;) {
      if (!isRestart && !(yield* this.#advance())) return 0;
      isRestart = false;
      this.#substituted = false;
      const end = yield* this.#cycle();
      if (end === "restart") {
        isRestart = true;
        continue;
      }
      if (end !== "delete" && end !== "Quit" && !this.#isQuiet)
        yield* this.#write(this.#pattern + (this.#newline === "" && this.#next === undefined ? "" : "\n"));
      yield* this.#flushAppended();
      if (end === "quit" || end === "Quit") return this.#quitStatus;
    }
  }

  #quitStatus = 0;

  *#cycle(): Run<"end" | "delete" | "restart" | "quit" | "Quit"> {
    const commands = this.#commands;
    let steps = 0;
    for (let i = 0; i < commands.length; i++) {
      if (++steps % commandsPerStep === 0) yield* this.#sys.work(10);
      const command = commands[i] as SedCommand;
      const { action } = command;
      if (this.#selects(command) === command.negated) {
        if (action.type === "{") i = action.end;
        continue;
      }
      switch (action.type) {
        case "{":
        case "}":
        case ":":
          break;
        case "s":
          yield* this.#substitute(action);
          break;
        case "y":
          this.#pattern = [...this.#pattern].map((c) => action.map.get(c) ?? c).join("");
          break;
        case "a":
          this.#appended.push(action.text);
          break;
        case "i":
          yield* this.#write(action.text);
          break;
        case "c": {
          const isRange = command.to !== undefined && !command.negated;
          if (!isRange || !this.#ranges.has(command.number)) yield* this.#write(action.text);
          return "delete";
        }
        case "d":
          return "delete";
        case "D": {
          const newline = this.#pattern.indexOf("\n");
          if (newline < 0) return "delete";
          this.#pattern = this.#pattern.slice(newline + 1);
          yield* this.#flushAppended();
          return "restart";
        }
        case "p":
          yield* this.#write(`${this.#pattern}\n`);
          break;
        case "P":
          yield* this.#write(`${this.#pattern.split("\n", 1)[0]}\n`);
          break;
        case "n":
          if (this.#next === undefined) return this.#isQuiet ? "delete" : "end";
          if (!this.#isQuiet) yield* this.#write(`${this.#pattern}\n`);
          yield* this.#flushAppended();
          yield* this.#advance();
          break;
        case "N": {
          if (this.#next === undefined) return "end"; // GNU prints the pattern space
          const before = this.#pattern;
          yield* this.#flushAppended();
          yield* this.#advance();
          this.#pattern = `${before}\n${this.#pattern}`;
          break;
        }
        case "h":
          this.#hold = this.#pattern;
          break;
        case "H":
          this.#hold += `\n${this.#pattern}`;
          break;
        case "g":
          this.#pattern = this.#hold;
          break;
        case "G":
          this.#pattern += `\n${this.#hold}`;
          break;
        case "x": {
          const swap = this.#hold;
          this.#hold = this.#pattern;
          this.#pattern = swap;
          break;
        }
        case "=":
          yield* this.#write(`${this.#number}\n`);
          break;
        case "l":
          yield* this.#write(`${this.#pattern.replace(/[\\\n\t]/g, (c) => ({ "\\": "\\\\", "\n": "\\n" })[c] ?? "\\t")}$\n`);
          break;
        case "q":
        case "Q":
          this.#quitStatus = action.status;
          return action.type === "q" ? "quit" : "Quit";
        case "r": {
          const text = this.#sys.files.read(this.#sys.path(action.file));
          if (text.ok) this.#appended.push(text.value);
          break;
        }
        case "w":
          yield* this.#writeFile(action.file, `${this.#pattern}\n`);
          break;
        case "b":
        case "t":
        case "T": {
          const jumps = action.type === "b" || this.#substituted === (action.type === "t");
          if (action.type !== "b") this.#substituted = false;
          if (!jumps) break;
          if (action.label === "") return "end";
          i = commands.findIndex((one) => one.action.type === ":" && one.action.label === action.label);
          break;
        }
      }
    }
    return "end";
  }

  readonly #written = new Set<string>();

  *#writeFile(file: string, text: string): Run<void> {
    if (file === "/dev/stdout") {
      yield* this.#write(text);
      return;
    }
    this.#sys.files.write(this.#sys.path(file), text, { append: this.#written.has(file) });
    this.#written.add(file);
  }

  *#substitute(action: Extract<SedCommand["action"], { type: "s" }>): Run<void> {
    const text = this.#pattern;
    let result = "";
    let from = 0;
    let count = 0;
    let isChanged = false;
    for (let at = 0; at <= text.length; ) {
      const match = action.regex.find(text, at);
      if (match === undefined) break;
      // An empty match right behind another one does not count.
      if (match.end === match.start && match.start === from && count > 0 && from > 0) {
        at = match.end + 1;
        continue;
      }
      count++;
      if (count >= action.nth) {
        result += text.slice(from, match.start) + replaced(action.replacement, [text.slice(match.start, match.end), ...match.groups]);
        from = match.end;
        isChanged = true;
        if (!action.global) break;
      }
      at = match.end > match.start ? match.end : match.end + 1;
      if (count < action.nth) continue;
    }
    if (!isChanged) return;
    this.#pattern = result + text.slice(from);
    this.#substituted = true;
    if (action.print) yield* this.#write(`${this.#pattern}\n`);
    if (action.file !== undefined) yield* this.#writeFile(action.file, `${this.#pattern}\n`);
  }

  #selects(command: SedCommand): boolean {
    const { from, to, number } = command;
    if (from === undefined) return true;
    if (to === undefined) return this.#matches(from);
    const lastLine = this.#ranges.get(number);
    if (lastLine === undefined) {
      if (!this.#matches(from)) return false;
      if (to.type === "count") {
        if (to.count > 0) this.#ranges.set(number, this.#number + to.count);
      } else if (to.type === "line") {
        if (to.line > this.#number) this.#ranges.set(number, to.line);
      } else if (to.type === "last" ? this.#next !== undefined : true) this.#ranges.set(number, Number.POSITIVE_INFINITY);
      return true;
    }
    const isLast = Number.isFinite(lastLine) ? this.#number >= lastLine : to.type !== "count" && this.#matches(to);
    if (isLast) this.#ranges.delete(number);
    return !Number.isFinite(lastLine) || this.#number <= lastLine;
  }

  #matches(address: SedAddress): boolean {
    switch (address.type) {
      case "line":
        return this.#number === address.line;
      case "step":
        return address.step === 0
          ? this.#number === address.first
          : this.#number >= address.first && (this.#number - address.first) % address.step === 0;
      case "last":
        return this.#next === undefined;
      case "regex":
        return address.regex.test(this.#pattern);
    }
  }
}

function replaced(parts: readonly ReplacementPart[], groups: readonly (string | undefined)[]): string {
  let result = "";
  let mode: "U" | "L" | "E" = "E";
  let once: "u" | "l" | undefined;
  for (const part of parts) {
    if ("change" in part) {
      if (part.change === "u" || part.change === "l") once = part.change;
      else mode = part.change;
      continue;
    }
    let text = "text" in part ? part.text : (groups[part.group] ?? "");
    if (mode === "U") text = text.toUpperCase();
    if (mode === "L") text = text.toLowerCase();
    if (once !== undefined && text !== "") {
      text = (once === "u" ? text.slice(0, 1).toUpperCase() : text.slice(0, 1).toLowerCase()) + text.slice(1);
      once = undefined;
    }
    result += text;
  }
  return result;
}
