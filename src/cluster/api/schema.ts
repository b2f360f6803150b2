/**
 * The shape of an API type as Go declares it: what strict decoding, type errors, strategic merge patch, `kubectl explain` and the editor read.
 * One description for all of them, so they can't disagree.
 */
export type Schema = Presence &
  (
    | { readonly type: "string"; readonly enum?: readonly string[]; readonly go?: string; readonly description?: string }
    | {
        readonly type: "int32" | "int64" | "float64" | "bool" | "quantity" | "intOrString" | "time" | "microTime" | "duration";
        readonly description?: string;
      }
    /** base64 text of bytes ([]byte). */
    | { readonly type: "bytes"; readonly description?: string }
    /** Anything (RawExtension, a CRD's free part). */
    | { readonly type: "any"; readonly description?: string }
    | {
        readonly type: "list";
        readonly items: Schema;
        readonly mergeKey?: string;
        readonly mergeSet?: boolean;
        readonly go?: string;
        readonly description?: string;
      }
    | { readonly type: "map"; readonly values: Schema; readonly go?: string; readonly description?: string }
    | Struct
  );

/**
 * How the field is printed, which Go says by pointers and `omitempty`. Absent: zero values are left out (a struct without `presence` is a pointer).
 * `pointer`: a given zero is kept. `always`: printed even when it was never given.
 */
export interface Presence {
  readonly presence?: "pointer" | "always";
}

export interface Struct extends Presence {
  readonly type: "struct";
  /** Go's name of the type, e.g. `ServicePort`, as json's errors print it. */
  readonly go: string;
  /** Package as Go prints it in types: `v1`, `v1beta1`, `intstr`. */
  readonly package: string;
  readonly fields: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly description?: string;
}
