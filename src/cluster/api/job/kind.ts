import { humanDuration, parseTimestampMs } from "../age.ts";
import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, notSupported, printed, required } from "../field-error.ts";
import { goStringMap } from "../go-value.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { goLabelSelector, validateLabelSelector } from "../label-selector.ts";
import { formatLabelSelector, matchesLabelSelector } from "../labels.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { metadataOf, validateImmutable } from "../object-meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { validatePodTemplate } from "../pod/validate.ts";
import { podWarnings } from "../pod/warnings.ts";
import { hasFeature } from "../versions.ts";
import { containersColumn, imagesColumn } from "../workload/columns.ts";
import { defaultTemplate, nonNegative } from "../workload/template.ts";
import { jobSchema } from "./schema.ts";
import type { Job } from "./types.ts";

/** @source kubernetes.io "Jobs"; pkg/apis/batch/{v1/defaults.go,validation/validation.go}; pkg/registry/batch/job/strategy.go */
export const jobKind: KindDefinition = {
  kind: "Job",
  group: "batch",
  storageVersion: "v1",
  versions: [],
  plural: "jobs",
  singular: "job",
  shortNames: [],
  categories: ["all"],
  namespaced: true,
  schema: jobSchema,
  hasStatus: true,
  hasGeneration: true,
  defaults: defaultJob,
  prepare: (object, old, context) => {
    const withStatus = prepareStatus({})(object, old, context);
    return old === undefined ? withSelector(withStatus) : withStatus;
  },
  validate: validateWith({ namespaced: true }, validateJob),
  warnings: (object) => podWarnings((object.spec as Job["spec"]).template.spec, "spec.template.spec"),
  columns: [
    nameColumn,
    { ...column<Job>("Status", statusText), isShown: (version) => hasFeature("jobStatusColumn", version) },
    column<Job>("Completions", completionsText),
    column<Job>("Duration", ({ status }, { nowMs }) => {
      if (status.startTime === undefined) return "";
      const end = status.completionTime === undefined ? nowMs : parseTimestampMs(status.completionTime);
      return humanDuration(end - parseTimestampMs(status.startTime));
    }),
    ageColumn,
    containersColumn,
    imagesColumn,
    column<Job>("Selector", ({ spec }) => formatLabelSelector(spec.selector), { wide: true }),
  ],
  fieldSelectors: { "status.successful": (object) => String((object as Job).status.succeeded ?? 0) },
};

function defaultJob(object: LooseObject): LooseObject {
  const spec = defaultJobSpec(object.spec as Job["spec"] | undefined);
  const metadata = metadataOf(object);
  const labels = spec.template.metadata?.labels;
  const isBare = Object.keys(metadata.labels ?? {}).length === 0;
  return { ...object, metadata: isBare && labels !== undefined ? { ...metadata, labels } : metadata, spec };
}

export function defaultJobSpec(given: Job["spec"] | undefined): Job["spec"] {
  const spec = given ?? ({} as Job["spec"]);
  // Neither given means one pod, once.
  const isSingle = spec.completions === undefined && spec.parallelism === undefined;
  return {
    ...spec,
    ...(isSingle ? { completions: 1 } : {}),
    parallelism: spec.parallelism ?? 1,
    backoffLimit: spec.backoffLimit ?? 6,
    manualSelector: spec.manualSelector ?? false,
    completionMode: spec.completionMode ?? "NonIndexed",
    suspend: spec.suspend ?? false,
    podReplacementPolicy: spec.podReplacementPolicy ?? "TerminatingOrFailed",
    template: defaultTemplate(spec.template),
  };
}

/** A Job knows its pods by its own uid, unless the user chose otherwise. @source generateSelector */
function withSelector(object: LooseObject): LooseObject {
  const spec = object.spec as Job["spec"];
  if (spec.manualSelector === true) return object;
  const { name = "", uid = "" } = metadataOf(object);
  const labels = {
    ...spec.template.metadata?.labels,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const matchLabels = { ...spec.selector?.matchLabels, "batch.kubernetes.io/controller-uid": uid };
  return {
    ...object,
    spec: {
      ...spec,
      selector: { ...spec.selector, matchLabels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

function statusText({ status, spec, metadata }: Job): string {
  const is = (type: string): boolean => status.conditions?.some((one) => one.type === type && one.status === "True") === true;
  if (is("Complete")) return "Complete";
  if (is("Failed")) return "Failed";
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  if (is("Suspended") || spec.suspend === true) return "Suspended";
  if (is("FailureTarget")) return "FailureTarget";
  if (is("SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function validateJob(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = object.spec as Job["spec"];
  const errors = validateJobSpec(spec, "spec");
  if (old !== undefined) {
    const before = (old as Job).spec;
    if (before.completionMode !== "Indexed" && spec.completions !== before.completions) {
      errors.push(invalid("spec.completions", spec.completions, "field is immutable"));
    }
    errors.push(...validateImmutable("spec.selector", spec.selector, before.selector, () => goLabelSelector(spec.selector)));
    errors.push(...validateImmutable("spec.template", spec.template, before.template, () => "core.PodTemplateSpec{…}"));
    errors.push(...validateImmutable("spec.completionMode", spec.completionMode, before.completionMode, () => `"${spec.completionMode}"`));
  }
  return errors;
}

/** @source ValidateJobSpec, validateJobSpec */
export function validateJobSpec(spec: Job["spec"], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"] as const) {
    errors.push(...nonNegative(spec[field], `${path}.${field}`));
  }
  if (spec.selector === undefined) {
    if (path === "spec") errors.push(required(`${path}.selector`));
  } else {
    errors.push(...validateLabelSelector(spec.selector, `${path}.selector`));
    if (!matchesLabelSelector(spec.selector, spec.template.metadata?.labels)) {
      const labels = printed(goStringMap(spec.template.metadata?.labels));
      errors.push(invalid(`${path}.template.metadata.labels`, labels, "`selector` does not match template `labels`"));
    }
  }
  errors.push(...validatePodTemplate(spec.template, `${path}.template`));
  const policy = spec.template.spec.restartPolicy;
  const place = `${path}.template.spec.restartPolicy`;
  if (policy === "Always") errors.push(required(place, 'valid values: "OnFailure", "Never"'));
  else if (policy !== "OnFailure" && policy !== "Never") errors.push(notSupported(place, policy, ["OnFailure", "Never"]));
  return errors;
}
