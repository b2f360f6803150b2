import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { requireFlags, withoutZeros, zeroMeta } from "./create-generators.ts";
import { joinFailures, KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { fetch, fileFlags, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl autoscale`: a HorizontalPodAutoscaler for a workload. @source kubectl pkg/cmd/autoscale/autoscale.go */
export const autoscaleCommand: Command = {
  name: "autoscale",
  short: "Auto-scale a deployment, replica set, stateful set, or replication controller",
  long: "Creates an autoscaler that automatically chooses and sets the number of pods that run in a Kubernetes cluster.\n\n Looks up a deployment, replica set, stateful set, or replication controller by name and creates an autoscaler that uses the given resource as a reference. An autoscaler can automatically increase or decrease number of pods deployed within the system as needed.",
  usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...outputFlags,
    dryRunFlag,
    {
      name: "cpu-percent",
      type: "int",
      default: "-1",
      usage: "The target average CPU utilization (represented as a percent of requested CPU) over all the pods.",
    },
    {
      name: "max",
      type: "int",
      default: "-1",
      usage: "The upper limit for the number of pods that can be set by the autoscaler. Required.",
    },
    {
      name: "min",
      type: "int",
      default: "-1",
      usage: "The lower limit for the number of pods that can be set by the autoscaler.",
    },
    { name: "name", type: "string", usage: "The name for the newly created object." },
    { name: "field-manager", type: "string", default: "kubectl-autoscale" },
    { name: "save-config", type: "bool", default: "false" },
  ],
  run: autoscale,
};

const scalable = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

function* autoscale(session: Session, flags: Flags): Run<void> {
  requireFlags(flags, "max");
  const [min, max, percentage] = [flags.number("min"), flags.number("max"), flags.number("cpu-percent")];
  if (max < 1) throw new KubectlError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min) throw new KubectlError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  const { infos, errors } = yield* fetch(session, yield* select(session, { args: flags.args, files: manifestFiles(flags) }));
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  const resource = (yield* session.resources()).byKind("autoscaling/v1", "HorizontalPodAutoscaler");
  if (resource === undefined) throw new KubectlError('the server doesn\'t have a resource type "horizontalpodautoscalers"');
  for (const { object, name, namespace } of infos) {
    const { kind, apiVersion } = object;
    if (!scalable.includes(kind)) throw new KubectlError(`cannot autoscale a ${kind}: the server could not find the requested resource`);
    const autoscaler: LooseObject = {
      apiVersion: "autoscaling/v1",
      kind: "HorizontalPodAutoscaler",
      metadata: { ...zeroMeta, name: flags.text("name") || name },
      spec: {
        maxReplicas: max,
        ...(min > 0 ? { minReplicas: min } : {}),
        scaleTargetRef: { apiVersion, kind, name },
        ...(percentage >= 0 ? { targetCPUUtilizationPercentage: percentage } : {}),
      },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    };
    const created =
      dryRun === "client"
        ? autoscaler
        : yield* session.request<KubernetesObject>({
            method: "POST",
            path: resourcePath(resource, namespace),
            query: { fieldManager: flags.text("field-manager"), ...(dryRun === "server" ? { dryRun: "All" } : {}) },
            body: withoutZeros(autoscaler),
          });
    yield* printResult(session, flags, printer, resource, created, "autoscaled", dryRun);
  }
}
