import { utf8Length } from "../protocols/bytes.ts";
import { baseName, parentPath } from "./path.ts";
import type { FileResult, FileStatus, FileSystem } from "./syscall.ts";

interface FileNode {
  readonly type: "file";
  /** A function where the text is made when it is read (`/proc/uptime`, mounted volumes). */
  text: string | (() => string);
  /** UTF-8 length of `text`, once somebody asked; kept up to date while text is appended. */
  sizeBytes: number | undefined;
  modifiedMs: number;
  mode: number;
}

interface DirectoryNode {
  readonly type: "directory";
  readonly entries: Map<string, Node>;
  modifiedMs: number;
  mode: number;
}

/** `/dev/null` and its kin: reading gives nothing, writing keeps nothing. */
interface DeviceNode {
  readonly type: "device";
  modifiedMs: number;
  mode: number;
}

type Node = FileNode | DirectoryNode | DeviceNode;

/** The commands that stand in each directory: shown as files, and shared by all machines that hold the same. */
export type ProgramDirectories = ReadonlyMap<string, ReadonlySet<string>>;

/** Stands for each program: executable, and nothing one could read. */
const programNode: FileNode = { type: "file", text: "\x7fELF", sizeBytes: 4, modifiedMs: 0, mode: 0o755 };

const fail = (
  error: "ENOENT" | "EISDIR" | "ENOTDIR" | "EEXIST" | "ENOTEMPTY" | "EACCES",
): { readonly ok: false; readonly error: typeof error } => ({
  ok: false,
  error,
});

/** A piece of what a machine is born with, and when. */
interface Unlaid {
  readonly atMs: number;
  readonly lay: () => void;
}

/**
 * The small tree of files of one machine. Paths are absolute. What it is born with is laid out when somebody first looks: most pods are never
 * looked into, and a tree takes more room than the rest of the pod.
 */
export class Files implements FileSystem {
  readonly #now: () => number;
  readonly #root: DirectoryNode;
  readonly #programs: ProgramDirectories;
  #unlaid: Unlaid[] | undefined;
  /** While the first files are laid out: when that would have happened. */
  #layingMs: number | undefined = undefined;

  constructor(dateMs: () => number, programs: ProgramDirectories = new Map()) {
    this.#now = dateMs;
    this.#programs = programs;
    this.#root = { type: "directory", entries: new Map(), modifiedMs: dateMs(), mode: 0o755 };
    this.#unlaid = [{ atMs: dateMs(), lay: this.#layFirst }];
  }

  /** Lays out more of what the machine is born with: at once if somebody has looked already, else when somebody does. */
  born(lay: () => void): void {
    if (this.#unlaid === undefined) lay();
    else this.#unlaid.push({ atMs: this.#now(), lay });
  }

  #dateMs(): number {
    return this.#layingMs ?? this.#now();
  }

  /** The tree, laid out. */
  #tree(): DirectoryNode {
    const unlaid = this.#unlaid;
    if (unlaid === undefined) return this.#root;
    this.#unlaid = undefined;
    for (const { atMs, lay } of unlaid) {
      this.#layingMs = atMs;
      lay();
    }
    this.#layingMs = undefined;
    return this.#root;
  }

  readonly #layFirst = (): void => {
    const dateMs = this.#dateMs();
    const programs = this.#programs;
    for (const path of [
      ...programs.keys(),
      "/bin",
      "/dev",
      "/etc",
      "/home",
      "/proc",
      "/root",
      "/tmp",
      "/usr/bin",
      "/var/log",
      "/var/run",
      "/var/lib",
    ]) {
      this.makeDirectory(path, { parents: true });
    }
    const tmp = this.#find("/tmp");
    if (tmp !== undefined) tmp.mode = 0o1777;
    const dev = this.#find("/dev") as DirectoryNode;
    for (const name of ["null", "zero", "random", "urandom", "tty", "full"]) {
      dev.entries.set(name, { type: "device", modifiedMs: dateMs, mode: 0o666 });
    }
  };

  read(path: string): FileResult<string> {
    const found = this.#look(path);
    if (!found.ok) return found;
    const node = found.value;
    if (node.type === "directory") return fail("EISDIR");
    if (node.type === "device") return { ok: true, value: "" };
    return { ok: true, value: typeof node.text === "string" ? node.text : node.text() };
  }

  write(path: string, text: string, options?: { readonly append?: boolean; readonly mode?: number }): FileResult<void> {
    const found = this.#look(path);
    if (found.ok) {
      const node = found.value;
      if (node.type === "directory") return fail("EISDIR");
      if (node.type === "device") return { ok: true, value: undefined };
      if (node === programNode)
        return this.#place(path, { type: "file", text, sizeBytes: undefined, modifiedMs: this.#dateMs(), mode: 0o755 });
      const before = options?.append === true ? (typeof node.text === "string" ? node.text : node.text()) : "";
      const isAppend = options?.append === true && typeof node.text === "string";
      node.sizeBytes = isAppend && node.sizeBytes !== undefined ? node.sizeBytes + utf8Length(text) : undefined;
      node.text = before + text;
      node.modifiedMs = this.#dateMs();
      if (options?.mode !== undefined) node.mode = options.mode;
      return { ok: true, value: undefined };
    }
    if (found.error !== "ENOENT") return found;
    return this.#place(path, { type: "file", text, sizeBytes: undefined, modifiedMs: this.#dateMs(), mode: options?.mode ?? 0o644 });
  }

  /** A file whose text is made each time it is read. Makes the directories above it. */
  provide(path: string, text: () => string, mode = 0o444): void {
    this.makeDirectory(parentPath(path), { parents: true });
    const parent = this.#find(parentPath(path));
    if (parent?.type !== "directory") return;
    parent.entries.set(baseName(path), { type: "file", text, sizeBytes: undefined, modifiedMs: this.#dateMs(), mode });
  }

  /** Puts a directory or file of another tree at `path`: both trees then see the same one, as with a volume. Makes the directories above it. */
  mount(path: string, source: Files, sourcePath: string): void {
    const node = source.#find(sourcePath);
    if (node === undefined) return;
    this.born(() => {
      this.makeDirectory(parentPath(path), { parents: true });
      const parent = this.#find(parentPath(path));
      if (parent?.type === "directory") parent.entries.set(baseName(path), node);
    });
  }

  status(path: string): FileResult<FileStatus> {
    const found = this.#look(path);
    if (!found.ok) return found;
    const node = found.value;
    const { modifiedMs, mode } = node;
    if (node.type === "directory") return { ok: true, value: { type: "directory", sizeBytes: 4096, modifiedMs, mode } };
    if (node.type === "device") return { ok: true, value: { type: "file", sizeBytes: 0, modifiedMs, mode } };
    return { ok: true, value: { type: "file", sizeBytes: sizeOf(node), modifiedMs, mode } };
  }

  list(path: string): FileResult<readonly string[]> {
    const found = this.#look(path);
    if (!found.ok) return found;
    if (found.value.type !== "directory") return fail("ENOTDIR");
    const names = new Set([...found.value.entries.keys(), ...(this.#programs.get(path) ?? [])]);
    return { ok: true, value: [...names].sort(byCode) };
  }

  makeDirectory(path: string, options?: { readonly parents?: boolean }): FileResult<void> {
    if (options?.parents !== true) {
      if (this.#look(path).ok) return fail("EEXIST");
      return this.#place(path, this.#newDirectory());
    }
    let at = this.#tree();
    for (const part of path.split("/")) {
      if (part === "") continue;
      let next = at.entries.get(part);
      if (next === undefined) {
        next = this.#newDirectory();
        at.entries.set(part, next);
      }
      if (next.type !== "directory") return fail("EEXIST");
      at = next;
    }
    return { ok: true, value: undefined };
  }

  remove(path: string, options?: { readonly recursive?: boolean }): FileResult<void> {
    const found = this.#look(path);
    if (!found.ok) return found;
    if (found.value === this.#root) return fail("EACCES");
    if (found.value.type === "directory" && found.value.entries.size > 0 && options?.recursive !== true) return fail("ENOTEMPTY");
    const parent = this.#find(parentPath(path)) as DirectoryNode;
    parent.entries.delete(baseName(path));
    parent.modifiedMs = this.#dateMs();
    return { ok: true, value: undefined };
  }

  rename(from: string, to: string): FileResult<void> {
    const found = this.#look(from);
    if (!found.ok) return found;
    const target = this.#look(to);
    if (target.ok && target.value.type === "directory") {
      if (found.value.type !== "directory") return fail("EISDIR");
      if (target.value.entries.size > 0) return fail("ENOTEMPTY");
    }
    if (to.startsWith(`${from}/`)) return fail("EACCES");
    const placed = this.#place(to, found.value);
    if (!placed.ok) return placed;
    if (from !== to) (this.#find(parentPath(from)) as DirectoryNode).entries.delete(baseName(from));
    return placed;
  }

  touch(path: string, modifiedMs: number): FileResult<void> {
    const found = this.#look(path);
    if (!found.ok) {
      if (found.error !== "ENOENT") return found;
      return this.#place(path, { type: "file", text: "", sizeBytes: 0, modifiedMs, mode: 0o644 });
    }
    if (found.value !== programNode) found.value.modifiedMs = modifiedMs;
    return { ok: true, value: undefined };
  }

  changeMode(path: string, mode: number): FileResult<void> {
    const found = this.#look(path);
    if (!found.ok) return found;
    if (found.value !== programNode) found.value.mode = mode;
    return { ok: true, value: undefined };
  }

  #newDirectory(): DirectoryNode {
    return { type: "directory", entries: new Map(), modifiedMs: this.#dateMs(), mode: 0o755 };
  }

  /** Puts a node at a path whose directory must exist. */
  #place(path: string, node: Node): FileResult<void> {
    const above = this.#look(parentPath(path));
    if (!above.ok) return above;
    if (above.value.type !== "directory") return fail("ENOTDIR");
    above.value.entries.set(baseName(path), node);
    above.value.modifiedMs = this.#dateMs();
    return { ok: true, value: undefined };
  }

  #find(path: string): Node | undefined {
    const found = this.#look(path);
    return found.ok ? found.value : undefined;
  }

  /** Whether the path is a program's, with no file of the user's in its place. */
  isProgram(path: string): boolean {
    return this.#find(path) === programNode;
  }

  #look(path: string): FileResult<Node> {
    let at: Node = this.#tree();
    for (const part of path.split("/")) {
      if (part === "") continue;
      if (at.type !== "directory") return fail("ENOTDIR");
      const next: Node | undefined = at.entries.get(part);
      if (next === undefined) {
        const isProgram = this.#programs.get(parentPath(path))?.has(part) === true && path.endsWith(`/${part}`);
        return isProgram ? { ok: true, value: programNode } : fail("ENOENT");
      }
      at = next;
    }
    return { ok: true, value: at };
  }
}

function sizeOf(node: FileNode): number {
  if (typeof node.text !== "string") return utf8Length(node.text());
  node.sizeBytes ??= utf8Length(node.text);
  return node.sizeBytes;
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
