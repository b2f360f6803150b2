import { parseDocument } from "../../../yaml/parse.ts";
import { decode } from "../../api/decode.ts";
import type { LooseObject } from "../../api/meta.ts";
import { always, any, bool, int64, list, map, named, pointer, string, stringMap, strings, struct } from "../../api/shape.ts";
import { KubectlError } from "../failure.ts";

export interface LabelEntry {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly fields?: readonly { readonly kind?: string; readonly path?: string; readonly create?: boolean }[];
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
}

export interface ImageChange {
  readonly name?: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly tagSuffix?: string;
  readonly digest?: string;
}

export interface ReplicaChange {
  readonly name?: string;
  readonly count: number;
}

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

/** Of a ConfigMap or a Secret. */
export interface GeneratorEntry {
  readonly name?: string;
  readonly namespace?: string;
  /** `replace` or `merge`; whatever else it says, it makes. */
  readonly behavior?: string;
  readonly files?: readonly string[];
  readonly literals?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly type?: string;
  readonly options?: GeneratorOptions;
}

export interface PatchTarget {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

export interface PatchEntry {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: PatchTarget;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

/** `kustomization.yaml`. @source kustomize api/types/kustomization.go */
export interface Kustomization {
  readonly kind?: string;
  readonly resources?: readonly string[];
  readonly bases?: readonly string[];
  readonly components?: readonly string[];
  readonly namespace?: string;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labels?: readonly LabelEntry[];
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly images?: readonly ImageChange[];
  readonly replicas?: readonly ReplicaChange[];
  readonly configMapGenerator?: readonly GeneratorEntry[];
  readonly secretGenerator?: readonly GeneratorEntry[];
  readonly generatorOptions?: GeneratorOptions;
  readonly patches?: readonly PatchEntry[];
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly PatchEntry[];
  readonly sortOptions?: { readonly order?: string };
}

const generatorOptions = struct("types.GeneratorOptions", {
  labels: stringMap,
  annotations: stringMap,
  disableNameSuffixHash: pointer(bool),
  immutable: bool,
});
const generatorFields = {
  namespace: string,
  name: string,
  behavior: string,
  literals: strings,
  files: strings,
  envs: strings,
  env: string,
  options: generatorOptions,
};
const patch = struct("types.Patch", {
  path: string,
  patch: string,
  target: struct("types.Selector", {
    group: string,
    version: string,
    kind: string,
    name: string,
    namespace: string,
    annotationSelector: string,
    labelSelector: string,
  }),
  options: map(bool),
});
const fieldSpec = struct("types.FieldSpec", { group: string, version: string, kind: string, path: string, create: bool });
const labelEntry = { pairs: stringMap, includeSelectors: bool, includeTemplates: bool, fields: list(fieldSpec) };
const imageChange = { name: string, newName: string, tagSuffix: string, newTag: string, digest: string };

const shape = struct("types.Kustomization", {
  apiVersion: string,
  kind: string,
  metadata: any,
  resources: strings,
  bases: strings,
  components: strings,
  namespace: string,
  namePrefix: string,
  nameSuffix: string,
  commonLabels: stringMap,
  labels: list(struct("types.Label", labelEntry)),
  commonAnnotations: stringMap,
  images: list(struct("types.Image", imageChange)),
  replicas: list(struct("types.Replica", { name: string, count: always(int64) })),
  configMapGenerator: list(struct("types.ConfigMapArgs", generatorFields)),
  secretGenerator: list(struct("types.SecretArgs", { ...generatorFields, type: string })),
  generatorOptions,
  patches: list(patch),
  patchesStrategicMerge: list(named("types.PatchStrategicMerge")),
  patchesJson6902: list(patch),
  sortOptions: struct("types.SortOptions", { order: string }),
});

/** Fields that kustomize has and we don't; to call them unknown would be a lie. */
const notBuiltIn = [
  "buildMetadata",
  "configurations",
  "crds",
  "generators",
  "helmChartInflationGenerator",
  "helmCharts",
  "helmGlobals",
  "openapi",
  "replacements",
  "transformers",
  "validators",
  "vars",
];

/** @throws KubectlError @source kustomize api/types/kustomization.go, Unmarshal and EnforceFields */
export function readKustomization(text: string): Kustomization {
  const content = parseDocument(text);
  if (!content.ok) throw new KubectlError(`invalid Kustomization: ${content.message}`);
  const given = (content.value ?? {}) as LooseObject;
  const left = notBuiltIn.find((field) => Object.hasOwn(given, field));
  if (left !== undefined) throw new KubectlError(`this kustomize is built without ${JSON.stringify(left)}`);
  const { object: value, unknown, error } = decode(shape, given);
  const fault = error ?? (unknown[0] === undefined ? undefined : `json: unknown field ${JSON.stringify(unknown[0].split(".").at(-1))}`);
  if (fault !== undefined) throw new KubectlError(`invalid Kustomization: ${fault}`);
  if (Object.keys(given).every((key) => given[key] === null || ["apiVersion", "kind", "metadata"].includes(key)))
    throw new KubectlError("kustomization.yaml is empty");
  const wrong: string[] = [];
  const { kind, apiVersion } = value as { readonly kind?: string; readonly apiVersion?: string };
  if (kind !== undefined && kind !== "Kustomization" && kind !== "Component") wrong.push("kind should be Kustomization or Component");
  const wanted = kind === "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
  if (apiVersion !== undefined && apiVersion !== wanted) wrong.push(`apiVersion for ${kind ?? "Kustomization"} should be ${wanted}`);
  if (wrong.length > 0) throw new KubectlError(`Failed to read kustomization file under DIR:\n${wrong.join("\n")}`);
  return value as Kustomization;
}

const successors: Readonly<Record<string, string>> = {
  bases: "resources",
  commonLabels: "labels",
  patchesJson6902: "patches",
  patchesStrategicMerge: "patches",
};

/** What its author should write instead today. @source kustomize api/types/kustomization.go, CheckDeprecatedFields */
export function deprecations(kustomization: Kustomization): readonly string[] {
  return Object.keys(successors)
    .filter((field) => kustomization[field as keyof Kustomization] !== undefined)
    .map(
      (field) =>
        `# Warning: '${field}' is deprecated. Please use '${successors[field]}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.\n`,
    );
}
