import type { SocketAddress } from "../network/address.ts";
import type { Connection } from "../network/hop.ts";
import type { SocketError, SocketOwner, SocketRow } from "../network/sockets.ts";
import type { Clock } from "../sim/clock.ts";
import type { Random } from "../sim/random.ts";
import type { Simulation } from "../sim/simulation.ts";
import { Fiber, type FiberEnd } from "./fiber.ts";
import type { Files } from "./files.ts";
import { tellMisfortune } from "./misfortune.ts";
import { type MachineNetwork, ProcessNet } from "./net.ts";
import { absolutePath } from "./path.ts";
import { createPipe } from "./pipe.ts";
import type { ProcessState } from "./process.ts";
import { createFileOutput, createTextInput, tick } from "./streams.ts";
import type {
  ConnectOptions,
  DatagramSocket,
  FileResult,
  HostInfo,
  InputStream,
  Listener,
  OutputStream,
  PingAnswer,
  PingRequest,
  Process,
  Run,
  ServiceKey,
  SignalAction,
  SignalName,
  SpawnOptions,
  SpawnResult,
  Stream,
  Sys,
  Terminal,
} from "./syscall.ts";

/** What a process' calls need of its machine. */
export interface SysMachine {
  readonly simulation: Simulation;
  readonly clock: Clock;
  readonly network: MachineNetwork;
  readonly host: HostInfo;
  readonly files: Files;
  readonly random: Random;
  readonly nullInput: InputStream;
  readonly nullOutput: OutputStream;
  readonly services: ReadonlyMap<string, unknown>;
  spawnChild(parent: ProcessState, options: SpawnOptions): SpawnResult;
  replace(process: ProcessState, options: SpawnOptions): "ENOENT" | "EACCES" | undefined;
  processes(): readonly ProcessState[];
  which(name: string): string | undefined;
  commands(): readonly string[];
}

/** What one process may ask of its machine. */
export class ProcessSys implements Sys {
  readonly #machine: SysMachine;
  readonly #process: ProcessState;
  readonly #net: ProcessNet;

  constructor(machine: SysMachine, process: ProcessState) {
    this.#machine = machine;
    this.#process = process;
    this.#net = new ProcessNet(machine.clock, machine.network, process);
  }

  get pid(): number {
    return this.#process.pid;
  }
  get group(): number {
    return this.#process.group;
  }
  get args(): readonly string[] {
    return this.#process.args;
  }
  get env(): ReadonlyMap<string, string> {
    return this.#process.env;
  }
  get cwd(): string {
    return this.#process.cwd;
  }
  get session(): number {
    return this.#process.session;
  }
  get terminal(): Terminal | undefined {
    return this.#process.terminal;
  }
  get host(): HostInfo {
    return this.#machine.host;
  }
  get files(): Files {
    return this.#machine.files;
  }
  get random(): Random {
    return this.#machine.random;
  }
  get stdin(): InputStream {
    return this.#process.stdin;
  }
  get stdout(): OutputStream {
    return this.#process.stdout;
  }
  get stderr(): OutputStream {
    return this.#process.stderr;
  }
  get nullInput(): InputStream {
    return this.#machine.nullInput;
  }
  get nullOutput(): OutputStream {
    return this.#machine.nullOutput;
  }

  path(path: string): string {
    return absolutePath(path, this.#process.cwd);
  }
  chdir(path: string): void {
    this.#process.cwd = this.path(path);
  }

  nowUs(): number {
    return this.#machine.clock.now();
  }
  dateMs(): number {
    return this.#machine.simulation.dateMs();
  }
  *sleep(us: number): Run<void> {
    const { clock } = this.#machine;
    yield (resume) => {
      const timer = clock.after(Math.max(1, Math.round(us)), resume, undefined);
      return () => clock.cancel(timer);
    };
  }
  *rest(us: number): Run<void> {
    const { clock } = this.#machine;
    yield (resume) => {
      const timer = clock.afterPeriodic(Math.max(1, Math.round(us)), () => resume(undefined));
      return () => clock.cancel(timer);
    };
  }
  work(us: number): Run<void> {
    return this.sleep(us);
  }

  *within<T>(us: number, body: Run<T>): Run<{ readonly ok: true; readonly value: T } | { readonly ok: false }> {
    const result = yield* this.race(body, this.sleep(us));
    return result.first === "a" ? { ok: true, value: result.value } : { ok: false };
  }

  *race<A, B>(a: Run<A>, b: Run<B>): Run<{ readonly first: "a"; readonly value: A } | { readonly first: "b"; readonly value: B }> {
    type Winner = { readonly first: "a"; readonly end: FiberEnd<A> } | { readonly first: "b"; readonly end: FiberEnd<B> };
    const winner = (yield (resume) => {
      const fiberA: Fiber<A> = new Fiber(a, this.#process, (end) => {
        fiberB.drop();
        resume({ first: "a", end } satisfies Winner);
      });
      const fiberB: Fiber<B> = new Fiber(b, this.#process, (end) => {
        fiberA.drop();
        resume({ first: "b", end } satisfies Winner);
      });
      fiberA.start();
      if (!fiberA.isEnded) fiberB.start();
      return () => {
        fiberA.drop();
        fiberB.drop();
      };
    }) as Winner;
    if (winner.end.type === "signal") throw winner.end.signal;
    return winner.first === "a" ? { first: "a", value: winner.end.value } : { first: "b", value: winner.end.value };
  }

  out(text: string): Run<void> {
    return this.#process.stdout.write(text);
  }
  err(text: string): Run<void> {
    return this.#process.stderr.write(text);
  }
  *readAll(): Run<string> {
    let text = "";
    for (;;) {
      const piece = yield* this.#process.stdin.read();
      if (piece === "") return text;
      text += piece;
    }
  }

  spawn(options: SpawnOptions): SpawnResult {
    return this.#machine.spawnChild(this.#process, options);
  }
  *exec(options: SpawnOptions): Run<"ENOENT" | "EACCES"> {
    const error = this.#machine.replace(this.#process, options);
    yield tick(this.#machine.clock); // never answered when the program was replaced
    return error ?? "ENOENT";
  }
  thread(_name: string, body: Run<void>): void {
    this.#process.startThread(body);
  }
  onSignal(name: SignalName, action: SignalAction): void {
    this.#process.onSignal(name, action);
  }
  pipe(): { readonly input: InputStream; readonly output: OutputStream } {
    return createPipe(this.#machine.clock);
  }
  textInput(text: string, kind: "text" | "file" = "text"): InputStream {
    return createTextInput(this.#machine.clock, text, kind);
  }
  fileOutput(path: string, append: boolean): FileResult<OutputStream> {
    const absolute = this.path(path);
    const standard: Record<string, OutputStream> = {
      "/dev/stdout": this.#process.stdout,
      "/dev/stderr": this.#process.stderr,
      "/dev/fd/1": this.#process.stdout,
      "/dev/fd/2": this.#process.stderr,
    };
    const own = standard[absolute];
    if (own !== undefined) return { ok: true, value: own };
    if (absolute === "/dev/null") return { ok: true, value: this.nullOutput };
    if (absolute === "/dev/tty" && this.#process.terminal !== undefined) return { ok: true, value: this.#process.terminal.output };
    const opened = this.files.write(absolute, "", { append });
    if (!opened.ok) return opened;
    return { ok: true, value: createFileOutput(this.#machine.clock, this.files, absolute) };
  }
  processes(): readonly Process[] {
    return this.#machine.processes();
  }
  exit(status: number): void {
    this.#process.exit(status);
  }
  kill(pid: number, signal: SignalName): boolean {
    const process = this.#machine.processes().find((one) => one.pid === pid);
    if (process === undefined) return false;
    // From inside a container its init can't be killed by force. @source pid_namespaces(7)
    if (process.isInit && (signal === "SIGKILL" || signal === "SIGSTOP")) return true;
    process.kill(signal);
    return true;
  }
  killGroup(group: number, signal: SignalName): boolean {
    const members = this.#machine.processes().filter((one) => one.group === group);
    for (const member of members) member.kill(signal);
    return members.length > 0;
  }
  which(name: string): string | undefined {
    return this.#machine.which(name);
  }
  commands(): readonly string[] {
    return this.#machine.commands();
  }

  address(ip: string, port: number): SocketAddress | undefined {
    return this.#net.address(ip, port);
  }
  *connect(
    to: SocketAddress,
    options?: ConnectOptions,
  ): Run<
    { readonly ok: true; readonly stream: Stream } | { readonly ok: false; readonly error: SocketError; readonly connection: Connection }
  > {
    const result = yield* this.#net.connect(to, options);
    // Of connections that are not even recorded (a load generator's) nobody wants to hear one by one.
    if (!result.ok && options?.record !== false)
      tellMisfortune(this, { type: "not-connected", error: result.error, connection: result.connection });
    return result;
  }
  listen(
    port: number,
    options?: { readonly ip?: string; readonly protocol?: "tcp" | "sctp" },
  ): { readonly ok: true; readonly listener: Listener } | { readonly ok: false; readonly error: SocketError } {
    return this.#net.listen(port, options);
  }
  udp(
    port?: number,
    options?: { readonly connectedTo?: SocketAddress },
  ): { readonly ok: true; readonly socket: DatagramSocket } | { readonly ok: false; readonly error: SocketError } {
    return this.#net.udp(port, options);
  }
  ping(to: SocketAddress, options: PingRequest): Run<PingAnswer | SocketError> {
    return this.#net.ping(to, options);
  }
  /** A socket that its process has left, or whose process is in another container, shows no process. @source pid_namespaces(7); ss(8) */
  sockets(): readonly SocketRow[] {
    const own: readonly SocketOwner[] = this.#machine.processes();
    const isSeen = (owner: SocketOwner): boolean => owner.exitStatus === undefined && (this.host.kind !== "pod" || own.includes(owner));
    return this.#net.rows().map((row) => {
      if (row.owner === undefined || (row.state !== "TIME-WAIT" && isSeen(row.owner))) return row;
      return { ...row, owner: undefined };
    });
  }

  service<T>(key: ServiceKey<T>): T | undefined {
    return this.#machine.services.get(key.name) as T | undefined;
  }
}
