import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid } from "../field-error.ts";
import type { KindDefinition } from "../kind.ts";
import { root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import { always, int32, microTime, named, pointer, string, struct } from "../shape.ts";
import type { Lease } from "./types.ts";

/** @source kubernetes.io "Leases"; pkg/apis/coordination/validation */
export const leaseKind: KindDefinition = {
  kind: "Lease",
  group: "coordination.k8s.io",
  storageVersion: "v1",
  versions: [],
  plural: "leases",
  singular: "lease",
  shortNames: [],
  namespaced: true,
  schema: root("v1.Lease", {
    spec: always(
      struct("v1.LeaseSpec", {
        holderIdentity: pointer(string),
        leaseDurationSeconds: pointer(int32),
        acquireTime: microTime,
        renewTime: microTime,
        leaseTransitions: pointer(int32),
        strategy: pointer(named("v1.CoordinatedLeaseStrategy")),
        preferredHolder: pointer(string),
      }),
    ),
  }),
  hasStatus: false,
  hasGeneration: false,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: true }, (object) => {
    const { leaseDurationSeconds: duration } = object.spec as Lease["spec"];
    return duration !== undefined && duration <= 0 ? [invalid("spec.leaseDurationSeconds", duration, "must be greater than 0")] : [];
  }),
  columns: [nameColumn, column<Lease>("Holder", ({ spec }) => spec.holderIdentity ?? ""), ageColumn],
};
