import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { compileRegex } from "../shell/regex/match.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

class ExprError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** `expr EXPRESSION`: exit 1 when the value is empty or 0, 2 for a mistake. @source POSIX.1-2017 XCU expr; coreutils 9.1 expr.c */
export function expr(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const name = programName(sys);
    const words = sys.args[1] === "--" ? sys.args.slice(2) : sys.args.slice(1);
    if (words.length === 0) {
      yield* sys.err(
        toolset === "gnu"
          ? `${name}: missing operand\nTry '${name} --help' for more information.\n`
          : "BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: expr EXPRESSION\n",
      );
      return toolset === "gnu" ? 2 : 1;
    }
    try {
      const value = evaluateExpr(words);
      yield* sys.out(`${value}\n`);
      return value === "" || /^-?0+$/.test(value) ? 1 : 0;
    } catch (error) {
      if (!(error instanceof ExprError)) throw error;
      yield* sys.err(
        `${name}: ${toolset === "gnu" ? error.message : error.message.startsWith("syntax") ? "syntax error" : error.message}\n`,
      );
      return 2;
    }
  }
  return { name: "expr", path: toolPath("expr", toolset), run };
}

function evaluateExpr(words: readonly string[]): string {
  let at = 0;
  let depth = 0;
  const isTrue = (value: string): boolean => value !== "" && !/^-?0+$/.test(value);
  const integer = (text: string): bigint => {
    if (!/^-?\d+$/.test(text)) throw new ExprError("non-integer argument");
    return BigInt(text);
  };
  const take = (...operators: readonly string[]): string | undefined => {
    const word = words[at];
    if (word === undefined || !operators.includes(word)) return undefined;
    at++;
    return word;
  };
  const or = (): string => {
    let left = and();
    while (take("|") !== undefined) {
      const right = and();
      left = isTrue(left) ? left : isTrue(right) ? right : "0";
    }
    return left;
  };
  const and = (): string => {
    let left = comparison();
    while (take("&") !== undefined) {
      const right = comparison();
      left = isTrue(left) && isTrue(right) ? left : "0";
    }
    return left;
  };
  const comparison = (): string => {
    let left = sum();
    for (
      let operator = take("<", "<=", "=", "==", "!=", ">=", ">");
      operator !== undefined;
      operator = take("<", "<=", "=", "==", "!=", ">=", ">")
    ) {
      const right = sum();
      const areNumbers = /^-?\d+$/.test(left) && /^-?\d+$/.test(right);
      const a = areNumbers ? BigInt(left) : left;
      const b = areNumbers ? BigInt(right) : right;
      const holds =
        operator === "<"
          ? a < b
          : operator === "<="
            ? a <= b
            : operator === ">"
              ? a > b
              : operator === ">="
                ? a >= b
                : (a === b) === (operator !== "!=");
      left = holds ? "1" : "0";
    }
    return left;
  };
  const sum = (): string => {
    let left = product();
    for (let operator = take("+", "-"); operator !== undefined; operator = take("+", "-")) {
      const right = integer(product());
      left = `${operator === "+" ? integer(left) + right : integer(left) - right}`;
    }
    return left;
  };
  const product = (): string => {
    let left = match();
    for (let operator = take("*", "/", "%"); operator !== undefined; operator = take("*", "/", "%")) {
      const right = integer(match());
      if (operator !== "*" && right === 0n) throw new ExprError("division by zero");
      const number = integer(left);
      left = `${operator === "*" ? number * right : operator === "/" ? number / right : number % right}`;
      if (left.length > 1000) throw new ExprError("integer result too large");
    }
    return left;
  };
  const match = (): string => {
    let left = primary();
    while (take(":") !== undefined) left = matchText(left, primary());
    return left;
  };
  const matchText = (text: string, pattern: string): string => {
    const compiled = compileRegex(pattern.replace(/^\^/, ""), "basic");
    if (!compiled.ok) throw new ExprError(compiled.message);
    const found = compiled.regex.matchAt(text, 0);
    if (compiled.regex.groups > 0) return found?.groups[0] ?? "";
    return `${found === undefined ? 0 : found.end}`;
  };
  const primary = (): string => {
    if (++depth > 100) throw new ExprError("syntax error: nested too deep");
    const word = words[at++];
    if (word === undefined) throw new ExprError(`syntax error: missing argument after ‘${words.at(-1)}’`);
    let value = word;
    if (word === "(") {
      value = or();
      if (take(")") === undefined)
        throw new ExprError(
          `syntax error: expecting ')' ${words[at] === undefined ? `after ‘${words[at - 1]}’` : `instead of ‘${words[at]}’`}`,
        );
    } else if (word === "length" && at < words.length) value = `${primary().length}`;
    else if (word === "substr" && at + 2 < words.length) {
      const [text, from, count] = [primary(), Number(primary()), Number(primary())] as const;
      value = from >= 1 && count >= 1 ? text.slice(from - 1, from - 1 + count) : "";
    } else if (word === "index" && at + 1 < words.length) {
      const [text, characters] = [primary(), primary()] as const;
      value = `${[...text].findIndex((c) => characters.includes(c)) + 1}`;
    } else if (word === "match" && at + 1 < words.length) value = matchText(primary(), primary());
    else if (word === "+" && at < words.length) value = words[at++] as string;
    depth--;
    return value;
  };
  const value = or();
  if (at < words.length) throw new ExprError(`syntax error: unexpected argument ‘${words[at]}’`);
  return value;
}
