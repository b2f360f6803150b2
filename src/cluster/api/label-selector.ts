import { forbidden, invalid, required } from "./field-error.ts";
import { goQuote, goStringMap, goStrings, goStruct } from "./go-value.ts";
import type { FieldError } from "./kind.ts";
import type { LabelSelector } from "./meta.ts";
import { labelValueCheck, qualifiedName } from "./names.ts";
import { validateLabels } from "./object-meta.ts";

/** @source apimachinery pkg/apis/meta/v1/validation/validation.go, ValidateLabelSelector */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  if (selector === undefined) return [];
  const errors = validateLabels(selector.matchLabels, `${path}.matchLabels`);
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const place = `${path}.matchExpressions[${index}]`;
    switch (operator as string) {
      case "In":
      case "NotIn":
        if (values.length === 0) errors.push(required(`${place}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case "Exists":
      case "DoesNotExist":
        if (values.length > 0) {
          errors.push(forbidden(`${place}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        break;
      default:
        errors.push(invalid(`${place}.operator`, operator, "not a valid selector operator"));
    }
    for (const message of qualifiedName(key)) errors.push(invalid(`${place}.key`, key, message));
    for (const [at, value] of values.entries()) {
      for (const message of labelValueCheck(value)) errors.push(invalid(`${place}.values[${at}]`, value, message));
    }
  }
  return errors;
}

export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** `v1.LabelSelector{MatchLabels:…, MatchExpressions:…}`. */
export function goLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '"null"';
  const { matchLabels, matchExpressions } = selector;
  const expressions = matchExpressions?.map(({ key, operator, values }) =>
    goStruct("v1.LabelSelectorRequirement", [
      ["Key", goQuote(key)],
      ["Operator", goQuote(operator)],
      ["Values", goStrings(values)],
    ]),
  );
  return goStruct("v1.LabelSelector", [
    ["MatchLabels", goStringMap(matchLabels)],
    [
      "MatchExpressions",
      expressions === undefined ? "[]v1.LabelSelectorRequirement(nil)" : `[]v1.LabelSelectorRequirement{${expressions.join(", ")}}`,
    ],
  ]);
}
