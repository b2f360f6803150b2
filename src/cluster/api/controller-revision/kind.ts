import { ageColumn, column, nameColumn } from "../column.ts";
import type { KindDefinition } from "../kind.ts";
import { root } from "../meta-shape.ts";
import { same, validateWith } from "../plain.ts";
import { always, any, int64 } from "../shape.ts";
import type { ControllerRevision } from "./types.ts";

/** An old template of a StatefulSet or DaemonSet. @source k8s.io/api/apps/v1/types.go */
export const controllerRevisionKind: KindDefinition = {
  kind: "ControllerRevision",
  group: "apps",
  storageVersion: "v1",
  versions: [],
  plural: "controllerrevisions",
  singular: "controllerrevision",
  shortNames: [],
  namespaced: true,
  schema: root("v1.ControllerRevision", { data: any, revision: always(int64) }),
  hasStatus: false,
  hasGeneration: false,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: true }),
  columns: [
    nameColumn,
    column<ControllerRevision>("Controller", ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
      if (owner === undefined) return "<none>";
      const [group] = owner.apiVersion.split("/");
      return `${owner.kind.toLowerCase()}${owner.apiVersion.includes("/") ? `.${group}` : ""}/${owner.name}`;
    }),
    column<ControllerRevision>("Revision", ({ revision }) => revision, { type: "integer" }),
    ageColumn,
  ],
};
