/** A piece of a word, before expansion. `quoted`: stood in quotes, so it is neither split nor a pattern. */
export type WordPart =
  | { readonly type: "literal"; readonly text: string; readonly quoted: boolean }
  | { readonly type: "parameter"; readonly parameter: Parameter; readonly quoted: boolean }
  | { readonly type: "command"; readonly script: Script; readonly quoted: boolean }
  | { readonly type: "arithmetic"; readonly expression: Word; readonly quoted: boolean }
  /** `<(COMMANDS)`: the name of a file that holds their output. */
  | { readonly type: "process"; readonly script: Script; readonly quoted: boolean };

export interface Word {
  readonly parts: readonly WordPart[];
  /** As it was written. */
  readonly source: string;
}

/** `${name}`, `${#name}`, `${name:-word}` ... */
export interface Parameter {
  readonly name: string;
  readonly operation: ParameterOperation | undefined;
  /** As it was written, for messages. */
  readonly source: string;
}

export type ParameterOperation =
  | { readonly type: "length" }
  | { readonly type: "indirect" }
  /** `-` default, `=` assign, `?` error, `+` alternative; `colon`: empty counts as unset. */
  | { readonly type: "-" | "=" | "?" | "+"; readonly colon: boolean; readonly word: Word }
  | { readonly type: "#" | "##" | "%" | "%%"; readonly pattern: Word }
  | { readonly type: "substring"; readonly offset: Word; readonly length: Word | undefined }
  | {
      readonly type: "replace";
      readonly all: boolean;
      readonly anchor: "#" | "%" | undefined;
      readonly pattern: Word;
      readonly replacement: Word;
    }
  | { readonly type: "case"; readonly upper: boolean; readonly all: boolean }
  /** Something that bash refuses when it comes to it: `bad substitution`. */
  | { readonly type: "bad" };

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly value: Word;
}

export type Redirection =
  | { readonly type: "in" | "out" | "append" | "clobber" | "readWrite"; readonly fd: number; readonly target: Word }
  /** `>&2`, `<&3`, `>&-`. */
  | { readonly type: "duplicate"; readonly fd: number; readonly input: boolean; readonly target: Word }
  /** `&>file`, `&>>file`. */
  | { readonly type: "both"; readonly append: boolean; readonly target: Word }
  | { readonly type: "text"; readonly fd: number; readonly document: { text: Word } }
  | { readonly type: "hereString"; readonly fd: number; readonly target: Word };

interface Place {
  /** From 1. */
  readonly line: number;
  /** As it was written, for `jobs`. */
  readonly source: string;
}

export type Command = Place &
  (
    | {
        readonly type: "simple";
        readonly assignments: readonly Assignment[];
        readonly words: readonly Word[];
        readonly redirections: readonly Redirection[];
      }
    | { readonly type: "pipeline"; readonly commands: readonly Command[]; readonly negated: boolean; readonly timed: boolean }
    | { readonly type: "and" | "or"; readonly left: Command; readonly right: Command }
    | { readonly type: "group"; readonly body: Script; readonly redirections: readonly Redirection[] }
    | { readonly type: "subshell"; readonly body: Script; readonly redirections: readonly Redirection[] }
    | {
        readonly type: "if";
        readonly branches: readonly { readonly condition: Script; readonly body: Script }[];
        readonly otherwise: Script | undefined;
        readonly redirections: readonly Redirection[];
      }
    | {
        readonly type: "while";
        readonly until: boolean;
        readonly condition: Script;
        readonly body: Script;
        readonly redirections: readonly Redirection[];
      }
    | {
        readonly type: "for";
        readonly name: string;
        /** undefined: the positional parameters. */
        readonly words: readonly Word[] | undefined;
        readonly body: Script;
        readonly redirections: readonly Redirection[];
      }
    | {
        readonly type: "forArithmetic";
        readonly start: Word;
        readonly condition: Word;
        readonly step: Word;
        readonly body: Script;
        readonly redirections: readonly Redirection[];
      }
    | {
        readonly type: "case";
        readonly subject: Word;
        readonly clauses: readonly { readonly patterns: readonly Word[]; readonly body: Script; readonly end: ";;" | ";&" | ";;&" }[];
        readonly redirections: readonly Redirection[];
      }
    | { readonly type: "function"; readonly name: string; readonly body: Command }
    | { readonly type: "condition"; readonly expression: Condition; readonly redirections: readonly Redirection[] }
    | { readonly type: "arithmetic"; readonly expression: Word; readonly redirections: readonly Redirection[] }
  );

/** `[[ ... ]]` */
export type Condition =
  | { readonly type: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly type: "not"; readonly of: Condition }
  | { readonly type: "unary"; readonly operator: string; readonly operand: Word }
  | { readonly type: "binary"; readonly operator: string; readonly left: Word; readonly right: Word };

/** Commands separated by `;`, `&` or newlines. */
export interface Script {
  readonly items: readonly { readonly command: Command; readonly background: boolean }[];
}
