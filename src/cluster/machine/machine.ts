import { assert } from "../sim/assert.ts";
import type { Clock } from "../sim/clock.ts";
import type { Random } from "../sim/random.ts";
import type { Simulation } from "../sim/simulation.ts";
import { Files, type ProgramDirectories } from "./files.ts";
import type { MachineNetwork } from "./net.ts";
import { absolutePath } from "./path.ts";
import { type ProcessOwner, ProcessState } from "./process.ts";
import { createNullInput, createNullOutput } from "./streams.ts";
import { ProcessSys, type SysMachine } from "./sys.ts";
import type { HostInfo, InputStream, OutputStream, ProgramEntry, ServiceKey, SignalName, SpawnOptions, SpawnResult } from "./syscall.ts";

/** What starting a program costs unless its entry says otherwise; and what a fork of the same program costs. */
const startUsDefault = 1000;
const forkUs = 10;

/** What one machine runs at once; a fork bomb ends here. @source systemd's DefaultTasksMax is in this order */
const processesMax = 2000;

export interface MachineOptions {
  readonly simulation: Simulation;
  /** `node/node1`, `pod/default/kubia-x`, `client/laptop`. Containers of one pod share it. */
  readonly place: string;
  readonly kind: HostInfo["kind"];
  readonly hostname: string;
  readonly network: MachineNetwork;
  readonly programs: ReadonlyMap<string, ProgramEntry>;
  /** What every process starts with; `PATH`, `HOME`, `HOSTNAME` are filled in where absent. A function: worked out when a program first asks. */
  readonly env?: ReadonlyMap<string, string> | (() => ReadonlyMap<string, string>);
  readonly cwd?: string;
  readonly user?: string;
  readonly home?: string;
  /** By the key's name; see `withService`. */
  readonly services?: ReadonlyMap<string, unknown>;
  /** A container: its first process is pid 1 and ignores signals that it does not handle. Elsewhere pids start where a booted system has come to. */
  readonly isContainer?: boolean;
  /** Several containers of a pod draw from streams of their own: their name, behind the place. */
  readonly randomName?: string;
  readonly stepCounter?: StepCounter;
}

/** Counts the steps of the programs of all machines that share it: what a driver's budget is measured by. */
export interface StepCounter {
  steps: number;
}

const pathDefault = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A node, a container or a client: files, programs and the processes that run. */
export class Machine implements ProcessOwner, SysMachine {
  readonly simulation: Simulation;
  readonly clock: Clock;
  readonly place: string;
  readonly host: HostInfo;
  readonly network: MachineNetwork;
  readonly files: Files;
  readonly services: Map<string, unknown>;
  readonly nullInput: InputStream;
  readonly nullOutput: OutputStream;
  readonly cwd: string;
  /** Its programs' steps, and those of the other machines with the same counter. */
  readonly stepCounter: StepCounter;

  readonly #programs: ReadonlyMap<string, ProgramEntry>;
  readonly #givenEnv: ReadonlyMap<string, string> | (() => ReadonlyMap<string, string>);
  #env: ReadonlyMap<string, string> | undefined;
  readonly #isContainer: boolean;
  readonly #randomName: string;
  readonly #processes = new Map<number, ProcessState>();
  #nextPid: number;
  #isOff = false;
  #offListeners: (() => void)[] = [];

  constructor(options: MachineOptions) {
    this.simulation = options.simulation;
    this.clock = options.simulation.clock;
    this.place = options.place;
    this.network = options.network;
    this.services = new Map(options.services);
    this.stepCounter = options.stepCounter ?? { steps: 0 };
    this.#programs = options.programs;
    this.#isContainer = options.isContainer ?? false;
    this.#randomName = `program/${options.place}${options.randomName === undefined ? "" : `/${options.randomName}`}`;
    this.#nextPid = this.#isContainer ? 1 : 1001;
    const user = options.user ?? "root";
    const home = options.home ?? (user === "root" ? "/root" : `/home/${user}`);
    const { network } = options;
    this.host = {
      place: options.place,
      kind: options.kind,
      hostname: options.hostname,
      user,
      home,
      interfaces: () => network.interfaces(),
      addresses: () => network.addresses(),
    };
    this.cwd = options.cwd ?? (this.#isContainer ? "/" : home);
    this.#givenEnv = options.env ?? new Map();
    this.nullInput = createNullInput(this.clock);
    this.nullOutput = createNullOutput(this.clock);
    this.files = new Files(() => this.simulation.dateMs(), directoriesOf(options.programs));
    this.files.born(() => this.#layFiles(options.hostname, user, home));
  }

  get env(): ReadonlyMap<string, string> {
    if (this.#env === undefined) {
      const given = typeof this.#givenEnv === "function" ? this.#givenEnv() : this.#givenEnv;
      const env = new Map([["PATH", pathDefault], ["HOSTNAME", this.host.hostname], ...given]);
      if (!env.has("HOME")) env.set("HOME", this.host.home);
      this.#env = env;
    }
    return this.#env;
  }

  get random(): Random {
    return this.simulation.random(this.#randomName);
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** Lends a service to the programs of this machine. */
  withService<T>(key: ServiceKey<T>, value: T): this {
    this.services.set(key.name, value);
    return this;
  }

  /** A process from outside: a container's main process, `kubectl exec`, `at`. Streams not given are empty. */
  spawn(options: SpawnOptions): SpawnResult {
    return this.#start(options, undefined);
  }

  spawnChild(parent: ProcessState, options: SpawnOptions): SpawnResult {
    return this.#start(options, parent);
  }

  /** exec(2): the process becomes another program; an error when there is none. */
  replace(process: ProcessState, options: SpawnOptions): "ENOENT" | "EACCES" | undefined {
    const found = this.#program(options, process.cwd);
    if (typeof found === "string") return found;
    process.args = found.args;
    if (options.env !== undefined) process.ownEnv = options.env;
    if (options.cwd !== undefined) process.cwd = options.cwd;
    process.catches = found.entry.catches ?? [];
    process.forgetHandlers();
    process.replaceStreams(options.stdin ?? process.stdin, options.stdout ?? process.stdout, options.stderr ?? process.stderr);
    process.run(found.entry.run, new ProcessSys(this, process), found.entry.startUs ?? startUsDefault);
    return undefined;
  }

  processes(): readonly ProcessState[] {
    return [...this.#processes.values()].sort((a, b) => a.pid - b.pid);
  }

  which(name: string): string | undefined {
    if (name.includes("/")) return undefined;
    const entry = this.#programs.get(name);
    if (entry !== undefined) return entry.path ?? `/usr/bin/${name}`;
    for (const directory of pathDefault.split(":")) {
      const path = `${directory}/${name}`;
      if (this.#isExecutable(path)) return path;
    }
    return undefined;
  }

  /** The command of that name; undefined where there is none. */
  program(name: string): ProgramEntry | undefined {
    return this.#programs.get(name);
  }

  commands(): readonly string[] {
    return [...this.#programs.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** Everything ends at once, as when the plug is pulled; nothing starts any more. */
  powerOff(): void {
    if (this.#isOff) return;
    this.#isOff = true;
    for (const process of this.processes()) process.destroy();
    for (const listener of this.#offListeners.splice(0)) listener();
  }

  onPowerOff(listener: () => void): void {
    this.#offListeners.push(listener);
  }

  ended(process: ProcessState): void {
    this.#processes.delete(process.pid);
    for (const other of this.#processes.values()) if (other.parentPid === process.pid) other.parentPid = 1;
    // With a container's pid 1 everything in it ends. @source pid_namespaces(7)
    if (process.isInit) for (const other of this.processes()) other.destroy();
  }

  countStep(): void {
    this.stepCounter.steps++;
  }

  #signalGroup(group: number, signal: SignalName): void {
    for (const process of this.processes()) if (process.group === group) process.kill(signal);
  }

  #start(options: SpawnOptions, parent: ProcessState | undefined): SpawnResult {
    assert(options.args.length > 0 || options.program !== undefined, "a process needs args or a program");
    if (this.#isOff) return { ok: false, error: "EACCES" };
    if (this.#processes.size >= processesMax) return { ok: false, error: "EAGAIN" };
    const cwd = options.cwd ?? parent?.cwd ?? this.cwd;
    const found = this.#program(options, cwd);
    if (typeof found === "string") return { ok: false, error: found };
    const pid = this.#nextPid++;
    const process = new ProcessState(this, {
      pid,
      parentPid: parent?.pid ?? 0,
      group: options.group ?? (options.newGroup === true || parent === undefined ? pid : parent.group),
      session: options.session ?? parent?.session ?? 0,
      terminal: "terminal" in options ? options.terminal : parent?.terminal,
      args: found.args,
      env: options.env ?? parent?.ownEnv,
      cwd,
      stdin: options.stdin ?? parent?.stdin ?? this.nullInput,
      stdout: options.stdout ?? parent?.stdout ?? this.nullOutput,
      stderr: options.stderr ?? parent?.stderr ?? this.nullOutput,
      isInit: this.#isContainer && pid === 1,
      catches: found.entry.catches ?? [],
    });
    this.#processes.set(pid, process);
    // Who comes in by a terminal from outside (`kubectl exec -it`, `at`) has its Ctrl-C; a shell there sets its jobs in front itself.
    if (parent === undefined && options.terminal !== undefined) {
      options.terminal.setForeground({ place: this.place, group: pid, interrupt: (signal) => this.#signalGroup(pid, signal) });
    }
    process.run(found.entry.run, new ProcessSys(this, process), found.entry.startUs ?? startUsDefault);
    return { ok: true, process };
  }

  /** What `args` start: a program handed in, one of the machine's by name or path, or a file with `#!`. */
  #program(options: SpawnOptions, cwd: string): { readonly entry: ProgramEntry; readonly args: readonly string[] } | "ENOENT" | "EACCES" {
    const { args, program } = options;
    if (program !== undefined) return { entry: { name: args[0] ?? "", run: program, startUs: forkUs }, args };
    const name = args[0] as string;
    if (!name.includes("/")) {
      const entry = this.#programs.get(name);
      if (entry !== undefined) return { entry, args };
      const path = this.which(name);
      return path === undefined ? "ENOENT" : this.#script(path, args);
    }
    const path = absolutePath(name, cwd);
    const slash = path.lastIndexOf("/");
    const isHere = this.files.isProgram(path) || !this.files.status(path).ok;
    const named = isHere ? this.#programs.get(path.slice(slash + 1)) : undefined;
    const entry = named?.path === path || pathDefault.split(":").includes(path.slice(0, slash)) ? named : undefined;
    if (entry !== undefined) return { entry, args };
    return this.files.status(path).ok ? this.#script(path, args) : "ENOENT";
  }

  #script(path: string, args: readonly string[]): { readonly entry: ProgramEntry; readonly args: readonly string[] } | "ENOENT" | "EACCES" {
    if (!this.#isExecutable(path)) return "EACCES";
    const text = this.files.read(path);
    if (!text.ok) return "ENOENT";
    const firstLine = (text.value.split("\n", 1)[0] as string).trimEnd();
    // A file without `#!` is a shell's own: execvp hands it to sh. @source execvp(3)
    const interpreter = firstLine.startsWith("#!") ? firstLine.slice(2).trim().split(/\s+/) : ["/bin/sh"];
    const whole = [...interpreter, path, ...args.slice(1)];
    const name = whole[0] as string;
    const entry = this.#programs.get(name.slice(name.lastIndexOf("/") + 1));
    return entry === undefined ? "ENOENT" : { entry, args: whole };
  }

  #isExecutable(path: string): boolean {
    const status = this.files.status(path);
    return status.ok && status.value.type === "file" && (status.value.mode & 0o111) !== 0;
  }

  #layFiles(hostname: string, user: string, home: string): void {
    const { files } = this;
    files.makeDirectory(home, { parents: true });
    files.write("/etc/hostname", `${hostname}\n`);
    files.write("/etc/hosts", `127.0.0.1\tlocalhost\n`);
    const rootLine = "root:x:0:0:root:/root:/bin/sh\n";
    files.write("/etc/passwd", user === "root" ? rootLine : `${rootLine}${user}:x:1000:1000:${user}:${home}:/bin/bash\n`);
    files.provide("/proc/uptime", () => {
      const seconds = (this.clock.now() / 1_000_000).toFixed(2);
      return `${seconds} ${seconds}\n`;
    });
    files.provide("/proc/loadavg", () => `0.00 0.00 0.00 1/${this.#processes.size} ${this.#nextPid - 1}\n`);
    files.provide("/proc/version", () => "Linux version 6.1.0-28-amd64 (debian-kernel@lists.debian.org)\n");
    files.provide("/proc/sys/kernel/hostname", () => `${hostname}\n`);
  }
}

const directories = new WeakMap<ReadonlyMap<string, ProgramEntry>, ProgramDirectories>();

/** Where the programs stand. On Debian `/bin` is `/usr/bin`. */
function directoriesOf(programs: ReadonlyMap<string, ProgramEntry>): ProgramDirectories {
  const known = directories.get(programs);
  if (known !== undefined) return known;
  const made = new Map<string, Set<string>>();
  const isMerged = programs.has("bash");
  for (const entry of programs.values()) {
    const path = entry.path ?? `/usr/bin/${entry.name}`;
    const own = path.slice(0, path.lastIndexOf("/"));
    for (const directory of isMerged && own === "/usr/bin" ? ["/usr/bin", "/bin"] : [own]) {
      const names = made.get(directory) ?? new Set();
      names.add(entry.name);
      made.set(directory, names);
    }
  }
  directories.set(programs, made);
  return made;
}
