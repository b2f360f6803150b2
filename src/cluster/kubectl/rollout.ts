import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Command } from "./command.ts";
import { describePodTemplate } from "./describe/pod-template.ts";
import { joinFailures, KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { lastApplied } from "./last-applied.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, dryRunSuffix, objectPrinter, outputFlags, printResult } from "./output.ts";
import { selectorOf } from "./pods.ts";
import { objectName, qualifiedPlural } from "./resources.ts";
import { fetch, fileFlags, type Info, select, selectorFlag } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

const common: readonly FlagDefinition[] = [
  ...fileFlags,
  ...outputFlags,
  selectorFlag,
  { name: "field-manager", type: "string", default: "kubectl-rollout" },
];
const usage = "(TYPE NAME | TYPE/NAME) [flags]";

/** `kubectl rollout …`. @source kubectl pkg/cmd/rollout/*.go, pkg/polymorphichelpers */
export const rolloutCommand: Command = {
  name: "rollout",
  helpsOnStdout: true,
  short: "Manage the rollout of a resource",
  long: "Manage the rollout of one or many resources.\n\n Valid resource types include:\n\n  *  deployments\n  *  daemonsets\n  *  statefulsets",
  usage: "SUBCOMMAND",
  commands: [
    {
      name: "history",
      short: "View rollout history",
      usage,
      completes: "resources",
      flags: [...common, { name: "revision", type: "int", default: "0" }],
      run: history,
    },
    {
      name: "pause",
      short: "Mark the provided resource as paused",
      usage,
      completes: "resources",
      flags: common,
      run: (session, flags) => change(session, flags, pausing),
    },
    {
      name: "restart",
      short: "Restart a resource",
      usage,
      completes: "resources",
      flags: common,
      run: (session, flags) => change(session, flags, restarting),
    },
    {
      name: "resume",
      short: "Resume a paused resource",
      usage,
      completes: "resources",
      flags: common,
      run: (session, flags) => change(session, flags, resuming),
    },
    {
      name: "status",
      short: "Show the status of the rollout",
      usage,
      completes: "resources",
      flags: [
        ...fileFlags,
        selectorFlag,
        { name: "revision", type: "int", default: "0" },
        { name: "timeout", type: "duration", default: "0s" },
        { name: "watch", short: "w", type: "bool", default: "true", usage: "Watch the status of the rollout until it's done." },
      ],
      run: status,
    },
    {
      name: "undo",
      short: "Undo a previous rollout",
      usage,
      completes: "resources",
      flags: [...common, dryRunFlag, { name: "to-revision", type: "int", default: "0" }],
      run: undo,
    },
  ],
};

function* selected(session: Session, flags: Flags): Run<readonly Info[]> {
  const files = manifestFiles(flags);
  if (flags.args.length === 0 && files.length === 0 && flags.text("selector") === "")
    throw new KubectlError("required resource not specified");
  const selection = yield* select(session, {
    args: flags.args,
    files,
    labelSelector: flags.text("selector"),
    typeAloneIsAll: true,
  });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  return infos;
}

interface Change {
  readonly verb: string;
  readonly unsupported: string;
  readonly kinds: readonly string[];
  patch(info: Info, session: Session): LooseObject;
}

const restarting: Change = {
  verb: "restarted",
  unsupported: "restarting is not supported",
  kinds: ["Deployment", "DaemonSet", "StatefulSet"],
  patch(info, session) {
    if (specOf(info).paused === true) throw new KubectlError("can't restart paused deployment (run rollout resume first)");
    return { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": formatRfc3339(session.nowMs) } } } } };
  },
};

function restartedAtOf(object: unknown): string | undefined {
  const { spec } = object as { spec?: { template?: { metadata?: { annotations?: Readonly<Record<string, string>> } } } };
  return spec?.template?.metadata?.annotations?.["kubectl.kubernetes.io/restartedAt"];
}

const pausing: Change = {
  verb: "paused",
  unsupported: "pausing is not supported",
  kinds: ["Deployment"],
  patch(info) {
    if (specOf(info).paused === true) throw new KubectlError("is already paused");
    return { spec: { paused: true } };
  },
};

const resuming: Change = {
  verb: "resumed",
  unsupported: "resuming is not supported",
  kinds: ["Deployment"],
  patch(info) {
    if (specOf(info).paused !== true) throw new KubectlError("is not paused");
    return { spec: { paused: null } };
  },
};

function specOf(info: Info): LooseObject {
  return ((info.object as unknown as LooseObject).spec ?? {}) as LooseObject;
}

function* change(session: Session, flags: Flags, what: Change): Run<void> {
  const printer = objectPrinter(session, flags);
  const failures: Error[] = [];
  for (const info of yield* selected(session, flags)) {
    const named = (text: string): KubectlError => new KubectlError(`${qualifiedPlural(info.resource)} "${info.name}" ${text}`);
    try {
      if (!what.kinds.includes(info.object.kind)) throw named(what.unsupported);
      let patch: LooseObject;
      try {
        patch = what.patch(info, session);
      } catch (error) {
        throw error instanceof KubectlError ? named(error.message) : error;
      }
      if (what === restarting && restartedAtOf(info.object) === restartedAtOf(patch)) {
        throw new KubectlError(
          `failed to create patch for ${info.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
        );
      }
      const patched = yield* session.request({
        method: "PATCH",
        path: resourcePath(info.resource, info.namespace, info.name),
        query: { fieldManager: flags.text("field-manager") },
        body: patch,
        contentType: "application/strategic-merge-patch+json",
      });
      yield* printResult(session, flags, printer, info.resource, patched, what.verb, "none");
    } catch (error) {
      if (!(error instanceof KubectlError || error instanceof StatusError)) throw error;
      failures.push(error);
    }
  }
  const failure = joinFailures(failures);
  if (failure !== undefined) throw failure;
}

/** What a rollout waits for; `isDone` ends the watching. */
interface Progress {
  readonly text: string;
  readonly isDone: boolean;
}

interface WorkloadStatus {
  readonly observedGeneration?: number;
  readonly updatedReplicas?: number;
  readonly replicas?: number;
  readonly availableReplicas?: number;
  readonly readyReplicas?: number;
  readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
  readonly updatedNumberScheduled?: number;
  readonly desiredNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
}

/** @source kubectl pkg/polymorphichelpers/rollout_status.go @throws KubectlError */
export function rolloutProgress(object: KubernetesObject): Progress {
  const { kind, metadata } = object;
  const { spec = {}, status: state = {} } = object as unknown as { spec?: LooseObject; status?: WorkloadStatus };
  const { name } = metadata;
  const isObserved = (metadata.generation ?? 0) <= (state.observedGeneration ?? 0);
  switch (kind) {
    case "Deployment": {
      if (!isObserved) return { text: "Waiting for deployment spec update to be observed...\n", isDone: false };
      if (state.conditions?.some(({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded") === true) {
        throw new KubectlError(`deployment "${name}" exceeded its progress deadline`);
      }
      const wanted = typeof spec.replicas === "number" ? spec.replicas : 1;
      const updated = state.updatedReplicas ?? 0;
      const waiting = (rest: string): Progress => ({
        text: `Waiting for deployment "${name}" rollout to finish: ${rest}...\n`,
        isDone: false,
      });
      if (updated < wanted) return waiting(`${updated} out of ${wanted} new replicas have been updated`);
      if ((state.replicas ?? 0) > updated) return waiting(`${(state.replicas ?? 0) - updated} old replicas are pending termination`);
      if ((state.availableReplicas ?? 0) < updated)
        return waiting(`${state.availableReplicas ?? 0} of ${updated} updated replicas are available`);
      return { text: `deployment "${name}" successfully rolled out\n`, isDone: true };
    }
    case "DaemonSet": {
      if ((spec.updateStrategy as LooseObject | undefined)?.type === "OnDelete")
        throw new KubectlError(`rollout status is only available for RollingUpdate strategy type`);
      if (!isObserved) return { text: "Waiting for daemon set spec update to be observed...\n", isDone: false };
      const wanted = state.desiredNumberScheduled ?? 0;
      const waiting = (rest: string): Progress => ({
        text: `Waiting for daemon set "${name}" rollout to finish: ${rest}...\n`,
        isDone: false,
      });
      if ((state.updatedNumberScheduled ?? 0) < wanted)
        return waiting(`${state.updatedNumberScheduled ?? 0} out of ${wanted} new pods have been updated`);
      if ((state.numberAvailable ?? 0) < wanted) return waiting(`${state.numberAvailable ?? 0} of ${wanted} updated pods are available`);
      return { text: `daemon set "${name}" successfully rolled out\n`, isDone: true };
    }
    case "StatefulSet": {
      const strategy = spec.updateStrategy as { type?: string; rollingUpdate?: { partition?: number } } | undefined;
      if (strategy?.type === "OnDelete") throw new KubectlError(`rollout status is only available for RollingUpdate strategy type`);
      if (!isObserved || state.observedGeneration === undefined)
        return { text: "Waiting for statefulset spec update to be observed...\n", isDone: false };
      const wanted = typeof spec.replicas === "number" ? spec.replicas : 1;
      if ((state.readyReplicas ?? 0) < wanted)
        return { text: `Waiting for ${wanted - (state.readyReplicas ?? 0)} pods to be ready...\n`, isDone: false };
      if (strategy?.rollingUpdate !== undefined) {
        const updated = state.updatedReplicas ?? 0;
        const { partition } = strategy.rollingUpdate;
        if (partition !== undefined && updated < wanted - partition)
          return {
            text: `Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...\n`,
            isDone: false,
          };
        return { text: `partitioned roll out complete: ${updated} new pods have been updated...\n`, isDone: true };
      }
      if (state.updateRevision !== state.currentRevision)
        return {
          text: `waiting for statefulset rolling update to complete ${state.updatedReplicas ?? 0} pods at revision ${state.updateRevision}...\n`,
          isDone: false,
        };
      return {
        text: `statefulset rolling update complete ${state.readyReplicas ?? 0} pods at revision ${state.currentRevision}...\n`,
        isDone: true,
      };
    }
    default:
      throw new KubectlError(`no status viewer has been implemented for ${kind}`);
  }
}

function* status(session: Session, flags: Flags): Run<void> {
  for (const info of yield* selected(session, flags)) {
    const watching = watchProgress(session, flags, info);
    const timeoutMs = flags.durationMs("timeout");
    if (timeoutMs <= 0) yield* watching;
    else if (!(yield* session.sys.within(timeoutMs * 1000, watching)).ok) throw new KubectlError("timed out waiting for the condition");
  }
}

function* watchProgress(session: Session, flags: Flags, info: Info): Run<void> {
  let progress = rolloutProgress(info.object);
  yield* session.out(progress.text);
  if (progress.isDone || !flags.is("watch")) return;
  const watch = yield* session.watch({
    method: "GET",
    path: resourcePath(info.resource, info.namespace),
    query: { fieldSelector: `metadata.name=${info.name}`, resourceVersion: info.object.metadata.resourceVersion },
  });
  try {
    for (;;) {
      const event = yield* watch.next();
      if (event.type === "DELETED") throw new KubectlError("object has been deleted");
      if (event.type === "BOOKMARK") continue;
      progress = rolloutProgress(event.object);
      yield* session.out(progress.text);
      if (progress.isDone) return;
    }
  } finally {
    watch.close();
  }
}

const revisionAnnotation = "deployment.kubernetes.io/revision";

interface Revision {
  readonly revision: number;
  readonly template: LooseObject;
  readonly cause: string;
  /** The ReplicaSet or ControllerRevision. */
  readonly object: KubernetesObject;
}

const histories: Readonly<Record<string, string>> = {
  Deployment: "replicasets.apps",
  DaemonSet: "controllerrevisions.apps",
  StatefulSet: "controllerrevisions.apps",
};

/** A Deployment's revisions are its ReplicaSets, others' are ControllerRevisions. @source kubectl pkg/polymorphichelpers/history.go */
function* revisionsOf(session: Session, info: Info, what: "retrieving history" | "retrieving rollbacker"): Run<readonly Revision[]> {
  const { kind } = info.object;
  const plural = histories[kind];
  if (plural === undefined)
    throw new KubectlError(`error ${what} for ${JSON.stringify(kind)}, no visitor method exists for {${info.resource.group} ${kind}}`);
  const resources = yield* session.resources();
  const list = yield* session.request<{ items: readonly KubernetesObject[] }>({
    method: "GET",
    path: resourcePath(resources.get(plural), info.namespace),
    query: { labelSelector: selectorOf(info.object) ?? "" },
  });
  return list.items
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === info.object.metadata.uid) === true)
    .map((object): Revision => {
      const { spec, data, revision } = object as unknown as {
        spec?: { template: LooseObject };
        data?: { spec: { template: LooseObject } };
        revision?: number;
      };
      const { $patch: _, ...template } = spec?.template ?? data?.spec.template ?? {};
      return {
        revision: revision ?? Number(object.metadata.annotations?.[revisionAnnotation] ?? "0"),
        template,
        cause: object.metadata.annotations?.["kubernetes.io/change-cause"] ?? "<none>",
        object,
      };
    })
    .toSorted((a, b) => a.revision - b.revision);
}

function* history(session: Session, flags: Flags): Run<void> {
  const printer = objectPrinter(session, flags);
  for (const info of yield* selected(session, flags)) {
    const revisions = yield* revisionsOf(session, info, "retrieving history");
    const wanted = flags.number("revision");
    const name = objectName(info.resource, info.name);
    if (wanted > 0) {
      const found = revisions.find(({ revision }) => revision === wanted);
      if (found === undefined) throw new KubectlError("unable to find the specified revision");
      if (printer !== undefined) {
        yield* session.out(printer(found.object, undefined));
        continue;
      }
      yield* session.out(`${name} with revision #${wanted}\n${describePodTemplate(found.template, session.behaviour)}\n`);
      continue;
    }
    const rows = revisions.map(({ revision, cause }) => `${`${revision}`.padEnd(10)}${cause}\n`).join("");
    yield* session.out(revisions.length === 0 ? `${name} No rollout history found.\n` : `${name} \nREVISION  CHANGE-CAUSE\n${rows}\n`);
  }
}

function* undo(session: Session, flags: Flags): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  for (const info of yield* selected(session, flags)) {
    const revisions = yield* revisionsOf(session, info, "retrieving rollbacker");
    const wanted = flags.number("to-revision");
    if (wanted < 0) throw new KubectlError(`unable to find specified revision ${wanted} in history`);
    const target = wanted === 0 ? revisions.at(-2) : revisions.find(({ revision }) => revision === wanted);
    if (target === undefined) {
      if (wanted !== 0) throw new KubectlError(`unable to find specified revision ${wanted} in history`);
      throw new KubectlError(
        info.object.kind === "Deployment" ? `no rollout history found for deployment "${info.name}"` : "no last revision to roll back to",
      );
    }
    const template = withoutHash(target.template);
    if (dryRun === "client") {
      yield* session.out(
        `${objectName(info.resource, info.name)} ${info.object.kind === "Deployment" ? "" : "will roll back to "}Pod Template:\n${describePodTemplate(template, session.behaviour).replace(/^Pod Template:\n/, "")}${dryRunSuffix(dryRun)}\n`,
      );
      continue;
    }
    if (specOf(info).paused === true) {
      throw new KubectlError(
        `you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume deployment/${info.name}' and try again`,
      );
    }
    const current = withoutHash(specOf(info).template as LooseObject);
    if (JSON.stringify(current) === JSON.stringify(template)) {
      yield* session.out(
        `${objectName(info.resource, info.name)} skipped rollback (current template already matches revision ${target.revision})\n`,
      );
      continue;
    }
    const patched = yield* session.request({
      method: "PATCH",
      path: resourcePath(info.resource, info.namespace, info.name),
      query: dryRun === "server" ? { dryRun: "All" } : {},
      body: [
        { op: "replace", path: "/spec/template", value: template },
        ...(info.object.kind === "Deployment"
          ? [{ op: "replace", path: "/metadata/annotations", value: annotationsBack(info.object, target.object) }]
          : []),
      ],
      contentType: "application/json-patch+json",
    });
    yield* printResult(session, flags, printer, info.resource, patched, "rolled back", dryRun);
  }
}

/** Those of the revision, but for what belongs to the Deployment itself. @source kubectl pkg/polymorphichelpers/rollback.go, annotationsToSkip */
function annotationsBack(deployment: KubernetesObject, replicaSet: KubernetesObject): Readonly<Record<string, string>> {
  const own = new Set([
    lastApplied,
    revisionAnnotation,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
  ]);
  const kept = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => own.has(key));
  const back = Object.entries(replicaSet.metadata.annotations ?? {}).filter(([key]) => !own.has(key));
  return Object.fromEntries([...kept, ...back]);
}

function withoutHash(template: LooseObject): LooseObject {
  const metadata = (template.metadata ?? {}) as { labels?: Readonly<Record<string, string>> };
  const { "pod-template-hash": _, ...labels } = metadata.labels ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}
