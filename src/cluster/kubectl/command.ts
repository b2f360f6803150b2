import type { Run } from "../machine/syscall.ts";
import { KubectlError } from "./failure.ts";
import { type FlagDefinition, type Flags, parseFlags, takesNextWord } from "./flags.ts";
import type { Session } from "./session.ts";

/** A word of kubectl's tree of commands. */
export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for `kubectl help`. */
  readonly short: string;
  /** For its own help, where that says more than `short`. */
  readonly long?: string;
  /** What follows the command's path in its `Usage:` line. */
  readonly usage?: string;
  readonly flags?: readonly FlagDefinition[];
  readonly commands?: readonly Command[];
  /** Absent: a mere group of subcommands. */
  readonly run?: (session: Session, flags: Flags) => Run<number> | Run<void>;
  /** Of a group: its help, when no subcommand is named, goes to standard output. */
  readonly helpsOnStdout?: boolean;
  /** Not in help; old or inner. */
  readonly isHidden?: boolean;
  /** What its words are, for Tab. */
  readonly completes?: "resources" | "pods" | "files" | "names";
}

/** Options that every command knows. @source kubectl options */
export const globalFlags: readonly FlagDefinition[] = [
  { name: "namespace", short: "n", type: "string", usage: "If present, the namespace scope for this CLI request" },
  { name: "server", short: "s", type: "string", usage: "The address and port of the Kubernetes API server" },
  { name: "context", type: "string", usage: "The name of the kubeconfig context to use" },
  { name: "cluster", type: "string", usage: "The name of the kubeconfig cluster to use" },
  { name: "user", type: "string", usage: "The name of the kubeconfig user to use" },
  { name: "kubeconfig", type: "string", usage: "Path to the kubeconfig file to use for CLI requests." },
  { name: "token", type: "string", usage: "Bearer token for authentication to the API server" },
  { name: "as", type: "string", usage: "Username to impersonate for the operation." },
  {
    name: "as-group",
    type: "array",
    usage: "Group to impersonate for the operation, this flag can be repeated to specify multiple groups.",
  },
  { name: "as-uid", type: "string", usage: "UID to impersonate for the operation." },
  { name: "cache-dir", type: "string", default: "/root/.kube/cache", usage: "Default cache directory" },
  { name: "certificate-authority", type: "string", usage: "Path to a cert file for the certificate authority" },
  { name: "client-certificate", type: "string", usage: "Path to a client certificate file for TLS" },
  { name: "client-key", type: "string", usage: "Path to a client key file for TLS" },
  {
    name: "disable-compression",
    type: "bool",
    default: "false",
    usage: "If true, opt-out of response compression for all requests to the server",
  },
  {
    name: "insecure-skip-tls-verify",
    type: "bool",
    default: "false",
    usage: "If true, the server's certificate will not be checked for validity.",
  },
  { name: "log-flush-frequency", type: "duration", default: "5s", usage: "Maximum number of seconds between log flushes" },
  { name: "match-server-version", type: "bool", default: "false", usage: "Require server version to match client version" },
  { name: "password", type: "string", usage: "Password for basic authentication to the API server" },
  { name: "profile", type: "string", default: "none", usage: "Name of profile to capture." },
  { name: "profile-output", type: "string", default: "profile.pprof", usage: "Name of the file to write the profile to" },
  {
    name: "request-timeout",
    type: "string",
    default: "0",
    usage: "The length of time to wait before giving up on a single server request.",
  },
  { name: "tls-server-name", type: "string", usage: "Server name to use for server certificate validation." },
  { name: "username", type: "string", usage: "Username for basic authentication to the API server" },
  { name: "v", short: "v", type: "int", default: "0", usage: "number for the log level verbosity" },
  { name: "vmodule", type: "string", usage: "comma-separated list of pattern=N settings for file-filtered logging" },
  {
    name: "warnings-as-errors",
    type: "bool",
    default: "false",
    usage: "Treat warnings received from the server as errors and exit with a non-zero exit code",
  },
];

export const helpFlag: FlagDefinition = { name: "help", short: "h", type: "bool", default: "false" };

export interface FoundCommand {
  readonly command: Command;
  /** `kubectl rollout status` */
  readonly path: string;
  readonly parent: Command | undefined;
  /** The words without the commands' names. */
  readonly words: readonly string[];
}

/** The deepest command that the words name; options may stand before it. @source cobra command.go, Find and stripFlags */
export function findCommand(root: Command, words: readonly string[]): FoundCommand {
  let command = root;
  let parent: Command | undefined;
  let path = root.name;
  let rest = words;
  for (;;) {
    const at = firstArgument(rest, [...globalFlags, helpFlag, ...(command.flags ?? [])]);
    const next = at === undefined ? undefined : subcommand(command, rest[at] as string);
    if (at === undefined || next === undefined) return { command, path, parent, words: rest };
    parent = command;
    command = next;
    path += ` ${next.name}`;
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)];
  }
}

export function subcommand(command: Command, word: string): Command | undefined {
  return command.commands?.find(({ name, aliases }) => name === word || aliases?.includes(word));
}

function firstArgument(words: readonly string[], flags: readonly FlagDefinition[]): number | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "--") return undefined;
    if (word.length > 1 && word.startsWith("-")) {
      if (takesNextWord(word, flags)) i++;
    } else if (word !== "") return i;
  }
  return undefined;
}

/** @throws KubectlError with cobra's second line */
export function commandFlags({ command, path, words }: FoundCommand): Flags {
  try {
    return parseFlags(words, [
      ...(command.flags ?? []),
      ...globalFlags.filter(({ name }) => !command.flags?.some((own) => own.name === name)),
      helpFlag,
    ]);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    throw new KubectlError(`${error.message}\nSee '${path} --help' for usage.`);
  }
}

/** `Did you mean this?`: names at most two letters away, or that begin with the word. @source cobra SuggestionsFor; kubectl */
export function suggestions(root: Command, word: string): readonly string[] {
  return (root.commands ?? [])
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ name }) => name)
    .filter((name) => editDistance(word.toLowerCase(), name.toLowerCase()) <= 2 || name.toLowerCase().startsWith(word.toLowerCase()));
}

export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + cost));
    }
    row = next;
  }
  return row[b.length] as number;
}
