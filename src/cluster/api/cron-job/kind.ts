import { age } from "../age.ts";
import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid, notSupported, required } from "../field-error.ts";
import { defaultJobSpec, validateJobSpec } from "../job/kind.ts";
import { jobTemplateSpec } from "../job/schema.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { objectReference, root } from "../meta-shape.ts";
import { prepareStatus, same, validateWith } from "../plain.ts";
import type { Struct } from "../schema.ts";
import { about, always, bool, int32, int64, list, named, pointer, string, struct, time } from "../shape.ts";
import { nonNegative } from "../workload/template.ts";
import type { CronJob } from "./types.ts";

function schema(version: string): Struct {
  return root(
    `${version}.CronJob`,
    {
      spec: always(
        struct(
          `${version}.CronJobSpec`,
          {
            schedule: about("Minute, hour, day, month, weekday: `*/5 * * * *` is every five minutes.", always(string)),
            timeZone: pointer(string),
            startingDeadlineSeconds: pointer(int64),
            concurrencyPolicy: named(`${version}.ConcurrencyPolicy`, ["Allow", "Forbid", "Replace"]),
            suspend: pointer(bool),
            jobTemplate: always(jobTemplateSpec),
            successfulJobsHistoryLimit: pointer(int32),
            failedJobsHistoryLimit: pointer(int32),
          },
          ["schedule", "jobTemplate"],
        ),
      ),
      status: always(
        struct(`${version}.CronJobStatus`, { active: list(objectReference), lastScheduleTime: time, lastSuccessfulTime: time }),
      ),
    },
    "Makes a Job again and again, by a clock.",
  );
}

/** @source kubernetes.io "CronJob"; pkg/apis/batch/validation, ValidateCronJobCreate */
export const cronJobKind: KindDefinition = {
  kind: "CronJob",
  group: "batch",
  storageVersion: "v1",
  versions: [{ group: "batch", version: "v1beta1", schema: schema("v1beta1"), toStored: same, fromStored: (object) => ({ ...object }) }],
  plural: "cronjobs",
  singular: "cronjob",
  shortNames: ["cj"],
  categories: ["all"],
  namespaced: true,
  schema: schema("v1"),
  hasStatus: true,
  hasGeneration: true,
  defaults: (object) => {
    const spec = (object.spec ?? {}) as Partial<CronJob["spec"]>;
    const { completions: _, ...jobSpec } = defaultJobSpec(spec.jobTemplate?.spec);
    const completions = spec.jobTemplate?.spec?.completions;
    return {
      ...object,
      spec: {
        ...spec,
        concurrencyPolicy: spec.concurrencyPolicy ?? "Allow",
        suspend: spec.suspend ?? false,
        successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit ?? 3,
        failedJobsHistoryLimit: spec.failedJobsHistoryLimit ?? 1,
        // Only pods' own fields are filled in here; the Job's are, once it is made.
        jobTemplate: {
          ...spec.jobTemplate,
          spec: { ...spec.jobTemplate?.spec, ...(completions === undefined ? {} : { completions }), template: jobSpec.template },
        },
      },
    };
  },
  prepare: prepareStatus({}),
  validate: validateWith({ namespaced: true }, validateSpec),
  columns: [
    nameColumn,
    column<CronJob>("Schedule", ({ spec }) => spec.schedule),
    column<CronJob>("Timezone", ({ spec }) => spec.timeZone ?? "<none>"),
    column<CronJob>("Suspend", ({ spec }) => (spec.suspend === true ? "True" : "False")),
    column<CronJob>("Active", ({ status }) => (status.active ?? []).length, { type: "integer" }),
    column<CronJob>("Last Schedule", ({ status }, { nowMs }) =>
      status.lastScheduleTime === undefined ? "<none>" : age(status.lastScheduleTime, nowMs),
    ),
    ageColumn,
  ],
};

function validateSpec(object: LooseObject, _old: KubernetesObject | undefined): readonly FieldError[] {
  const spec = object.spec as CronJob["spec"];
  const errors: FieldError[] = [];
  if (spec.schedule === "") errors.push(required("spec.schedule"));
  else errors.push(...validateSchedule(spec.schedule));
  errors.push(...nonNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"));
  const policies = ["Allow", "Forbid", "Replace"];
  if (!policies.includes(spec.concurrencyPolicy)) errors.push(notSupported("spec.concurrencyPolicy", spec.concurrencyPolicy, policies));
  errors.push(...validateJobSpec(spec.jobTemplate.spec, "spec.jobTemplate.spec"));
  errors.push(...nonNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"));
  errors.push(...nonNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"));
  return errors;
}

/** @source robfig/cron parser.go */
function validateSchedule(schedule: string): FieldError[] {
  if (schedule.startsWith("@")) return [];
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 5) return [];
  return [invalid("spec.schedule", schedule, `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`)];
}
