import { parseDocument } from "../../../yaml/parse.ts";
import type { LooseObject } from "../../api/meta.ts";
import { KubectlError } from "../failure.ts";
import { isMap } from "./resource.ts";

export interface LabelEntry {
  readonly pairs: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
}

export interface ImageChange {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface ReplicaChange {
  readonly name: string;
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
  readonly name: string;
  readonly namespace?: string;
  readonly behavior?: "create" | "replace" | "merge";
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
  readonly sortOptions?: { readonly order?: "fifo" | "legacy" };
}

const fields: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "resources",
  "bases",
  "components",
  "namespace",
  "namePrefix",
  "nameSuffix",
  "commonLabels",
  "labels",
  "commonAnnotations",
  "images",
  "replicas",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
  "patches",
  "patchesStrategicMerge",
  "patchesJson6902",
  "sortOptions",
]);

/** @throws KubectlError @source kustomize api/types/kustomization.go, Unmarshal and EnforceFields */
export function readKustomization(text: string): Kustomization {
  const content = parseDocument(text);
  if (!content.ok) throw new KubectlError(`invalid Kustomization: ${content.message}`);
  const value = content.value as LooseObject | null;
  if (value === null || (isMap(value) && Object.keys(value).every((key) => ["apiVersion", "kind", "metadata"].includes(key))))
    throw new KubectlError("kustomization.yaml is empty");
  if (!isMap(value))
    throw new KubectlError("invalid Kustomization: json: cannot unmarshal string into Go value of type types.Kustomization");
  const unknown = Object.keys(value)
    .sort()
    .find((key) => !fields.has(key));
  if (unknown !== undefined) throw new KubectlError(`invalid Kustomization: json: unknown field ${JSON.stringify(unknown)}`);
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
