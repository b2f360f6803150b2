import { absolutePath } from "../machine/path.ts";
import type { FileSystem, ServiceKey } from "../machine/syscall.ts";
import { builtins } from "./builtins/index.ts";

/** Candidates for the last of `words` (the command first; the last may be empty): each a whole word, sorted. */
export type WordCompleter = (words: readonly string[]) => readonly string[];

/** Commands that know their own words, by name: `kubectl`. */
export const completersService: ServiceKey<ReadonlyMap<string, WordCompleter>> = { name: "completers" };

export interface CompletionWorld {
  readonly files: FileSystem;
  readonly cwd: string;
  readonly home: string;
  readonly commands: readonly string[];
  readonly completers: ReadonlyMap<string, WordCompleter>;
}

export interface Completion {
  /** Where in the text the word begins that a candidate replaces. */
  readonly from: number;
  readonly candidates: readonly string[];
}

/**
 * What Tab offers at the cursor: commands for a first word, a command's own words where it has a completer, else file names
 * (directories with their slash). Pure.
 */
export function completeLine(text: string, cursor: number, world: CompletionWorld): Completion {
  const before = text.slice(0, cursor);
  const { words, from } = lastCommand(before);
  const current = words.at(-1) ?? "";
  if (words.length <= 1 && !current.includes("/")) {
    const names = new Set([...world.commands, ...builtins.keys()]);
    return { from, candidates: [...names].filter((name) => /^[a-z]/.test(name) && name.startsWith(current)).sort() };
  }
  const completer = world.completers.get(words[0] as string);
  if (completer !== undefined && words.length > 1) {
    const own = completer(words);
    if (own.length > 0) return { from, candidates: own };
  }
  return { from, candidates: fileCandidates(current, world) };
}

/** The words of the command that the cursor stands in (behind the last `|`, `;`, `&`, `(` or `$(`), and where the last begins. */
function lastCommand(before: string): { readonly words: readonly string[]; readonly from: number } {
  let words: string[] = [];
  let word: string | undefined;
  let from = before.length;
  let quote: string | undefined;
  for (let i = 0; i < before.length; i++) {
    const c = before[i] as string;
    if (quote !== undefined) {
      if (c === quote) quote = undefined;
      else word = (word ?? "") + c;
      continue;
    }
    if (c === " " || c === "\t" || c === "\n" || "|;&(<>".includes(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      if ("|;&(\n".includes(c)) words = [];
      continue;
    }
    if (word === undefined) {
      word = "";
      from = i;
    }
    if (c === "'" || c === '"') quote = c;
    else if (c === "\\") word += before[++i] ?? "";
    else word += c;
  }
  if (word === undefined) {
    word = "";
    from = before.length;
  }
  words.push(word);
  // `at node1 -- CMD`, `watch CMD`, `A=1 CMD`: what follows is a command of its own.
  while (words.length > 1 && (/^[A-Za-z_]\w*=/.test(words[0] as string) || wrappers.has(words[0] as string))) words = words.slice(1);
  return { words, from };
}

const wrappers = new Set(["watch", "time", "exec", "xargs", "nohup", "command", "do", "then", "else", "if", "while", "until", "!", "{"]);

function fileCandidates(current: string, { files, cwd, home }: CompletionWorld): readonly string[] {
  const slash = current.lastIndexOf("/");
  const directory = slash < 0 ? "" : current.slice(0, slash + 1);
  const start = current.slice(slash + 1);
  const path = directory.startsWith("~/") ? home + directory.slice(1) : directory === "" ? "." : directory;
  const listed = files.list(absolutePath(path, cwd));
  if (!listed.ok) return [];
  return listed.value
    .filter((name) => name.startsWith(start) && (start !== "" || !name.startsWith(".")))
    .map((name) => {
      const status = files.status(absolutePath(`${path}/${name}`, cwd));
      return `${directory}${name}${status.ok && status.value.type === "directory" ? "/" : ""}`;
    });
}
