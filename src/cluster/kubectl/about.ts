import { printYaml } from "../../yaml/print.ts";
import type { KubernetesObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { clusterInfoDumpCommand } from "./cluster-info-dump.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { goJsonIndented } from "./go-json.ts";
import { currentContext } from "./kubeconfig.ts";
import { qualifiedPlural, type Resource } from "./resources.ts";
import { resourcePath, type Session } from "./session.ts";
import { tableTabs, tabulate } from "./tabwriter.ts";

/** What there is: versions, addresses, kinds. */
interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly [key: string]: unknown;
}

const kustomizeVersions: Readonly<Record<number, string>> = {
  27: "v5.0.1",
  28: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  29: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  30: "v5.0.4-0.20230601165947-6ce0bf390ce3",
  31: "v5.4.2",
  32: "v5.5.0",
  33: "v5.6.0",
  34: "v5.7.1",
  35: "v5.7.1",
  36: "v5.8.0",
};

/** @source kubectl pkg/cmd/version/version.go */
export function versionCommand(minor: number): Command {
  return {
    name: "version",
    short: "Print the client and server version information",
    usage: "[flags]",
    flags: [
      { name: "client", type: "bool", default: "false", usage: "If true, shows client version only (no server required)." },
      { name: "output", short: "o", type: "string", usage: "One of 'yaml' or 'json'." },
      ...(minor <= 27 ? [{ name: "short", type: "bool" as const, default: "false" }] : []),
    ],
    run: version,
  };
}

function* version(session: Session, flags: Flags): Run<void> {
  const { minor, text } = session.version;
  const client: VersionInfo = {
    major: "1",
    minor: `${minor}`,
    gitVersion: text,
    gitTreeState: "clean",
    goVersion: "go1.23.3",
    compiler: "gc",
    platform: "linux/amd64",
    buildDate: formatRfc3339(session.nowMs),
    gitCommit: "",
  };
  const server = flags.is("client") ? undefined : yield* session.request<VersionInfo>({ method: "GET", path: "/version" });
  const kustomize = minor >= 25 ? (kustomizeVersions[minor] ?? "v4.5.7") : undefined;
  const all = {
    clientVersion: client,
    ...(kustomize === undefined ? {} : { kustomizeVersion: kustomize }),
    ...(server === undefined ? {} : { serverVersion: server }),
  };
  const output = flags.text("output");
  if (output === "json") return yield* session.out(`${goJsonIndented(all, "  ")}\n`);
  if (output === "yaml") return yield* session.out(printYaml(all));
  if (output !== "") throw new KubectlError("--output must be 'yaml' or 'json'");
  if (session.behaviour.versionShort && !flags.is("short")) {
    const line = (info: VersionInfo): string =>
      `version.Info{Major:"${info.major}", Minor:"${info.minor}", GitVersion:"${info.gitVersion}", GitCommit:"${info.gitCommit}", GitTreeState:"${info.gitTreeState}", BuildDate:"${info.buildDate}", GoVersion:"${info.goVersion}", Compiler:"${info.compiler}", Platform:"${info.platform}"}`;
    if (session.behaviour.versionWarns) {
      yield* session.err(
        "WARNING: This version information is deprecated and will be replaced with the output from kubectl version --short.  Use --output=yaml|json to get the full version.\n",
      );
    }
    yield* session.out(`Client Version: ${line(client)}\n`);
    if (kustomize !== undefined) yield* session.out(`Kustomize Version: ${kustomize}\n`);
    if (server !== undefined) yield* session.out(`Server Version: ${line(server)}\n`);
    return;
  }
  yield* session.out(
    `Client Version: ${text}\n${kustomize === undefined ? "" : `Kustomize Version: ${kustomize}\n`}${server === undefined ? "" : `Server Version: ${server.gitVersion}\n`}`,
  );
}

/** @source kubectl pkg/cmd/clusterinfo/clusterinfo.go; without the colours that it has on a terminal */
export const clusterInfoCommand: Command = {
  name: "cluster-info",
  short: "Display cluster information",
  usage: "[flags]",
  commands: [clusterInfoDumpCommand],
  *run(session) {
    const server = `https://${session.options.apiServer}`;
    const line = (name: string, url: string): string => `${name} is running at ${url}\n`;
    const resources = yield* session.resources();
    const list = yield* session.request<{ items: readonly KubernetesObject[] }>({
      method: "GET",
      path: resourcePath(resources.get("services"), "kube-system"),
      query: { labelSelector: "kubernetes.io/cluster-service=true" },
    });
    let text = line(session.version.minor >= 20 ? "Kubernetes control plane" : "Kubernetes master", server);
    for (const service of list.items) {
      const { name, namespace, labels } = service.metadata;
      const ports = (service as unknown as { spec: { ports?: readonly { name?: string }[] } }).spec.ports ?? [];
      const port = ports[0]?.name === undefined ? "" : `:${ports[0].name}`;
      text += line(labels?.["kubernetes.io/name"] ?? name, `${server}/api/v1/namespaces/${namespace}/services/${name}${port}/proxy`);
    }
    yield* session.out(`${text}\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`);
  },
};

/** There are none: a plugin is a program named `kubectl-…`. @source kubectl pkg/cmd/plugin/plugin.go */
export const pluginCommand: Command = {
  name: "plugin",
  short: "Provides utilities for interacting with plugins",
  usage: "[flags]",
  helpsOnStdout: true,
  commands: [
    {
      name: "list",
      short: "List all visible plugin executables on a user's PATH",
      flags: [{ name: "name-only", type: "bool", default: "false" }],
      *run(session) {
        const found = session.sys.commands().filter((name) => name.startsWith("kubectl-"));
        if (found.length === 0) throw new KubectlError("unable to find any kubectl plugins in your PATH");
        yield* session.out(
          `The following compatible plugins are available:\n\n${found.map((name) => `${session.sys.which(name) ?? name}\n`).join("")}`,
        );
      },
    },
  ],
};

/** @source kubectl pkg/cmd/apiresources/apiresources.go */
export const apiResourcesCommand: Command = {
  name: "api-resources",
  short: "Print the supported API resources on the server",
  usage: "[flags]",
  flags: [
    { name: "api-group", type: "string" },
    { name: "cached", type: "bool", default: "false" },
    { name: "categories", type: "slice" },
    { name: "namespaced", type: "bool", default: "true" },
    { name: "no-headers", type: "bool", default: "false" },
    { name: "output", short: "o", type: "string" },
    { name: "sort-by", type: "string" },
    { name: "verbs", type: "slice" },
  ],
  run: apiResources,
};

function* apiResources(session: Session, flags: Flags): Run<void> {
  if (flags.args.length > 0) throw session.usage(`unexpected arguments: [${flags.args.join(" ")}]`);
  const seen = new Set<string>();
  const rows = (yield* session.resources()).all
    .filter((resource) => {
      const key = `${resource.group}/${resource.plural}`;
      if (seen.has(key)) return false;
      seen.add(key);
      if (flags.isGiven("api-group") && resource.group !== flags.text("api-group")) return false;
      if (flags.isGiven("namespaced") && resource.isNamespaced !== flags.is("namespaced")) return false;
      return (
        flags.list("verbs").every((verb) => resource.verbs.includes(verb)) &&
        flags.list("categories").every((one) => resource.categories.includes(one))
      );
    })
    .toSorted((a, b) => order(a.group, b.group) || order(a.plural, b.plural));
  const sortBy = flags.text("sort-by");
  if (!["", "name", "kind"].includes(sortBy)) throw new KubectlError("--sort-by accepts only name or kind");
  const sorted: readonly Resource[] =
    sortBy === "kind"
      ? rows.toSorted((a, b) => order(a.kind, b.kind))
      : sortBy === "name"
        ? rows.toSorted((a, b) => order(a.plural, b.plural))
        : rows;
  const output = flags.text("output");
  if (output === "name") return yield* session.out(sorted.map((resource) => `${qualifiedPlural(resource)}\n`).join(""));
  if (output !== "" && output !== "wide") throw session.usage(`--output ${output} is not available`);
  const isWide = output === "wide";
  const lines = sorted.map((one) =>
    [
      one.plural,
      one.shortNames.join(","),
      one.apiVersion,
      `${one.isNamespaced}`,
      one.kind,
      ...(isWide ? [one.verbs.join(","), one.categories.join(",")] : []),
    ].join("\t"),
  );
  if (!flags.is("no-headers"))
    lines.unshift(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", ...(isWide ? ["VERBS", "CATEGORIES"] : [])].join("\t"));
  yield* session.out(tabulate(`${lines.join("\n")}\n`, tableTabs));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export const apiVersionsCommand: Command = {
  name: "api-versions",
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  *run(session) {
    const versions = [...new Set((yield* session.resources()).all.map(({ apiVersion }) => apiVersion))].sort();
    yield* session.out(versions.map((version) => `${version}\n`).join(""));
  },
};

/** @source kubectl pkg/cmd/auth/cani.go; the simulated cluster lets its administrator do everything */
export const authCommand: Command = {
  name: "auth",
  short: "Inspect authorization",
  commands: [
    {
      name: "can-i",
      short: "Check whether an action is allowed",
      usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
      flags: [
        { name: "all-namespaces", short: "A", type: "bool", default: "false" },
        { name: "list", type: "bool", default: "false" },
        { name: "quiet", short: "q", type: "bool", default: "false" },
        { name: "subresource", type: "string" },
      ],
      *run(session, flags) {
        const [verb, type] = flags.args;
        if (flags.is("list")) {
          return yield* session.out(
            tabulate("Resources\tNon-Resource URLs\tResource Names\tVerbs\n*.*\t[]\t[]\t[*]\n\t[*]\t[]\t[*]\n", tableTabs),
          );
        }
        if (verb === undefined || (type === undefined && !verb.startsWith("/")))
          throw new KubectlError(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
          );
        if (type !== undefined && !type.startsWith("/") && type !== "*") {
          const found = (yield* session.resources()).find(type.split("/")[0] as string);
          if (found === undefined) yield* session.err(`Warning: the server doesn't have a resource type '${type.split("/")[0]}'\n\n`);
          else if (!found.isNamespaced && !flags.is("all-namespaces"))
            yield* session.err(
              `Warning: resource '${found.plural}' is not namespace scoped${found.group === "" ? "" : ` in group '${found.group}'`}\n\n`,
            );
        }
        if (!flags.is("quiet")) yield* session.out("yes\n");
      },
    },
    {
      name: "whoami",
      short: "Experimental: Check self subject attributes",
      *run(session) {
        yield* session.out(
          tabulate("ATTRIBUTE\tVALUE\nUsername\tkubernetes-admin\nGroups\t[kubeadm:cluster-admins system:authenticated]\n", tableTabs),
        );
      },
    },
  ],
};

/** Without metrics-server, as on a new cluster. */
export const topCommand: Command = {
  name: "top",
  short: "Display resource (CPU/memory) usage",
  commands: (["node", "pod"] as const).map((name) => ({
    name,
    aliases: name === "node" ? ["nodes", "no"] : ["pods", "po"],
    short: `Display resource (CPU/memory) usage of ${name}s`,
    flags: [
      { name: "all-namespaces", short: "A", type: "bool" as const, default: "false" },
      { name: "containers", type: "bool" as const, default: "false" },
      { name: "no-headers", type: "bool" as const, default: "false" },
      { name: "selector", short: "l", type: "string" as const },
      { name: "sort-by", type: "string" as const },
    ],
    *run() {
      throw new KubectlError("Metrics API not available");
    },
  })),
};

/** The user and cluster of the context in use, for `config`. */
export function contextRow(session: Session, name: string): readonly string[] {
  const context = currentContext(session.kubeconfig, name);
  return [
    name === session.kubeconfig["current-context"] ? "*" : "",
    name,
    context?.cluster ?? "",
    context?.user ?? "",
    context?.namespace ?? "",
  ];
}
