import type { Flavour } from "./context.ts";
import type { SyntaxProblem } from "./parse.ts";

/** How each shell words what it says itself. @source bash 5.2, dash 0.5.12, busybox 1.35 ash, run side by side */
export interface Wording {
  /** What stands before a message. */
  prefix(name: string, line: number, isInteractive: boolean): string;
  notFound(command: string): string;
  noSuchFile(path: string): string;
  cannotCreate(path: string, error: string): string;
  cannotOpen(path: string, error: string): string;
  syntax(problem: SyntaxProblem): readonly string[];
}

/** bash shows the line in which it found the mistake, dash and ash only the token. */
const bashSyntax = (problem: SyntaxProblem): readonly string[] => {
  switch (problem.kind) {
    case "unexpected":
      return [`syntax error near unexpected token \`${problem.token}'`, `\`${problem.source}'`];
    case "endOfFile":
      return ["syntax error: unexpected end of file"];
    case "unmatched":
      return [`unexpected EOF while looking for matching \`${problem.token}'`];
    case "arrays":
      return [`${problem.token}: arrays are not supported here`];
    case "tooDeep":
      return ["syntax error: commands are nested too deep"];
    case "message":
      return [problem.token];
  }
};

const dashSyntax = (problem: SyntaxProblem): readonly string[] => {
  switch (problem.kind) {
    case "unexpected":
      return [`Syntax error: ${problem.token === "newline" ? "newline" : `"${problem.token}"`} unexpected`];
    case "endOfFile":
      return ["Syntax error: end of file unexpected"];
    case "unmatched":
      return [
        problem.token === "}"
          ? "Syntax error: Missing '}'"
          : problem.token === "`"
            ? "Syntax error: EOF in backquote substitution"
            : "Syntax error: Unterminated quoted string",
      ];
    case "arrays":
      return ['Syntax error: "(" unexpected'];
    default:
      return [`Syntax error: ${problem.token}`];
  }
};

const ashSyntax = (problem: SyntaxProblem): readonly string[] => {
  switch (problem.kind) {
    case "unexpected":
      return [`syntax error: unexpected ${problem.token === "newline" ? "newline" : `"${problem.token}"`}`];
    case "endOfFile":
      return ["syntax error: unexpected end of file"];
    case "unmatched":
      return [problem.token === "}" ? "syntax error: missing '}'" : "syntax error: unterminated quoted string"];
    case "arrays":
      return ['syntax error: unexpected "("'];
    default:
      return [`syntax error: ${problem.token}`];
  }
};

export const wordings: Readonly<Record<Flavour, Wording>> = {
  bash: {
    prefix: (name, line, isInteractive) => (isInteractive ? `${name}: ` : `${name}: line ${line}: `),
    notFound: (command) => `${command}: command not found`,
    noSuchFile: (path) => `${path}: No such file or directory`,
    cannotCreate: (path, error) => `${path}: ${error}`,
    cannotOpen: (path, error) => `${path}: ${error}`,
    syntax: bashSyntax,
  },
  dash: {
    prefix: (name, line) => `${name}: ${line}: `,
    notFound: (command) => `${command}: not found`,
    noSuchFile: (path) => `${path}: not found`,
    cannotCreate: (path, error) => `cannot create ${path}: ${error === "No such file or directory" ? "Directory nonexistent" : error}`,
    cannotOpen: (path, error) => `cannot open ${path}: ${error === "No such file or directory" ? "No such file" : error}`,
    syntax: dashSyntax,
  },
  ash: {
    prefix: (name) => `${name}: `,
    notFound: (command) => `${command}: not found`,
    noSuchFile: (path) => `${path}: not found`,
    cannotCreate: (path, error) => `can't create ${path}: ${error === "No such file or directory" ? "nonexistent directory" : error}`,
    cannotOpen: (path, error) => `can't open ${path}: ${error === "No such file or directory" ? "no such file" : error}`,
    syntax: ashSyntax,
  },
};

/** strerror(3) for the errors our files give. */
export const fileErrorTexts = {
  ENOENT: "No such file or directory",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  EEXIST: "File exists",
  ENOTEMPTY: "Directory not empty",
  EACCES: "Permission denied",
} as const;
