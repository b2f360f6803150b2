import type { FileSystem } from "../machine/syscall.ts";

/** What `test` looks at outside its arguments. */
export interface TestWorld {
  readonly files: FileSystem;
  path(path: string): string;
  isTerminal(fd: number): boolean;
  isSet(name: string): boolean;
}

export type TestResult = { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly message: string };

class TestError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const unaryOperators = new Set("abcdefghknoprstuvwxzGLNOS".split("").map((c) => `-${c}`));
const binaryOperators = new Set(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]);

/** `test EXPRESSION` and `[ EXPRESSION ]`. @source POSIX.1-2017 XCU test; messages: bash 5.2 test.c */
export function evaluateTest(args: readonly string[], world: TestWorld): TestResult {
  try {
    return { ok: true, value: new TestParser(args, world).whole() };
  } catch (error) {
    if (error instanceof TestError) return { ok: false, message: error.message };
    throw error;
  }
}

class TestParser {
  readonly #args: readonly string[];
  readonly #world: TestWorld;
  #at = 0;
  #depth = 0;

  constructor(args: readonly string[], world: TestWorld) {
    this.#args = args;
    this.#world = world;
  }

  /** Up to four arguments POSIX says by their number what they mean; more are read as an expression. */
  whole(): boolean {
    const [a, b, c, d] = this.#args;
    const world = this.#world;
    switch (this.#args.length) {
      case 0:
        return false;
      case 1:
        return a !== "";
      case 2:
        if (a === "!") return b === "";
        if (unaryOperators.has(a as string)) return testUnary(a as string, b as string, world);
        throw new TestError(`${a}: unary operator expected`);
      case 3:
        if (binaryOperators.has(b as string)) return binary(a as string, b as string, c as string, world);
        if (b === "-a") return a !== "" && c !== "";
        if (b === "-o") return a !== "" || c !== "";
        if (a === "!") return !new TestParser(this.#args.slice(1), world).whole();
        if (a === "(" && c === ")") return b !== "";
        throw new TestError(`${b}: binary operator expected`);
      case 4:
        if (a === "!") return !new TestParser(this.#args.slice(1), world).whole();
        if (a === "(" && d === ")") return new TestParser(this.#args.slice(1, 3), world).whole();
    }
    const value = this.#or();
    if (this.#at < this.#args.length) throw new TestError("too many arguments");
    return value;
  }

  #or(): boolean {
    let value = this.#and();
    while (this.#args[this.#at] === "-o") {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#primary();
    while (this.#args[this.#at] === "-a") {
      this.#at++;
      const right = this.#primary();
      value = value && right;
    }
    return value;
  }

  #primary(): boolean {
    const args = this.#args;
    const first = args[this.#at];
    if (first === undefined) throw new TestError("argument expected");
    if (++this.#depth > 100) throw new TestError("too many arguments");
    const second = args[this.#at + 1];
    let value: boolean;
    if (second !== undefined && binaryOperators.has(second) && args[this.#at + 2] !== undefined) {
      value = binary(first, second, args[this.#at + 2] as string, this.#world);
      this.#at += 3;
    } else if (first === "!") {
      this.#at++;
      value = !this.#primary();
    } else if (first === "(") {
      this.#at++;
      value = this.#or();
      if (args[this.#at] !== ")") throw new TestError("`)' expected");
      this.#at++;
    } else if (unaryOperators.has(first) && second !== undefined) {
      value = testUnary(first, second, this.#world);
      this.#at += 2;
    } else {
      value = first !== "";
      this.#at++;
    }
    this.#depth--;
    return value;
  }
}

export function testUnary(operator: string, operand: string, world: TestWorld): boolean {
  switch (operator) {
    case "-n":
      return operand !== "";
    case "-z":
      return operand === "";
    case "-t":
      return /^\d+$/.test(operand) && world.isTerminal(Number(operand));
    case "-v":
      return world.isSet(operand);
    case "-o":
      return false;
  }
  const status = world.files.status(world.path(operand));
  if (!status.ok) return false;
  const { type, sizeBytes, mode } = status.value;
  switch (operator) {
    case "-e":
    case "-a":
    case "-r":
    case "-w":
    case "-O":
    case "-G":
      return true;
    case "-f":
      return type === "file" && !world.path(operand).startsWith("/dev/");
    case "-c":
      return type === "file" && world.path(operand).startsWith("/dev/");
    case "-d":
      return type === "directory";
    case "-s":
      return sizeBytes > 0;
    case "-x":
      return type === "directory" || (mode & 0o111) !== 0;
    default:
      return false; // links, sockets, set-uid bits: nothing here has them
  }
}

function binary(left: string, operator: string, right: string, world: TestWorld): boolean {
  switch (operator) {
    case "=":
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "-nt":
    case "-ot":
    case "-ef":
      return compareFiles(left, operator, right, world);
  }
  return compareNumbers(integer(left), operator, integer(right));
}

export function compareNumbers(a: bigint, operator: string, b: bigint): boolean {
  switch (operator) {
    case "-eq":
      return a === b;
    case "-ne":
      return a !== b;
    case "-lt":
      return a < b;
    case "-le":
      return a <= b;
    case "-gt":
      return a > b;
    default:
      return a >= b;
  }
}

export function compareFiles(left: string, operator: string, right: string, world: TestWorld): boolean {
  const a = world.files.status(world.path(left));
  const b = world.files.status(world.path(right));
  if (operator === "-ef") return a.ok && b.ok && world.path(left) === world.path(right);
  if (operator === "-nt") return a.ok && (!b.ok || a.value.modifiedMs > b.value.modifiedMs);
  return b.ok && (!a.ok || a.value.modifiedMs < b.value.modifiedMs);
}

function integer(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed)) throw new TestError(`${text}: integer expression expected`);
  return BigInt(trimmed.replace(/^\+/, ""));
}
