import { isEqualData } from "../equal.ts";
import { forbidden, invalid } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { diffText } from "./spec-diff.ts";
import type { Container, Pod, PodSpec, Toleration } from "./types.ts";

const updatableFields = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

/** Almost nothing of a pod may change once it is made. @source ValidatePodUpdate */
export function validatePodChange(spec: PodSpec, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ["containers", "initContainers"] as const) {
    if ((spec[field] ?? []).length !== (old.spec[field] ?? []).length) {
      errors.push(forbidden(`spec.${field}`, "pod updates may not add or remove containers"));
      return errors;
    }
  }
  const deadline = spec.activeDeadlineSeconds;
  const oldDeadline = old.spec.activeDeadlineSeconds;
  if (deadline === undefined && oldDeadline !== undefined) {
    errors.push(invalid("spec.activeDeadlineSeconds", undefined, "must not update from a positive integer to nil value"));
  } else if (deadline !== undefined && oldDeadline !== undefined && deadline > oldDeadline) {
    errors.push(invalid("spec.activeDeadlineSeconds", deadline, "must be less than or equal to previous value"));
  }
  errors.push(...validateOnlyAddedTolerations(spec.tolerations ?? [], old.spec.tolerations ?? []));

  const munged = munge(spec, old.spec);
  if (!isEqualData(munged, old.spec)) {
    const detail = `pod updates may not change fields other than ${updatableFields.join(",")}\n${diffText(old.spec, munged, "core.PodSpec")}`;
    errors.push(forbidden("spec", detail));
  }
  return errors;
}

function validateOnlyAddedTolerations(tolerations: readonly Toleration[], old: readonly Toleration[]): FieldError[] {
  const isMissing = old.some(
    (one) => !tolerations.some((other) => isEqualData({ ...other, tolerationSeconds: 0 }, { ...one, tolerationSeconds: 0 })),
  );
  return isMissing ? [forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")] : [];
}

/** The new spec with all that may change put back. */
function munge(spec: PodSpec, old: PodSpec): PodSpec {
  const images = (
    containers: readonly Container[] | undefined,
    before: readonly Container[] | undefined,
  ): readonly Container[] | undefined =>
    containers?.map((container, index) => {
      const image = before?.[index]?.image;
      return image === undefined ? container : { ...container, image };
    });
  const containers = images(spec.containers, old.containers) ?? [];
  const initContainers = images(spec.initContainers, old.initContainers);
  const result: { -readonly [K in keyof PodSpec]: PodSpec[K] } = { ...spec, containers };
  if (initContainers !== undefined) result.initContainers = initContainers;
  delete result.activeDeadlineSeconds;
  if (old.activeDeadlineSeconds !== undefined) result.activeDeadlineSeconds = old.activeDeadlineSeconds;
  delete result.tolerations;
  if (old.tolerations !== undefined) result.tolerations = old.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    result.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds!;
  }
  // Gates may only go.
  const gates = spec.schedulingGates ?? [];
  if (gates.every(({ name }) => (old.schedulingGates ?? []).some((gate) => gate.name === name))) {
    delete result.schedulingGates;
    if (old.schedulingGates !== undefined) result.schedulingGates = old.schedulingGates;
  }
  return result;
}
