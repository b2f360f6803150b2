import { base64Size } from "../../protocols/bytes.ts";
import { ageColumn, column, nameColumn } from "../column.ts";
import { isEqualData } from "../equal.ts";
import { forbidden, invalid, tooLong } from "../field-error.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { configMapKey } from "../names.ts";
import { same, validateWith } from "../plain.ts";
import { about, bool, bytes, map, pointer, stringMap } from "../shape.ts";
import type { ConfigMap } from "./types.ts";

/** @source kubernetes.io "ConfigMaps"; pkg/apis/core/validation, ValidateConfigMap */
export const configMapKind: KindDefinition = {
  kind: "ConfigMap",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  namespaced: true,
  schema: root(
    "v1.ConfigMap",
    { immutable: pointer(bool), data: about("Keys and their texts.", stringMap), binaryData: map(bytes, "map[string][]uint8") },
    "Settings that pods read as files or variables.",
  ),
  hasStatus: false,
  hasGeneration: false,
  defaults: same,
  prepare: same,
  validate: validateWith({ namespaced: true }, validateData),
  columns: [
    nameColumn,
    column<ConfigMap>("Data", ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length, {
      type: "integer",
    }),
    ageColumn,
  ],
};

export const dataSizeMax = 1024 * 1024;
export const frozenMessage = "field is immutable when `immutable` is set";

function validateData(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const { data = {}, binaryData = {}, immutable } = object as unknown as ConfigMap;
  const errors: FieldError[] = [];
  const before = old as ConfigMap | undefined;
  if (before?.immutable === true) {
    if (immutable !== true) errors.push(forbidden("immutable", frozenMessage));
    if (!isEqualData(data, before.data ?? {})) errors.push(forbidden("data", frozenMessage));
    if (!isEqualData(binaryData, before.binaryData ?? {})) errors.push(forbidden("binaryData", frozenMessage));
  }
  let size = 0;
  for (const key of Object.keys(data).sort()) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    size += data[key]!.length;
  }
  for (const key of Object.keys(binaryData).sort()) {
    for (const message of configMapKey(key)) errors.push(invalid(`binaryData[${key}]`, key, message));
    size += base64Size(binaryData[key]!);
  }
  if (size > dataSizeMax) errors.push(tooLong("[]", dataSizeMax));
  return errors;
}
