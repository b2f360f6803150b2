import { ageColumn, column, nameColumn } from "../column.ts";
import { forbidden, notSupported } from "../field-error.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { immutable, metadataOf, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import { same } from "../plain.ts";
import { about, always, bool, int32, named, pointer, string } from "../shape.ts";
import type { PriorityClass } from "./types.ts";

/** The highest that a user may give; the system's own lie above. */
const highest = 1_000_000_000;
const policies = ["Never", "PreemptLowerPriority"];

/** @source kubernetes.io "Pod Priority and Preemption"; pkg/apis/scheduling/validation, ValidatePriorityClass */
export const priorityClassKind: KindDefinition = {
  kind: "PriorityClass",
  group: "scheduling.k8s.io",
  storageVersion: "v1",
  versions: [],
  plural: "priorityclasses",
  singular: "priorityclass",
  shortNames: ["pc"],
  namespaced: false,
  schema: root(
    "v1.PriorityClass",
    {
      value: about("The priority of pods that name this class; more goes first.", always(int32)),
      globalDefault: about("Whether pods that name no class have this one.", bool),
      description: string,
      preemptionPolicy: pointer(named("v1.PreemptionPolicy", policies)),
    },
    "A name for a priority, which pods choose by `priorityClassName`.",
  ),
  hasStatus: false,
  hasGeneration: true,
  defaults: (object) => ({ preemptionPolicy: "PreemptLowerPriority", ...object }),
  prepare: same,
  validate(object, old) {
    const { value = 0, preemptionPolicy = "" } = object as Partial<PriorityClass>;
    const metadata = metadataOf(object);
    const errors: FieldError[] = [...validateObjectMeta(metadata, { namespaced: false })];
    if (!policies.includes(preemptionPolicy)) errors.push(notSupported("preemptionPolicy", preemptionPolicy, policies));
    if (old === undefined) return [...errors, ...ofTheSystem(object, value)];
    errors.push(...validateObjectMetaUpdate(metadata, old.metadata));
    if ((old as PriorityClass).value !== value) errors.push(forbidden("value", "may not be changed in an update."));
    if ((old as PriorityClass).preemptionPolicy !== preemptionPolicy) errors.push(immutable("preemptionPolicy", preemptionPolicy));
    return errors;
  },
  columns: [
    nameColumn,
    column<PriorityClass>("Value", ({ value = 0 }) => value, { type: "integer" }),
    column<PriorityClass>("Global-Default", ({ globalDefault = false }) => `${globalDefault}`),
    ageColumn,
    column<PriorityClass>("PreemptionPolicy", ({ preemptionPolicy = "" }) => preemptionPolicy),
  ],
};

function ofTheSystem({ metadata }: LooseObject, value: number): readonly FieldError[] {
  const { name = "" } = (metadata ?? {}) as { readonly name?: string };
  const isSystems = name === "system-node-critical" || name === "system-cluster-critical";
  if (isSystems) return [];
  if (name.startsWith("system-"))
    return [forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system use only")];
  return value > highest ? [forbidden("value", `maximum allowed value of a user defined priority is ${highest}`)] : [];
}
