import { parseSelector } from "../api/labels.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { createTwoWayMergePatch } from "../apiserver/three-way.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { subjects } from "./create-generators.ts";
import { Failures, joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { schemaOf } from "./schema.ts";
import { fetch, fileFlags, type Info, missingResource, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

const common: readonly FlagDefinition[] = [
  ...fileFlags,
  ...outputFlags,
  selectorFlag,
  dryRunFlag,
  { name: "all", type: "bool", default: "false" },
  { name: "local", type: "bool", default: "false" },
  { name: "field-manager", type: "string", default: "kubectl-set" },
  { name: "record", type: "bool", default: "false", deprecated: "--record will be removed in the future" },
];

interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly resources?: { readonly limits?: Readonly<Record<string, string>>; readonly requests?: Readonly<Record<string, string>> };
}

/** `kubectl set …`. @source kubectl pkg/cmd/set/*.go */
export const setCommand: Command = {
  name: "set",
  short: "Set specific features on objects",
  long: "Configure application resources.\n\n These commands help you make changes to existing application resources.",
  usage: "SUBCOMMAND",
  commands: [
    {
      name: "env",
      short: "Update environment variables on a pod template",
      usage: "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
      completes: "resources",
      flags: [
        ...common,
        { name: "containers", short: "c", type: "string", default: "*" },
        { name: "env", short: "e", type: "array" },
        { name: "list", type: "bool", default: "false" },
        { name: "overwrite", type: "bool", default: "true" },
        { name: "from", type: "string" },
        { name: "prefix", type: "string" },
      ],
      run: setEnv,
    },
    {
      name: "image",
      short: "Update the image of a pod template",
      usage: "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N",
      completes: "resources",
      flags: common,
      run: setImage,
    },
    {
      name: "resources",
      short: "Update resource requests/limits on objects with pod templates",
      usage: "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
      completes: "resources",
      flags: [
        ...common,
        { name: "containers", short: "c", type: "string", default: "*" },
        { name: "limits", type: "string" },
        { name: "requests", type: "string" },
      ],
      run: setResources,
    },
    {
      name: "selector",
      short: "Set the selector on a resource",
      usage: "(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]",
      completes: "resources",
      flags: [...common, { name: "resource-version", type: "string" }],
      run: setSelector,
    },
    {
      name: "serviceaccount",
      aliases: ["sa"],
      short: "Update the service account of a resource",
      usage: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
      completes: "resources",
      flags: common,
      run: setServiceAccount,
    },
    {
      name: "subject",
      short: "Update the user, group, or service account in a role binding or cluster role binding",
      usage: "(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]",
      completes: "resources",
      flags: [...common, { name: "user", type: "array" }, { name: "group", type: "array" }, { name: "serviceaccount", type: "array" }],
      run: setSubject,
    },
  ],
};

interface Words {
  /** `image updated` */
  readonly verb: string;
  /** What stands before the server's words. */
  readonly failure?: string;
  readonly printsUnchanged?: boolean;
}

/** Patches each object to what `update` makes of it, and prints `verb` for those that change. */
function* updateAll(session: Session, flags: Flags, args: readonly string[], update: (info: Info) => LooseObject, words: Words): Run<void> {
  const { verb, failure: prefix = "", printsUnchanged = false } = words;
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  if (flags.is("local") && manifestFiles(flags).length === 0) {
    throw new KubectlError(
      "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
  }
  const selection = yield* select(session, {
    args,
    files: manifestFiles(flags),
    labelSelector: flags.text("selector"),
    selectsAll: flags.is("all"),
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failures: Error[] = [...errors];
  for (const info of infos) {
    try {
      const after = update(info);
      const schema = schemaOf(info.resource.apiVersion, info.resource.kind);
      const patch = createTwoWayMergePatch(info.object, after, schema);
      const isSame = Object.keys(patch).length === 0;
      if (isSame && !printsUnchanged) continue;
      const patched =
        isSame || dryRun === "client" || flags.is("local")
          ? after
          : yield* session.request<KubernetesObject>({
              method: "PATCH",
              path: resourcePath(info.resource, info.namespace, info.name),
              query: { fieldManager: flags.text("field-manager"), ...(dryRun === "server" ? { dryRun: "All" } : {}) },
              body: patch,
              contentType: schema === undefined ? "application/merge-patch+json" : "application/strategic-merge-patch+json",
            });
      yield* printResult(session, flags, printer, info.resource, patched, verb, dryRun);
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof StatusError)) throw error;
      failures.push(error instanceof StatusError && prefix !== "" ? new KubectlError(`${prefix} ${error.message}`) : error);
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}

/** Applies `change` to the pod spec of a Pod or of a template. */
export function withPodSpec(info: Info, change: (spec: LooseObject) => LooseObject): LooseObject {
  const object = info.object as unknown as LooseObject;
  const spec = (object.spec ?? {}) as LooseObject;
  if (info.object.kind === "Pod") return { ...object, spec: change(spec) };
  if (info.object.kind === "CronJob") {
    const jobTemplate = spec.jobTemplate as { spec: { template: { spec: LooseObject } } };
    return {
      ...object,
      spec: {
        ...spec,
        jobTemplate: {
          ...jobTemplate,
          spec: { ...jobTemplate.spec, template: { ...jobTemplate.spec.template, spec: change(jobTemplate.spec.template.spec) } },
        },
      },
    };
  }
  const template = spec.template as { spec: LooseObject } | undefined;
  if (template?.spec === undefined)
    throw new KubectlError(
      `${info.resource.plural}/${info.name} the object is not a pod or does not have a pod template: *${info.resource.version}.${info.object.kind}`,
    );
  return { ...object, spec: { ...spec, template: { ...template, spec: change(template.spec) } } };
}

function splitPairs(args: readonly string[]): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const at = args.findIndex((arg) => arg.includes("=") || (arg.endsWith("-") && arg.length > 1));
  return at < 0 ? { resources: args, pairs: [] } : { resources: args.slice(0, at), pairs: args.slice(at) };
}

function needResources(flags: Flags, resources: readonly string[]): void {
  if (resources.length === 0 && manifestFiles(flags).length === 0)
    throw new KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>");
}

function* setImage(session: Session, flags: Flags): Run<void> {
  const { resources, pairs } = splitPairs(flags.args);
  if (resources.length === 0 && manifestFiles(flags).length === 0) throw new KubectlError(missingResource);
  if (pairs.length === 0) throw new KubectlError("at least one image update is required");
  const images = new Map(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
  if (images.has("*") && images.size > 1)
    throw new KubectlError("all containers are already specified by *, but saw more than one container_name=container_image pairs");
  const missed: string[] = [];
  const update = (info: Info): LooseObject =>
    withPodSpec(info, (spec) => {
      const containers = (spec.containers ?? []) as readonly Container[];
      const init = (spec.initContainers ?? []) as readonly Container[];
      for (const name of images.keys()) {
        if (name !== "*" && ![...containers, ...init].some((container) => container.name === name)) missed.push(name);
      }
      const renew = (container: Container): Container => {
        const image = images.get(container.name) ?? images.get("*");
        return image === undefined ? container : { ...container, image };
      };
      return { ...spec, containers: containers.map(renew), ...(init.length === 0 ? {} : { initContainers: init.map(renew) }) };
    });
  const failures: Error[] = [];
  try {
    yield* updateAll(session, flags, resources, update, {
      verb: "image updated",
      failure: "failed to patch image update to pod template:",
    });
  } catch (error) {
    if (!(error instanceof KubectlError || error instanceof StatusError || error instanceof Failures)) throw error;
    failures.push(error);
  }
  const failure = joinFailures([
    ...missed.map((name) => new KubectlError(`unable to find container named ${JSON.stringify(name)}`)),
    ...failures,
  ]);
  if (failure !== undefined) throw failure;
}

function isChosen(pattern: string, name: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(name);
}

function* setEnv(session: Session, flags: Flags): Run<void> {
  const { resources, pairs } = splitPairs([...flags.args, ...flags.list("env")]);
  needResources(flags, resources);
  const removals = pairs.filter((pair) => !pair.includes("=")).map((pair) => pair.slice(0, -1));
  const values = new Map(
    pairs
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
  );
  if (flags.is("list")) {
    const { infos, errors } = yield* fetch(session, yield* select(session, { args: resources, files: manifestFiles(flags) }));
    for (const info of infos) {
      let text = "";
      withPodSpec(info, (spec) => {
        for (const container of (spec.containers ?? []) as readonly Container[]) {
          text += `# ${info.object.kind} ${info.name}, container ${container.name}\n`;
          for (const { name, value, valueFrom } of container.env ?? [])
            text += valueFrom === undefined ? `${name}=${value ?? ""}\n` : `# ${name} from another source\n`;
        }
        return spec;
      });
      yield* session.out(text);
    }
    const failure = joinFailures(errors);
    if (failure !== undefined) throw failure;
    return;
  }
  const given = flags.text("from") === "" ? [] : yield* valuesFrom(session, flags.text("from"), flags.text("prefix"));
  const wanted = [...[...values].map(([name, value]): EnvEntry => ({ name, value })), ...given];
  const unmatched: string[] = [];
  const update = (info: Info): LooseObject =>
    withPodSpec(info, (spec) => {
      const containers = (spec.containers ?? []) as readonly Container[];
      const isMatched = containers.some(({ name }) => isChosen(flags.text("containers"), name));
      if (!isMatched)
        unmatched.push(
          `Warning: ${info.object.kind}/${info.name} does not have any containers matching ${JSON.stringify(flags.text("containers"))}\n`,
        );
      return {
        ...spec,
        containers: containers.map((container) => {
          if (!isChosen(flags.text("containers"), container.name)) return container;
          const env: EnvEntry[] = (container.env ?? [])
            .filter(({ name }) => !removals.includes(name))
            .map((entry) => wanted.find(({ name }) => name === entry.name) ?? entry);
          for (const entry of wanted) if (!env.some(({ name }) => name === entry.name)) env.push(entry);
          const { env: _, ...rest } = container;
          return env.length === 0 ? rest : { ...rest, env };
        }),
      };
    });
  yield* updateAll(session, flags, resources, update, { verb: "env updated", failure: "failed to patch env update to pod template:" });
  for (const line of unmatched) yield* session.err(line);
}

type EnvEntry = { readonly name: string; readonly value?: string; readonly valueFrom?: unknown };

/** `--from=configmap/NAME`: a reference for each key; names are upper case, and other characters than letters and digits are `_`. */
function* valuesFrom(session: Session, from: string, prefix: string): Run<readonly EnvEntry[]> {
  const { infos, errors } = yield* fetch(session, yield* select(session, { args: [from] }));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  const entries: EnvEntry[] = [];
  for (const { object, name: owner } of infos) {
    const reference = object.kind === "ConfigMap" ? "configMapKeyRef" : object.kind === "Secret" ? "secretKeyRef" : undefined;
    if (reference === undefined) throw new KubectlError(`unsupported resource specified in --from`);
    const { data = {} } = object as unknown as { data?: Readonly<Record<string, string>> };
    for (const key of Object.keys(data).sort()) {
      const name = key.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
      if (name !== key) yield* session.err(`Warning: key ${key} transferred to ${name}\n`);
      entries.push({ name: prefix + name, valueFrom: { [reference]: { key, name: owner } } });
    }
  }
  return entries;
}

function* setResources(session: Session, flags: Flags): Run<void> {
  if (flags.args.length === 0 && manifestFiles(flags).length === 0) throw new KubectlError(missingResource);
  const limits = amounts(flags.text("limits"));
  const requests = amounts(flags.text("requests"));
  if (limits === undefined && requests === undefined)
    throw new KubectlError("you must specify an update to requests or limits (in the form of --requests/--limits)");
  const update = (info: Info): LooseObject =>
    withPodSpec(info, (spec) => ({
      ...spec,
      containers: ((spec.containers ?? []) as readonly Container[]).map((container) => {
        if (!isChosen(flags.text("containers"), container.name)) return container;
        const { resources = {} } = container;
        return {
          ...container,
          resources: {
            ...resources,
            ...(limits === undefined ? {} : { limits: { ...resources.limits, ...limits } }),
            ...(requests === undefined ? {} : { requests: { ...resources.requests, ...requests } }),
          },
        };
      }),
    }));
  yield* updateAll(session, flags, flags.args, update, {
    verb: "resource requirements updated",
    failure: "failed to patch resources update to pod template",
  });
}

function amounts(text: string): Readonly<Record<string, string>> | undefined {
  if (text === "") return undefined;
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const [name = "", amount] = pair.split("=");
      if (amount === undefined || amount === "") throw new KubectlError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      return [name, amount];
    }),
  );
}

/** The last word is the selector. */
function* setSelector(session: Session, flags: Flags): Run<void> {
  if (flags.args.length === 0) throw new KubectlError("one selector is required");
  const resources = flags.args.slice(0, -1);
  const expression = flags.args.at(-1) ?? "";
  if (resources.length === 0 && manifestFiles(flags).length === 0)
    throw new KubectlError("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  const parsed = parseSelector(expression);
  if (!parsed.ok) throw new KubectlError(parsed.message);
  const others = parsed.selector.filter(({ operator }) => operator !== "=" && operator !== "==");
  if (others.length > 0) {
    const names: Readonly<Record<string, string>> = { in: "In", notin: "NotIn", "!=": "NotIn", exists: "Exists", "!": "DoesNotExist" };
    const text = others.map(({ key, operator, values }) => `{${key} ${names[operator] ?? operator} [${values.join(" ")}]}`).join(" ");
    throw new KubectlError(`match expression [${text}] not supported on this object`);
  }
  const selector = Object.fromEntries(parsed.selector.map(({ key, values }) => [key, values[0] ?? ""]));
  const update = (info: Info): LooseObject => {
    if (info.object.kind !== "Service") throw new KubectlError(`setting a selector is only supported for Services`);
    const object = info.object as unknown as LooseObject;
    return { ...object, spec: { ...(object.spec as LooseObject), selector } };
  };
  yield* updateAll(session, flags, resources, update, { verb: "selector updated", printsUnchanged: true });
}

function* setServiceAccount(session: Session, flags: Flags): Run<void> {
  const account = flags.args.at(-1);
  if (account === undefined || flags.args.length < 2) throw new KubectlError("serviceaccount is required");
  const update = (info: Info): LooseObject =>
    withPodSpec(info, (spec) => ({ ...spec, serviceAccountName: account, serviceAccount: account }));
  yield* updateAll(session, flags, flags.args.slice(0, -1), update, { verb: "serviceaccount updated" });
}

/** Adds whom the binding does not name yet. @source kubectl pkg/cmd/set/set_subject.go */
function* setSubject(session: Session, flags: Flags): Run<void> {
  needResources(flags, flags.args);
  const wanted = subjects(flags);
  if (wanted.length === 0) throw new KubectlError("you must specify at least one value of user, group or serviceaccount");
  const update = (info: Info): LooseObject => {
    const { kind } = info.object;
    if (kind !== "RoleBinding" && kind !== "ClusterRoleBinding")
      throw new KubectlError("setting subjects is only supported for RoleBinding/ClusterRoleBinding");
    const object = info.object as unknown as LooseObject & { readonly subjects?: readonly LooseObject[] };
    const present = object.subjects ?? [];
    const isThere = (subject: LooseObject): boolean =>
      present.some(
        ({ kind: other, name, namespace }) => other === subject.kind && name === subject.name && namespace === subject.namespace,
      );
    return { ...object, subjects: [...present, ...wanted.filter((subject) => !isThere(subject))] };
  };
  yield* updateAll(session, flags, flags.args, update, { verb: "subjects updated", printsUnchanged: true });
}
