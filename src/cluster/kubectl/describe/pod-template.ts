import type { LooseObject } from "../../api/meta.ts";
import type { ClientBehaviour } from "../versions.ts";
import { type ContainerShape, writeContainers, writeTolerations, writeVolumes } from "./containers.ts";
import { type Pairs, Writer, writeAnnotations, writeLabels } from "./writer.ts";

/** @source kubectl pkg/describe/describe.go, DescribePodTemplate */
export function writePodTemplate(w: Writer, template: LooseObject | undefined, behaviour: ClientBehaviour): void {
  w.write(0, "Pod Template:\n");
  if (template === undefined) {
    w.write(1, "<unset>");
    return;
  }
  const { labels, annotations } = (template.metadata ?? {}) as { labels?: Pairs; annotations?: Pairs };
  const spec = (template.spec ?? {}) as LooseObject;
  writeLabels(w, "  Labels", labels);
  if (Object.keys(annotations ?? {}).length > 0) writeAnnotations(w, "  Annotations", annotations);
  if (typeof spec.serviceAccountName === "string" && spec.serviceAccountName !== "")
    w.write(1, `Service Account:\t${spec.serviceAccountName}\n`);
  const init = (spec.initContainers ?? []) as readonly ContainerShape[];
  if (init.length > 0) writeContainers(w, "Init Containers", init, [], "  ");
  writeContainers(w, "Containers", (spec.containers ?? []) as readonly ContainerShape[], [], "  ");
  writeVolumes(w, (spec.volumes ?? []) as readonly LooseObject[], "  ", behaviour.describeNamesOptionals);
  if (typeof spec.priorityClassName === "string" && spec.priorityClassName !== "")
    w.write(1, `Priority Class Name:\t${spec.priorityClassName}\n`);
  if (!behaviour.describeTemplateScheduling) return;
  writeLabels(w, "  Node-Selectors", spec.nodeSelector as Pairs | undefined);
  writeTolerations(w, (spec.tolerations ?? []) as never[], "  ");
}

/** As `rollout history --revision` prints it: tabs and all. @source kubectl pkg/polymorphichelpers/history.go, printTemplate */
export function describePodTemplate(template: LooseObject, behaviour: ClientBehaviour): string {
  const w = new Writer();
  writePodTemplate(w, template, behaviour);
  return w.raw;
}
