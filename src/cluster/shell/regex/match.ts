import { type Assertion, type CharSet, inSet, type RegexNode, wordRanges } from "./node.ts";
import { parseRegex, type RegexNotation } from "./parse.ts";

type Instruction =
  | { readonly op: "set"; readonly set: CharSet }
  | { readonly op: "split"; readonly first: number; second: number }
  | { op: "jump"; to: number }
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "assert"; readonly assertion: Assertion }
  | { readonly op: "match" };

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** The groups from 1; undefined for those that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/** A pattern that grew beyond this when its intervals were written out is refused. */
const sizeMax = 20_000;

interface Thread {
  readonly at: number;
  readonly start: number;
  readonly slots: readonly number[];
}

/**
 * A compiled pattern. Matching walks all alternatives side by side, so its time is the text's length times the pattern's, whatever they are.
 * The match is the leftmost and of those the longest. @source Russ Cox, "Regular Expression Matching: the Virtual Machine Approach"
 */
export class Regex {
  readonly groups: number;
  readonly #program: readonly Instruction[];
  readonly #ignoreCase: boolean;
  /** The pattern is this text and nothing else. */
  readonly #literal: string | undefined;

  constructor(node: RegexNode, groups: number, options?: { readonly ignoreCase?: boolean }) {
    const program: Instruction[] = [];
    compile(node, program);
    program.push({ op: "match" });
    this.#program = program;
    this.groups = groups;
    this.#ignoreCase = options?.ignoreCase ?? false;
    this.#literal = this.#ignoreCase ? undefined : literalText(node);
  }

  test(text: string): boolean {
    return this.find(text, 0) !== undefined;
  }

  /** The first match at or behind `from`. `^` matches at 0 only (or where `isStart` says so). */
  find(text: string, from: number): RegexMatch | undefined {
    if (this.#literal !== undefined) {
      const start = text.indexOf(this.#literal, from);
      return start < 0 ? undefined : { start, end: start + this.#literal.length, groups: [] };
    }
    return this.#run(text, from, false, undefined);
  }

  /** The longest match that begins exactly at `at`. */
  matchAt(text: string, at: number): RegexMatch | undefined {
    return this.#run(text, at, true, undefined);
  }

  /** Every end of a match that begins at `at`, rising. */
  endsAt(text: string, at: number): readonly number[] {
    const ends: number[] = [];
    this.#run(text, at, true, ends);
    return ends;
  }

  /** Whether the whole text matches. */
  matchesAll(text: string): boolean {
    return this.#run(text, 0, true, undefined)?.end === text.length;
  }

  #run(text: string, from: number, isAnchored: boolean, ends: number[] | undefined): RegexMatch | undefined {
    const program = this.#program;
    const seen = new Uint32Array(program.length);
    const slotCount = (this.groups + 1) * 2;
    const noSlots: readonly number[] = slotCount === 2 ? [] : Array<number>(slotCount).fill(-1);
    let threads: Thread[] = [];
    let best: { start: number; end: number; slots: readonly number[] } | undefined;
    for (let at = from; ; at++) {
      const next: Thread[] = [];
      const mark = at - from + 1;
      const add = (list: Thread[], pc: number, start: number, slots: readonly number[]): void => {
        // Depth first along the instructions that take no character, with a stack of our own.
        const stack: { pc: number; slots: readonly number[] }[] = [{ pc, slots }];
        for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
          if (seen[top.pc] === mark) continue;
          seen[top.pc] = mark;
          const instruction = program[top.pc] as Instruction;
          switch (instruction.op) {
            case "jump":
              stack.push({ pc: instruction.to, slots: top.slots });
              break;
            case "split":
              stack.push({ pc: instruction.second, slots: top.slots }, { pc: instruction.first, slots: top.slots });
              break;
            case "save": {
              const changed = [...top.slots];
              changed[instruction.slot] = at;
              stack.push({ pc: top.pc + 1, slots: changed });
              break;
            }
            case "assert":
              if (holds(instruction.assertion, text, at)) stack.push({ pc: top.pc + 1, slots: top.slots });
              break;
            case "match":
              ends?.push(at);
              if (best === undefined || start < best.start || (start === best.start && at > best.end))
                best = { start, end: at, slots: top.slots };
              break;
            default:
              list.push({ at: top.pc, start, slots: top.slots });
          }
        }
      };
      // The threads of the last character, in order of priority, then a new start where nothing was found yet.
      const here: Thread[] = [];
      for (const thread of threads) add(here, thread.at, thread.start, thread.slots);
      if (best === undefined && (!isAnchored || at === from)) add(here, 0, at, noSlots);
      if (at >= text.length) break;
      if (here.length === 0 && (best !== undefined || isAnchored)) break;
      const code = text.charCodeAt(at);
      for (const thread of here) {
        if (best !== undefined && thread.start > best.start) continue;
        const instruction = program[thread.at] as Instruction;
        if (instruction.op === "set" && this.#takes(instruction.set, code))
          next.push({ at: thread.at + 1, start: thread.start, slots: thread.slots });
      }
      threads = next;
    }
    if (best === undefined) return undefined;
    const groups: (string | undefined)[] = [];
    for (let i = 1; i <= this.groups; i++) {
      const start = best.slots[2 * i] ?? -1;
      const end = best.slots[2 * i + 1] ?? -1;
      groups.push(start < 0 || end < 0 ? undefined : text.slice(start, end));
    }
    return { start: best.start, end: best.end, groups };
  }

  #takes(set: CharSet, code: number): boolean {
    if (!this.#ignoreCase) return inSet(set, code);
    const character = String.fromCharCode(code);
    const lower = character.toLowerCase().charCodeAt(0);
    const upper = character.toUpperCase().charCodeAt(0);
    if (set.negated) return inSet(set, lower) && inSet(set, upper);
    return inSet(set, lower) || inSet(set, upper);
  }
}

/** A pattern as a program writes it; the message of a wrong one is regerror(3)'s. */
export function compileRegex(
  text: string,
  notation: RegexNotation,
  options?: { readonly ignoreCase?: boolean },
): { readonly ok: true; readonly regex: Regex } | { readonly ok: false; readonly message: string } {
  const parsed = parseRegex(text, notation);
  if (!parsed.ok) return parsed;
  if (programSize(parsed.node) > sizeMax) return { ok: false, message: "Regular expression too big" };
  return { ok: true, regex: new Regex(parsed.node, parsed.groups, options) };
}

function programSize(node: RegexNode): number {
  switch (node.type) {
    case "sequence":
    case "choice":
      return node.items.reduce((sum, item) => sum + programSize(item) + 2, 0);
    case "repeat":
      return (programSize(node.item) + 2) * Math.max(1, node.min, node.max ?? 0) + 2;
    case "group":
      return programSize(node.item) + 2;
    default:
      return 1;
  }
}

function compile(node: RegexNode, program: Instruction[]): void {
  switch (node.type) {
    case "empty":
      return;
    case "set":
      program.push({ op: "set", set: node.set });
      return;
    case "assert":
      program.push({ op: "assert", assertion: node.assertion });
      return;
    case "sequence":
      for (const item of node.items) compile(item, program);
      return;
    case "group":
      program.push({ op: "save", slot: 2 * node.index });
      compile(node.item, program);
      program.push({ op: "save", slot: 2 * node.index + 1 });
      return;
    case "choice": {
      const jumps: { op: "jump"; to: number }[] = [];
      node.items.forEach((item, i) => {
        if (i === node.items.length - 1) {
          compile(item, program);
          return;
        }
        const split = { op: "split" as const, first: program.length + 1, second: 0 };
        program.push(split);
        compile(item, program);
        const jump = { op: "jump" as const, to: 0 };
        program.push(jump);
        jumps.push(jump);
        split.second = program.length;
      });
      for (const jump of jumps) jump.to = program.length;
      return;
    }
    case "repeat":
      for (let i = 0; i < node.min; i++) compile(node.item, program);
      if (node.max === undefined) {
        const split = { op: "split" as const, first: program.length + 1, second: 0 };
        program.push(split);
        compile(node.item, program);
        program.push({ op: "jump", to: split.first - 1 });
        split.second = program.length;
        return;
      }
      {
        const splits: { op: "split"; first: number; second: number }[] = [];
        for (let i = node.min; i < node.max; i++) {
          const split = { op: "split" as const, first: program.length + 1, second: 0 };
          program.push(split);
          splits.push(split);
          compile(node.item, program);
        }
        for (const split of splits) split.second = program.length;
      }
  }
}

const wordSet: CharSet = { ranges: wordRanges, negated: false };

function holds(assertion: Assertion, text: string, at: number): boolean {
  if (assertion === "start") return at === 0;
  if (assertion === "end") return at === text.length;
  const before = at > 0 && inSet(wordSet, text.charCodeAt(at - 1));
  const after = at < text.length && inSet(wordSet, text.charCodeAt(at));
  if (assertion === "wordStart") return !before && after;
  if (assertion === "wordEnd") return before && !after;
  return (before !== after) === (assertion === "wordBoundary");
}

function literalText(node: RegexNode): string | undefined {
  const items = node.type === "sequence" ? node.items : [node];
  let text = "";
  for (const item of items) {
    if (item.type !== "set" || item.set.negated || item.set.ranges.length !== 1) return undefined;
    const [low, high] = item.set.ranges[0] as readonly [number, number];
    if (low !== high) return undefined;
    text += String.fromCharCode(low);
  }
  return text;
}
