import type { Deployment } from "../api/deployment/types.ts";
import { isEqualData } from "../api/equal.ts";
import { matchesLabelSelector } from "../api/labels.ts";
import type { Condition, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { ReplicaSet } from "../api/replica-set/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import type { Timer } from "../sim/clock.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import {
  active,
  ConditionList,
  deadlineInUs,
  deploymentConditions,
  deploymentCounts,
  desiredReplicasKey,
  findNewReplicaSet,
  hashLabel,
  isComplete,
  isScalingEvent,
  maxReplicasKey,
  newReplicaSetSize,
  planHistory,
  planRolling,
  planScaling,
  revisionHistoryKey,
  revisionKey,
  revisionOf,
  rolloutLimits,
  type ScaleStep,
  sizeOf,
  wanted,
} from "./deployment-plan.ts";
import { claim, controllerOf, controllerReference, indexByController } from "./ownership.ts";
import { isPodFinished } from "./pod-state.ts";
import { templateHash } from "./template-hash.ts";

const component = "deployment-controller";
const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";
const ownAnnotations = new Set([
  lastAppliedKey,
  revisionKey,
  revisionHistoryKey,
  desiredReplicasKey,
  maxReplicasKey,
  "deprecated.deployment.rollback.to",
]);

/** @source pkg/controller/deployment/deployment_controller.go, syncDeployment */
export function startDeploymentController(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const deployments = client.informer<Deployment>("Deployment");
  const replicaSets = client.informer<ReplicaSet>("ReplicaSet");
  const pods = client.informer<Pod>("Pod");
  indexByController(replicaSets);
  indexByController(pods);
  const deadlines = new Map<string, Timer>();
  const queue = createWorkQueue(simulation, (key) => {
    const outcome = reconcile(key);
    if (typeof outcome !== "number") return outcome;
    // A look at the clock, in case nothing comes: nobody need wait for it.
    simulation.clock.cancel(deadlines.get(key));
    deadlines.set(
      key,
      simulation.clock.afterPeriodic(outcome, () => queue.add(key)),
    );
    return undefined;
  });

  deployments.onEvent(({ object }) => queue.add(keyOf(object)));
  replicaSets.onEvent(({ object, old }) => {
    for (const replicaSet of old === undefined ? [object] : [object, old]) {
      const owner = controllerOf(replicaSet);
      if (owner?.kind === "Deployment") queue.add(`${object.metadata.namespace}/${owner.name}`);
    }
    if (controllerOf(object) !== undefined) return;
    for (const deployment of deployments.list(object.metadata.namespace)) {
      if (matchesLabelSelector(deployment.spec.selector, object.metadata.labels)) queue.add(keyOf(deployment));
    }
  });
  // Recreate waits until the last old pod is gone, so the end of a pod counts too.
  pods.onEvent(({ type, object }) => {
    if (type !== "DELETED") return;
    const owner = controllerOf(object);
    if (owner?.kind !== "ReplicaSet") return;
    const parent = replicaSets.get(object.metadata.namespace, owner.name);
    const deployment = parent === undefined ? undefined : controllerOf(parent);
    if (deployment?.kind === "Deployment") queue.add(`${object.metadata.namespace}/${deployment.name}`);
  });

  function reconcile(key: string): "retry" | number | undefined {
    const { namespace, name } = splitKey(key);
    const deployment = deployments.get(namespace, name);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    const all = claim(client, replicaSets, deployment, (replicaSet) =>
      matchesLabelSelector(deployment.spec.selector, replicaSet.metadata.labels),
    );
    const resumed = markPaused(deployment);
    if (resumed !== undefined) writeConditions(deployment, resumed);
    const known = findNewReplicaSet(deployment, all);
    if (deployment.spec.paused === true || isScalingEvent(deployment, all)) {
      const old = all.filter((replicaSet) => replicaSet !== known);
      const sized = carryOut(deployment, all, planScaling(deployment, known, old));
      return writeStatus(
        deployment,
        sized,
        sized.find(({ metadata }) => metadata.name === known?.metadata.name),
        resumed,
      );
    }
    return deployment.spec.strategy?.type === "Recreate"
      ? recreate(deployment, all, known, resumed)
      : roll(deployment, all, known, resumed);
  }

  function roll(
    deployment: Deployment,
    all: readonly ReplicaSet[],
    known: ReplicaSet | undefined,
    conditions: readonly Condition[] | undefined,
  ): "retry" | number | undefined {
    const ensured = ensureNewReplicaSet(deployment, all, known, conditions);
    if (ensured === undefined) return "retry";
    const old = all.filter(({ metadata }) => metadata.uid !== ensured.replicaSet.metadata.uid);
    const everyone = carryOut(deployment, [...old, ensured.replicaSet], planRolling(deployment, ensured.replicaSet, old));
    const current = everyone.find(({ metadata }) => metadata.uid === ensured.replicaSet.metadata.uid);
    tidy(deployment, everyone, current);
    return writeStatus(deployment, everyone, current, ensured.conditions);
  }

  /** All old pods go first; only then the new ones come. @source recreate.go */
  function recreate(
    deployment: Deployment,
    all: readonly ReplicaSet[],
    known: ReplicaSet | undefined,
    conditions: readonly Condition[] | undefined,
  ): "retry" | number | undefined {
    const old = all.filter((replicaSet) => replicaSet !== known);
    if (active(old).length > 0) {
      const sized = carryOut(
        deployment,
        all,
        active(old).map((replicaSet) => ({ replicaSet, replicas: 0 })),
      );
      return writeStatus(deployment, sized, known, conditions);
    }
    if (old.some(({ metadata }) => pods.byIndex("controller", metadata.uid).some((pod) => !isPodFinished(pod)))) {
      return writeStatus(deployment, all, known, conditions);
    }
    const ensured = ensureNewReplicaSet(deployment, all, known, conditions);
    if (ensured === undefined) return "retry";
    const step =
      sizeOf(ensured.replicaSet) === wanted(deployment) ? [] : [{ replicaSet: ensured.replicaSet, replicas: wanted(deployment) }];
    const everyone = carryOut(deployment, [...old, ensured.replicaSet], step);
    const current = everyone.find(({ metadata }) => metadata.uid === ensured.replicaSet.metadata.uid);
    tidy(deployment, everyone, current);
    return writeStatus(deployment, everyone, current, ensured.conditions);
  }

  interface Ensured {
    readonly replicaSet: ReplicaSet;
    readonly conditions: readonly Condition[] | undefined;
  }

  /** Finds or makes the ReplicaSet of the current template and keeps the revision numbers. @source sync.go, getNewReplicaSet */
  function ensureNewReplicaSet(
    deployment: Deployment,
    all: readonly ReplicaSet[],
    known: ReplicaSet | undefined,
    conditions: readonly Condition[] | undefined,
  ): Ensured | undefined {
    const revision = Math.max(0, ...all.filter((replicaSet) => replicaSet !== known).map(revisionOf)) + 1;
    const list = new ConditionList(conditions ?? deployment.status?.conditions ?? [], simulation.dateMs());
    if (known !== undefined) {
      const annotations = replicaSetAnnotations(deployment, known, revision);
      let replicaSet = known;
      if (!isEqualData(annotations, known.metadata.annotations)) {
        const patched = client.patch<ReplicaSet>("ReplicaSet", known.metadata.namespace, known.metadata.name, {
          metadata: { annotations },
        });
        if (!patched.ok) return undefined;
        replicaSet = patched.object;
      }
      writeRevision(deployment, revisionOf(replicaSet));
      if (list.get("Progressing") === undefined) {
        list.set("Progressing", "True", "FoundNewReplicaSet", `Found new replica set "${known.metadata.name}"`);
      }
      return { replicaSet, conditions: list.list };
    }
    const hash = templateHash(deployment.spec.template, deployment.status?.collisionCount ?? 0);
    const size = newReplicaSetSize(deployment, all, 0);
    const created = client.create<ReplicaSet>("ReplicaSet", replicaSetFor(deployment, hash, size, revision));
    if (!created.ok) {
      if (created.status.reason === "AlreadyExists") {
        const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
        client.patch("Deployment", deployment.metadata.namespace, deployment.metadata.name, { status: { collisionCount } }, "status");
      } else {
        const message = `Failed to create new replica set "${deployment.metadata.name}-${hash}": ${created.status.message}`;
        client.event(deployment, { type: "Warning", reason: "ReplicaSetCreateError", message, component });
      }
      return undefined;
    }
    const replicaSet = created.object;
    if (size > 0) tellScaled(deployment, replicaSet, 0, size);
    writeRevision(deployment, revision);
    list.progress("NewReplicaSetCreated", `Created new replica set "${replicaSet.metadata.name}"`);
    return { replicaSet, conditions: list.list };
  }

  function carryOut(deployment: Deployment, all: readonly ReplicaSet[], steps: readonly ScaleStep[]): readonly ReplicaSet[] {
    const written = new Map<string, ReplicaSet>();
    for (const { replicaSet, replicas } of steps) {
      const { namespace, name, uid } = replicaSet.metadata;
      const result = client.patch<ReplicaSet>("ReplicaSet", namespace, name, {
        metadata: { annotations: sizeAnnotations(deployment) },
        spec: { replicas },
      });
      if (!result.ok) continue;
      written.set(uid, result.object);
      if (replicas !== sizeOf(replicaSet)) tellScaled(deployment, replicaSet, sizeOf(replicaSet), replicas);
    }
    return all.map((replicaSet) => written.get(replicaSet.metadata.uid) ?? replicaSet);
  }

  /** The words changed in 1.32. @source sync.go, scaleReplicaSet and getNewReplicaSet */
  function tellScaled(deployment: Deployment, replicaSet: ReplicaSet, from: number, to: number): void {
    const direction = to > from ? "up" : "down";
    const name = replicaSet.metadata.name;
    const isNew = from === 0 && replicaSet.status?.observedGeneration === undefined;
    const span = context.clusterVersion.minor >= 32 ? `from ${from} to ${to}` : isNew ? `to ${to}` : `to ${to} from ${from}`;
    client.event(deployment, {
      type: "Normal",
      reason: "ScalingReplicaSet",
      message: `Scaled ${direction} replica set ${name} ${span}`,
      component,
    });
  }

  function tidy(deployment: Deployment, all: readonly ReplicaSet[], current: ReplicaSet | undefined): void {
    if (!isComplete(deployment, deploymentCounts(all, current))) return;
    for (const { metadata } of planHistory(
      deployment,
      all.filter((replicaSet) => replicaSet !== current),
    )) {
      client.delete("ReplicaSet", metadata.namespace, metadata.name);
    }
  }

  function writeRevision(deployment: Deployment, revision: number): void {
    if (deployment.metadata.annotations?.[revisionKey] === `${revision}`) return;
    const { namespace, name } = deployment.metadata;
    client.patch("Deployment", namespace, name, { metadata: { annotations: { [revisionKey]: `${revision}` } } });
  }

  /** The condition that tells of a pause or its end; undefined when nothing changes. @source sync.go, checkPausedConditions */
  function markPaused(deployment: Deployment): readonly Condition[] | undefined {
    const list = new ConditionList(deployment.status?.conditions ?? [], simulation.dateMs());
    const current = list.get("Progressing");
    if (current?.reason === "ProgressDeadlineExceeded") return undefined;
    const isMarked = current?.reason === "DeploymentPaused";
    if (deployment.spec.paused === true && !isMarked) list.set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
    else if (deployment.spec.paused !== true && isMarked) list.set("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
    else return undefined;
    return list.list;
  }

  function writeConditions(deployment: Deployment, conditions: readonly Condition[]): void {
    client.patch("Deployment", deployment.metadata.namespace, deployment.metadata.name, { status: { conditions } }, "status");
  }

  function writeStatus(
    deployment: Deployment,
    all: readonly ReplicaSet[],
    current: ReplicaSet | undefined,
    conditions: readonly Condition[] | undefined,
  ): number | undefined {
    const based = conditions === undefined ? deployment : { ...deployment, status: { ...deployment.status, conditions } };
    const counts = deploymentCounts(all, current);
    const nowMs = simulation.dateMs();
    const next = deploymentConditions(based, all, current, counts, nowMs);
    const status: LooseObject = {
      observedGeneration: deployment.metadata.generation,
      replicas: counts.replicas || null,
      updatedReplicas: counts.updatedReplicas || null,
      readyReplicas: counts.readyReplicas || null,
      availableReplicas: counts.availableReplicas || null,
      unavailableReplicas: counts.unavailableReplicas || null,
      conditions: next,
    };
    const before = deployment.status as LooseObject | undefined;
    if (Object.entries(status).some(([member, value]) => !isEqualData(value ?? undefined, before?.[member]))) {
      client.patch("Deployment", deployment.metadata.namespace, deployment.metadata.name, { status }, "status");
    }
    return deadlineInUs(deployment, next, counts, nowMs);
  }
}

function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  return {
    [desiredReplicasKey]: `${wanted(deployment)}`,
    [maxReplicasKey]: `${wanted(deployment) + rolloutLimits(deployment).maxSurge}`,
  };
}

/** What the ReplicaSet's annotations must be; an old template applied again moves to the highest revision. @source deployment_util.go, SetNewReplicaSetAnnotations */
function replicaSetAnnotations(
  deployment: Deployment,
  replicaSet: ReplicaSet | undefined,
  revision: number,
): Readonly<Record<string, string>> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key));
  const annotations: Record<string, string> = {
    ...replicaSet?.metadata.annotations,
    ...Object.fromEntries(copied),
    ...sizeAnnotations(deployment),
  };
  const before = annotations[revisionKey];
  if (before === undefined || Number(before) < revision) {
    annotations[revisionKey] = `${revision}`;
    if (before !== undefined) annotations[revisionHistoryKey] = [annotations[revisionHistoryKey], before].filter(Boolean).join(",");
  }
  return annotations;
}

function replicaSetFor(deployment: Deployment, hash: string, replicas: number, revision: number): LooseObject {
  const template = deployment.spec.template;
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const selector = deployment.spec.selector ?? {};
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: replicaSetAnnotations(deployment, undefined, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
