import { forbidden, invalid, notSupported, printed, required } from "../field-error.ts";
import { goStringMap } from "../go-value.ts";
import type { FieldError } from "../kind.ts";
import { goLabelSelector, isEmptySelector, validateLabelSelector } from "../label-selector.ts";
import { matchesLabelSelector } from "../labels.ts";
import type { LabelSelector } from "../meta.ts";
import { defaultPodSpec } from "../pod/defaults.ts";
import type { PodTemplateSpec } from "../pod/types.ts";
import { validatePodTemplate } from "../pod/validate.ts";
import type { Schema } from "../schema.ts";
import { always, list, named, string, struct } from "../shape.ts";

/** Pod templates and their selectors, as the controllers share them. */

export function defaultTemplate(template: PodTemplateSpec | undefined): PodTemplateSpec {
  return { ...template, spec: defaultPodSpec(template?.spec) };
}

export function nonNegative(value: number | undefined, field: string): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(field, value, "must be greater than or equal to 0")] : [];
}

/**
 * Selector and template of a Deployment, ReplicaSet, StatefulSet or DaemonSet. A missing selector selects nothing and so misses the template, too.
 * @source pkg/apis/apps/validation/validation.go
 */
export function validateSelector(selector: LabelSelector | undefined, what: string): FieldError[] {
  if (selector === undefined) return [required("spec.selector")];
  const errors = validateLabelSelector(selector, "spec.selector");
  if (isEmptySelector(selector)) {
    errors.push(invalid("spec.selector", printed(goLabelSelector(selector)), `empty selector is invalid for ${what}`));
  }
  return errors;
}

/** `what` is the kind that the refusal of activeDeadlineSeconds names. */
export function validateTemplate(template: PodTemplateSpec, selector: LabelSelector | undefined, what: string): FieldError[] {
  const errors: FieldError[] = [];
  if (selector === undefined || !isEmptySelector(selector)) {
    if (!matchesLabelSelector(selector, template.metadata?.labels)) {
      const labels = printed(goStringMap(template.metadata?.labels));
      errors.push(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
    }
  }
  errors.push(...validatePodTemplate(template, "spec.template"));
  errors.push(...validateLongRunning(template, what));
  return errors;
}

export function validateLongRunning({ spec }: PodTemplateSpec, what: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.restartPolicy !== "Always") errors.push(notSupported("spec.template.spec.restartPolicy", spec.restartPolicy, ["Always"]));
  if (spec.activeDeadlineSeconds !== undefined) {
    errors.push(forbidden("spec.template.spec.activeDeadlineSeconds", `activeDeadlineSeconds in ${what} is not Supported`));
  }
  return errors;
}

/** The conditions of StatefulSets and DaemonSets. */
export function workloadCondition(kind: string): Schema {
  return list(
    struct(`v1.${kind}Condition`, {
      type: always(named(`v1.${kind}ConditionType`)),
      status: always(named("v1.ConditionStatus")),
      lastTransitionTime: always({ type: "time" }),
      reason: string,
      message: string,
    }),
    { mergeKey: "type" },
  );
}
