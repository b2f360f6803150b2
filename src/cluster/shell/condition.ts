import type { Run } from "../machine/syscall.ts";
import type { Condition } from "./ast.ts";
import type { ShellContext } from "./context.ts";
import { compilePattern } from "./pattern.ts";
import { compileRegex } from "./regex/match.ts";
import { compareFiles, compareNumbers, type TestWorld, testUnary } from "./test-command.ts";

/** What `test` and `[[` look at, as this shell sees it. */
export function testWorld(shell: ShellContext): TestWorld {
  return {
    files: shell.sys.files,
    path: (path) => shell.sys.path(path),
    isTerminal: (fd) => {
      const descriptor = shell.descriptor(fd);
      return descriptor?.input?.kind === "tty" || descriptor?.output?.kind === "tty";
    },
    isSet: (name) => shell.variables.get(name) !== undefined,
  };
}

/** `[[ ... ]]`: the exit status. @source bash 5.2 manual, 3.2.5.2 */
export function* evaluateCondition(shell: ShellContext, condition: Condition): Run<number> {
  switch (condition.type) {
    case "not": {
      const status = yield* evaluateCondition(shell, condition.of);
      return status === 0 ? 1 : status === 1 ? 0 : status;
    }
    case "and": {
      const status = yield* evaluateCondition(shell, condition.left);
      return status !== 0 ? status : yield* evaluateCondition(shell, condition.right);
    }
    case "or": {
      const status = yield* evaluateCondition(shell, condition.left);
      return status !== 1 ? status : yield* evaluateCondition(shell, condition.right);
    }
    case "unary":
      return testUnary(condition.operator, yield* shell.expandText(condition.operand), testWorld(shell)) ? 0 : 1;
    case "binary":
      return yield* binary(shell, condition);
  }
}

function* binary(shell: ShellContext, condition: Extract<Condition, { type: "binary" }>): Run<number> {
  const { operator } = condition;
  const left = yield* shell.expandText(condition.left);
  switch (operator) {
    case "=":
    case "==":
    case "!=": {
      const isMatch = compilePattern(yield* shell.expandPattern(condition.right)).matchesAll(left);
      return isMatch === (operator !== "!=") ? 0 : 1;
    }
    case "=~": {
      const pieces = yield* shell.expandPattern(condition.right);
      const source = pieces.map((piece) => (piece.quoted ? piece.text.replace(/[\\.[\]{}()*+?^$|]/g, "\\$&") : piece.text)).join("");
      const compiled = compileRegex(source, "extended");
      if (!compiled.ok) return 2;
      const match = compiled.regex.find(left, 0);
      shell.variables.set("BASH_REMATCH", match === undefined ? "" : left.slice(match.start, match.end));
      return match === undefined ? 1 : 0;
    }
    case "<":
    case ">": {
      const right = yield* shell.expandText(condition.right);
      return (operator === "<" ? left < right : left > right) ? 0 : 1;
    }
    case "-nt":
    case "-ot":
    case "-ef":
      return compareFiles(left, operator, yield* shell.expandText(condition.right), testWorld(shell)) ? 0 : 1;
    default: {
      const right = yield* shell.calculate(yield* shell.expandText(condition.right));
      return compareNumbers(yield* shell.calculate(left), operator, right) ? 0 : 1;
    }
  }
}
