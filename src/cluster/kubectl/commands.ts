import {
  apiResourcesCommand,
  apiVersionsCommand,
  authCommand,
  clusterInfoCommand,
  pluginCommand,
  topCommand,
  versionCommand,
} from "./about.ts";
import { applyCommand } from "./apply.ts";
import { attachCommand } from "./attach.ts";
import { autoscaleCommand } from "./autoscale.ts";
import type { Command } from "./command.ts";
import { configCommand } from "./config.ts";
import { cpCommand } from "./cp.ts";
import { createCommand } from "./create.ts";
import { createTokenCommand } from "./create-token.ts";
import { debugCommand } from "./debug.ts";
import { deleteCommand } from "./delete.ts";
import { describeCommand } from "./describe.ts";
import { diffCommand } from "./diff.ts";
import { editCommand } from "./edit.ts";
import { eventsCommand } from "./events.ts";
import { execCommand } from "./exec.ts";
import { explainCommand } from "./explain.ts";
import { exposeCommand } from "./expose.ts";
import { getCommand } from "./get.ts";
import { kustomizeCommand } from "./kustomize.ts";
import { annotateCommand, labelCommand } from "./label.ts";
import { logsCommand } from "./logs.ts";
import { cordonCommand, drainCommand, taintCommand, uncordonCommand } from "./nodes.ts";
import { patchCommand } from "./patch.ts";
import { portForwardCommand } from "./port-forward.ts";
import { proxyCommand } from "./proxy.ts";
import { replaceCommand } from "./replace.ts";
import { rolloutCommand } from "./rollout.ts";
import { runCommand } from "./run.ts";
import { scaleCommand } from "./scale.ts";
import { setCommand } from "./set.ts";
import { clientBehaviour } from "./versions.ts";
import { waitCommand } from "./wait.ts";

/** kubectl's commands, in the groups and order of its own help. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

export function commandGroups(minor: number): readonly CommandGroup[] {
  const behaviour = clientBehaviour(minor);
  let create: Command = behaviour.createIngress
    ? createCommand
    : { ...createCommand, commands: (createCommand.commands ?? []).filter(({ name }) => name !== "ingress") };
  if (behaviour.createToken) create = { ...create, commands: [...(create.commands ?? []), createTokenCommand] };
  return [
    { title: "Basic Commands (Beginner):", commands: [create, exposeCommand, runCommand(minor), setCommand] },
    { title: "Basic Commands (Intermediate):", commands: [explainCommand, getCommand, editCommand, deleteCommand] },
    { title: "Deploy Commands:", commands: [rolloutCommand, scaleCommand, autoscaleCommand] },
    {
      title: "Cluster Management Commands:",
      commands: [clusterInfoCommand, topCommand, cordonCommand, uncordonCommand, drainCommand, taintCommand],
    },
    {
      title: "Troubleshooting and Debugging Commands:",
      commands: [
        describeCommand,
        logsCommand,
        attachCommand,
        execCommand,
        portForwardCommand,
        proxyCommand,
        cpCommand,
        authCommand,
        ...(minor >= 20 ? [debugCommand] : []),
        ...(behaviour.events ? [eventsCommand] : []),
      ],
    },
    { title: "Advanced Commands:", commands: [diffCommand, applyCommand, patchCommand, replaceCommand, waitCommand, kustomizeCommand] },
    { title: "Settings Commands:", commands: [labelCommand, annotateCommand] },
    { title: "Other Commands:", commands: [apiResourcesCommand, apiVersionsCommand, configCommand, pluginCommand, versionCommand(minor)] },
  ];
}

export function rootCommand(groups: readonly CommandGroup[]): Command {
  return {
    name: "kubectl",
    short: "kubectl controls the Kubernetes cluster manager",
    commands: groups.flatMap(({ commands }) => commands),
  };
}
