import type { KindDefinition } from "../../api/kind.ts";
import { kinds } from "../../api/kinds.ts";
import type { LooseObject } from "../../api/meta.ts";

/** An object on its way through a kustomization. Its names are kept, since others go on calling it by an old one. */
export interface Resource {
  readonly object: LooseObject;
  /** Every name it has had, the first one first; not the present one. */
  readonly formerNames: readonly string[];
  /** A generator made it: its name ends in a hash of what it says. */
  readonly wantsHash: boolean;
}

export function metadataOf(object: LooseObject): LooseObject {
  return isMap(object.metadata) ? object.metadata : {};
}

export function nameOf({ object }: Resource): string {
  return String(metadataOf(object).name ?? "");
}

export function namespaceOf({ object }: Resource): string {
  return String(metadataOf(object).namespace ?? "");
}

export function isCalled(resource: Resource, name: string): boolean {
  return nameOf(resource) === name || resource.formerNames.includes(name);
}

export function renamed(resource: Resource, name: string): Resource {
  if (nameOf(resource) === name) return resource;
  const object = { ...resource.object, metadata: { ...metadataOf(resource.object), name } };
  return { ...resource, object, formerNames: [...resource.formerNames, nameOf(resource)] };
}

/** `Deployment.v1.apps/web.[noNs]`. @source kustomize kyaml/resid/resid.go */
export function idText(object: LooseObject): string {
  const [group, version] = groupVersion(object);
  const { name = "", namespace = "" } = metadataOf(object) as { readonly name?: string; readonly namespace?: string };
  return `${object.kind ?? "[noKind]"}.${version || "[noVer]"}.${group || "[noGrp]"}/${name || "[noName]"}.${namespace || "[noNs]"}`;
}

export function groupVersion(object: LooseObject): readonly [group: string, version: string] {
  const parts = String(object.apiVersion ?? "").split("/");
  return parts.length === 2 ? [parts[0] as string, parts[1] as string] : ["", parts[0] as string];
}

/** An unknown kind may well be in a namespace. @source kustomize kyaml/resid/gvk.go, IsClusterScoped */
export function isClusterScoped({ object }: Resource): boolean {
  return (kinds as readonly KindDefinition[]).some((one) => one.kind === object.kind && !one.namespaced);
}

export function isMap(value: unknown): value is LooseObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value with what stands at the path (`spec/template/spec/containers/image`) changed; each item of a list on the way is gone into.
 * `creates`: a missing map on the way is made, a list (`containers[]`) is not. Nothing is changed in place.
 */
export function changedAt(value: unknown, path: readonly string[], change: (found: unknown) => unknown, creates = false): unknown {
  if (Array.isArray(value)) return value.map((item) => changedAt(item, path, change, creates));
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  const key = step.replace(/\[\]$/, "");
  if (key !== step && (!isMap(value) || value[key] === undefined)) return value;
  if (value === undefined || value === null) return creates ? { [key]: changedAt(undefined, rest, change, creates) } : value;
  if (!isMap(value) || (!creates && value[key] === undefined)) return value;
  return { ...value, [key]: changedAt(value[key], rest, change, creates) };
}
