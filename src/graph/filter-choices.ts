import type { ScenarioSummary } from "../playground/protocol.ts";
import { type FilterKind, type Filters, filterKinds, hiddenBy, isSaidHidden, type Shows, systemNamespaces } from "./filter.ts";
import { keyOf, type ObjectsByKind } from "./objects.ts";

export interface FilterChoices {
  readonly namespaces: readonly Choice[];
  readonly kinds: readonly (Choice & { readonly name: FilterKind })[];
  /** How many boxes the user's own filters leave out. */
  readonly hidden: number;
}

export interface Choice {
  readonly name: string;
  readonly count: number;
  readonly isShown: boolean;
}

/** What can be shown and hidden, with counts; namespaces in the order of their names, the user's own before the cluster's. */
export function filterChoices(objects: ObjectsByKind, summary: ScenarioSummary | undefined, filters: Filters, shows: Shows): FilterChoices {
  const hidden = hiddenBy(filters, shows);
  const perNamespace = new Map<string, number>();
  const perKind = new Map<FilterKind, number>();
  let hiddenCount = 0;
  const count = (kind: FilterKind, name: string, namespace?: string) => {
    if (namespace !== undefined) perNamespace.set(namespace, (perNamespace.get(namespace) ?? 0) + 1);
    if (namespace !== undefined && hidden.quiet.includes(namespace)) return;
    perKind.set(kind, (perKind.get(kind) ?? 0) + 1);
    if (isSaidHidden(hidden, kind, name, namespace)) hiddenCount++;
  };
  for (const kind of ["Pod", "Service", "Ingress"] as const) {
    for (const object of objects.get(kind)?.values() ?? []) {
      if (kind === "Service" && keyOf(object) === "default/kubernetes") continue;
      count(kind, object.metadata.name, object.metadata.namespace ?? "default");
    }
  }
  for (const { name } of summary?.clients ?? []) count("client", name);
  for (const { name } of summary?.external ?? []) count("external", name);
  const isSystem = (name: string) => systemNamespaces.includes(name);
  return {
    namespaces: [...perNamespace]
      .map(([name, count]) => ({ name, count, isShown: !hidden.quiet.includes(name) && !hidden.namespaces.includes(name) }))
      .sort((a, b) => Number(isSystem(a.name)) - Number(isSystem(b.name)) || (a.name < b.name ? -1 : 1)),
    kinds: (Object.keys(filterKinds) as FilterKind[])
      .map((name) => ({ name, count: perKind.get(name) ?? 0, isShown: !hidden.kinds.includes(name) }))
      .filter(({ count, isShown }) => count > 0 || !isShown),
    hidden: hiddenCount,
  };
}

/** A namespace shown or hidden by name. */
export function withNamespace(filters: Filters, name: string, isShown: boolean): Filters {
  return { ...filters, namespaces: { ...filters.namespaces, [name]: isShown } };
}

export function withKind(filters: Filters, kind: string, isShown: boolean): Filters {
  return { ...filters, kinds: isShown ? filters.kinds.filter((one) => one !== kind) : [...filters.kinds, kind] };
}

export function withObject(filters: Filters, id: string, isShown: boolean): Filters {
  return { ...filters, objects: isShown ? filters.objects.filter((one) => one !== id) : [...filters.objects, id] };
}
