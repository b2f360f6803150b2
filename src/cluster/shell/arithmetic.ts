/** What is wrong with an expression, as bash words it behind the expression. */
export class ArithmeticError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export interface ArithmeticVariables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** Nesting of parentheses and of variables that hold expressions. */
const depthMax = 60;

/**
 * Evaluates a shell's arithmetic: 64-bit integers, C's operators, variables by name, assignments.
 *
 * @source bash 5.2 manual, 6.5; messages: bash 5.2 expr.c
 * @throws ArithmeticError
 */
export function evaluateArithmetic(text: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (depth > depthMax) throw new ArithmeticError(`${text}: expression recursion level exceeded (error token is "${text}")`);
  if (text.trim() === "") return 0n;
  return new Evaluator(text, variables, depth).whole();
}

const binaryLevels: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

const assignmentOperators = ["=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="];

class Evaluator {
  readonly #text: string;
  readonly #variables: ArithmeticVariables;
  readonly #depth: number;
  readonly #tokens: { readonly text: string; readonly at: number }[] = [];
  #at = 0;
  #nesting = 0;
  /** Above 0 while an operand is skipped (`0 && x++`): nothing is assigned, nothing divides. */
  #skipping = 0;

  constructor(text: string, variables: ArithmeticVariables, depth: number) {
    this.#text = text;
    this.#variables = variables;
    this.#depth = depth;
    const pattern =
      /\s*(?:(\d+#[0-9a-zA-Z@_]+|0[xX][0-9a-fA-F]*|\d[0-9a-zA-Z_]*|[A-Za-z_]\w*)|(<<=|>>=|\*\*|\+\+|--|&&|\|\||==|!=|<=|>=|<<|>>|[*/%+&^|-]=|[-+*/%=<>!~&|^?:,()])|(\S[\s\S]*))/g;
    for (const match of text.matchAll(pattern)) {
      if (match[3] !== undefined)
        throw new ArithmeticError(`${text.trimStart()}: syntax error: operand expected (error token is "${match[3]}")`);
      const token = match[1] ?? match[2];
      if (token !== undefined) this.#tokens.push({ text: token, at: match.index + match[0].length - token.length });
    }
  }

  whole(): bigint {
    const value = this.#comma();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw this.#error(/^[\w(]/.test(rest.text) ? "syntax error in expression" : "syntax error in expression");
    return value;
  }

  #error(what: string): ArithmeticError {
    const token = this.#tokens[this.#at] ?? this.#tokens[this.#tokens.length - 1];
    const rest = token === undefined ? "" : this.#text.slice(token.at);
    return new ArithmeticError(`${this.#text.trimStart()}: ${what} (error token is "${rest}")`);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text;
  }

  #take(...texts: readonly string[]): string | undefined {
    const token = this.#peek();
    if (token === undefined || !texts.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #comma(): bigint {
    let value = this.#assignment();
    while (this.#take(",") !== undefined) value = this.#assignment();
    return value;
  }

  #assignment(): bigint {
    const name = this.#peek();
    const operator = this.#tokens[this.#at + 1]?.text;
    if (name !== undefined && /^[A-Za-z_]/.test(name) && operator !== undefined && assignmentOperators.includes(operator)) {
      this.#at += 2;
      const right = this.#nested(() => this.#assignment());
      const value = operator === "=" ? right : this.#apply(operator.slice(0, -1), this.#valueOf(name), right);
      return this.#assign(name, value);
    }
    return this.#conditional();
  }

  #conditional(): bigint {
    const condition = this.#binary(0);
    if (this.#take("?") === undefined) return condition;
    const then = this.#maybe(condition !== 0n, () => this.#nested(() => this.#assignment()));
    if (this.#take(":") === undefined) throw this.#error("`:' expected for conditional expression");
    const otherwise = this.#maybe(condition === 0n, () => this.#nested(() => this.#assignment()));
    return condition !== 0n ? then : otherwise;
  }

  #binary(level: number): bigint {
    const operators = binaryLevels[level];
    if (operators === undefined) return this.#power();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#take(...operators);
      if (operator === undefined) return left;
      if (operator === "&&") {
        const right = this.#maybe(left !== 0n, () => this.#binary(level + 1));
        left = left !== 0n && right !== 0n ? 1n : 0n;
      } else if (operator === "||") {
        const right = this.#maybe(left === 0n, () => this.#binary(level + 1));
        left = left !== 0n || right !== 0n ? 1n : 0n;
      } else left = this.#apply(operator, left, this.#binary(level + 1));
    }
  }

  #power(): bigint {
    const base = this.#unary();
    if (this.#take("**") === undefined) return base;
    const exponent = this.#nested(() => this.#power());
    if (exponent < 0n) throw this.#error("exponent less than 0");
    let result = 1n;
    let square = base;
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if ((rest & 1n) === 1n) result = wrap(result * square);
      square = wrap(square * square);
    }
    return result;
  }

  #unary(): bigint {
    const operator = this.#take("!", "~", "-", "+", "++", "--");
    if (operator === undefined) return this.#primary();
    return this.#nested(() => {
      if (operator === "++" || operator === "--") {
        const name = this.#peek();
        if (name !== undefined && /^[A-Za-z_]/.test(name)) {
          this.#at++;
          return this.#assign(name, this.#valueOf(name) + (operator === "++" ? 1n : -1n));
        }
        return operator === "++" ? this.#unary() : this.#unary();
      }
      const value = this.#unary();
      if (operator === "!") return value === 0n ? 1n : 0n;
      if (operator === "~") return wrap(~value);
      return operator === "-" ? wrap(-value) : value;
    });
  }

  #primary(): bigint {
    const token = this.#peek();
    if (token === undefined) throw this.#error("syntax error: operand expected");
    if (token === "(") {
      this.#at++;
      const value = this.#nested(() => this.#comma());
      if (this.#take(")") === undefined) throw this.#error("missing `)'");
      return value;
    }
    if (/^\d/.test(token)) {
      const value = this.#number(token);
      this.#at++;
      return value;
    }
    if (!/^[A-Za-z_]/.test(token)) throw this.#error("syntax error: operand expected");
    this.#at++;
    const value = this.#valueOf(token);
    const step = this.#take("++", "--");
    if (step !== undefined) this.#assign(token, value + (step === "++" ? 1n : -1n));
    return value;
  }

  #number(token: string): bigint {
    const based = /^(\d+)#(.+)$/.exec(token);
    if (based !== null) {
      const base = Number(based[1]);
      if (base < 2 || base > 64) throw this.#error("invalid arithmetic base");
      let value = 0n;
      for (const c of based[2] as string) {
        const digit = digitValue(c, base);
        if (digit >= base) throw this.#error("value too great for base");
        value = wrap(value * BigInt(base) + BigInt(digit));
      }
      return value;
    }
    if (/^0[xX]/.test(token)) return token.length === 2 ? 0n : wrap(BigInt(token));
    if (/^0\d/.test(token)) {
      if (!/^[0-7]+$/.test(token)) throw this.#error("value too great for base");
      return wrap(BigInt(`0o${token.slice(1)}`));
    }
    if (!/^\d+$/.test(token)) throw this.#error("value too great for base");
    return wrap(BigInt(token));
  }

  #valueOf(name: string): bigint {
    const text = this.#variables.get(name)?.trim() ?? "";
    if (text === "") return 0n;
    if (/^-?[1-9]\d*$/.test(text) || text === "0") return wrap(BigInt(text));
    return evaluateArithmetic(text, this.#variables, this.#depth + 1);
  }

  #assign(name: string, value: bigint): bigint {
    const wrapped = wrap(value);
    if (this.#skipping === 0) this.#variables.set(name, `${wrapped}`);
    return wrapped;
  }

  #maybe(isWanted: boolean, body: () => bigint): bigint {
    if (isWanted) return body();
    this.#skipping++;
    const value = body();
    this.#skipping--;
    return value;
  }

  #nested(body: () => bigint): bigint {
    if (++this.#nesting > depthMax) throw this.#error("expression recursion level exceeded");
    const value = body();
    this.#nesting--;
    return value;
  }

  #apply(operator: string, left: bigint, right: bigint): bigint {
    switch (operator) {
      case "+":
        return wrap(left + right);
      case "-":
        return wrap(left - right);
      case "*":
        return wrap(left * right);
      case "/":
      case "%":
        if (right === 0n) {
          if (this.#skipping > 0) return 0n;
          this.#at--; // bash shows the divisor
          throw this.#error("division by 0");
        }
        return operator === "/" ? wrap(left / right) : left % right;
      case "<<":
        return wrap(left << (right & 63n));
      case ">>":
        return left >> (right & 63n);
      case "&":
        return left & right;
      case "|":
        return left | right;
      case "^":
        return left ^ right;
      case "==":
        return left === right ? 1n : 0n;
      case "!=":
        return left !== right ? 1n : 0n;
      case "<":
        return left < right ? 1n : 0n;
      case ">":
        return left > right ? 1n : 0n;
      case "<=":
        return left <= right ? 1n : 0n;
      default:
        return left >= right ? 1n : 0n;
    }
  }
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function digitValue(c: string, base: number): number {
  if (c >= "0" && c <= "9") return Number(c);
  if (c >= "a" && c <= "z") return c.charCodeAt(0) - 87;
  if (c >= "A" && c <= "Z") return c.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return c === "@" ? 62 : 63;
}
