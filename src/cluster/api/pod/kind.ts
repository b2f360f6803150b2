import type { KindDefinition } from "../kind.ts";
import { podColumns } from "./columns.ts";
import { defaultPod } from "./defaults.ts";
import { preparePod } from "./prepare.ts";
import { podSchema } from "./schema.ts";
import type { Pod } from "./types.ts";
import { validatePod } from "./validate.ts";
import { podWarnings } from "./warnings.ts";

/** @source kubernetes.io "Pods"; pkg/registry/core/pod */
export const podKind: KindDefinition = {
  kind: "Pod",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  schema: podSchema,
  hasStatus: true,
  hasGeneration: false,
  defaults: defaultPod,
  prepare: preparePod,
  validate: validatePod,
  warnings: (object) => podWarnings(object.spec as Pod["spec"], "spec"),
  columns: podColumns,
  fieldSelectors: {
    "spec.nodeName": (object) => (object as Pod).spec.nodeName ?? "",
    "spec.restartPolicy": (object) => (object as Pod).spec.restartPolicy,
    "spec.schedulerName": (object) => (object as Pod).spec.schedulerName ?? "",
    "spec.serviceAccountName": (object) => (object as Pod).spec.serviceAccountName ?? "",
    "spec.hostNetwork": (object) => String((object as Pod).spec.hostNetwork ?? false),
    "status.phase": (object) => (object as Pod).status.phase ?? "",
    "status.podIP": (object) => (object as Pod).status.podIP ?? "",
    "status.nominatedNodeName": (object) => (object as Pod).status.nominatedNodeName ?? "",
  },
};
