import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { Hidden } from "./model.ts";

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

export const systemNamespaces: readonly string[] = ["kube-system", "ingress-nginx", "kube-public", "kube-node-lease"];

/**
 * Namespaces of the cluster's own programs are hidden until asked for, so that a beginner's picture is the beginner's cluster. Who uses an
 * Ingress wants to see its controller, and who watches DNS its servers: their packets go there.
 */
export function quietNamespaces({ system, noise, ingress }: Shows): readonly string[] {
  if (system) return [];
  return systemNamespaces.filter((name) => !(noise && name === "kube-system") && !(ingress && name === "ingress-nginx"));
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

/** The page's switch speaks for all of the cluster's namespaces again. */
export function withoutSystem(filters: Filters): Filters {
  const own = Object.entries(filters.namespaces).filter(([name]) => !systemNamespaces.includes(name));
  return { ...filters, namespaces: Object.fromEntries(own) };
}

export function isFiltering({ namespaces, kinds, objects }: Filters): boolean {
  return Object.keys(namespaces).length > 0 || kinds.length > 0 || objects.length > 0;
}
