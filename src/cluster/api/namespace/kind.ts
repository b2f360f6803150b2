import { ageColumn, column, nameColumn } from "../column.ts";
import { invalid } from "../field-error.ts";
import type { KindDefinition } from "../kind.ts";
import type { LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { dns1123Label, qualifiedName } from "../names.ts";
import { metadataOf } from "../object-meta.ts";
import { validateWith } from "../plain.ts";
import { always, list, named, string, struct } from "../shape.ts";
import { hasFeature } from "../versions.ts";
import type { Namespace } from "./types.ts";

const nameLabel = "kubernetes.io/metadata.name";

/** @source kubernetes.io "Namespaces"; pkg/registry/core/namespace/strategy.go; pkg/apis/core/v1/defaults.go, SetDefaults_Namespace */
export const namespaceKind: KindDefinition = {
  kind: "Namespace",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  namespaced: false,
  schema: root(
    "v1.Namespace",
    {
      spec: always(struct("v1.NamespaceSpec", { finalizers: list(named("v1.FinalizerName")) })),
      status: always(
        struct("v1.NamespaceStatus", {
          phase: named("v1.NamespacePhase"),
          conditions: list(
            struct("v1.NamespaceCondition", {
              type: always(named("v1.NamespaceConditionType")),
              status: always(named("v1.ConditionStatus")),
              lastTransitionTime: always({ type: "time" }),
              reason: string,
              message: string,
            }),
            { mergeKey: "type" },
          ),
        }),
      ),
    },
    "A room for names: objects in different namespaces may be called the same.",
  ),
  hasStatus: true,
  hasGeneration: false,
  defaults(object, { clusterVersion }) {
    const metadata = metadataOf(object);
    if (!hasFeature("namespaceNameLabel", clusterVersion) || (metadata.name ?? "") === "") return object;
    return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } } };
  },
  prepare(object, old) {
    if (old !== undefined) return { ...object, spec: (old as Namespace).spec, status: (old as Namespace).status };
    const spec = (object.spec ?? {}) as Namespace["spec"];
    const finalizers = spec.finalizers ?? [];
    return {
      ...object,
      spec: { ...spec, finalizers: finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"] },
      status: { phase: "Active" },
    };
  },
  validate: validateWith({ namespaced: false, name: dns1123Label }, (object: LooseObject) =>
    ((object.spec as Namespace["spec"]).finalizers ?? []).flatMap((finalizer, index) =>
      qualifiedName(finalizer).map((message) => invalid(`spec.finalizers[${index}]`, finalizer, message)),
    ),
  ),
  columns: [nameColumn, column<Namespace>("Status", ({ status }) => status.phase ?? ""), ageColumn],
  fieldSelectors: { "status.phase": (object) => (object as Namespace).status.phase ?? "" },
};
