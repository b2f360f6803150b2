import type { InputStream, OutputStream, Process, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { formatFloat, formatInteger, general } from "../shell/printf.ts";
import { compileRegex, type Regex } from "../shell/regex/match.ts";
import { civilDate, monthNames, twoDigits, weekdayNames } from "../sim/date.ts";
import { type AwkExpression, type AwkFunction, type AwkProgram, type AwkStatement, type AwkTarget, parseAwk } from "./awk-syntax.ts";
import { errorText } from "./input.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** `awk [-F FS] [-v NAME=VALUE] [-f FILE | PROGRAM] [FILE|NAME=VALUE...]` @source POSIX.1-2017 XCU awk; mawk 1.3.4 for messages */
export function awk(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys): Run<number> {
    const name = programName(sys);
    const assignments: (readonly [string, string])[] = [];
    const sources: string[] = [];
    let separator: string | undefined;
    let at = 1;
    for (; at < sys.args.length; at++) {
      const word = sys.args[at] as string;
      if (word === "--") {
        at++;
        break;
      }
      if (!/^-./.test(word)) break;
      const flag = word[1] as string;
      if (flag !== "F" && flag !== "v" && flag !== "f") {
        yield* sys.err(toolset === "gnu" ? `${name}: not an option: ${word}\n` : `${name}: unrecognized option: ${flag}\n`);
        return toolset === "gnu" ? 2 : 1;
      }
      const value = word.length > 2 ? word.slice(2) : (sys.args[++at] ?? "");
      if (flag === "F") separator = value === "t" ? "\t" : decoded(value);
      else if (flag === "v") assignments.push(splitAssignment(value) ?? [value, ""]);
      else {
        const text = sys.files.read(sys.path(value));
        if (!text.ok) {
          yield* sys.err(`${name}: cannot open ${value} (${errorText(text.error)})\n`);
          return 2;
        }
        sources.push(text.value);
      }
    }
    let rest = sys.args.slice(at);
    if (sources.length === 0) {
      if (rest[0] === undefined) {
        yield* sys.err(
          toolset === "gnu"
            ? "Usage: mawk [Options] [Program] [file ...]\n"
            : "BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: awk [OPTIONS] [AWK_PROGRAM] [FILE]...\n",
        );
        return toolset === "gnu" ? 2 : 1;
      }
      sources.push(rest[0]);
      rest = rest.slice(1);
    }
    const parsed = parseAwk(sources.join("\n"));
    if (!parsed.ok) {
      yield* sys.err(`${name}: ${toolset === "busybox" ? `cmd. ${parsed.message.replace(/ at or near .*/, "")}` : parsed.message}\n`);
      return toolset === "gnu" ? 2 : 1;
    }
    const interpreter = new AwkInterpreter(sys, name, parsed.program, rest);
    interpreter.setVariable("FS", separator ?? " ");
    for (const [variable, value] of assignments) interpreter.setVariable(variable, inputValue(decoded(value)));
    return yield* interpreter.run();
  }
  return { name: "awk", path: toolPath("awk", toolset), run };
}

function splitAssignment(text: string): readonly [string, string] | undefined {
  const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(text);
  return match === null ? undefined : [match[1] as string, match[2] as string];
}

function decoded(text: string): string {
  return text.replace(/\\([nt\\"])/g, (_, c: string) => ({ n: "\n", t: "\t" })[c] ?? c);
}

/** Text that came in from outside: a number too when it looks like one. */
interface InputText {
  readonly text: string;
  readonly number: number;
}

type Value = number | string | InputText | undefined;

function inputValue(text: string): Value {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) ? { text, number: Number(text) } : text;
}

function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  if (typeof value === "object") return value.number;
  return Number(/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(value)?.[0] ?? 0);
}

function toBoolean(value: Value): boolean {
  if (typeof value === "string") return value !== "";
  return toNumber(value) !== 0;
}

/** How a program leaves a statement; thrown. */
class Leave {
  readonly kind: "next" | "nextfile" | "break" | "continue" | "exit" | "return";
  readonly value: Value;
  constructor(kind: Leave["kind"], value?: Value) {
    this.kind = kind;
    this.value = value;
  }
}

class AwkFailure {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const recursionMax = 150;
const statementsPerStep = 200;
const textMax = 32_000_000;

type Cell = { value: Value } | { array: Map<string, Value> };

class AwkInterpreter {
  readonly #sys: Sys;
  readonly #name: string;
  readonly #program: AwkProgram;
  readonly #globals = new Map<string, Cell>();
  #locals: Map<string, Cell> | undefined;
  readonly #operands: readonly string[];
  readonly #regexes = new Map<string, Regex>();
  readonly #outputs = new Map<string, { readonly stream: OutputStream; readonly process: Process | undefined }>();
  readonly #inputs = new Map<string, { readonly stream: InputStream; readonly process: Process | undefined }>();
  readonly #ranges = new Set<number>();
  #record = "";
  #fields: Value[] = [];
  #isSplit = true;
  #input: InputStream | undefined;
  #operandAt = 0;
  #hasRead = false;
  #out = "";
  #statements = 0;
  #calls = 0;

  constructor(sys: Sys, name: string, program: AwkProgram, operands: readonly string[]) {
    this.#sys = sys;
    this.#name = name;
    this.#program = program;
    this.#operands = operands;
    for (const [variable, value] of Object.entries({
      NR: 0,
      FNR: 0,
      NF: 0,
      FILENAME: "",
      OFS: " ",
      ORS: "\n",
      RS: "\n",
      SUBSEP: "\x1c",
      CONVFMT: "%.6g",
      OFMT: "%.6g",
      RSTART: 0,
      RLENGTH: -1,
    }))
      this.setVariable(variable, value);
    const environ = new Map<string, Value>([...sys.env].map(([key, value]) => [key, inputValue(value)]));
    this.#globals.set("ENVIRON", { array: environ });
    this.#globals.set("ARGV", {
      array: new Map<string, Value>([["0", name], ...operands.map((operand, i) => [`${i + 1}`, inputValue(operand)] as const)]),
    });
    this.setVariable("ARGC", operands.length + 1);
  }

  setVariable(name: string, value: Value): void {
    this.#globals.set(name, { value });
  }

  *run(): Run<number> {
    let status = 0;
    try {
      try {
        for (const { pattern, body } of this.#program.rules) if (pattern === "BEGIN" && body !== undefined) yield* this.#statement(body);
        const readsInput = this.#program.rules.some(({ pattern }) => pattern !== "BEGIN");
        if (readsInput) yield* this.#mainLoop();
      } catch (leave) {
        if (!(leave instanceof Leave) || leave.kind !== "exit") throw leave;
        status = leave.value === undefined ? 0 : toNumber(leave.value);
      }
      try {
        for (const { pattern, body } of this.#program.rules) if (pattern === "END" && body !== undefined) yield* this.#statement(body);
      } catch (leave) {
        if (!(leave instanceof Leave) || leave.kind !== "exit") throw leave;
        if (leave.value !== undefined) status = toNumber(leave.value);
      }
    } catch (failure) {
      if (!(failure instanceof AwkFailure)) throw failure;
      yield* this.#flush();
      yield* this.#sys.err(`${this.#name}: ${failure.message}\n`);
      return 2;
    }
    yield* this.#flush();
    for (const key of [...this.#outputs.keys()]) yield* this.#close(key);
    return status & 255;
  }

  *#mainLoop(): Run<void> {
    for (;;) {
      const record = yield* this.#nextRecord();
      if (record === undefined) return;
      this.#setRecord(record);
      try {
        for (let i = 0; i < this.#program.rules.length; i++) {
          const rule = this.#program.rules[i] as AwkProgram["rules"][number];
          if (rule.pattern === "BEGIN" || rule.pattern === "END") continue;
          if (!(yield* this.#selects(rule, i))) continue;
          if (rule.body === undefined) yield* this.#print(`${this.#record}${this.#text(this.#get("ORS"))}`);
          else yield* this.#statement(rule.body);
        }
      } catch (leave) {
        if (!(leave instanceof Leave) || (leave.kind !== "next" && leave.kind !== "nextfile")) throw leave;
        if (leave.kind === "nextfile") this.#input = undefined;
      }
    }
  }

  *#selects(rule: AwkProgram["rules"][number], number: number): Run<boolean> {
    const { pattern, to } = rule;
    if (pattern === undefined || pattern === "BEGIN" || pattern === "END") return true;
    if (to === undefined) return toBoolean(yield* this.#evaluate(pattern));
    if (!this.#ranges.has(number)) {
      if (!toBoolean(yield* this.#evaluate(pattern))) return false;
      this.#ranges.add(number);
    }
    if (toBoolean(yield* this.#evaluate(to))) this.#ranges.delete(number);
    return true;
  }

  // ---- records and fields

  /** The next record of the operands' files, or of standard input when they name none. */
  *#nextRecord(): Run<string | undefined> {
    for (;;) {
      if (this.#input === undefined) {
        if (!this.#openNext()) return undefined;
      }
      const record = yield* this.#readRecord(this.#input as InputStream);
      if (record !== undefined) {
        this.setVariable("NR", toNumber(this.#get("NR")) + 1);
        this.setVariable("FNR", toNumber(this.#get("FNR")) + 1);
        return record;
      }
      this.#input = undefined;
    }
  }

  #openNext(): boolean {
    while (this.#operandAt < this.#operands.length) {
      const operand = this.#operands[this.#operandAt++] as string;
      const assignment = splitAssignment(operand);
      if (assignment !== undefined) {
        this.setVariable(assignment[0], inputValue(decoded(assignment[1])));
        continue;
      }
      if (operand === "") continue;
      this.#hasRead = true;
      this.setVariable("FILENAME", operand);
      this.setVariable("FNR", 0);
      if (operand === "-" || operand === "/dev/stdin") {
        this.#input = this.#sys.stdin;
        return true;
      }
      const text = this.#sys.files.read(this.#sys.path(operand));
      if (!text.ok) throw new AwkFailure(`cannot open ${operand} (${errorText(text.error)})`);
      this.#input = this.#sys.textInput(text.value);
      return true;
    }
    if (this.#hasRead) return false;
    this.#hasRead = true;
    this.#input = this.#sys.stdin;
    return true;
  }

  *#readRecord(input: InputStream): Run<string | undefined> {
    yield* this.#flush();
    const separator = this.#text(this.#get("RS"));
    if (separator === "\n") {
      const line = yield* input.readLine();
      return line === "" ? undefined : line.replace(/\n$/, "");
    }
    if (separator === "") {
      // Paragraphs: records between empty lines.
      let record = "";
      for (;;) {
        const line = yield* input.readLine();
        if (line === "") return record === "" ? undefined : record.replace(/\n$/, "");
        if (line === "\n") {
          if (record !== "") return record.replace(/\n$/, "");
          continue;
        }
        record += line;
      }
    }
    let record = "";
    for (;;) {
      const c = yield* input.read(1);
      if (c === "") return record === "" ? undefined : record.replace(/\n$/, "");
      if (c === separator[0]) return record;
      record += c;
    }
  }

  #setRecord(text: string): void {
    this.#record = text;
    this.#isSplit = false;
  }

  #splitRecord(): void {
    if (this.#isSplit) return;
    this.#isSplit = true;
    const separator = this.#text(this.#get("FS"));
    this.#fields = (
      this.#text(this.#get("RS")) === "" && separator === " "
        ? this.#record
            .trim()
            .split(/\s+/)
            .filter((one) => one !== "")
        : this.#split(this.#record, separator)
    ).map(inputValue);
    this.setVariable("NF", this.#fields.length);
  }

  #split(text: string, separator: string): string[] {
    if (separator === " ") return text.split(/[ \t\n]+/).filter((one) => one !== "");
    if (text === "") return [];
    if (separator === "") return [...text];
    if (separator.length === 1 && separator !== "\\") return text.split(separator);
    const regex = this.#regex(separator);
    const parts: string[] = [];
    let from = 0;
    for (let at = 0; at <= text.length; ) {
      const match = regex.find(text, at);
      if (match === undefined) break;
      if (match.end === match.start) {
        at = match.end + 1;
        continue;
      }
      parts.push(text.slice(from, match.start));
      from = match.end;
      at = match.end;
    }
    parts.push(text.slice(from));
    return parts;
  }

  #field(index: number): Value {
    if (index === 0) {
      return inputValue(this.#record);
    }
    if (index < 0) throw new AwkFailure(`run time error: negative field index $${index}`);
    this.#splitRecord();
    return this.#fields[index - 1];
  }

  #setField(index: number, value: Value): void {
    if (index === 0) {
      this.#setRecord(this.#text(value));
      return;
    }
    if (index < 0 || index > 100_000) throw new AwkFailure(`run time error: field index out of range $${index}`);
    this.#splitRecord();
    while (this.#fields.length < index) this.#fields.push("");
    this.#fields[index - 1] = value;
    this.setVariable("NF", this.#fields.length);
    this.#rebuild();
  }

  #rebuild(): void {
    this.#record = this.#fields.map((one) => this.#text(one)).join(this.#text(this.#get("OFS")));
  }

  // ---- variables

  #cell(name: string): Cell | undefined {
    return this.#locals?.get(name) ?? this.#globals.get(name);
  }

  #get(name: string): Value {
    if (name === "NF") this.#splitRecord();
    const cell = this.#cell(name);
    if (cell === undefined) return undefined;
    if ("array" in cell) throw new AwkFailure(`type error: ${name} is an array`);
    return cell.value;
  }

  #set(name: string, value: Value): void {
    if (name === "NF") {
      this.#splitRecord();
      const count = Math.max(0, Math.min(100_000, Math.trunc(toNumber(value))));
      this.#fields = Array.from({ length: count }, (_, i) => this.#fields[i] ?? "");
      this.#rebuild();
    }
    const scope = this.#locals?.has(name) === true ? this.#locals : this.#globals;
    scope.set(name, { value });
  }

  #array(name: string): Map<string, Value> {
    const cell = this.#cell(name);
    if (cell !== undefined && "array" in cell) return cell.array;
    if (cell !== undefined && cell.value !== undefined) throw new AwkFailure(`type error: ${name} is not an array`);
    const made = { array: new Map<string, Value>() };
    // A local that was handed down unset becomes an array in its caller too: they share the cell.
    if (cell !== undefined) {
      const shared = cell as unknown as { value?: Value; array?: Map<string, Value> };
      delete shared.value;
      shared.array = made.array;
      return made.array;
    }
    this.#globals.set(name, made);
    return made.array;
  }

  #text(value: Value, format = "CONVFMT"): string {
    if (typeof value === "string") return value;
    if (value === undefined) return "";
    if (typeof value === "object") return value.text;
    if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value === 0 ? 0 : value}`;
    const cell = this.#globals.get(format);
    const spec = cell !== undefined && "value" in cell && typeof cell.value === "string" ? cell.value : "%.6g";
    if (spec === "%.6g")
      return Number.isFinite(value) ? (value < 0 ? "-" : "") + general(Math.abs(value), 6) : value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
    return this.#format(spec, [value]);
  }

  #regex(source: string): Regex {
    const known = this.#regexes.get(source);
    if (known !== undefined) return known;
    const compiled = compileRegex(source, "extended");
    if (!compiled.ok) throw new AwkFailure(`regular expression compile failed (${compiled.message})\n${source}`);
    this.#regexes.set(source, compiled.regex);
    return compiled.regex;
  }

  // ---- statements

  *#statement(statement: AwkStatement): Run<void> {
    if (++this.#statements % statementsPerStep === 0) yield* this.#sys.work(10);
    switch (statement.type) {
      case "block":
        for (const one of statement.body) yield* this.#statement(one);
        return;
      case "expression":
        yield* this.#evaluate(statement.of);
        return;
      case "print":
      case "printf":
        yield* this.#printStatement(statement);
        return;
      case "if":
        if (toBoolean(yield* this.#evaluate(statement.condition))) yield* this.#statement(statement.yes);
        else if (statement.no !== undefined) yield* this.#statement(statement.no);
        return;
      case "while":
        while (toBoolean(yield* this.#evaluate(statement.condition))) if (yield* this.#loopBody(statement.body)) return;
        return;
      case "do":
        do {
          if (yield* this.#loopBody(statement.body)) return;
        } while (toBoolean(yield* this.#evaluate(statement.condition)));
        return;
      case "for":
        if (statement.start !== undefined) yield* this.#statement(statement.start);
        while (statement.condition === undefined || toBoolean(yield* this.#evaluate(statement.condition))) {
          if (yield* this.#loopBody(statement.body)) return;
          if (statement.step !== undefined) yield* this.#statement(statement.step);
        }
        return;
      case "forIn": {
        // awk keeps no order; ours is numbers rising, then names.
        for (const key of [...this.#array(statement.array).keys()].sort(byKey)) {
          this.#set(statement.variable, inputValue(key));
          if (yield* this.#loopBody(statement.body)) return;
        }
        return;
      }
      case "next":
      case "nextfile":
      case "break":
      case "continue":
        throw new Leave(statement.type);
      case "exit":
      case "return":
        throw new Leave(statement.type, statement.value === undefined ? undefined : yield* this.#evaluate(statement.value));
      case "delete":
        if (statement.subscript === undefined) this.#array(statement.array).clear();
        else this.#array(statement.array).delete(yield* this.#subscript(statement.subscript));
        return;
    }
  }

  /** Whether the loop is left. */
  *#loopBody(body: AwkStatement): Run<boolean> {
    if (++this.#statements % statementsPerStep === 0) yield* this.#sys.work(10);
    try {
      yield* this.#statement(body);
      return false;
    } catch (leave) {
      if (leave instanceof Leave && leave.kind === "break") return true;
      if (leave instanceof Leave && leave.kind === "continue") return false;
      throw leave;
    }
  }

  *#printStatement(statement: Extract<AwkStatement, { type: "print" | "printf" }>): Run<void> {
    const values: Value[] = [];
    for (const arg of statement.args) values.push(yield* this.#evaluate(arg));
    let text: string;
    if (statement.type === "printf") text = this.#format(this.#text(values[0]), values.slice(1));
    else {
      const shown = values.length === 0 ? [this.#record] : values.map((value) => this.#text(value, "OFMT"));
      text = shown.join(this.#text(this.#get("OFS"))) + this.#text(this.#get("ORS"));
    }
    if (statement.to === undefined) {
      yield* this.#print(text);
      return;
    }
    const target = this.#text(yield* this.#evaluate(statement.to.target));
    const stream = yield* this.#output(target, statement.to.mode);
    yield* stream.write(text);
  }

  *#print(text: string): Run<void> {
    this.#out += text;
    if (this.#out.length > 4096) yield* this.#flush();
  }

  *#flush(): Run<void> {
    if (this.#out === "") return;
    const text = this.#out;
    this.#out = "";
    yield* this.#sys.out(text);
  }

  *#output(target: string, mode: ">" | ">>" | "|"): Run<OutputStream> {
    const known = this.#outputs.get(target);
    if (known !== undefined) return known.stream;
    if (mode !== "|") {
      if (target === "/dev/stdout" || target === "-") {
        yield* this.#flush();
        return this.#sys.stdout;
      }
      const opened = this.#sys.fileOutput(target, mode === ">>");
      if (!opened.ok) throw new AwkFailure(`cannot open "${target}" for output`);
      this.#outputs.set(target, { stream: opened.value, process: undefined });
      return opened.value;
    }
    yield* this.#flush();
    const { input, output } = this.#sys.pipe();
    const spawned = this.#sys.spawn({ args: ["sh", "-c", target], stdin: input });
    input.close();
    this.#outputs.set(target, { stream: output, process: spawned.ok ? spawned.process : undefined });
    return output;
  }

  *#close(key: string): Run<number> {
    const output = this.#outputs.get(key);
    const input = this.#inputs.get(key);
    this.#outputs.delete(key);
    this.#inputs.delete(key);
    output?.stream.close();
    input?.stream.close();
    const process = output?.process ?? input?.process;
    if (process !== undefined) return yield* process.wait();
    return output === undefined && input === undefined ? -1 : 0;
  }

  // ---- expressions

  *#evaluate(expression: AwkExpression): Run<Value> {
    switch (expression.type) {
      case "number":
      case "string":
        return expression.value;
      case "regex":
        return this.#regex(expression.source).test(this.#record) ? 1 : 0;
      case "variable":
        return this.#get(expression.name);
      case "field":
        return this.#field(Math.trunc(toNumber(yield* this.#evaluate(expression.index))));
      case "element": {
        const key = yield* this.#subscript(expression.subscript);
        const array = this.#array(expression.array);
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case "group":
        return yield* this.#evaluate(expression.of);
      case "list": {
        let last: Value;
        for (const item of expression.items) last = yield* this.#evaluate(item);
        return last;
      }
      case "assign": {
        const value = yield* this.#evaluate(expression.value);
        const result =
          expression.operator === ""
            ? value
            : calculate(expression.operator, toNumber(yield* this.#evaluate(expression.target)), toNumber(value));
        yield* this.#assign(expression.target, result);
        return result;
      }
      case "conditional":
        return toBoolean(yield* this.#evaluate(expression.condition))
          ? yield* this.#evaluate(expression.yes)
          : yield* this.#evaluate(expression.no);
      case "and":
        return toBoolean(yield* this.#evaluate(expression.left)) && toBoolean(yield* this.#evaluate(expression.right)) ? 1 : 0;
      case "or":
        return toBoolean(yield* this.#evaluate(expression.left)) || toBoolean(yield* this.#evaluate(expression.right)) ? 1 : 0;
      case "binary":
        return this.#binary(expression.operator, yield* this.#evaluate(expression.left), yield* this.#evaluate(expression.right));
      case "match": {
        const text = this.#text(yield* this.#evaluate(expression.left));
        return (yield* this.#regexOf(expression.right)).test(text) !== expression.negated ? 1 : 0;
      }
      case "in":
        return this.#array(expression.array).has(yield* this.#subscript(expression.subscript)) ? 1 : 0;
      case "unary": {
        const value = yield* this.#evaluate(expression.of);
        if (expression.operator === "!") return toBoolean(value) ? 0 : 1;
        return expression.operator === "-" ? -toNumber(value) : toNumber(value);
      }
      case "step": {
        const before = toNumber(yield* this.#evaluate(expression.target));
        yield* this.#assign(expression.target, before + expression.delta);
        return expression.isPrefix ? before + expression.delta : before;
      }
      case "call":
        return expression.isBuiltin
          ? yield* this.#builtin(expression.name, expression.args)
          : yield* this.#call(expression.name, expression.args);
      case "getline":
        return yield* this.#getline(expression);
    }
  }

  *#assign(target: AwkTarget, value: Value): Run<void> {
    if (target.type === "variable") this.#set(target.name, value);
    else if (target.type === "field") this.#setField(Math.trunc(toNumber(yield* this.#evaluate(target.index))), value);
    else this.#array(target.array).set(yield* this.#subscript(target.subscript), value);
  }

  *#subscript(items: readonly AwkExpression[]): Run<string> {
    const texts: string[] = [];
    for (const item of items) texts.push(this.#text(yield* this.#evaluate(item)));
    return texts.join(this.#text(this.#get("SUBSEP")));
  }

  #binary(operator: string, left: Value, right: Value): Value {
    if (operator === " ") {
      const text = this.#text(left) + this.#text(right);
      if (text.length > textMax) throw new AwkFailure("out of memory");
      return text;
    }
    if (!"<=>!".includes(operator[0] as string)) {
      if ((operator === "/" || operator === "%") && toNumber(right) === 0)
        throw new AwkFailure(operator === "/" ? "division by zero" : "division by zero in %");
      return calculate(operator, toNumber(left), toNumber(right));
    }
    const isText = typeof left === "string" || typeof right === "string";
    const a = isText ? this.#text(left) : toNumber(left);
    const b = isText ? this.#text(right) : toNumber(right);
    const isTrue = { "<": a < b, "<=": a <= b, "==": a === b, "!=": a !== b, ">": a > b, ">=": a >= b }[operator];
    return isTrue === true ? 1 : 0;
  }

  *#regexOf(expression: AwkExpression): Run<Regex> {
    return this.#regex(expression.type === "regex" ? expression.source : this.#text(yield* this.#evaluate(expression)));
  }

  *#getline(expression: Extract<AwkExpression, { type: "getline" }>): Run<number> {
    let record: string | undefined;
    if (expression.source === "main") record = yield* this.#nextRecord();
    else {
      const key = this.#text(yield* this.#evaluate(expression.from as AwkExpression));
      let input = this.#inputs.get(key);
      if (input === undefined) {
        if (expression.source === "file") {
          const text = key === "-" ? undefined : this.#sys.files.read(this.#sys.path(key));
          if (text?.ok === false) return -1;
          input = { stream: text === undefined ? this.#sys.stdin : this.#sys.textInput(text.value), process: undefined };
        } else {
          yield* this.#flush();
          const pipe = this.#sys.pipe();
          const spawned = this.#sys.spawn({ args: ["sh", "-c", key], stdout: pipe.output });
          pipe.output.close();
          input = { stream: pipe.input, process: spawned.ok ? spawned.process : undefined };
        }
        this.#inputs.set(key, input);
      }
      record = yield* this.#readRecord(input.stream);
    }
    if (record === undefined) return 0;
    if (expression.target === undefined) this.#setRecord(record);
    else yield* this.#assign(expression.target, inputValue(record));
    return 1;
  }

  *#call(name: string, args: readonly AwkExpression[]): Run<Value> {
    const called: AwkFunction | undefined = this.#program.functions.get(name);
    if (called === undefined) throw new AwkFailure(`function ${name} never defined`);
    if (this.#calls >= recursionMax) throw new AwkFailure("function call nesting too deep");
    const locals = new Map<string, Cell>();
    for (let i = 0; i < called.parameters.length; i++) {
      const parameter = called.parameters[i] as string;
      const arg = args[i];
      if (arg?.type === "variable") {
        const cell = this.#cell(arg.name);
        if (cell !== undefined && "array" in cell) {
          locals.set(parameter, cell);
          continue;
        }
        if (cell === undefined) {
          // Not yet known whether it is an array: both names share what it becomes.
          const shared: Cell = { value: undefined };
          this.#globals.set(arg.name, shared);
          locals.set(parameter, shared);
          continue;
        }
      }
      locals.set(parameter, { value: arg === undefined ? undefined : yield* this.#evaluate(arg) });
    }
    const before = this.#locals;
    this.#locals = locals;
    this.#calls++;
    try {
      yield* this.#statement(called.body);
      return undefined;
    } catch (leave) {
      if (leave instanceof Leave && leave.kind === "return") return leave.value;
      throw leave;
    } finally {
      this.#locals = before;
      this.#calls--;
    }
  }

  *#builtin(name: string, args: readonly AwkExpression[]): Run<Value> {
    const first = args[0];
    if (name === "length") {
      if (first === undefined) return this.#record.length;
      const cell = first.type === "variable" ? this.#cell(first.name) : undefined;
      if (cell !== undefined && "array" in cell) return cell.array.size;
      return this.#text(yield* this.#evaluate(first)).length;
    }
    if (name === "split") {
      const text = this.#text(yield* this.#evaluate(first as AwkExpression));
      const target = args[1];
      if (target?.type !== "variable") throw new AwkFailure("split: second argument is not an array");
      const separator =
        args[2] === undefined
          ? this.#text(this.#get("FS"))
          : args[2].type === "regex"
            ? args[2].source
            : this.#text(yield* this.#evaluate(args[2]));
      const array = this.#array(target.name);
      array.clear();
      const parts = this.#split(text, separator);
      for (const [i, part] of parts.entries()) array.set(`${i + 1}`, inputValue(part));
      return parts.length;
    }
    if (name === "sub" || name === "gsub") return yield* this.#substitute(name === "gsub", args);
    if (name === "match") {
      const text = this.#text(yield* this.#evaluate(first as AwkExpression));
      const found = (yield* this.#regexOf(args[1] as AwkExpression)).find(text, 0);
      this.setVariable("RSTART", found === undefined ? 0 : found.start + 1);
      this.setVariable("RLENGTH", found === undefined ? -1 : found.end - found.start);
      return found === undefined ? 0 : found.start + 1;
    }
    const values: Value[] = [];
    for (const arg of args) values.push(yield* this.#evaluate(arg));
    const [a, b, c] = values;
    switch (name) {
      case "substr": {
        const text = this.#text(a);
        const start = Math.round(toNumber(b));
        const end = c === undefined ? text.length + 1 : start + Math.round(toNumber(c));
        return text.slice(Math.max(0, start - 1), Math.max(0, end - 1));
      }
      case "index":
        return this.#text(a).indexOf(this.#text(b)) + 1;
      case "sprintf":
        return this.#format(this.#text(a), values.slice(1));
      case "int":
        return Math.trunc(toNumber(a));
      case "sqrt":
        return Math.sqrt(toNumber(a));
      case "rand":
        return this.#sys.random.float();
      case "srand":
        return 0;
      case "tolower":
        return this.#text(a).toLowerCase();
      case "toupper":
        return this.#text(a).toUpperCase();
      case "system": {
        yield* this.#flush();
        const spawned = this.#sys.spawn({ args: ["sh", "-c", this.#text(a)] });
        return spawned.ok ? yield* spawned.process.wait() : 127;
      }
      case "close":
        return yield* this.#close(this.#text(a));
      case "fflush":
        yield* this.#flush();
        return 0;
      case "systime":
        return Math.floor(this.#sys.dateMs() / 1000);
      default:
        return strftime(a === undefined ? "%c" : this.#text(a), b === undefined ? this.#sys.dateMs() : toNumber(b) * 1000);
    }
  }

  *#substitute(isGlobal: boolean, args: readonly AwkExpression[]): Run<number> {
    const regex = yield* this.#regexOf(args[0] as AwkExpression);
    const replacement = this.#text(yield* this.#evaluate(args[1] as AwkExpression));
    const given = args[2];
    const target: AwkTarget =
      given !== undefined && (given.type === "variable" || given.type === "field" || given.type === "element")
        ? given
        : { type: "field", index: { type: "number", value: 0 } };
    const text = this.#text(yield* this.#evaluate(given ?? target));
    let result = "";
    let from = 0;
    let count = 0;
    for (let at = 0; at <= text.length; ) {
      const match = regex.find(text, at);
      if (match === undefined) break;
      if (match.end === match.start && count > 0 && match.start === from && from > 0) {
        at = match.end + 1;
        continue;
      }
      count++;
      const matched = text.slice(match.start, match.end);
      result +=
        text.slice(from, match.start) +
        replacement.replace(/\\\\&|\\&|&/g, (found) => (found === "&" ? matched : found === "\\&" ? "&" : `\\${matched}`));
      from = match.end;
      at = match.end > match.start ? match.end : match.end + 1;
      if (!isGlobal) break;
    }
    if (count > 0) yield* this.#assign(target, result + text.slice(from));
    return count;
  }

  /** awk's printf: numbers stay numbers, `%c` takes a code or a text's first character. */
  #format(format: string, values: readonly Value[]): string {
    let next = 0;
    return format.replace(
      /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z%])/g,
      (whole, flagsText: string, widthText: string | undefined, precisionText: string | undefined, conversion: string) => {
        if (conversion === "%") return "%";
        let flags = flagsText;
        let width = widthText === "*" ? Math.trunc(toNumber(values[next++])) : Number(widthText ?? 0);
        if (width < 0) {
          flags += "-";
          width = -width;
        }
        const precision =
          precisionText === undefined ? undefined : precisionText === "*" ? Math.trunc(toNumber(values[next++])) : Number(precisionText);
        if (width > 100_000 || (precision ?? 0) > 100_000) throw new AwkFailure("printf: field is too wide");
        const value = values[next++];
        const pad = (text: string): string => (flags.includes("-") ? text.padEnd(width) : text.padStart(width));
        switch (conversion) {
          case "d":
          case "i":
          case "o":
          case "x":
          case "X":
          case "u": {
            const number = Math.trunc(toNumber(value));
            return formatInteger(Number.isFinite(number) ? BigInt(number) : 0n, conversion, flags, width, precision);
          }
          case "e":
          case "E":
          case "f":
          case "F":
          case "g":
          case "G":
            return formatFloat(toNumber(value), conversion, flags, width, precision);
          case "c":
            return pad(
              typeof value === "number"
                ? String.fromCodePoint(Math.max(0, Math.min(0x10ffff, Math.trunc(value))))
                : this.#text(value).slice(0, 1),
            );
          case "s":
            return pad(this.#text(value).slice(0, precision));
          default:
            return whole;
        }
      },
    );
  }
}

/** Powers with whole exponents are multiplied out, so that every engine gives the same. */
function calculate(operator: string, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    default:
      return power(a, b);
  }
}

function power(base: number, exponent: number): number {
  if (exponent === 0.5) return Math.sqrt(base);
  if (!Number.isInteger(exponent)) return Number.NaN;
  let result = 1;
  let square = base;
  for (let rest = Math.min(Math.abs(exponent), 4096); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / result : result;
}

function byKey(a: string, b: string): number {
  const isNumberA = /^-?\d+$/.test(a);
  const isNumberB = /^-?\d+$/.test(b);
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function strftime(format: string, dateMs: number): string {
  const d = civilDate(dateMs);
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => {
    switch (letter) {
      case "Y":
        return `${d.year}`;
      case "m":
        return twoDigits(d.month);
      case "d":
        return twoDigits(d.day);
      case "H":
        return twoDigits(d.hour);
      case "M":
        return twoDigits(d.minute);
      case "S":
        return twoDigits(d.second);
      case "F":
        return `${d.year}-${twoDigits(d.month)}-${twoDigits(d.day)}`;
      case "T":
        return `${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)}`;
      case "s":
        return `${Math.floor(dateMs / 1000)}`;
      case "c":
        return `${weekdayNames[d.weekday]} ${monthNames[d.month - 1]} ${`${d.day}`.padStart(2)} ${twoDigits(d.hour)}:${twoDigits(d.minute)}:${twoDigits(d.second)} ${d.year}`;
      case "%":
        return "%";
      default:
        return whole;
    }
  });
}
