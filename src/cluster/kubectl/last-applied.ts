import type { LooseObject } from "../api/meta.ts";
import { goJson } from "./go-json.ts";

/** Where apply keeps the manifest it applied. */
export const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The manifest with itself in its annotation, as apply stores it. */
export function withLastApplied(object: LooseObject): LooseObject {
  const metadata = (object.metadata ?? {}) as LooseObject;
  const { [lastApplied]: _, ...annotations } = (metadata.annotations ?? {}) as LooseObject;
  const plain = { ...object, metadata: { ...metadata, annotations } };
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastApplied]: `${goJson(plain)}\n` } } };
}
