import { printYaml } from "../../yaml/print.ts";
import { contextRow } from "./about.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import { goJsonIndented } from "./go-json.ts";
import { type KubeContext, writeKubeconfig } from "./kubeconfig.ts";
import { tableTabs, tabulate } from "./tabwriter.ts";

/** `kubectl config …`: the machine's own kubeconfig. @source kubectl pkg/cmd/config */
export const configCommand: Command = {
  name: "config",
  short: "Modify kubeconfig files",
  usage: "SUBCOMMAND",
  commands: [
    {
      name: "current-context",
      short: "Display the current-context",
      *run(session) {
        const current = session.kubeconfig["current-context"];
        if (current === "") throw new KubectlError("current-context is not set");
        yield* session.out(`${current}\n`);
      },
    },
    {
      name: "get-clusters",
      short: "Display clusters defined in the kubeconfig",
      *run(session) {
        yield* session.out(`NAME\n${session.kubeconfig.clusters.map(({ name }) => `${name}\n`).join("")}`);
      },
    },
    {
      name: "get-contexts",
      short: "Describe one or many contexts",
      flags: [
        { name: "no-headers", type: "bool", default: "false" },
        { name: "output", short: "o", type: "string" },
      ],
      *run(session, flags) {
        const names = session.kubeconfig.contexts
          .map(({ name }) => name)
          .filter((name) => flags.args.length === 0 || flags.args.includes(name));
        for (const name of flags.args) if (!names.includes(name)) throw new KubectlError(`context ${name} not found`);
        if (flags.text("output") === "name") return yield* session.out(names.map((name) => `${name}\n`).join(""));
        const lines = names.map((name) => contextRow(session, name).join("\t"));
        if (!flags.is("no-headers")) lines.unshift("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE");
        yield* session.out(tabulate(`${lines.join("\n")}\n`, tableTabs));
      },
    },
    {
      name: "get-users",
      short: "Display users defined in the kubeconfig",
      *run(session) {
        yield* session.out(`NAME\n${session.kubeconfig.users.map(({ name }) => `${name}\n`).join("")}`);
      },
    },
    {
      name: "set-context",
      short: "Set a context entry in kubeconfig",
      usage: "[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace]",
      flags: [{ name: "current", type: "bool", default: "false", usage: "Modify the current context" }],
      *run(session, flags) {
        const config = session.kubeconfig;
        const [given] = flags.args;
        if (flags.is("current") === (given !== undefined))
          throw session.usage("Unexpected args: you must specify a non-empty context name or --current");
        const name = given ?? config["current-context"];
        const before = config.contexts.find((one) => one.name === name);
        const namespace = flags.text("namespace");
        const context: KubeContext = {
          cluster: flags.text("cluster") || (before?.context.cluster ?? ""),
          user: flags.text("user") || (before?.context.user ?? ""),
          ...(namespace === "" ? (before?.context.namespace === undefined ? {} : { namespace: before.context.namespace }) : { namespace }),
        };
        const contexts =
          before === undefined
            ? [...config.contexts, { name, context }]
            : config.contexts.map((one) => (one.name === name ? { name, context } : one));
        writeKubeconfig(session.sys, { ...config, contexts });
        yield* session.out(`Context ${JSON.stringify(name)} ${before === undefined ? "created" : "modified"}.\n`);
      },
    },
    {
      name: "use-context",
      aliases: ["use"],
      short: "Set the current-context in a kubeconfig file",
      usage: "CONTEXT_NAME",
      *run(session, flags) {
        const [name] = flags.args;
        if (name === undefined || flags.args.length > 1) throw session.usage(`Unexpected args: [${flags.args.join(" ")}]`);
        if (!session.kubeconfig.contexts.some((one) => one.name === name))
          throw new KubectlError(`no context exists with the name: ${JSON.stringify(name)}`);
        writeKubeconfig(session.sys, { ...session.kubeconfig, "current-context": name });
        yield* session.out(`Switched to context ${JSON.stringify(name)}.\n`);
      },
    },
    {
      name: "view",
      short: "Display merged kubeconfig settings or a specified kubeconfig file",
      flags: [
        { name: "flatten", type: "bool", default: "false" },
        { name: "minify", type: "bool", default: "false" },
        { name: "merge", type: "bool", default: "true" },
        { name: "raw", type: "bool", default: "false" },
        { name: "output", short: "o", type: "string", default: "yaml" },
      ],
      *run(session, flags) {
        const text = flags.text("output");
        yield* session.out(text === "json" ? `${goJsonIndented(session.kubeconfig)}\n` : printYaml(session.kubeconfig));
      },
    },
  ],
};
