import type { SocketAddress } from "../network/address.ts";
import type { Connection } from "../network/hop.ts";
import type { Payload } from "../network/packet.ts";
import type { ConnectionIntent, SocketError, SocketRow } from "../network/sockets.ts";
import type { Random } from "../sim/random.ts";

/**
 * Programs are generators. What one yields is a `Wait`: the machine calls it once, resumes the program with the value it gets,
 * and if a signal comes first calls the returned function (to forget the wait) and throws the `Signal` at the yield.
 * Programs never write Waits themselves; they `yield*` the calls below.
 */
export type Wait = (resume: (value: unknown) => void) => (() => void) | undefined;

/** A piece of a program: may wait, gives a T. */
export type Run<T> = Generator<Wait, T, unknown>;

/** A whole program gives its exit status. An uncaught Signal ends it with 128 + n. */
export type Program = Run<number>;

export type SignalName =
  | "SIGHUP"
  | "SIGINT"
  | "SIGQUIT"
  | "SIGKILL"
  | "SIGUSR1"
  | "SIGUSR2"
  | "SIGPIPE"
  | "SIGALRM"
  | "SIGTERM"
  | "SIGCHLD"
  | "SIGCONT"
  | "SIGSTOP"
  | "SIGTSTP"
  | "SIGXFSZ";
export const signalNumber: Readonly<Record<SignalName, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGXFSZ: 25,
};

/** Thrown at the yield of a program that a signal reached. A program may catch it (ping prints its summary). SIGKILL never arrives here. */
export class Signal {
  readonly name: SignalName;
  constructor(name: SignalName) {
    this.name = name;
  }
}

/** A command as a machine knows it. */
export interface ProgramEntry {
  readonly name: string;
  readonly run: (sys: Sys) => Program;
  /** What starting it costs; 1 ms unless given (kubectl: 20 ms). */
  readonly startUs?: number;
  /** As `which` prints it; `/usr/bin/NAME` unless given. */
  readonly path?: string;
  /**
   * Signals it handles itself. As pid 1 of a container a program gets only these (thrown at its yield); the kernel ignores others for it.
   * Anywhere else every signal is thrown, whether listed or not.
   */
  readonly catches?: readonly SignalName[];
}

/** What a process does with a signal: `throw` it at the yield (default), `ignore` it, or call a function and go on. */
export type SignalAction = "throw" | "ignore" | (() => void);

/** Where text goes. `write` waits while a pipe is full; a pipe whose readers are gone throws Signal SIGPIPE. */
export interface OutputStream {
  readonly kind: "pipe" | "tty" | "file" | "sink" | "null";
  write(text: string): Run<void>;
  /** One holder less; a pipe ends when the last writer closed. */
  close(): void;
  /** One holder more (a child inherits it). */
  share(): void;
}

/** Where text comes from. */
export interface InputStream {
  readonly kind: "pipe" | "tty" | "file" | "null" | "text";
  /** The next piece, at most `maxCharacters`; "" at the end. */
  read(maxCharacters?: number): Run<string>;
  /** One line with its newline; the last may lack it; "" at the end. On a terminal `prompt` is shown while waiting. */
  readLine(prompt?: string): Run<string>;
  close(): void;
  share(): void;
}

/** Errors of the file system, with errno's name; programs print their own words for it. */
export type FileError = "ENOENT" | "EISDIR" | "ENOTDIR" | "EEXIST" | "ENOTEMPTY" | "EACCES";
export type FileResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: FileError };

export interface FileStatus {
  readonly type: "file" | "directory";
  /** UTF-8 length. */
  readonly sizeBytes: number;
  /** Milliseconds of the epoch in the simulated world. */
  readonly modifiedMs: number;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
}

/** A machine's own small file system. Paths are absolute here; `sys.path()` makes them so. Immediate: no waiting. */
export interface FileSystem {
  read(path: string): FileResult<string>;
  /** Creates or replaces. */
  write(path: string, text: string, options?: { readonly append?: boolean; readonly mode?: number }): FileResult<void>;
  status(path: string): FileResult<FileStatus>;
  /** Names in a directory, sorted. */
  list(path: string): FileResult<readonly string[]>;
  makeDirectory(path: string, options?: { readonly parents?: boolean }): FileResult<void>;
  remove(path: string, options?: { readonly recursive?: boolean }): FileResult<void>;
  rename(from: string, to: string): FileResult<void>;
  touch(path: string, modifiedMs: number): FileResult<void>;
  changeMode(path: string, mode: number): FileResult<void>;
}

/** A process as others see it. */
export interface Process {
  readonly pid: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly parentPid: number;
  /** undefined while it runs. */
  readonly exitStatus: number | undefined;
  /** Set when a signal ended it. */
  readonly endedBy: SignalName | undefined;
  /** Waits for its end; gives the exit status (128 + n for a signal). */
  wait(): Run<number>;
  /** Called once at its end, at that instant. */
  onExit(listener: (status: number) => void): void;
  kill(signal: SignalName): void;
  /** From now on it, and what it starts, works for that shell session: somebody has attached to it. */
  joinSession(session: number): void;
  readonly group: number;
  /** Simulated microseconds since loading. */
  readonly startedUs: number;
}

export interface SpawnOptions {
  /** argv; args[0] names the program and is looked up in PATH order (the machine's programs), or is a file with `#!`. */
  readonly args: readonly string[];
  /** Run this instead of looking args[0] up (a shell's subshell or function). */
  readonly program?: (sys: Sys) => Program;
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  /**
   * Default: the parent's. As after a fork, the child holds all three itself (`spawn` shares them, its end closes them), so who made a pipe
   * for a child closes its own hold after the spawn.
   */
  readonly stdin?: InputStream;
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  /** A new process group: Ctrl-C goes to the terminal's foreground group. Default: the parent's group. */
  readonly newGroup?: boolean;
  /** Joins this group of the machine (the later commands of a pipeline). */
  readonly group?: number;
  /** The shell session it works for; default the parent's. Connections it opens are counted there. */
  readonly session?: number;
  /** The terminal it belongs to, if any; default the parent's. */
  readonly terminal?: Terminal | undefined;
}

/** ENOENT: no such program here. EACCES: it is no program, or the machine is off. EAGAIN: too many processes. */
export type SpawnResult =
  | { readonly ok: true; readonly process: Process }
  | { readonly ok: false; readonly error: "ENOENT" | "EACCES" | "EAGAIN" };

/** A terminal (tty): lines come in, text goes out, Ctrl-C goes to the foreground group. The page or a test sits at the other end. */
export interface Terminal {
  readonly input: InputStream;
  readonly output: OutputStream;
  readonly columns: number;
  readonly rows: number;
  /** Process groups are numbered by the pid of their first process; `machine` is where it lives. */
  setForeground(
    group: { readonly place: string; readonly group: number; readonly interrupt: (signal: SignalName) => void } | undefined,
  ): void;
  /** A shell tells that the line it was given has ended, and how. */
  ended?(status: number): void;
}

/** A TCP connection as programs use it. */
export interface Stream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly connection: Connection;
  send(payload: Payload): Run<SocketError | undefined>;
  /** The next payload; "end" after the peer's FIN; an error name after a reset; "ETIMEDOUT" when `timeoutUs` passed. */
  receive(timeoutUs?: number): Run<Payload | "end" | SocketError>;
  /** FIN; does not wait. */
  close(): void;
  abort(): void;
  readonly isEnded: boolean;
}

export interface Listener {
  readonly port: number;
  accept(): Run<Stream>;
  /** The same, but undefined once `isInterrupted` holds; it is asked at each new connection and at `wake`. */
  accept(isInterrupted: () => boolean): Run<Stream | undefined>;
  wake(): void;
  close(): void;
}

export interface Datagram {
  readonly payload: Payload;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly connection: Connection;
}

export interface DatagramSocket {
  readonly port: number;
  send(
    to: SocketAddress,
    payload: Payload,
    options?: { readonly inReplyTo?: Datagram; readonly purpose?: Connection["purpose"] },
  ): Run<SocketError | undefined>;
  receive(timeoutUs?: number): Run<Datagram | SocketError>;
  close(): void;
}

export interface ConnectOptions {
  /** Give up after this; default the kernel's 127 s of SYN retries. */
  readonly timeoutUs?: number;
  readonly purpose?: ConnectionIntent["purpose"];
  readonly parent?: Connection | undefined;
  readonly sourcePort?: number;
  readonly record?: boolean;
  /** An SCTP association instead of a TCP connection. */
  readonly protocol?: "tcp" | "sctp";
}

export interface PingRequest {
  readonly sequence: number;
  readonly identifier: number;
  readonly dataBytes: number;
  readonly timeoutUs: number;
  readonly ttl?: number;
  /** A UDP datagram to this port instead of an echo request; the answer is an ICMP error about it. */
  readonly udpPort?: number;
}

export interface PingAnswer {
  readonly kind: "reply" | "unreachable" | "timeout";
  /** Which unreachable: the text ping prints comes from it. */
  readonly type?: string;
  readonly from?: string;
  readonly ttl?: number;
  readonly roundTripUs?: number;
}

/** All that a program may ask of its machine. Every `Run` costs at least 1 µs of simulated time. */
export interface Sys {
  readonly pid: number;
  /** args[0] is the program's name. */
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly session: number;
  readonly terminal: Terminal | undefined;
  readonly host: HostInfo;
  readonly files: FileSystem;
  /** Draws of this machine's programs (`program/PLACE`). */
  readonly random: Random;

  /** `path` made absolute against `cwd`, without `.` and `..`. */
  path(path: string): string;
  chdir(path: string): void;

  /** Simulated microseconds since loading. */
  nowUs(): number;
  /** Milliseconds of the epoch in the simulated world. */
  dateMs(): number;
  sleep(us: number): Run<void>;
  /** Sleeps as what is always under way: `wait settled` does not wait for it. */
  rest(us: number): Run<void>;
  /** Works for `us` microseconds (it is `sleep` under another name, for reading). */
  work(us: number): Run<void>;
  /** Runs `body`, at most for `us`: "timeout" when the time is over; the body is then ended at its yield. */
  within<T>(us: number, body: Run<T>): Run<{ readonly ok: true; readonly value: T } | { readonly ok: false }>;
  /** Runs both side by side and gives what the first to end gave; the other is ended at its yield. */
  race<A, B>(a: Run<A>, b: Run<B>): Run<{ readonly first: "a"; readonly value: A } | { readonly first: "b"; readonly value: B }>;

  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** `write` to stdout or stderr, `print` adds the newline. */
  out(text: string): Run<void>;
  err(text: string): Run<void>;
  /** stdin to its end. */
  readAll(): Run<string>;

  /** Starts a child process. */
  spawn(options: SpawnOptions): SpawnResult;
  /** Becomes another program under the same pid; comes back only when there is no such program. */
  exec(options: SpawnOptions): Run<"ENOENT" | "EACCES">;
  /** What this process does with a signal from now on; children start with the default. SIGKILL and SIGSTOP can't be changed. */
  onSignal(name: SignalName, action: SignalAction): void;
  /** The process group: the pid of its first process. */
  readonly group: number;
  /** A signal for every process of a group of this machine; false when there is none. */
  killGroup(group: number, signal: SignalName): boolean;
  /** Starts a light thread of this process: it dies with it. For servers: one a connection. */
  thread(name: string, body: Run<void>): void;
  pipe(): { readonly input: InputStream; readonly output: OutputStream };
  /** An input that gives `text`, then ends. `kind` says what it came from: programs may look (`wc`). */
  textInput(text: string, kind?: "text" | "file"): InputStream;
  /** An output into a file. */
  fileOutput(path: string, append: boolean): FileResult<OutputStream>;
  readonly nullInput: InputStream;
  readonly nullOutput: OutputStream;
  processes(): readonly Process[];
  /** Ends this process with all its threads, later in this instant. @source exit_group(2) */
  exit(status: number): void;
  kill(pid: number, signal: SignalName): boolean;
  /** Whether PATH has it, and where: `/usr/bin/curl`. */
  which(name: string): string | undefined;
  /** Every command of this machine, sorted. */
  commands(): readonly string[];

  /** The socket address of a numeric IP; undefined when the text is none. */
  address(ip: string, port: number): SocketAddress | undefined;
  connect(
    to: SocketAddress,
    options?: ConnectOptions,
  ): Run<
    { readonly ok: true; readonly stream: Stream } | { readonly ok: false; readonly error: SocketError; readonly connection: Connection }
  >;
  listen(
    port: number,
    options?: { readonly ip?: string; readonly protocol?: "tcp" | "sctp" },
  ): { readonly ok: true; readonly listener: Listener } | { readonly ok: false; readonly error: SocketError };
  udp(
    port?: number,
    options?: { readonly connectedTo?: SocketAddress },
  ): { readonly ok: true; readonly socket: DatagramSocket } | { readonly ok: false; readonly error: SocketError };
  ping(to: SocketAddress, options: PingRequest): Run<PingAnswer | SocketError>;
  sockets(): readonly SocketRow[];

  /** What the cluster lends to special programs of this machine (the API server's door, the node's tables, the hop log); undefined elsewhere. */
  service<T>(key: ServiceKey<T>): T | undefined;
}

export interface HostInfo {
  /** `node/node1`, `pod/default/kubia-x`, `client/laptop`. */
  readonly place: string;
  readonly kind: "node" | "pod" | "client" | "external" | "lb";
  readonly hostname: string;
  /** The user's name and home: `root`, `/root`. */
  readonly user: string;
  readonly home: string;
  /** Interfaces, as `ip addr` prints them. */
  readonly interfaces: () => readonly InterfaceInfo[];
  /** Primary address per family, the first one first. */
  readonly addresses: () => readonly string[];
}

export interface InterfaceInfo {
  readonly name: string;
  /** Its number in this namespace; never given twice. */
  readonly index: number;
  readonly mac: string;
  readonly addresses: readonly { readonly cidr: string; readonly scope: "global" | "host" | "link" }[];
  readonly up: boolean;
  readonly kind: "loopback" | "veth" | "ethernet" | "dummy" | "bridge";
  /** The other end of a pair: its name, or its number (`if7`) in another namespace. */
  readonly peer?: string;
  readonly mtu: number;
}

/** A typed name for something that `cluster.ts` plugs in: lower rooms declare the key and its type, the cluster gives the value. */
export interface ServiceKey<T> {
  readonly name: string;
  /** Never there; it carries the type. */
  readonly type?: T;
}
