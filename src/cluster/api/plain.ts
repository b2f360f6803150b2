import type { AdmissionContext, FieldError, KindDefinition } from "./kind.ts";
import type { KubernetesObject, LooseObject } from "./meta.ts";
import { type MetaRules, metadataOf, validateObjectMeta, validateObjectMetaUpdate } from "./object-meta.ts";

/** What most kinds do the same way, for a kind to say only what is its own. */

export function same(object: LooseObject): LooseObject {
  return object;
}

/** Status belongs to controllers: a new object has none, an update keeps the old one. Documents of a scenario bring their own. */
export function prepareStatus(empty: LooseObject): KindDefinition["prepare"] {
  return (object, old, { keepsStatus }) => {
    const given = keepsStatus ? object.status : undefined;
    return withStatus(object, given ?? (old as (KubernetesObject & { readonly status?: unknown }) | undefined)?.status ?? empty);
  };
}

function withStatus(object: LooseObject, status: unknown): LooseObject {
  return { ...object, status };
}

/** Metadata first, then the rest; on update the checks of an update stand in front. */
export function validateWith(
  rules: MetaRules,
  rest: (object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext) => readonly FieldError[] = () => [],
): KindDefinition["validate"] {
  return (object, old, context) => [
    ...(old === undefined ? validateObjectMeta(metadataOf(object), rules) : validateObjectMetaUpdate(metadataOf(object), old.metadata)),
    ...rest(object, old, context),
  ];
}
