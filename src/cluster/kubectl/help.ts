import { type Command, globalFlags } from "./command.ts";
import type { CommandGroup } from "./commands.ts";
import type { FlagDefinition } from "./flags.ts";

/** Help in kubectl's layout; the long texts and examples of the real one are left out. @source kubectl pkg/util/templates */
export function rootHelp(groups: readonly CommandGroup[]): string {
  const width = Math.max(...groups.flatMap(({ commands }) => commands.map(({ name }) => name.length))) + 2;
  let text =
    "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/\n\n";
  for (const { title, commands } of groups) text += `${title}\n${commands.map((command) => commandLine(command, width)).join("")}\n`;
  return `${text}Usage:\n  kubectl [flags] [options]\n\nUse "kubectl <command> --help" for more information about a given command.\nUse "kubectl options" for a list of global command-line options (applies to all commands).\n`;
}

function commandLine({ name, short }: Command, width: number): string {
  return `  ${name.padEnd(width)} ${short}\n`;
}

export function commandHelp(command: Command, path: string): string {
  let text = `${command.long ?? command.short}.\n\n`.replace("..\n", ".\n");
  if (command.aliases !== undefined) text += `Aliases:\n${[command.name, ...command.aliases].join(", ")}\n\n`;
  const commands = (command.commands ?? []).filter(({ isHidden }) => isHidden !== true).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (commands.length > 0) {
    const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
    text += `Available Commands:\n${commands.map((one) => commandLine(one, width)).join("")}\n`;
  }
  const flags = command.flags ?? [];
  if (flags.length > 0)
    text += `Options:\n${flags
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(flagText)
      .join("\n")}\n`;
  text += `Usage:\n  ${path}${command.usage === undefined ? (commands.length > 0 ? " [flags] [options]" : " [options]") : ` ${command.usage}${/ \[(options|flags)\]$/.test(command.usage) ? "" : " [options]"}`}\n\n`;
  if (commands.length > 0) text += `Use "${path} <command> --help" for more information about a given command.\n`;
  return `${text}Use "kubectl options" for a list of global command-line options (applies to all commands).\n`;
}

function flagText({ name, short, type, default: initial, usage = "" }: FlagDefinition): string {
  const value = type === "string" ? `'${initial ?? ""}'` : type === "array" || type === "slice" ? "[]" : (initial ?? "false");
  return `    ${short === undefined ? "" : `-${short}, `}--${name}=${value}:\n\t${usage}\n`;
}

export function optionsHelp(): string {
  return `The following options can be passed to any command:\n\n${globalFlags.map(flagText).join("\n")}`;
}
