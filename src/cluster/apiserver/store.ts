import type { KubernetesObject, ObjectMeta } from "../api/meta.ts";
import { deepFreeze } from "./json.ts";
import type { WatchEvent } from "./request.ts";
import { SortedObjects } from "./sorted-objects.ts";

/** Events older than this many writes of a kind are forgotten; a watch from before them is told `410 Gone`. */
const historyLength = 256;

export type WatchListener = (event: WatchEvent) => void;

interface KindTable {
  readonly objects: SortedObjects;
  watchers: readonly WatchListener[];
  /** Events with the revision at which each happened, oldest first. */
  history: { readonly revision: number; readonly event: WatchEvent }[];
  /** Revision of the newest event that was forgotten. */
  forgotten: number;
}

/**
 * Where the objects are: by kind, namespace and name. One counter numbers all writes. Every watcher of a kind gets the one event of a write,
 * with the one stored object in it.
 */
export interface Store {
  /** The revision of the last write. */
  readonly revision: number;
  /** How many objects were ever removed. */
  readonly removals: number;
  get(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  /** Sorted by namespace and name. */
  list(kind: string, namespace?: string): readonly KubernetesObject[];
  count(kind: string): number;
  /** Stores an object, new or changed, and takes it over: its resourceVersion is set on it, its parts may be shared. Returns it. */
  put(object: KubernetesObject): KubernetesObject;
  /** Takes an object out. Returns its last state, with the resourceVersion of the deletion. */
  remove(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined;
  /** Calls `listener` at each write from now on. Returns a function that ends it. */
  watch(kind: string, listener: WatchListener): () => void;
  /** The events of a kind after `revision`, or "expired" when some of them are forgotten. */
  since(kind: string, revision: number): readonly WatchEvent[] | "expired";
}

/** `isFrozen`: stored objects are deeply frozen, so that who changes one is found at once (tests, development). */
export function createStore(options: { readonly isFrozen: boolean; readonly firstRevision: number }): Store {
  const tables = new Map<string, KindTable>();
  let revision = options.firstRevision;
  let removals = 0;

  function table(kind: string): KindTable {
    let found = tables.get(kind);
    if (found === undefined) {
      found = { objects: new SortedObjects(), watchers: [], history: [], forgotten: 0 };
      tables.set(kind, found);
    }
    return found;
  }

  function tell(of: KindTable, event: WatchEvent): void {
    of.history.push({ revision, event });
    if (of.history.length >= 2 * historyLength) {
      of.forgotten = (of.history[of.history.length - historyLength - 1] as { revision: number }).revision;
      of.history = of.history.slice(-historyLength);
    }
    for (const listener of of.watchers) listener(event);
  }

  function stamp(object: { metadata: ObjectMeta }): void {
    revision++;
    object.metadata = { ...object.metadata, resourceVersion: `${revision}` };
    if (options.isFrozen) deepFreeze(object);
  }

  return {
    get revision() {
      return revision;
    },
    get removals() {
      return removals;
    },
    get: (kind, namespace, name) => tables.get(kind)?.objects.get(namespace, name),
    list: (kind, namespace) => tables.get(kind)?.objects.list(namespace) ?? [],
    count: (kind) => tables.get(kind)?.objects.size ?? 0,
    put(object) {
      const of = table(object.kind);
      const old = of.objects.get(object.metadata.namespace, object.metadata.name);
      stamp(object);
      of.objects.set(object);
      tell(of, old === undefined ? { type: "ADDED", object } : { type: "MODIFIED", object, old });
      return object;
    },
    remove(kind, namespace, name) {
      const of = table(kind);
      const old = of.objects.get(namespace, name);
      if (old === undefined) return undefined;
      removals++;
      const last = { ...old };
      stamp(last);
      of.objects.delete(namespace, name);
      tell(of, { type: "DELETED", object: last, old });
      return last;
    },
    watch(kind, listener) {
      const of = table(kind);
      const entry: WatchListener = (event) => listener(event);
      of.watchers = [...of.watchers, entry];
      return () => {
        of.watchers = of.watchers.filter((other) => other !== entry);
      };
    },
    since(kind, from) {
      const of = table(kind);
      if (from < of.forgotten) return "expired";
      return of.history.filter((entry) => entry.revision > from).map((entry) => entry.event);
    },
  };
}
