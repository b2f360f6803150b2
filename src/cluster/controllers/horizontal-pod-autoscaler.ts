import { isEqualData } from "../api/equal.ts";
import type { HorizontalPodAutoscaler } from "../api/horizontal-pod-autoscaler/types.ts";
import type { KindDefinition } from "../api/kind.ts";
import { kinds } from "../api/kinds.ts";
import type { Condition, KubernetesObject, LooseObject } from "../api/meta.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { formatRfc3339 } from "../sim/date.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";

const component = "horizontal-pod-autoscaler";
/** `--horizontal-pod-autoscaler-sync-period` */
const syncPeriodUs = 15_000_000;

export type AutoscalePlan =
  | { readonly type: "rescale"; readonly replicas: number; readonly reason: string }
  /** Scaled to zero by hand: left alone. */
  | { readonly type: "disabled" }
  /** The load would decide, but nobody measures it. */
  | { readonly type: "unknown"; readonly resource: string; readonly error: string };

/** Pure. @source pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler */
export function planAutoscale(
  { minReplicas = 1, maxReplicas, metrics = [] }: HorizontalPodAutoscaler["spec"],
  current: number,
): AutoscalePlan {
  if (current === 0 && minReplicas !== 0) return { type: "disabled" };
  if (current > maxReplicas) return { type: "rescale", replicas: maxReplicas, reason: "Current number of replicas above Spec.MaxReplicas" };
  if (current < minReplicas) return { type: "rescale", replicas: minReplicas, reason: "Current number of replicas below Spec.MinReplicas" };
  const name = metrics[0]?.resource?.name ?? "cpu";
  const what = metrics[0]?.resource?.target.averageValue === undefined ? "utilization" : "resource metric value";
  const cause = `unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`;
  return { type: "unknown", resource: name, error: `failed to get ${name} ${what}: ${cause}` };
}

/**
 * The kind that a user's reference names, where it can be scaled; else the server's words. What users write there is free text.
 * @source apimachinery api/meta/errors.go, NoKindMatchError; horizontal.go, scaleForResourceMappings
 */
function scaleTarget({ apiVersion = "", kind }: HorizontalPodAutoscaler["spec"]["scaleTargetRef"]): KindDefinition | string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const found = (kinds as readonly KindDefinition[]).find((one) => one.kind === kind && one.group === group);
  if (found === undefined) return `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`;
  return found.scale === undefined ? "the server could not find the requested resource" : found;
}

/** Looks every 15 seconds. There is no metrics server, so it keeps to the bounds and says that it knows no load. */
export function startHorizontalPodAutoscaler(context: ControllerContext): void {
  const { simulation } = context;
  const client = context.client(component);
  const autoscalers = client.informer<HorizontalPodAutoscaler>("HorizontalPodAutoscaler");
  const queue = createWorkQueue(simulation, (key) => reconcile(key));
  const waiting = new Set<string>();

  autoscalers.onEvent(({ type, object }) => {
    if (type !== "DELETED") later(keyOf(object));
  });

  function later(key: string): void {
    if (waiting.has(key)) return;
    waiting.add(key);
    // It always comes again, so nobody need wait for it.
    simulation.clock.afterPeriodic(syncPeriodUs, () => {
      waiting.delete(key);
      queue.add(key);
    });
  }

  function reconcile(key: string): undefined {
    const { namespace, name } = splitKey(key);
    const autoscaler = autoscalers.get(namespace, name);
    if (autoscaler === undefined) return;
    later(key);
    const now = formatRfc3339(simulation.dateMs());
    const { kind, name: targetName } = autoscaler.spec.scaleTargetRef;
    const target = scaleTarget(autoscaler.spec.scaleTargetRef);
    const workload =
      typeof target === "string"
        ? undefined
        : client.get<KubernetesObject & { readonly spec?: { readonly replicas?: number }; readonly status?: { replicas?: number } }>(
            kind,
            namespace,
            targetName,
          );
    const conditions = new Map((autoscaler.status?.conditions ?? []).map((one) => [one.type, one]));
    const set = (type: string, isTrue: boolean, reason: string, message: string): void => {
      const status = isTrue ? "True" : "False";
      const before = conditions.get(type);
      const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
      conditions.set(type, { type, status, lastTransitionTime, reason, message });
    };
    if (workload === undefined) {
      const error =
        typeof target === "string"
          ? target
          : `${target.plural}${target.group === "" ? "" : `.${target.group}`} ${JSON.stringify(targetName)} not found`;
      client.event(autoscaler, { type: "Warning", reason: "FailedGetScale", message: error, component });
      set("AbleToScale", false, "FailedGetScale", `the HPA controller was unable to get the target's current scale: ${error}`);
      return write(autoscaler, { conditions });
    }
    set("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
    const current = workload.spec?.replicas ?? 1;
    const plan = planAutoscale(autoscaler.spec, current);
    const currentReplicas = workload.status?.replicas ?? 0;
    if (plan.type === "disabled") {
      set("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
      return write(autoscaler, { conditions, currentReplicas, desiredReplicas: 0 });
    }
    if (plan.type === "unknown") {
      const reason = "FailedGetResourceMetric";
      client.event(autoscaler, { type: "Warning", reason, message: plan.error, component });
      const count = autoscaler.spec.metrics?.length ?? 1;
      const message = `invalid metrics (${count} invalid out of ${count}), first error is: failed to get ${plan.resource} resource metric value: ${plan.error}`;
      client.event(autoscaler, { type: "Warning", reason: "FailedComputeMetricsReplicas", message, component });
      set("ScalingActive", false, reason, `the HPA was unable to compute the replica count: ${plan.error}`);
      return write(autoscaler, { conditions, currentReplicas, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0 });
    }
    client.patch(kind, namespace, targetName, { spec: { replicas: plan.replicas } }, "scale");
    set("AbleToScale", true, "SucceededRescale", `the HPA controller was able to update the target scale to ${plan.replicas}`);
    const message = `New size: ${plan.replicas}; reason: ${plan.reason}`;
    client.event(autoscaler, { type: "Normal", reason: "SuccessfulRescale", message, component });
    return write(autoscaler, { conditions, currentReplicas, desiredReplicas: plan.replicas, lastScaleTime: now });
  }

  function write(
    autoscaler: HorizontalPodAutoscaler,
    facts: { readonly conditions: ReadonlyMap<string, Condition> } & LooseObject,
  ): undefined {
    const { conditions, ...counts } = facts;
    const status: LooseObject = { ...autoscaler.status, ...counts, conditions: [...conditions.values()] };
    if (isEqualData(status, autoscaler.status)) return;
    client.updateStatus("HorizontalPodAutoscaler", { ...autoscaler, status } as KubernetesObject);
  }
}
