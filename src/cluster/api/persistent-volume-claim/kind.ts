import { ageColumn, column, nameColumn } from "../column.ts";
import { required } from "../field-error.ts";
import type { KindDefinition } from "../kind.ts";
import type { KubernetesObject } from "../meta.ts";
import { prepareStatus, validateWith } from "../plain.ts";
import { hasFeature } from "../versions.ts";
import { persistentVolumeClaimSchema } from "./schema.ts";

interface PersistentVolumeClaim extends KubernetesObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly resources: { readonly requests?: Readonly<Record<string, string>> };
    readonly volumeName?: string;
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly accessModes?: readonly string[];
    readonly capacity?: Readonly<Record<string, string>>;
  };
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

/** Kept, so that manifests with volumes are accepted; nothing provides the storage. @source kubernetes.io "Persistent Volumes" */
export const persistentVolumeClaimKind: KindDefinition = {
  kind: "PersistentVolumeClaim",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "persistentvolumeclaims",
  singular: "persistentvolumeclaim",
  shortNames: ["pvc"],
  namespaced: true,
  schema: persistentVolumeClaimSchema,
  hasStatus: true,
  hasGeneration: false,
  defaults: (object) => ({ ...object, spec: { volumeMode: "Filesystem", ...(object.spec as PersistentVolumeClaim["spec"]) } }),
  prepare: prepareStatus({ phase: "Pending" }),
  validate: validateWith({ namespaced: true }, (object) => {
    const { accessModes = [], resources } = object.spec as PersistentVolumeClaim["spec"];
    return [
      ...(accessModes.length === 0 ? [required("spec.accessModes", "at least 1 access mode is required")] : []),
      ...(resources.requests?.storage === undefined ? [required("spec.resources[storage]")] : []),
    ];
  }),
  columns: [
    nameColumn,
    column<PersistentVolumeClaim>("Status", ({ status, metadata }) =>
      metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
    ),
    column<PersistentVolumeClaim>("Volume", ({ spec }) => spec.volumeName ?? ""),
    column<PersistentVolumeClaim>("Capacity", ({ spec, status }) =>
      spec.volumeName === undefined ? "" : (status.capacity?.storage ?? ""),
    ),
    column<PersistentVolumeClaim>("Access Modes", ({ spec, status }) =>
      spec.volumeName === undefined ? "" : (status.accessModes ?? []).map((mode) => shortModes[mode] ?? mode).join(","),
    ),
    column<PersistentVolumeClaim>("StorageClass", ({ spec }) => spec.storageClassName ?? ""),
    {
      ...column<PersistentVolumeClaim>("VolumeAttributesClass", ({ spec }) => spec.volumeAttributesClassName ?? "<unset>"),
      isShown: (version) => hasFeature("volumeAttributesClassColumn", version),
    },
    ageColumn,
    column<PersistentVolumeClaim>("VolumeMode", ({ spec }) => spec.volumeMode ?? "<unset>", { wide: true }),
  ],
};
