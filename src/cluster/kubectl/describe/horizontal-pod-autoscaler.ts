import type { HorizontalPodAutoscaler } from "../../api/horizontal-pod-autoscaler/types.ts";
import type { Describer } from "./context.ts";
import { longDate, writeAnnotations, writeLabels } from "./writer.ts";

/** @source kubectl pkg/describe/describe.go, describeHorizontalPodAutoscalerV2 */
export const describeHorizontalPodAutoscaler: Describer = function* (w, { object }) {
  const { metadata, spec, status } = object as HorizontalPodAutoscaler;
  yield* [];
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `CreationTimestamp:\t${longDate(metadata.creationTimestamp)}\n`);
  w.write(0, `Reference:\t${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}\n`);
  w.write(0, "Metrics:\t( current / target )\n");
  for (const { resource } of spec.metrics ?? []) {
    const { name = "", target } = resource ?? {};
    w.write(1, `resource ${name} on pods`);
    if (target?.averageValue !== undefined) w.write(0, `:\t<unknown> / ${target.averageValue}\n`);
    else w.write(1, `(as a percentage of request):\t<unknown> / ${target?.averageUtilization}%\n`);
  }
  w.write(0, `Min replicas:\t${spec.minReplicas ?? "<unset>"}\nMax replicas:\t${spec.maxReplicas}\n`);
  w.write(0, `${spec.scaleTargetRef.kind} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired\n`);
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return;
  w.write(0, "Conditions:\n");
  w.write(1, "Type\tStatus\tReason\tMessage\n");
  w.write(1, "----\t------\t------\t-------\n");
  for (const { type, status: state, reason, message } of conditions) w.write(1, `${type}\t${state}\t${reason ?? ""}\t${message ?? ""}\n`);
};
