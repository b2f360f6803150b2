import { base64Size, encodeBase64 } from "../../protocols/bytes.ts";
import { ageColumn, column, nameColumn } from "../column.ts";
import { dataSizeMax, frozenMessage } from "../config-map/kind.ts";
import { isEqualData } from "../equal.ts";
import { forbidden, invalid, required, tooLong } from "../field-error.ts";
import type { FieldError, KindDefinition } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { root } from "../meta-shape.ts";
import { configMapKey } from "../names.ts";
import { immutable as immutableError } from "../object-meta.ts";
import { same, validateWith } from "../plain.ts";
import { about, bool, bytes, map, named, pointer, stringMap } from "../shape.ts";
import type { Secret } from "./types.ts";

/** @source kubernetes.io "Secrets"; pkg/apis/core/validation, ValidateSecret; pkg/apis/core/v1/conversion.go (stringData) */
export const secretKind: KindDefinition = {
  kind: "Secret",
  group: "",
  storageVersion: "v1",
  versions: [],
  plural: "secrets",
  singular: "secret",
  shortNames: [],
  namespaced: true,
  schema: root(
    "v1.Secret",
    {
      immutable: pointer(bool),
      data: about("Keys and their values in base64.", map(bytes, "map[string][]uint8")),
      stringData: about("Keys and their values as plain text; the server moves them to `data`.", stringMap),
      type: about("What it is for: `Opaque`, `kubernetes.io/tls` …", named("v1.SecretType")),
    },
    "Settings that not everybody should see.",
  ),
  hasStatus: false,
  hasGeneration: false,
  defaults: (object) => {
    const { stringData, ...rest } = object as LooseObject & { readonly stringData?: Readonly<Record<string, string>> };
    const plain = Object.entries(stringData ?? {}).map(([key, text]) => [key, encodeBase64(text)] as const);
    const data = { ...(rest.data as Secret["data"]), ...Object.fromEntries(plain) };
    return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type: rest.type ?? "Opaque" };
  },
  prepare: same,
  validate: validateWith({ namespaced: true }, validateSecret),
  columns: [
    nameColumn,
    column<Secret>("Type", ({ type }) => type),
    column<Secret>("Data", ({ data = {} }) => Object.keys(data).length, { type: "integer" }),
    ageColumn,
  ],
  fieldSelectors: { type: (object) => (object as Secret).type },
};

function validateSecret(object: LooseObject, old: KubernetesObject | undefined): readonly FieldError[] {
  const secret = object as unknown as Secret;
  const { data = {}, type, immutable } = secret;
  const errors: FieldError[] = [];
  const before = old as Secret | undefined;
  if (before !== undefined) {
    if (before.type !== type) errors.push(immutableError("type", type));
    if (before.immutable === true) {
      if (immutable !== true) errors.push(forbidden("immutable", frozenMessage));
      if (!isEqualData(data, before.data ?? {})) errors.push(forbidden("data", frozenMessage));
    }
  }
  let size = 0;
  for (const key of Object.keys(data).sort()) {
    for (const message of configMapKey(key)) errors.push(invalid(`data[${key}]`, key, message));
    size += base64Size(data[key]!);
  }
  if (size > dataSizeMax) errors.push(tooLong("data", dataSizeMax));
  errors.push(...validateKeysOfType(secret));
  return errors;
}

/** What a Secret of a known type must hold. */
function validateKeysOfType({ type, data = {}, metadata }: Secret): FieldError[] {
  const missing = (...keys: readonly string[]): FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
  switch (type) {
    case "kubernetes.io/service-account-token": {
      const annotation = "kubernetes.io/service-account.name";
      return (metadata.annotations?.[annotation] ?? "") === "" ? [required(`metadata.annotations[${annotation}]`)] : [];
    }
    case "kubernetes.io/dockercfg":
      return missing(".dockercfg");
    case "kubernetes.io/dockerconfigjson":
      return missing(".dockerconfigjson");
    case "kubernetes.io/basic-auth": {
      // One of the two is enough.
      const faults = missing("username", "password");
      return faults.length === 2 ? faults : [];
    }
    case "kubernetes.io/ssh-auth":
      return (data["ssh-privatekey"] ?? "") === "" ? [required("data[ssh-privatekey]")] : [];
    case "kubernetes.io/tls":
      return missing("tls.crt", "tls.key");
    default:
      return [];
  }
}
