import { ageColumn, column, nameColumn } from "../column.ts";
import { validateCountOrShare } from "../deployment/kind.ts";
import { invalid, printed } from "../field-error.ts";
import { goIntOrString } from "../int-or-string.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import { validateLabelSelector } from "../label-selector.ts";
import type { LooseObject } from "../meta.ts";
import { condition, labelSelector, root } from "../meta-shape.ts";
import { prepareStatus, same, validateWith } from "../plain.ts";
import type { Struct } from "../schema.ts";
import { about, always, int32, int64, intOrString, list, map, named, pointer, struct } from "../shape.ts";
import type { PodDisruptionBudget } from "./types.ts";

function schema(version: string): Struct {
  return root(
    `${version}.PodDisruptionBudget`,
    {
      spec: always(
        struct(`${version}.PodDisruptionBudgetSpec`, {
          minAvailable: about("How many pods must stay, as a number or a share.", pointer(intOrString)),
          selector: labelSelector,
          maxUnavailable: about("How many pods may be missing.", pointer(intOrString)),
          unhealthyPodEvictionPolicy: pointer(named(`${version}.UnhealthyPodEvictionPolicyType`)),
        }),
      ),
      status: always(
        struct(`${version}.PodDisruptionBudgetStatus`, {
          observedGeneration: int64,
          disruptedPods: map({ type: "time" }, "map[string]v1.Time"),
          disruptionsAllowed: always(int32),
          currentHealthy: always(int32),
          desiredHealthy: always(int32),
          expectedPods: always(int32),
          conditions: list(condition, { mergeKey: "type" }),
        }),
      ),
    },
    "How many pods of an application may be taken away at once by choice, as by `kubectl drain`.",
  );
}

/** @source kubernetes.io "Disruptions"; pkg/apis/policy/validation */
export const podDisruptionBudgetKind: KindDefinition = {
  kind: "PodDisruptionBudget",
  group: "policy",
  storageVersion: "v1",
  versions: [{ group: "policy", version: "v1beta1", schema: schema("v1beta1"), toStored: same, fromStored: (object) => ({ ...object }) }],
  plural: "poddisruptionbudgets",
  singular: "poddisruptionbudget",
  shortNames: ["pdb"],
  namespaced: true,
  schema: schema("v1"),
  hasStatus: true,
  hasGeneration: true,
  defaults: same,
  prepare: prepareStatus({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  validate: validateWith({ namespaced: true }, validateSpec),
  columns: [
    nameColumn,
    column<PodDisruptionBudget>("Min Available", ({ spec }) => String(spec.minAvailable ?? "N/A")),
    column<PodDisruptionBudget>("Max Unavailable", ({ spec }) => String(spec.maxUnavailable ?? "N/A")),
    column<PodDisruptionBudget>("Allowed Disruptions", ({ status }) => status.disruptionsAllowed, { type: "integer" }),
    ageColumn,
  ],
};

function validateSpec(object: LooseObject): readonly FieldError[] {
  const { minAvailable, maxUnavailable, selector } = (object.spec ?? {}) as PodDisruptionBudget["spec"];
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const spec = printed(
      `policy.PodDisruptionBudgetSpec{MinAvailable:${goIntOrString(minAvailable)}, MaxUnavailable:${goIntOrString(maxUnavailable)}}`,
    );
    errors.push(invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"));
  }
  if (minAvailable !== undefined) errors.push(...validateCountOrShare(minAvailable, "spec.minAvailable"));
  if (maxUnavailable !== undefined) errors.push(...validateCountOrShare(maxUnavailable, "spec.maxUnavailable"));
  errors.push(...validateLabelSelector(selector, "spec.selector"));
  return errors;
}
