import type { KindDefinition } from "../kind.ts";
import { serviceColumns } from "./columns.ts";
import { defaultService } from "./defaults.ts";
import { prepareService } from "./prepare.ts";
import { serviceSchema } from "./schema.ts";
import type { Service } from "./types.ts";
import { validateService } from "./validate.ts";
import { validateServiceStatus } from "./validate-status.ts";
import { serviceWarnings } from "./warnings.ts";

/** @source kubernetes.io "Service"; pkg/registry/core/service */
export const serviceKind: KindDefinition = {
  kind: "Service",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "services",
  singular: "service",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  schema: serviceSchema,
  hasStatus: true,
  hasGeneration: false,
  defaults: defaultService,
  prepare: prepareService,
  validate: validateService,
  validateStatus: (object) => validateServiceStatus(object as unknown as Service),
  warnings: (object, _old, context) => serviceWarnings(object, context),
  columns: serviceColumns,
  fieldSelectors: {
    "spec.clusterIP": (object) => (object as Service).spec.clusterIP ?? "",
    "spec.type": (object) => (object as Service).spec.type,
  },
};
