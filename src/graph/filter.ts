import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { ScenarioSummary } from "../playground/protocol.ts";
import type { Hidden } from "./model.ts";
import { keyOf, type ObjectsByKind } from "./objects.ts";

/** What the user wants to see and not to see. Plain and small: it is kept in links, and can be undone. */
export interface Filters {
  /** Namespaces of which the user has said whether they are shown; the others follow `Shows`. */
  readonly namespaces: Readonly<Record<string, boolean>>;
  /** Kinds that are not shown. */
  readonly kinds: readonly string[];
  /** Single objects that are not shown: `pod/default/kubia-x`. */
  readonly objects: readonly string[];
}

export const noFilters: Filters = { namespaces: {}, kinds: [], objects: [] };

/** The page's two switches, and whether anybody uses an Ingress. */
export interface Shows {
  readonly system: boolean;
  readonly noise: boolean;
  readonly ingress: boolean;
}

/**
 * Namespaces of the cluster's own programs are hidden until asked for, so that a beginner's picture is the beginner's cluster. Who uses an
 * Ingress wants to see its controller, and who watches DNS its servers: their packets go there.
 */
export function quietNamespaces(shows: Shows): readonly string[] {
  if (shows.system) return [];
  return ["kube-public", "kube-node-lease", ...(shows.noise ? [] : ["kube-system"]), ...(shows.ingress ? [] : ["ingress-nginx"])];
}

export function hiddenBy(filters: Filters, shows: Shows): Hidden {
  return {
    quiet: quietNamespaces(shows).filter((name) => filters.namespaces[name] === undefined),
    namespaces: Object.keys(filters.namespaces).filter((name) => filters.namespaces[name] === false),
    kinds: filters.kinds,
    objects: filters.objects,
  };
}

/** Kinds of boxes that can be left out, in the order in which they are offered; the prefix of their names. */
export const filterKinds = { Pod: "pod", Service: "service", Ingress: "ingress", client: "client", external: "external" } as const;
export type FilterKind = keyof typeof filterKinds;

/** Whether the user has filtered it away; what is quiet by itself is not meant. */
export function isSaidHidden(hidden: Hidden, kind: FilterKind, name: string, namespace?: string): boolean {
  if (hidden.kinds.includes(kind)) return true;
  if (namespace !== undefined && hidden.namespaces.includes(namespace)) return true;
  return hidden.objects.includes(`${filterKinds[kind]}/${namespace === undefined ? "" : `${namespace}/`}${name}`);
}

export function isObjectShown(hidden: Hidden, kind: FilterKind, { metadata }: KubernetesObject): boolean {
  const { name, namespace = "default" } = metadata;
  return !hidden.quiet.includes(namespace) && !isSaidHidden(hidden, kind, name, namespace);
}

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
  const isSystem = (name: string) => quietNamespaces({ system: false, noise: false, ingress: false }).includes(name);
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

/** The page's switch speaks for all of the cluster's namespaces again. */
export function withoutSystem(filters: Filters): Filters {
  const system = quietNamespaces({ system: false, noise: false, ingress: false });
  return { ...filters, namespaces: Object.fromEntries(Object.entries(filters.namespaces).filter(([name]) => !system.includes(name))) };
}

export function isFiltering({ namespaces, kinds, objects }: Filters): boolean {
  return Object.keys(namespaces).length > 0 || kinds.length > 0 || objects.length > 0;
}
