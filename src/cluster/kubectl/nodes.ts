import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { waitUntilGone } from "./delete.ts";
import { Failures, joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { dryRunFlag, dryRunOf, dryRunSuffix } from "./output.ts";
import { fetch, type Info, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `cordon`, `uncordon`, `drain`, `taint`. @source kubectl pkg/cmd/drain, pkg/drain, pkg/cmd/taint */
export const cordonCommand: Command = {
  name: "cordon",
  short: "Mark node as unschedulable",
  usage: "NODE",
  completes: "names",
  flags: [selectorFlag, dryRunFlag],
  run: (session, flags) => cordonAll(session, flags, true),
};

export const uncordonCommand: Command = {
  name: "uncordon",
  short: "Mark node as schedulable",
  usage: "NODE",
  completes: "names",
  flags: [selectorFlag, dryRunFlag],
  run: (session, flags) => cordonAll(session, flags, false),
};

export const drainCommand: Command = {
  name: "drain",
  short: "Drain node in preparation for maintenance",
  usage: "NODE",
  completes: "names",
  flags: [
    selectorFlag,
    dryRunFlag,
    { name: "chunk-size", type: "int", default: "500" },
    {
      name: "delete-emptydir-data",
      type: "bool",
      default: "false",
      usage: "Continue even if there are pods using emptyDir (local data that will be deleted when the node is drained).",
    },
    {
      name: "delete-local-data",
      type: "bool",
      default: "false",
      deprecated: "This option is deprecated and will be deleted. Use --delete-emptydir-data.",
    },
    { name: "disable-eviction", type: "bool", default: "false" },
    { name: "force", type: "bool", default: "false", usage: "Continue even if there are pods that do not declare a controller." },
    { name: "grace-period", type: "int", default: "-1" },
    { name: "ignore-daemonsets", type: "bool", default: "false", usage: "Ignore DaemonSet-managed pods." },
    { name: "pod-selector", type: "string" },
    { name: "skip-wait-for-delete-timeout", type: "int", default: "0" },
    { name: "timeout", type: "duration", default: "0s" },
  ],
  run: drain,
};

export const taintCommand: Command = {
  name: "taint",
  short: "Update the taints on one or more nodes",
  usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
  completes: "resources",
  flags: [selectorFlag, dryRunFlag, { name: "all", type: "bool", default: "false" }, { name: "overwrite", type: "bool", default: "false" }],
  run: taint,
};

function* nodesOf(session: Session, flags: Flags): Run<readonly Info[]> {
  if (flags.args.length === 0 && flags.text("selector") === "")
    throw session.usage(`USAGE: ${session.commandPath.replace(/^kubectl /, "")} NODE [flags]`);
  const args = flags.args.some((arg) => arg.includes("/")) ? flags.args : ["nodes", ...flags.args];
  const { infos, errors } = yield* fetch(session, yield* select(session, { args, labelSelector: flags.text("selector") }));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  return infos;
}

function isCordoned(info: Info): boolean {
  return ((info.object as unknown as { spec?: { unschedulable?: boolean } }).spec?.unschedulable ?? false) === true;
}

function* cordonAll(session: Session, flags: Flags, isCordon: boolean): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const verb = isCordon ? "cordoned" : "uncordoned";
  for (const info of yield* nodesOf(session, flags)) {
    if (isCordoned(info) === isCordon) {
      yield* session.out(`node/${info.name} already ${verb}${dryRunSuffix(dryRun)}\n`);
      continue;
    }
    if (dryRun !== "client") yield* setUnschedulable(session, info, isCordon, dryRun === "server");
    yield* session.out(`node/${info.name} ${verb}${dryRunSuffix(dryRun)}\n`);
  }
}

function* setUnschedulable(session: Session, info: Info, isCordon: boolean, isDry: boolean): Run<void> {
  yield* session.request({
    method: "PATCH",
    path: resourcePath(info.resource, undefined, info.name),
    query: isDry ? { dryRun: "All" } : {},
    body: { spec: { unschedulable: isCordon ? true : null } },
    contentType: "application/strategic-merge-patch+json",
  });
}

interface DrainPlan {
  readonly evict: readonly Pod[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Which pods leave, and what stands in the way. Pure. @source kubectl pkg/drain/filters.go */
export function planDrain(
  pods: readonly Pod[],
  options: { readonly ignoresDaemonSets: boolean; readonly deletesEmptyDir: boolean; readonly isForced: boolean },
): DrainPlan {
  const evict: Pod[] = [];
  const errors = new Map<string, string[]>();
  const warnings = new Map<string, string[]>();
  const note = (notes: Map<string, string[]>, text: string, pod: Pod): void => {
    notes.set(text, [...(notes.get(text) ?? []), `${pod.metadata.namespace}/${pod.metadata.name}`]);
  };
  for (const pod of pods) {
    if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) continue;
    const isOver = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller === true);
    if (controller?.kind === "DaemonSet" && !isOver) {
      if (options.ignoresDaemonSets) note(warnings, "ignoring DaemonSet-managed Pods", pod);
      else note(errors, "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", pod);
      continue;
    }
    const volumes = ((pod.spec as unknown as { volumes?: readonly LooseObject[] }).volumes ?? []) as readonly LooseObject[];
    if (volumes.some((volume) => volume.emptyDir !== undefined) && !isOver) {
      if (options.deletesEmptyDir) note(warnings, "deleting Pods with local storage", pod);
      else {
        note(errors, "cannot delete Pods with local storage (use --delete-emptydir-data to override)", pod);
        continue;
      }
    }
    if (controller === undefined && !isOver) {
      if (options.isForced) note(warnings, "deleting Pods that declare no controller", pod);
      else {
        note(errors, "cannot delete cannot delete Pods that declare no controller (use --force to override)", pod);
        continue;
      }
    }
    evict.push(pod);
  }
  const lines = (notes: Map<string, string[]>): readonly string[] =>
    [...notes].map(([text, names]) => `${text}: ${names.join(", ")}`).sort();
  return { evict, errors: lines(errors), warnings: lines(warnings) };
}

function* drain(session: Session, flags: Flags): Run<void> {
  if (flags.args.length > 0 && flags.text("selector") !== "")
    throw session.usage("error: cannot specify both a node name and a --selector option");
  const dryRun = yield* dryRunOf(session, flags);
  const resources = yield* session.resources();
  const podResource = resources.get("pods");
  const nodes = yield* nodesOf(session, flags);
  const failures: { readonly node: string; readonly error: Error }[] = [];
  for (const info of nodes) {
    if (isCordoned(info)) yield* session.out(`node/${info.name} already cordoned${dryRunSuffix(dryRun)}\n`);
    else {
      if (dryRun !== "client") yield* setUnschedulable(session, info, true, dryRun === "server");
      yield* session.out(`node/${info.name} cordoned${dryRunSuffix(dryRun)}\n`);
    }
    try {
      const list = yield* session.request<{ items: readonly Pod[] }>({
        method: "GET",
        path: resourcePath(podResource, undefined),
        query: {
          fieldSelector: `spec.nodeName=${info.name}`,
          ...(flags.text("pod-selector") === "" ? {} : { labelSelector: flags.text("pod-selector") }),
        },
      });
      const plan = planDrain(list.items, {
        ignoresDaemonSets: flags.is("ignore-daemonsets"),
        deletesEmptyDir: flags.is("delete-emptydir-data") || flags.is("delete-local-data"),
        isForced: flags.is("force"),
      });
      if (plan.errors.length > 0)
        throw new KubectlError(plan.errors.length === 1 ? (plan.errors[0] as string) : `[${plan.errors.join(", ")}]`);
      if (plan.warnings.length > 0) yield* session.err(`Warning: ${plan.warnings.join("; ")}\n`);
      yield* evictAll(session, flags, plan.evict, dryRun !== "none");
      yield* session.out(`node/${info.name} drained${dryRunSuffix(dryRun)}\n`);
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof StatusError)) throw error;
      yield* session.err(`error: unable to drain node "${info.name}" due to error: ${error.message}, continuing command...\n`);
      failures.push({ node: info.name, error });
    }
  }
  if (failures.length === 0) return;
  yield* session.err(`There are pending nodes to be drained:\n${failures.map(({ node }) => ` ${node}\n`).join("")}`);
  throw new Failures(failures.map(({ error }) => error));
}

function* evictAll(session: Session, flags: Flags, pods: readonly Pod[], isDry: boolean): Run<void> {
  const resources = yield* session.resources();
  const podResource = resources.get("pods");
  const grace = flags.number("grace-period");
  const timeoutMs = flags.durationMs("timeout");
  const deadlineUs = timeoutMs > 0 ? session.sys.nowUs() + timeoutMs * 1000 : Number.POSITIVE_INFINITY;
  const pending = [...pods];
  const evicted: Pod[] = [];
  while (pending.length > 0) {
    const again: Pod[] = [];
    for (const pod of pending) {
      const { namespace, name } = pod.metadata;
      yield* session.err(`evicting pod ${namespace}/${name}${isDry ? " (dry run)" : ""}\n`);
      if (isDry) continue;
      const options = grace >= 0 ? { deleteOptions: { gracePeriodSeconds: grace } } : {};
      try {
        if (flags.is("disable-eviction")) {
          yield* session.request({
            method: "DELETE",
            path: resourcePath(podResource, namespace, name),
            body: grace >= 0 ? { gracePeriodSeconds: grace } : {},
          });
        } else {
          yield* session.request({
            method: "POST",
            path: resourcePath(podResource, namespace, name, "eviction"),
            body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace }, ...options },
          });
        }
        evicted.push(pod);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        if (error.isNotFound) continue;
        if (error.status.reason !== "TooManyRequests")
          throw new KubectlError(`error when evicting pods/"${name}" -n "${namespace}": ${error.message}`);
        yield* session.err(`error when evicting pods/"${name}" -n "${namespace}" (will retry after 5s): ${error.message}\n`);
        again.push(pod);
      }
    }
    pending.length = 0;
    pending.push(...again);
    if (pending.length > 0) {
      if (session.sys.nowUs() >= deadlineUs) throw new KubectlError(`global timeout reached: ${flags.text("timeout")}`);
      yield* session.sys.sleep(5_000_000);
    }
  }
  for (const pod of evicted) {
    yield* waitUntilGone(
      session,
      [{ resource: podResource, namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid }],
      timeoutMs,
    );
    yield* session.out(`pod/${pod.metadata.name} evicted\n`);
  }
}

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function* taint(session: Session, flags: Flags): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const at = flags.args.findIndex((arg) => arg.includes("=") || arg.includes(":") || (arg.endsWith("-") && arg.length > 1));
  const resources = at < 0 ? flags.args : flags.args.slice(0, at);
  const specs = at < 0 ? [] : flags.args.slice(at);
  if (resources.length === 0) throw new KubectlError("one or more resources must be specified as <resource> <name>");
  if (specs.length === 0) throw new KubectlError("at least one taint update is required");
  const added: Taint[] = [];
  const removed: Taint[] = [];
  for (const spec of specs) {
    const isRemoval = spec.endsWith("-");
    const [pair = "", effect = ""] = (isRemoval ? spec.slice(0, -1) : spec).split(":");
    const equals = pair.indexOf("=");
    const key = equals < 0 ? pair : pair.slice(0, equals);
    if (effect !== "" && !effects.includes(effect)) throw session.usage(`invalid taint effect: ${effect}, unsupported taint effect`);
    if (!isRemoval && effect === "") throw session.usage(`invalid taint spec: ${spec}`);
    (isRemoval ? removed : added).push({ key, ...(equals < 0 ? {} : { value: pair.slice(equals + 1) }), effect });
  }
  const args = ["no", "node", "nodes"].includes(resources[0] as string) || resources[0]?.includes("/") === true ? resources : undefined;
  if (args === undefined) throw new KubectlError(`invalid resource type ${resources[0]}, only node types are supported`);
  const { infos, errors } = yield* fetch(
    session,
    yield* select(session, { args, labelSelector: flags.text("selector"), selectsAll: flags.is("all") }),
  );
  const failures: Error[] = [...errors];
  for (const info of infos) {
    const before = ((info.object as unknown as { spec?: { taints?: readonly Taint[] } }).spec?.taints ?? []) as readonly Taint[];
    const clash = added.find((one) => before.some((old) => old.key === one.key && old.effect === one.effect));
    if (clash !== undefined && !flags.is("overwrite")) {
      failures.push(new KubectlError(`node ${info.name} already has ${clash.key} taint(s) with same effect(s) and --overwrite is false`));
      continue;
    }
    const missing = removed.find((one) => !before.some((old) => old.key === one.key && (one.effect === "" || old.effect === one.effect)));
    if (missing !== undefined) {
      failures.push(new KubectlError(`taint "${missing.key}${missing.effect === "" ? "" : `:${missing.effect}`}" not found`));
      continue;
    }
    const kept = before.filter(
      (old) =>
        !removed.some((one) => old.key === one.key && (one.effect === "" || old.effect === one.effect)) &&
        !added.some((one) => old.key === one.key && old.effect === one.effect),
    );
    const taints = [...added, ...kept];
    if (dryRun !== "client") {
      yield* session.request<KubernetesObject>({
        method: "PATCH",
        path: resourcePath(info.resource, undefined, info.name),
        query: dryRun === "server" ? { dryRun: "All" } : {},
        body: { spec: { taints: taints.length === 0 ? null : taints } },
        contentType: "application/merge-patch+json",
      });
    }
    const verb = added.length === 0 ? "untainted" : removed.length === 0 ? (clash === undefined ? "tainted" : "modified") : "modified";
    yield* session.out(`node/${info.name} ${verb}${dryRunSuffix(dryRun)}\n`);
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}
