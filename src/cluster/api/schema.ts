/**
 * The shape of an API type as Go declares it: what strict decoding, type errors, strategic merge patch, `kubectl explain` and the editor read.
 * One description for all of them, so they can't disagree.
 */
export type Schema =
  | { readonly type: "string"; readonly enum?: readonly string[]; readonly description?: string }
  | { readonly type: "int32" | "int64" | "float64" | "bool" | "quantity" | "intOrString" | "time" | "microTime" | "duration"; readonly description?: string }
  /** base64 text of bytes ([]byte). */
  | { readonly type: "bytes"; readonly description?: string }
  /** Anything (RawExtension, a CRD's free part). */
  | { readonly type: "any"; readonly description?: string }
  | { readonly type: "list"; readonly items: Schema; readonly mergeKey?: string; readonly mergeSet?: boolean; readonly description?: string }
  | { readonly type: "map"; readonly values: Schema; readonly description?: string }
  | Struct;

export interface Struct {
  readonly type: "struct";
  /** Go's name of the type, e.g. `ServicePort`, as json's errors print it. */
  readonly go: string;
  /** Package as Go prints it in types: `v1`, `v1beta1`, `intstr`. */
  readonly package: string;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}
