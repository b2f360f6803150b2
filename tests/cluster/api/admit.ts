import { parse } from "yaml";
import { decode, unknownFieldsText } from "../../../src/cluster/api/decode.ts";
import { fieldErrorText } from "../../../src/cluster/api/field-error.ts";
import type { AdmissionContext, KindDefinition } from "../../../src/cluster/api/kind.ts";
import { kindByName } from "../../../src/cluster/api/kinds.ts";
import type { KubernetesObject, LooseObject } from "../../../src/cluster/api/meta.ts";

/** What the API server does with a manifest before it stores it, without the server: decode, default, prepare, validate. */

export function context(minor = 32): AdmissionContext {
  return {
    clusterVersion: { minor, text: `v1.${minor}.0` },
    ipFamilies: ["IPv4"],
    nowMs: 0,
    keepsStatus: false,
    get: () => undefined,
    list: () => [],
  };
}

export interface Admitted {
  readonly object: KubernetesObject;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

export function definitionOf(kind: string): KindDefinition {
  const definition = kindByName(kind);
  if (definition === undefined) throw new Error(`no kind ${kind}`);
  return definition;
}

/** `old` is an object that was admitted before. Texts are YAML; namespace and name may be left out. */
export function admit(yaml: string, old?: KubernetesObject, minor = 32): Admitted {
  const manifest = parse(yaml, { version: "1.1" }) as { kind: string; metadata?: LooseObject };
  const definition = definitionOf(manifest.kind);
  const decoded = decode(definition.schema, manifest);
  if (decoded.error !== undefined) return { object: decoded.object as never, errors: [decoded.error], warnings: [] };
  if (decoded.unknown.length > 0) return { object: decoded.object as never, errors: [unknownFieldsText(decoded.unknown)], warnings: [] };
  const admission = context(minor);
  const metadata = {
    ...(definition.namespaced ? { namespace: "default" } : {}),
    ...(decoded.object.metadata as LooseObject),
    creationTimestamp: "2026-01-05T09:00:00Z",
    uid: "u-1",
  };
  const defaulted = definition.defaults({ ...decoded.object, metadata }, admission);
  const object = definition.prepare(defaulted, old, admission);
  const errors = definition.validate(object, old, admission).map(fieldErrorText);
  return { object: object as unknown as KubernetesObject, errors, warnings: definition.warnings?.(object, old, admission) ?? [] };
}

export function cells(kind: string, object: KubernetesObject, nowMs = 0, minor = 32): Readonly<Record<string, string | number>> {
  const columns = definitionOf(kind).columns;
  return Object.fromEntries(
    columns.map((column) => [
      column.name,
      column.cell(object, { nowMs, isWide: column.priority === 1, clusterVersion: context(minor).clusterVersion }),
    ]),
  );
}
