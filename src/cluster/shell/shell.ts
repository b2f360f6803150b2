import { absolutePath } from "../machine/path.ts";
import {
  type InputStream,
  type OutputStream,
  type Process,
  type Run,
  Signal,
  type SignalName,
  type SpawnOptions,
  type Sys,
} from "../machine/syscall.ts";
import { ArithmeticError, evaluateArithmetic } from "./arithmetic.ts";
import type { Assignment, Command, Redirection, Script, Word } from "./ast.ts";
import { builtins, specialBuiltins } from "./builtins/index.ts";
import { evaluateCondition } from "./condition.ts";
import type { Descriptor, Flavour, Job, ShellContext, ShellOptions } from "./context.ts";
import { ExitControl, ExpansionFailure, Interrupted, LoopControl, ReturnControl } from "./control.ts";
import { expandPattern, expandText, expandWords } from "./expand.ts";
import { wordings } from "./messages.ts";
import { reservedWords, ShellParser, ShellSyntaxError } from "./parse.ts";
import { compilePattern, type PatternPiece } from "./pattern.ts";
import { quoteForShell } from "./printf.ts";
import { redirect } from "./redirect.ts";
import { Variables } from "./variables.ts";

/** What a step of a shell costs. */
const stepUs = 10;

/** Functions within functions, far below the engine's stack. */
const functionDepthMax = 200;

/** Commands within commands, functions and substitutions counted. */
const depthMax = 1500;

/** What a substitution may bring in. */
const captureMax = 16_000_000;

export interface ShellStart {
  readonly flavour: Flavour;
  /** `$0` and what its messages begin with. */
  readonly name: string;
  readonly positional?: readonly string[];
  readonly isInteractive?: boolean;
  readonly hasJobControl?: boolean;
  readonly isCommandString?: boolean;
  /** Told which group is in the foreground; undefined: the shell itself. */
  readonly onForeground?: (group: number | undefined) => void;
  /** Variables that the shell does not export. */
  readonly variables?: ReadonlyMap<string, string>;
}

/** An interpreter of shell text: one process' state, and how each kind of command runs. @source POSIX.1-2017 XCU 2; bash 5.2 manual */
export class Shell implements ShellContext {
  readonly sys: Sys;
  readonly flavour: Flavour;
  readonly isInteractive: boolean;
  readonly hasJobControl: boolean;
  readonly isCommandString: boolean;
  readonly variables: Variables;
  readonly functions: Map<string, Command>;
  readonly aliases: Map<string, string>;
  readonly options: ShellOptions;
  readonly traps: Map<string, string>;
  readonly jobs: Job[] = [];
  readonly history: string[] = [];
  positional: readonly string[];
  name: string;
  readonly shellPid: number;
  lastStatus = 0;
  lastBackgroundPid: number | undefined;
  line = 1;
  umask = 0o022;
  processFiles = 0;
  loopDepth = 0;

  readonly #start: ShellStart;
  #descriptors: Map<number, Descriptor>;
  /** Above 0 where a failing command is looked at by somebody (`if`, `&&`, `!`): `set -e` leaves it alone. */
  #checked = 0;
  #functionDepth = 0;
  #depth = 0;
  #sourceDepth = 0;
  #pendingTraps: string[] = [];
  #isInTrap = false;
  /** The status of the last command substitution of the command that runs. */
  #captureStatus: number | undefined;
  #isLastCommand = false;

  constructor(sys: Sys, start: ShellStart, parent?: Shell) {
    this.sys = sys;
    this.#start = start;
    this.flavour = start.flavour;
    this.name = start.name;
    this.isInteractive = start.isInteractive ?? false;
    this.hasJobControl = start.hasJobControl ?? false;
    this.isCommandString = start.isCommandString ?? false;
    this.positional = start.positional ?? [];
    const computed = new Map<string, () => string>([
      ["RANDOM", () => `${sys.random.below(32_768)}`],
      ["SECONDS", () => `${Math.floor((sys.nowUs() - startedUs) / 1_000_000)}`],
      ["LINENO", () => `${this.line}`],
      ["EPOCHSECONDS", () => `${Math.floor(sys.dateMs() / 1000)}`],
      ["BASHPID", () => `${sys.pid}`],
      ["PPID", () => "1"],
      ["UID", () => (sys.host.user === "root" ? "0" : "1000")],
      ["EUID", () => (sys.host.user === "root" ? "0" : "1000")],
    ]);
    const startedUs = sys.nowUs();
    if (parent === undefined) {
      this.variables = new Variables(new Map(), computed);
      for (const [name, value] of sys.env) {
        this.variables.set(name, value);
        this.variables.mark(name, { exported: true });
      }
      this.variables.set("IFS", " \t\n");
      this.variables.set("PWD", sys.cwd);
      this.variables.mark("PWD", { exported: true });
      this.variables.set("OPTIND", "1");
      if (start.flavour === "bash") {
        this.variables.set("BASH_VERSION", "5.2.15(1)-release");
        this.variables.set("HOSTNAME", sys.host.hostname);
        this.variables.set("SHELL", "/bin/bash");
      }
      for (const [name, value] of start.variables ?? []) this.variables.set(name, value);
      this.functions = new Map();
      this.aliases = new Map();
      this.options = {
        errexit: false,
        nounset: false,
        xtrace: false,
        pipefail: false,
        noglob: false,
        verbose: false,
        noclobber: false,
        allexport: false,
      };
      this.traps = new Map();
      this.shellPid = sys.pid;
      this.#descriptors = new Map([
        [0, { input: sys.stdin }],
        [1, { output: sys.stdout }],
        [2, { output: sys.stderr }],
      ]);
      return;
    }
    this.variables = new Variables(parent.variables.snapshot(), computed);
    this.functions = new Map(parent.functions);
    this.aliases = new Map(parent.aliases);
    this.options = { ...parent.options };
    // What a subshell traps is reset; what is ignored stays so. @source POSIX.1-2017 XCU 2.12
    this.traps = new Map([...parent.traps].filter(([, action]) => action === ""));
    this.shellPid = parent.shellPid;
    this.lastStatus = parent.lastStatus;
    this.lastBackgroundPid = parent.lastBackgroundPid;
    this.line = parent.line;
    this.umask = parent.umask;
    this.loopDepth = parent.loopDepth;
    this.#checked = parent.#checked;
    this.#functionDepth = parent.#functionDepth;
    this.#depth = parent.#depth;
    this.#descriptors = new Map(parent.#descriptors);
    this.#descriptors.set(0, { input: sys.stdin });
    this.#descriptors.set(1, { output: sys.stdout });
    this.#descriptors.set(2, { output: sys.stderr });
    for (const [signal, action] of this.traps) if (action === "" && signal !== "EXIT") sys.onSignal(signal as SignalName, "ignore");
  }

  // ---- what builtins and expansions use

  input(): InputStream {
    return this.#descriptors.get(0)?.input ?? this.sys.nullInput;
  }
  output(): OutputStream {
    return this.#descriptors.get(1)?.output ?? this.sys.nullOutput;
  }
  *out(text: string): Run<void> {
    yield* this.output().write(text);
  }
  *err(text: string): Run<void> {
    yield* (this.#descriptors.get(2)?.output ?? this.sys.nullOutput).write(text);
  }
  *complain(text: string): Run<void> {
    yield* this.err(`${wordings[this.flavour].prefix(this.name, this.line, this.isInteractive)}${text}\n`);
  }
  descriptor(fd: number): Descriptor | undefined {
    return this.#descriptors.get(fd);
  }
  expandWords(words: readonly Word[]): Run<string[]> {
    return expandWords(this, words);
  }
  expandText(word: Word): Run<string> {
    return expandText(this, word);
  }
  expandPattern(word: Word): Run<readonly PatternPiece[]> {
    return expandPattern(this, word);
  }
  *calculate(text: string): Run<bigint> {
    try {
      return evaluateArithmetic(text, {
        get: (name) => this.variables.get(name),
        set: (name, value) => {
          this.variables.set(name, value);
        },
      });
    } catch (error) {
      if (!(error instanceof ArithmeticError)) throw error;
      yield* this.complain(this.flavour === "bash" ? error.message : `arithmetic expression: ${error.message}`);
      throw new ExpansionFailure(this.flavour === "bash" ? 1 : 2);
    }
  }
  isBuiltin(name: string): boolean {
    return builtins.has(name);
  }
  isKeyword(name: string): boolean {
    return reservedWords.has(name);
  }
  changeDirectory(path: string): void {
    this.variables.set("OLDPWD", this.sys.cwd);
    this.sys.chdir(path);
    this.variables.set("PWD", this.sys.cwd);
  }

  setTrap(name: string, action: string | undefined): void {
    if (action === undefined) this.traps.delete(name);
    else this.traps.set(name, action);
    if (name === "EXIT" || name === "ERR" || name === "DEBUG" || name === "RETURN") return;
    const signal = name as SignalName;
    if (action === undefined) this.sys.onSignal(signal, "throw");
    else if (action === "") this.sys.onSignal(signal, "ignore");
    else this.sys.onSignal(signal, () => this.#pendingTraps.push(signal));
  }

  /** Runs what was trapped since the last command. */
  *#runTraps(): Run<void> {
    while (this.#pendingTraps.length > 0 && !this.#isInTrap) {
      const action = this.traps.get(this.#pendingTraps.shift() as string);
      if (action === undefined || action === "") continue;
      const before = this.lastStatus;
      this.#isInTrap = true;
      try {
        yield* this.runText(action);
      } finally {
        this.#isInTrap = false;
      }
      this.lastStatus = before;
    }
  }

  /** Runs the EXIT trap, once, and gives the status with which the shell ends. */
  *finish(status: number): Run<number> {
    const action = this.traps.get("EXIT");
    this.traps.delete("EXIT");
    if (action === undefined || action === "") return status;
    this.lastStatus = status;
    try {
      yield* this.runText(action);
    } catch (control) {
      if (control instanceof ExitControl) return control.status;
      throw control;
    }
    return status;
  }

  // ---- texts and scripts

  /** Parses and runs a text line by line. Errors in it are printed; gives the status of its last command. */
  *runText(text: string, from?: { readonly isLast?: boolean }): Run<number> {
    const parser = new ShellParser(text, { aliases: this.aliases, isPosix: this.flavour === "dash" });
    let status = 0;
    for (;;) {
      let script: Script | undefined;
      try {
        script = parser.nextLine();
      } catch (error) {
        if (!(error instanceof ShellSyntaxError)) throw error;
        yield* this.#complainOfSyntax(error);
        this.lastStatus = 2;
        return 2;
      }
      if (script === undefined) return status;
      const open = parser.openDocument;
      if (open !== undefined && this.flavour === "bash") {
        this.line = text.replace(/\n$/, "").split("\n").length;
        yield* this.complain(`warning: here-document at line ${open.line} delimited by end-of-file (wanted \`${open.delimiter}')`);
      }
      this.#isLastCommand = from?.isLast === true && script.items.length === 1 && /^\s*$/.test(parser.rest());
      status = yield* this.runScript(script);
    }
  }

  *#complainOfSyntax(error: ShellSyntaxError): Run<void> {
    const { problem } = error;
    const words = wordings[this.flavour];
    // bash counts the line behind the last one when the text ends too early.
    this.line = problem.kind === "endOfFile" && this.flavour === "bash" ? problem.line + (problem.source === "" ? 0 : 1) : problem.line;
    const prefix = words.prefix(
      this.isCommandString && this.flavour === "bash" ? `${this.name}: -c` : this.name,
      this.line,
      this.isInteractive,
    );
    yield* this.err(
      words
        .syntax(problem)
        .map((line) => `${prefix}${line}\n`)
        .join(""),
    );
  }

  *runScript(script: Script): Run<number> {
    let status = 0;
    for (const { command, background } of script.items) {
      if (background) status = yield* this.#runInBackground(command);
      else status = yield* this.#run(command);
      this.lastStatus = status;
    }
    return status;
  }

  // ---- commands

  *#run(command: Command): Run<number> {
    if (++this.#depth > depthMax) {
      this.#depth = 0;
      yield* this.complain("maximum nesting level exceeded");
      throw new ExitControl(1);
    }
    const depth = this.#depth;
    try {
      yield* this.sys.work(stepUs);
      if (this.#pendingTraps.length > 0) yield* this.#runTraps();
      this.line = command.line;
      const status = yield* this.#runKind(command);
      this.lastStatus = status;
      if (this.#pendingTraps.length > 0) yield* this.#runTraps();
      if (status !== 0 && this.#checked === 0) yield* this.#failed(command, status);
      return status;
    } finally {
      this.#depth = depth - 1;
    }
  }

  /** `set -e` and the ERR trap look at commands that fail unchecked. */
  *#failed(command: Command, status: number): Run<void> {
    const isLeaf =
      command.type === "simple" ||
      command.type === "pipeline" ||
      command.type === "subshell" ||
      command.type === "condition" ||
      command.type === "arithmetic";
    if (!isLeaf || (command.type === "pipeline" && command.negated)) return;
    const action = this.traps.get("ERR");
    if (action !== undefined && action !== "" && !this.#isInTrap) {
      this.#isInTrap = true;
      try {
        yield* this.runText(action);
      } finally {
        this.#isInTrap = false;
      }
      this.lastStatus = status;
    }
    if (this.options.errexit) throw new ExitControl(status);
  }

  *#runKind(command: Command): Run<number> {
    const isLast = this.#isLastCommand;
    this.#isLastCommand = false;
    switch (command.type) {
      case "simple":
        return yield* this.#simple(command, isLast);
      case "and":
      case "or":
        return yield* this.#andOr(command);
      case "pipeline":
        return yield* this.#pipeline(command);
      case "function":
        this.functions.set(command.name, command.body);
        return 0;
      case "subshell":
        return yield* this.#redirected(command.redirections, () => this.#subshell(command));
      case "group":
        return yield* this.#redirected(command.redirections, () => this.runScript(command.body));
      case "if":
        return yield* this.#redirected(command.redirections, () => this.#if(command));
      case "while":
        return yield* this.#redirected(command.redirections, () => this.#while(command));
      case "for":
        return yield* this.#redirected(command.redirections, () => this.#for(command));
      case "forArithmetic":
        return yield* this.#redirected(command.redirections, () => this.#forArithmetic(command));
      case "case":
        return yield* this.#redirected(command.redirections, () => this.#case(command));
      case "condition":
        return yield* this.#redirected(command.redirections, () => this.#guarded(evaluateCondition(this, command.expression)));
      case "arithmetic":
        return yield* this.#redirected(command.redirections, () => this.#arithmetic(command.expression));
    }
  }

  /** A failed calculation in `((` or `[[` is a failed command, not the end of the line. */
  *#guarded(body: Run<number>): Run<number> {
    try {
      return yield* body;
    } catch (control) {
      if (control instanceof ExpansionFailure) return 1;
      throw control;
    }
  }

  *#arithmetic(expression: Word): Run<number> {
    return yield* this.#guarded(this.#isNonZero(expression));
  }

  *#isNonZero(expression: Word): Run<number> {
    const text = yield* this.expandText(expression);
    return (yield* this.calculate(text)) !== 0n ? 0 : 1;
  }

  *#andOr(command: Extract<Command, { type: "and" | "or" }>): Run<number> {
    // A long chain leans to the left; it is walked, not descended into.
    const chain: Extract<Command, { type: "and" | "or" }>[] = [];
    let first: Command = command;
    while (first.type === "and" || first.type === "or") {
      chain.push(first);
      first = first.left;
    }
    let status = yield* this.#checkedRun(first);
    for (let i = chain.length - 1; i >= 0; i--) {
      const link = chain[i] as Extract<Command, { type: "and" | "or" }>;
      if ((link.type === "and") !== (status === 0)) continue;
      status = i === 0 ? yield* this.#run(link.right) : yield* this.#checkedRun(link.right);
    }
    return status;
  }

  *#checkedRun(command: Command): Run<number> {
    this.#checked++;
    try {
      return yield* this.#run(command);
    } finally {
      this.#checked--;
    }
  }

  *#checkedScript(script: Script): Run<number> {
    this.#checked++;
    try {
      return yield* this.runScript(script);
    } finally {
      this.#checked--;
    }
  }

  *#if(command: Extract<Command, { type: "if" }>): Run<number> {
    for (const { condition, body } of command.branches) {
      if ((yield* this.#checkedScript(condition)) === 0) return yield* this.runScript(body);
    }
    return command.otherwise === undefined ? 0 : yield* this.runScript(command.otherwise);
  }

  /** Runs a loop's body once. "break" and "continue" are for the loop itself. */
  *#loopBody(body: Script, onStatus: (status: number) => void): Run<"break" | "next"> {
    try {
      onStatus(yield* this.runScript(body));
      return "next";
    } catch (control) {
      if (!(control instanceof LoopControl)) throw control;
      onStatus(0);
      if (control.levels > 1 && this.loopDepth > 1) throw new LoopControl(control.kind, control.levels - 1);
      return control.kind === "break" ? "break" : "next";
    }
  }

  *#while(command: Extract<Command, { type: "while" }>): Run<number> {
    let status = 0;
    this.loopDepth++;
    try {
      for (;;) {
        yield* this.sys.work(stepUs);
        let isOver = false;
        try {
          isOver = ((yield* this.#checkedScript(command.condition)) === 0) === command.until;
        } catch (control) {
          if (!(control instanceof LoopControl)) throw control;
          if (control.levels > 1 && this.loopDepth > 1) throw new LoopControl(control.kind, control.levels - 1);
          isOver = control.kind === "break";
          if (!isOver) continue;
        }
        if (isOver) return status;
        const how = yield* this.#loopBody(command.body, (value) => {
          status = value;
        });
        if (how === "break") return status;
      }
    } finally {
      this.loopDepth--;
    }
  }

  *#for(command: Extract<Command, { type: "for" }>): Run<number> {
    const values = command.words === undefined ? this.positional : yield* this.expandWords(command.words);
    let status = 0;
    this.loopDepth++;
    try {
      for (const value of values) {
        if (!(yield* this.#assign(command.name, value))) return 1;
        const how = yield* this.#loopBody(command.body, (bodyStatus) => {
          status = bodyStatus;
        });
        if (how === "break") break;
      }
      return status;
    } finally {
      this.loopDepth--;
    }
  }

  *#forArithmetic(command: Extract<Command, { type: "forArithmetic" }>): Run<number> {
    let status = 0;
    this.loopDepth++;
    try {
      yield* this.calculate(yield* this.expandText(command.start));
      for (;;) {
        yield* this.sys.work(stepUs);
        const condition = yield* this.expandText(command.condition);
        if (condition.trim() !== "" && (yield* this.calculate(condition)) === 0n) return status;
        const how = yield* this.#loopBody(command.body, (bodyStatus) => {
          status = bodyStatus;
        });
        if (how === "break") return status;
        yield* this.calculate(yield* this.expandText(command.step));
      }
    } finally {
      this.loopDepth--;
    }
  }

  *#case(command: Extract<Command, { type: "case" }>): Run<number> {
    const subject = yield* this.expandText(command.subject);
    let status = 0;
    let isFalling = false;
    for (const clause of command.clauses) {
      let isMatch = isFalling;
      for (const pattern of clause.patterns) {
        if (isMatch) break;
        isMatch = compilePattern(yield* this.expandPattern(pattern)).matchesAll(subject);
      }
      if (!isMatch) continue;
      status = yield* this.runScript(clause.body);
      if (clause.end === ";;") return status;
      isFalling = clause.end === ";&";
    }
    return status;
  }

  // ---- redirections and simple commands

  *#redirected(redirections: readonly Redirection[], body: () => Run<number>): Run<number> {
    if (redirections.length === 0) return yield* body();
    const redirected = yield* redirect(this, this.#descriptors, redirections);
    if (redirected === undefined) return this.flavour === "dash" ? 2 : 1;
    const before = this.#descriptors;
    this.#descriptors = redirected;
    try {
      return yield* body();
    } finally {
      this.#descriptors = before;
    }
  }

  *#assign(name: string, value: string): Run<boolean> {
    const integer = this.variables.describe(name)?.integer === true;
    const text = integer ? `${yield* this.calculate(value)}` : value;
    if (this.variables.set(name, text)) {
      if (this.options.allexport) this.variables.mark(name, { exported: true });
      return true;
    }
    yield* this.complain(this.flavour === "bash" ? `${name}: readonly variable` : `${name}: is read only`);
    return false;
  }

  *#assignAll(assignments: readonly Assignment[]): Run<boolean> {
    for (const { name, append, value } of assignments) {
      const text = yield* this.expandText(value);
      if (this.options.xtrace) yield* this.err(`+ ${name}${append ? "+" : ""}=${text === "" ? "" : quoteForTrace(text)}\n`);
      const whole = append
        ? this.variables.describe(name)?.integer === true
          ? `${this.variables.get(name) ?? 0}+${text}`
          : (this.variables.get(name) ?? "") + text
        : text;
      if (whole.length > captureMax) {
        yield* this.complain(`xrealloc: cannot allocate ${whole.length} bytes`);
        throw new ExitControl(2);
      }
      if (!(yield* this.#assign(name, whole))) return false;
    }
    return true;
  }

  *#simple(command: Extract<Command, { type: "simple" }>, isLast: boolean): Run<number> {
    this.#captureStatus = undefined;
    const argv = yield* this.expandWords(command.words);
    if (argv.length === 0) {
      const redirected = yield* redirect(this, this.#descriptors, command.redirections);
      if (redirected === undefined) return 1;
      if (!(yield* this.#assignAll(command.assignments))) {
        if (!this.isInteractive && !this.hasJobControl) throw new ExitControl(this.flavour === "bash" ? 1 : 2);
        return 1;
      }
      return this.#captureStatus ?? 0;
    }
    if (this.options.xtrace) yield* this.err(`+ ${argv.map(quoteForTrace).join(" ")}\n`);
    const name = argv[0] as string;
    if (name === "exec") return yield* this.#exec(command, argv.slice(1));
    const body = this.functions.get(name);
    const isSpecial = specialBuiltins.has(name);
    if (body === undefined && !builtins.has(name)) {
      return yield* this.#redirected(command.redirections, () => this.#external(argv, command.assignments, this.#descriptors, isLast));
    }
    return yield* this.#redirected(command.redirections, () => this.#inShell(argv, command.assignments, body, isSpecial));
  }

  /** A function or builtin, with assignments that hold while it runs. */
  *#inShell(argv: readonly string[], assignments: readonly Assignment[], body: Command | undefined, keeps: boolean): Run<number> {
    const before = assignments.map(({ name }) => [name, this.variables.describe(name)] as const);
    if (!(yield* this.#assignAll(assignments))) return 1;
    for (const { name } of assignments) if (body !== undefined) this.variables.mark(name, { exported: true });
    try {
      if (body !== undefined) return yield* this.#callFunction(argv, body);
      const builtin = builtins.get(argv[0] as string);
      return builtin === undefined ? 127 : yield* builtin(this, argv);
    } finally {
      if (!keeps || body !== undefined) for (const [name, variable] of before) this.variables.restore(name, variable);
    }
  }

  *#callFunction(argv: readonly string[], body: Command): Run<number> {
    if (this.#functionDepth >= functionDepthMax) {
      yield* this.complain(`${argv[0]}: maximum function nesting level exceeded (${functionDepthMax})`);
      throw new ExitControl(1);
    }
    const before = this.positional;
    const loopDepth = this.loopDepth;
    this.positional = argv.slice(1);
    this.#functionDepth++;
    this.loopDepth = 0;
    this.variables.enterFunction();
    try {
      return yield* this.#run(body);
    } catch (control) {
      if (control instanceof ReturnControl) return control.status;
      throw control;
    } finally {
      this.variables.leaveFunction();
      this.#functionDepth--;
      this.loopDepth = loopDepth;
      this.positional = before;
    }
  }

  get canReturn(): boolean {
    return this.#functionDepth > 0 || this.#sourceDepth > 0;
  }

  /** `. FILE`: its text, in this shell. */
  *source(text: string, args: readonly string[]): Run<number> {
    const before = this.positional;
    const line = this.line;
    if (args.length > 0) this.positional = args;
    this.#sourceDepth++;
    try {
      return yield* this.runText(text);
    } catch (control) {
      if (control instanceof ReturnControl) return control.status;
      throw control;
    } finally {
      this.#sourceDepth--;
      this.positional = before;
      this.line = line;
    }
  }

  *runWords(argv: readonly string[], how: "command" | "builtin" | "external"): Run<number> {
    const builtin = how === "external" ? undefined : builtins.get(argv[0] as string);
    if (builtin !== undefined) return yield* builtin(this, argv);
    if (how === "builtin") {
      yield* this.complain(`builtin: ${argv[0]}: not a shell builtin`);
      return 1;
    }
    return yield* this.#external(argv, [], this.#descriptors, false);
  }

  *#external(
    argv: readonly string[],
    assignments: readonly Assignment[],
    descriptors: ReadonlyMap<number, Descriptor>,
    isLast: boolean,
  ): Run<number> {
    const env = this.variables.environment();
    for (const { name, append, value } of assignments)
      env.set(name, (append ? (this.variables.get(name) ?? "") : "") + (yield* this.expandText(value)));
    const options: SpawnOptions = { args: argv, env, cwd: this.sys.cwd, ...streamsOf(descriptors, this.sys) };
    if (isLast && this.traps.size === 0) {
      const error = yield* this.sys.exec(options);
      return yield* this.#cannotRun(argv[0] as string, error);
    }
    const spawned = this.sys.spawn(this.hasJobControl ? { ...options, newGroup: true } : options);
    if (!spawned.ok) return yield* this.#cannotRun(argv[0] as string, spawned.error);
    return yield* this.waitFor(spawned.process);
  }

  *#cannotRun(name: string, error: "ENOENT" | "EACCES" | "EAGAIN"): Run<number> {
    const words = wordings[this.flavour];
    if (error === "EAGAIN") {
      yield* this.complain("fork: retry: Resource temporarily unavailable");
      return 254;
    }
    if (error === "ENOENT") {
      yield* this.complain(name.includes("/") ? words.noSuchFile(name) : words.notFound(name));
      return 127;
    }
    const status = this.sys.files.status(this.sys.path(name));
    yield* this.complain(
      `${name}: ${status.ok && status.value.type === "directory" && this.flavour === "bash" ? "Is a directory" : "Permission denied"}`,
    );
    return 126;
  }

  *#exec(command: Extract<Command, { type: "simple" }>, args: readonly string[]): Run<number> {
    const redirected = yield* redirect(this, this.#descriptors, command.redirections);
    if (redirected === undefined) {
      if (this.isInteractive || this.hasJobControl) return 1;
      throw new ExitControl(1);
    }
    const argv = args[0] === "-a" ? args.slice(2) : args[0] === "--" ? args.slice(1) : args;
    if (argv.length === 0) {
      this.#descriptors = redirected; // they stay
      return 0;
    }
    if (this.hasJobControl && !this.isInteractive) {
      // A session's shell goes on for the next command: exec runs the program and ends this run.
      const status = yield* this.#external(argv, command.assignments, redirected, false);
      throw new ExitControl(status);
    }
    const env = this.variables.environment();
    for (const { name, value } of command.assignments) env.set(name, yield* this.expandText(value));
    const error = yield* this.sys.exec({ args: argv, env, cwd: this.sys.cwd, ...streamsOf(redirected, this.sys) });
    const status = yield* this.#execFailed(argv[0] as string, error);
    if (this.isInteractive) return status;
    throw new ExitControl(status);
  }

  *#execFailed(name: string, error: "ENOENT" | "EACCES"): Run<number> {
    const words = wordings[this.flavour];
    yield* this.complain(
      `exec: ${error === "EACCES" ? `${name}: cannot execute: Permission denied` : this.flavour === "bash" ? `${name}: ${name.includes("/") ? "cannot execute: No such file or directory" : "not found"}` : words.notFound(name)}`,
    );
    return error === "ENOENT" ? 127 : 126;
  }

  // ---- processes

  /** A copy of this shell in a process of its own. */
  #fork(body: (child: Shell) => Run<number>): (sys: Sys) => Run<number> {
    const start: ShellStart = {
      flavour: this.flavour,
      name: this.name,
      positional: this.positional,
      isInteractive: false,
      isCommandString: this.isCommandString,
    };
    return (sys) => {
      const child = new Shell(sys, this.isInteractive ? { ...start, isInteractive: true } : start, this);
      return child.#forked(body);
    };
  }

  *#forked(body: (child: Shell) => Run<number>): Run<number> {
    const status = yield* this.toEnd(body(this));
    return yield* this.finish(status);
  }

  /** Runs to the end whatever way it ends: the status. */
  *toEnd(body: Run<number>): Run<number> {
    try {
      return yield* body;
    } catch (control) {
      if (control instanceof ExitControl || control instanceof ReturnControl || control instanceof ExpansionFailure) return control.status;
      if (control instanceof LoopControl) return 0;
      if (control instanceof Interrupted) return 130;
      throw control;
    }
  }

  #spawnFork(
    body: (child: Shell) => Run<number>,
    descriptors: ReadonlyMap<number, Descriptor>,
    group: "new" | number | undefined,
  ): ReturnType<Sys["spawn"]> {
    return this.sys.spawn({
      args: [this.name],
      program: this.#fork(body),
      env: this.variables.environment(),
      cwd: this.sys.cwd,
      ...streamsOf(descriptors, this.sys),
      ...(group === "new" ? { newGroup: true } : group === undefined ? {} : { group }),
    });
  }

  *#subshell(command: Extract<Command, { type: "subshell" }>): Run<number> {
    const spawned = this.#spawnFork((child) => child.runScript(command.body), this.#descriptors, this.hasJobControl ? "new" : undefined);
    if (!spawned.ok) return yield* this.#cannotRun(this.name, "EAGAIN");
    return yield* this.waitFor(spawned.process);
  }

  *capture(script: Script): Run<string> {
    const only = script.items.length === 1 ? script.items[0]?.command : undefined;
    if (
      only?.type === "simple" &&
      only.words.length === 0 &&
      only.assignments.length === 0 &&
      only.redirections.length === 1 &&
      only.redirections[0]?.type === "in"
    ) {
      // $(< FILE)
      const redirected = yield* redirect(this, this.#descriptors, only.redirections);
      this.#captureStatus = redirected === undefined ? 1 : 0;
      const input = redirected?.get(0)?.input;
      return input === undefined ? "" : yield* this.#readAll(input);
    }
    const { input, output } = this.sys.pipe();
    const descriptors = new Map(this.#descriptors);
    descriptors.set(1, { output });
    const spawned = this.#spawnFork((child) => child.#lastScript(script), descriptors, this.hasJobControl ? "new" : undefined);
    output.close();
    if (!spawned.ok) {
      input.close();
      this.#captureStatus = yield* this.#cannotRun(this.name, "EAGAIN");
      return "";
    }
    if (this.hasJobControl) this.#start.onForeground?.(spawned.process.group);
    const text = yield* this.#readAll(input);
    input.close();
    this.#captureStatus = yield* this.waitFor(spawned.process);
    this.lastStatus = this.#captureStatus;
    return text;
  }

  /** In a copy of the shell: a single program takes its place. */
  *#lastScript(script: Script): Run<number> {
    this.#isLastCommand = script.items.length === 1;
    return yield* this.runScript(script);
  }

  *#readAll(input: InputStream): Run<string> {
    let text = "";
    for (;;) {
      const piece = yield* input.read();
      if (piece === "") return text;
      text += piece;
      if (text.length > captureMax) {
        input.close();
        yield* this.complain(`xrealloc: cannot allocate ${text.length} bytes`);
        throw new ExitControl(2);
      }
    }
  }

  *#pipeline(command: Extract<Command, { type: "pipeline" }>): Run<number> {
    const startedUs = this.sys.nowUs();
    let status: number;
    if (command.negated) this.#checked++;
    try {
      status = command.commands.length === 1 ? yield* this.#run(command.commands[0] as Command) : yield* this.#piped(command.commands);
    } finally {
      if (command.negated) this.#checked--;
    }
    if (command.timed) {
      const ms = Math.round((this.sys.nowUs() - startedUs) / 1000);
      const text = (value: number): string => `${Math.floor(value / 60_000)}m${((value % 60_000) / 1000).toFixed(3)}s`;
      yield* this.err(`\nreal\t${text(ms)}\nuser\t0m0.000s\nsys\t0m0.000s\n`);
    }
    return command.negated ? (status === 0 ? 1 : 0) : status;
  }

  *#piped(commands: readonly Command[]): Run<number> {
    const processes = yield* this.#startPipeline(commands, this.#descriptors, this.hasJobControl);
    if (processes === undefined) return 254;
    return yield* this.#waitForAll(processes);
  }

  *#waitForAll(processes: readonly Process[]): Run<number> {
    const group = processes[0]?.group;
    if (this.hasJobControl) this.#start.onForeground?.(group);
    let status = 0;
    let failed = 0;
    for (const process of processes) {
      status = yield* this.waitFor(process);
      if (status !== 0) failed = status;
    }
    return this.options.pipefail ? failed : status;
  }

  /** Starts all commands side by side; the pipes' ends are theirs alone afterwards. */
  *#startPipeline(
    commands: readonly Command[],
    outer: ReadonlyMap<number, Descriptor>,
    ownGroup: boolean,
  ): Run<readonly Process[] | undefined> {
    const processes: Process[] = [];
    let previous: InputStream | undefined;
    for (let i = 0; i < commands.length; i++) {
      const command = commands[i] as Command;
      const pipe = i < commands.length - 1 ? this.sys.pipe() : undefined;
      const descriptors = new Map(outer);
      if (previous !== undefined) descriptors.set(0, { input: previous });
      if (pipe !== undefined) descriptors.set(1, { output: pipe.output });
      const group = !ownGroup ? undefined : (processes[0]?.group ?? "new");
      const spawned = this.#spawnFork((child) => child.#lastScript({ items: [{ command, background: false }] }), descriptors, group);
      previous?.close();
      pipe?.output.close();
      previous = pipe?.input;
      if (!spawned.ok) {
        previous?.close();
        yield* this.#cannotRun(this.name, "EAGAIN");
        return undefined;
      }
      processes.push(spawned.process);
    }
    return processes;
  }

  *#runInBackground(command: Command): Run<number> {
    const descriptors = new Map(this.#descriptors);
    // Without job control a background command must not take the script's input. @source POSIX.1-2017 XCU 2.9.3.1
    if (this.input().kind !== "tty") descriptors.set(0, { input: this.sys.nullInput });
    const commands = command.type === "pipeline" && !command.negated && !command.timed ? command.commands : [command];
    const processes = yield* this.#startPipeline(commands, descriptors, this.hasJobControl);
    if (processes === undefined) return 254;
    const last = processes.at(-1) as Process;
    const job: Job = {
      id: (this.jobs.at(-1)?.id ?? 0) + 1,
      group: (processes[0] as Process).group,
      processes,
      source: command.source,
      isReported: false,
    };
    this.jobs.push(job);
    this.lastBackgroundPid = last.pid;
    if (this.isInteractive && this.hasJobControl) yield* this.err(`[${job.id}] ${last.pid}\n`);
    return 0;
  }

  /** Waits for a process in the foreground. @throws Interrupted, or SIGINT itself, when Ctrl-C ended it */
  *waitFor(process: Process): Run<number> {
    if (this.hasJobControl) {
      this.#start.onForeground?.(process.group);
      try {
        const status = yield* process.wait();
        if (process.endedBy === "SIGINT") throw new Interrupted();
        yield* this.#tellOfDeath(process);
        return status;
      } finally {
        this.#start.onForeground?.(undefined);
      }
    }
    if (this.traps.has("SIGINT")) return yield* process.wait();
    // Both got the Ctrl-C. Whether the shell ends too is for the child to say: it may have handled it. @source bash jobs.c, wait_sigint_handler
    let isInterrupted = false;
    this.sys.onSignal("SIGINT", () => {
      isInterrupted = true;
    });
    try {
      const status = yield* process.wait();
      if (isInterrupted && (process.endedBy === "SIGINT" || status === 130)) throw new Signal("SIGINT");
      yield* this.#tellOfDeath(process);
      return status;
    } finally {
      this.sys.onSignal("SIGINT", "throw");
    }
  }

  /** bash tells when a program was killed. */
  *#tellOfDeath(process: Process): Run<void> {
    const word = process.endedBy === undefined || this.flavour === "ash" ? undefined : deathWords[process.endedBy];
    if (word !== undefined && (this.isInteractive || process.endedBy === "SIGKILL")) yield* this.err(`${word}\n`);
  }

  *resumeJob(job: Job): Run<number> {
    this.signalJob(job, "SIGCONT");
    return yield* this.#waitForAll(job.processes);
  }

  signalJob(job: Job, signal: SignalName): void {
    if (this.hasJobControl) this.sys.killGroup(job.group, signal);
    else for (const process of job.processes) process.kill(signal);
  }

  absolute(path: string): string {
    return absolutePath(path, this.sys.cwd);
  }
}

const deathWords: Partial<Record<SignalName, string>> = {
  SIGKILL: "Killed",
  SIGTERM: "Terminated",
  SIGHUP: "Hangup",
  SIGQUIT: "Quit",
  SIGXFSZ: "File size limit exceeded",
};

function streamsOf(
  descriptors: ReadonlyMap<number, Descriptor>,
  sys: Sys,
): { stdin: InputStream; stdout: OutputStream; stderr: OutputStream } {
  return {
    stdin: descriptors.get(0)?.input ?? sys.nullInput,
    stdout: descriptors.get(1)?.output ?? sys.nullOutput,
    stderr: descriptors.get(2)?.output ?? sys.nullOutput,
  };
}

/** As `set -x` shows a word. */
function quoteForTrace(text: string): string {
  if (text === "") return "''";
  if (/^[A-Za-z0-9_@%+=:,./{}^~-]+$/.test(text)) return text;
  return /[\x00-\x1f]/.test(text) ? quoteForShell(text) : `'${text.replaceAll("'", "'\\''")}'`;
}
