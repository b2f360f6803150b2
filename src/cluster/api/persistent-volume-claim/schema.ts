import { resourceList, root } from "../meta-shape.ts";
import { persistentVolumeClaimSpec } from "../pod/volume-schema.ts";
import type { Struct } from "../schema.ts";
import { always, list, map, named, pointer, string, struct } from "../shape.ts";

/** @source k8s.io/api/core/v1/types.go */
export const persistentVolumeClaimSchema: Struct = root("v1.PersistentVolumeClaim", {
  spec: always(persistentVolumeClaimSpec),
  status: always(
    struct("v1.PersistentVolumeClaimStatus", {
      phase: named("v1.PersistentVolumeClaimPhase"),
      accessModes: list(named("v1.PersistentVolumeAccessMode")),
      capacity: resourceList,
      conditions: list(
        struct("v1.PersistentVolumeClaimCondition", {
          type: always(named("v1.PersistentVolumeClaimConditionType")),
          status: always(named("v1.ConditionStatus")),
          lastProbeTime: always({ type: "time" }),
          lastTransitionTime: always({ type: "time" }),
          reason: string,
          message: string,
        }),
        { mergeKey: "type" },
      ),
      allocatedResources: resourceList,
      allocatedResourceStatuses: map(named("v1.ClaimResourceStatus"), "map[v1.ResourceName]v1.ClaimResourceStatus"),
      currentVolumeAttributesClassName: pointer(string),
      modifyVolumeStatus: struct("v1.ModifyVolumeStatus", {
        targetVolumeAttributesClassName: string,
        status: always(named("v1.PersistentVolumeClaimModifyVolumeStatus")),
      }),
    }),
  ),
});
