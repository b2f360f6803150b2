import { type Command, findCommand, globalFlags, subcommand } from "./command.ts";
import { commandGroups, rootCommand } from "./commands.ts";
import type { KubectlOptions } from "./session.ts";

/** What Tab needs to know of the machine. */
export interface CompletionContext {
  readonly options: KubectlOptions;
  readonly namespace?: string;
}

/**
 * Candidates for the last of `words` (the words of the line, `kubectl` first; the last may be empty): commands, options, kinds, names.
 * Sorted; each a whole word.
 */
export function completeKubectl({ options, namespace = "default" }: CompletionContext, words: readonly string[]): readonly string[] {
  const current = words.at(-1) ?? "";
  const before = words.slice(1, -1);
  const root = rootCommand(commandGroups(options.clusterVersion.minor));
  const found = findCommand(root, before);
  const { command } = found;
  const flagBefore = before.at(-1) ?? "";
  const list = (path: string): readonly string[] => {
    const { code, body } = options.handle({ method: "GET", path, userAgent: "kubectl" });
    if (code >= 400) return [];
    return ((body as { items?: readonly { metadata: { name: string } }[] }).items ?? []).map(({ metadata }) => metadata.name);
  };
  const matching = (all: readonly string[]): readonly string[] => [...new Set(all)].filter((word) => word.startsWith(current)).sort();

  if (flagBefore === "-n" || flagBefore === "--namespace") return matching(list("/api/v1/namespaces"));
  if (flagBefore === "-o" || flagBefore === "--output")
    return matching(["custom-columns=", "go-template=", "json", "jsonpath=", "name", "wide", "yaml"]);
  if (current.startsWith("-"))
    return matching(
      [...(command.flags ?? []), ...globalFlags].flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]),
    );
  const args = argumentsOf(found.words, command);
  if (command.commands !== undefined && args.length === 0 && command.run === undefined) {
    return matching(command.commands.filter(({ isHidden }) => isHidden !== true).map(({ name }) => name));
  }
  const at = givenNamespace(before) ?? namespace;
  if (flagBefore === "-c" || flagBefore === "--container") {
    const { code, body } = options.handle({
      method: "GET",
      path: `/api/v1/namespaces/${at}/pods/${args.find((word) => !word.includes("/")) ?? ""}`,
      userAgent: "kubectl",
    });
    return code >= 400
      ? []
      : matching((body as { spec: { containers: readonly { name: string }[] } }).spec.containers.map(({ name }) => name));
  }
  const kinds = servedKinds(options);
  switch (command.completes) {
    case "pods":
      return args.length === 0 ? matching(list(`/api/v1/namespaces/${at}/pods`)) : [];
    case "names":
      return matching(list("/api/v1/nodes"));
    case "resources": {
      const [type] = args;
      const slash = current.indexOf("/");
      if (slash > 0) {
        const kind = kinds.find(({ words: names }) => names.includes(current.slice(0, slash)));
        return kind === undefined ? [] : matching(list(kind.path(at)).map((name) => `${current.slice(0, slash)}/${name}`));
      }
      if (type === undefined) {
        const subcommands = (command.commands ?? []).map(({ name }) => name);
        return matching([...kinds.map(({ plural }) => plural), ...subcommands]);
      }
      const kind = kinds.find(({ words: names }) => names.includes(type));
      return kind === undefined ? [] : matching(list(kind.path(at)).filter((name) => !args.includes(name)));
    }
    default:
      return command.commands === undefined || args.length > 0 ? [] : matching(command.commands.map(({ name }) => name));
  }
}

function argumentsOf(words: readonly string[], command: Command): readonly string[] {
  const flags = [...(command.flags ?? []), ...globalFlags];
  const args: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith("-")) args.push(word);
    else if (!word.includes("=")) {
      const flag = flags.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
      if (flag !== undefined && flag.type !== "bool" && flag.bare === undefined) i++;
    }
  }
  return args.filter((word) => subcommand(command, word) === undefined);
}

function givenNamespace(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "-n" || word === "--namespace");
  if (at >= 0) return words[at + 1];
  return words.find((word) => word.startsWith("--namespace="))?.slice("--namespace=".length);
}

interface ServedKind {
  readonly plural: string;
  readonly words: readonly string[];
  path(namespace: string): string;
}

function servedKinds({ handle }: KubectlOptions): readonly ServedKind[] {
  const read = (path: string): unknown => handle({ method: "GET", path, userAgent: "kubectl" }).body;
  const groups = (read("/apis") as { groups?: readonly { preferredVersion: { groupVersion: string } }[] }).groups ?? [];
  return ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)].flatMap((root) => {
    const { resources = [] } = read(root) as {
      resources?: readonly { name: string; singularName?: string; namespaced: boolean; kind: string; shortNames?: readonly string[] }[];
    };
    return resources
      .filter(({ name }) => !name.includes("/"))
      .map(({ name, singularName = "", namespaced, kind, shortNames = [] }) => ({
        plural: name,
        words: [name, singularName, kind.toLowerCase(), ...shortNames],
        path: (namespace: string) => (namespaced ? `${root}/namespaces/${namespace}/${name}` : `${root}/${name}`),
      }));
  });
}
