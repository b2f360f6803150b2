import type { KubernetesObject, LooseObject } from "./meta.ts";
import type { Struct } from "./schema.ts";

/**
 * One kind of the API: everything that the API server knows of it. A room per kind (`api/service/` …) exports one of these; `api/kinds.ts` lists them.
 */
export interface KindDefinition {
  readonly kind: string;
  /** "" for the core group. */
  readonly group: string;
  /** The version that is stored and that components work with. */
  readonly storageVersion: string;
  /** Other versions that some cluster versions serve (`api/versions.ts` says which), with conversion to and from the stored shape. */
  readonly versions: readonly KindVersion[];
  /** `services`. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** `all` for what `kubectl get all` shows. */
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** A custom resource: no part of a cluster until somebody installs its group. */
  readonly isCustom?: boolean;
  /** Shape of the stored version. */
  readonly schema: Struct;
  /** Whether `/status` is a subresource: then writes to the main resource leave status alone, and the other way round. */
  readonly hasStatus: boolean;
  /** Whether metadata.generation counts changes of spec. */
  readonly hasGeneration: boolean;
  /** Paths of the `/scale` subresource. */
  readonly scale?: { readonly specReplicas: string; readonly statusReplicas: string; readonly selector: string };

  /** Fills in what the user left out (defaulting). Pure. */
  defaults(object: LooseObject, context: AdmissionContext): LooseObject;
  /** Before validation, like the registry's strategy: drops what a user may not set, carries over from `old`, normalises. Pure. */
  prepare(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): LooseObject;
  /** In the server's order; several errors make the star list. Pure. */
  validate(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): readonly FieldError[];
  /** Of a user's write to `/status`. Pure. */
  validateStatus?(object: LooseObject, old: KubernetesObject, context: AdmissionContext): readonly FieldError[];
  /** Texts of `Warning:` headers, in order. */
  warnings?(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): readonly string[];
  /** The columns of `kubectl get`. */
  readonly columns: readonly Column[];
  /** Names by which `--field-selector` may ask, besides metadata.name and metadata.namespace. */
  readonly fieldSelectors?: Readonly<Record<string, (object: KubernetesObject) => string>>;
}

export interface KindVersion {
  /** May differ from the kind's group: `extensions` for the old Ingress. */
  readonly group: string;
  readonly version: string;
  readonly schema: Struct;
  toStored(object: LooseObject): LooseObject;
  fromStored(object: KubernetesObject): LooseObject;
  /** defaults that hold in this version only */
  defaults?(object: LooseObject): LooseObject;
}

/** What defaulting, preparation and validation may look at besides the object. */
export interface AdmissionContext {
  readonly clusterVersion: ClusterVersion;
  /** Families of the cluster's service ranges, primary first. */
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly nowMs: number;
  /** True for documents of a scenario and imports: status is taken as it stands. */
  readonly keepsStatus: boolean;
  /** A read of the store, for admission that looks at other objects (default IngressClass, namespaces). */
  get(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  list(kind: string): readonly KubernetesObject[];
}

export interface ClusterVersion {
  readonly minor: number;
  /** `v1.32.0` */
  readonly text: string;
}

/** @source apimachinery util/validation/field: the message is `type text[: value][: detail]` */
export interface FieldError {
  /** `spec.ports[0].nodePort` */
  readonly field: string;
  readonly type:
    | "required"
    | "forbidden"
    | "invalid"
    | "duplicate"
    | "not-supported"
    | "too-long"
    | "too-many"
    | "not-found"
    | "type-invalid"
    | "internal";
  /** As Go prints it (%v with quotes for strings …), already formatted; absent where the type prints no value. */
  readonly value?: string;
  readonly detail?: string;
}

export interface Column {
  /** As the server sends it, e.g. `Cluster-IP`, `Port(s)`. */
  readonly name: string;
  /** 0 always, 1 with `-o wide`. */
  readonly priority: 0 | 1;
  readonly type: "string" | "integer" | "date";
  cell(object: KubernetesObject, context: ColumnContext): string | number;
  /** Absent: in every version of Kubernetes. */
  readonly isShown?: (clusterVersion: ClusterVersion) => boolean;
}

export interface ColumnContext {
  readonly nowMs: number;
  readonly isWide: boolean;
  readonly clusterVersion: ClusterVersion;
}
