import type { InputStream, OutputStream, Process, Run, SignalName, Sys } from "../machine/syscall.ts";
import type { Command, Script, Word } from "./ast.ts";
import type { PatternPiece } from "./pattern.ts";
import type { Variables } from "./variables.ts";

/** Whose words a shell uses: bash 5.2, dash 0.5.12 (Debian's sh), busybox 1.35's ash. */
export type Flavour = "bash" | "dash" | "ash";

export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  xtrace: boolean;
  pipefail: boolean;
  noglob: boolean;
  verbose: boolean;
  noclobber: boolean;
  allexport: boolean;
}

/** What a file descriptor stands for. */
export interface Descriptor {
  readonly input?: InputStream;
  readonly output?: OutputStream;
}

/** A pipeline that runs, or ran, beside the shell. */
export interface Job {
  readonly id: number;
  readonly group: number;
  readonly processes: readonly Process[];
  readonly source: string;
  /** The user was told of its end. */
  isReported: boolean;
}

/** A shell as its expansions and builtins see it. */
export interface ShellContext {
  readonly sys: Sys;
  readonly flavour: Flavour;
  readonly isInteractive: boolean;
  /** Jobs get process groups of their own and messages. */
  readonly hasJobControl: boolean;
  /** Started with `-c`. */
  readonly isCommandString: boolean;
  readonly variables: Variables;
  readonly functions: Map<string, Command>;
  readonly aliases: Map<string, string>;
  readonly options: ShellOptions;
  readonly traps: Map<string, string>;
  readonly jobs: Job[];
  readonly history: readonly string[];
  positional: readonly string[];
  /** `$0` */
  name: string;
  /** `$$` */
  readonly shellPid: number;
  lastStatus: number;
  lastBackgroundPid: number | undefined;
  /** The line that runs, from 1. */
  line: number;
  umask: number;
  /** How many `<(...)` there were. */
  processFiles: number;
  loopDepth: number;

  input(): InputStream;
  output(): OutputStream;
  out(text: string): Run<void>;
  err(text: string): Run<void>;
  /** `bash: line 3: TEXT`, as this flavour begins its messages. */
  complain(text: string): Run<void>;
  descriptor(fd: number): Descriptor | undefined;

  /** Runs the commands in this shell. Gives the exit status. */
  runScript(script: Script): Run<number>;
  runText(text: string): Run<number>;
  /** Runs `argv` past functions (`command`), or past builtins too. */
  runWords(argv: readonly string[], how: "command" | "builtin" | "external"): Run<number>;
  /** The output of commands run in a copy of this shell. */
  capture(script: Script): Run<string>;
  /** Words as the fields they expand to. */
  expandWords(words: readonly Word[]): Run<string[]>;
  expandText(word: Word): Run<string>;
  expandPattern(word: Word): Run<readonly PatternPiece[]>;
  /** The value of an arithmetic expression. */
  calculate(text: string): Run<bigint>;
  isBuiltin(name: string): boolean;
  isKeyword(name: string): boolean;
  setTrap(name: string, action: string | undefined): void;
  waitFor(process: Process): Run<number>;
  /** Brings a job to the foreground and waits for it. */
  resumeJob(job: Job): Run<number>;
  signalJob(job: Job, signal: SignalName): void;
  changeDirectory(path: string): void;
  /** In a function or a sourced file. */
  readonly canReturn: boolean;
  source(text: string, args: readonly string[]): Run<number>;
}

/** A builtin command: its exit status. `argv[0]` is its name. */
export type Builtin = (shell: ShellContext, argv: readonly string[]) => Run<number>;
