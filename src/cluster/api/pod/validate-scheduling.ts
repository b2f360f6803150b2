import { duplicate, forbidden, invalid, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { validateLabelSelector } from "../label-selector.ts";
import { dns1123Label, labelValueCheck, qualifiedName } from "../names.ts";
import type { PodAffinity, PodSpec, Toleration } from "./types.ts";

/** What a pod asks of its node. @source pkg/apis/core/validation/validation.go (1.32) */

export function validateAffinity({ affinity }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms !== undefined) {
    const place = `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    if ((terms ?? []).length === 0) errors.push(required(place, "must have at least one node selector term"));
    for (const [index, term] of (terms ?? []).entries()) {
      for (const [at, requirement] of (term.matchExpressions ?? []).entries()) {
        errors.push(...validateNodeRequirement(requirement, `${place}[${index}].matchExpressions[${at}]`));
      }
    }
  }
  const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { weight, preference }] of preferred.entries()) {
    const place = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (weight <= 0 || weight > 100) errors.push(invalid(`${place}.weight`, weight, "must be in the range 1-100"));
    for (const [at, requirement] of (preference.matchExpressions ?? []).entries()) {
      errors.push(...validateNodeRequirement(requirement, `${place}.preference.matchExpressions[${at}]`));
    }
  }
  for (const field of ["podAffinity", "podAntiAffinity"] as const) {
    if (affinity?.[field] !== undefined) errors.push(...validatePodAffinity(affinity[field], `${path}.${field}`));
  }
  return errors;
}

function validateNodeRequirement(
  { key, operator, values = [] }: { readonly key: string; readonly operator: string; readonly values?: readonly string[] },
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, "not a valid selector operator"));
  }
  for (const message of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, message));
  for (const [index, value] of values.entries()) {
    for (const message of labelValueCheck(value)) errors.push(invalid(`${path}.values[${index}]`, value, message));
  }
  return errors;
}

function validatePodAffinity(affinity: PodAffinity, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const term = (one: NonNullable<PodAffinity["requiredDuringSchedulingIgnoredDuringExecution"]>[number], place: string): void => {
    errors.push(...validateLabelSelector(one.labelSelector, `${place}.labelSelector`));
    errors.push(...validateLabelSelector(one.namespaceSelector, `${place}.namespaceSelector`));
    for (const name of one.namespaces ?? []) {
      for (const message of dns1123Label(name)) errors.push(invalid(`${place}.namespace`, name, message));
    }
    if (one.topologyKey === "") errors.push(required(`${place}.topologyKey`, "can not be empty"));
    for (const message of qualifiedName(one.topologyKey)) errors.push(invalid(`${place}.topologyKey`, one.topologyKey, message));
  };
  for (const [index, one] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    term(one, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`);
  }
  for (const [index, { weight, podAffinityTerm }] of (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const place = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (weight <= 0 || weight > 100) errors.push(invalid(`${place}.weight`, weight, "must be in the range 1-100"));
    term(podAffinityTerm, `${place}.podAffinityTerm`);
  }
  return errors;
}

export function validateSchedulingGates({ schedulingGates = [] }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of schedulingGates.entries()) {
    for (const message of qualifiedName(name)) errors.push(invalid(`${path}[${index}]`, name, message));
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  }
  return errors;
}

export function validateSpread({ topologySpreadConstraints = [] }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of topologySpreadConstraints.entries()) {
    const place = `${path}[${index}]`;
    if (maxSkew <= 0) errors.push(invalid(`${place}.maxSkew`, maxSkew, "must be greater than zero"));
    if (topologyKey === "") errors.push(required(`${place}.topologyKey`, "can not be empty"));
    else for (const message of qualifiedName(topologyKey)) errors.push(invalid(`${place}.topologyKey`, topologyKey, message));
    const actions = ["DoNotSchedule", "ScheduleAnyway"];
    if (!actions.includes(whenUnsatisfiable)) errors.push(notSupported(`${place}.whenUnsatisfiable`, whenUnsatisfiable, actions));
    errors.push(...validateLabelSelector(labelSelector, `${place}.labelSelector`));
  }
  return errors;
}

/** @source ValidateTolerations */
export function validateTolerations(tolerations: readonly Toleration[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { key = "", operator, value = "", effect, tolerationSeconds }] of tolerations.entries()) {
    const place = `${path}[${index}]`;
    if (key !== "") for (const message of qualifiedName(key)) errors.push(invalid(`${place}.key`, key, message));
    if (key === "" && operator !== "Exists") {
      errors.push(
        invalid(
          `${place}.operator`,
          operator ?? "",
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      errors.push(invalid(`${place}.effect`, effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    switch (operator) {
      case undefined:
      case "Equal":
        // All that is wrong with the value is one error here.
        if (labelValueCheck(value).length > 0) errors.push(invalid(`${place}.operator`, value, labelValueCheck(value).join(";")));
        break;
      case "Exists":
        if (value !== "") errors.push(invalid(`${place}.operator`, value, "value must be empty when `operator` is 'Exists'"));
        break;
      default:
        errors.push(notSupported(`${place}.operator`, operator, ["Equal", "Exists"]));
    }
    const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    if (effect !== undefined && !effects.includes(effect)) errors.push(notSupported(`${place}.effect`, effect, effects));
  }
  return errors;
}
