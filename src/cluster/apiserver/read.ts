import type { KubernetesObject } from "../api/meta.ts";
import { queryValue, type ServerContext, type Target } from "./context.ts";
import { Refusal } from "./refusal.ts";
import { isShownAsStored, shown } from "./registry.ts";
import type { WatchEvent } from "./request.ts";
import { type Selection, selectionOf } from "./selection.ts";
import { badRequest, expired } from "./status.ts";

/** The objects that a list, a watch or a deletion of many is about. */
export function selected(context: ServerContext, target: Target): readonly KubernetesObject[] {
  const { resource, namespace } = target;
  const all = context.store.list(resource.definition.kind, namespace);
  const isSelected = selectionOf(target);
  return isSelected === undefined ? all : all.filter(isSelected);
}

export function listOf(target: Target, objects: readonly KubernetesObject[], resourceVersion: string): unknown {
  const { resource } = target;
  return {
    kind: `${resource.kind}List`,
    apiVersion: resource.apiVersion,
    metadata: { resourceVersion },
    items: isShownAsStored(resource) ? objects : objects.map((object) => shown(resource, object)),
  };
}

/** How an event reads to a watch that asks for a Table, or for another version. */
export type EventView = (object: KubernetesObject) => KubernetesObject;

/**
 * A watch: a function that takes a listener, tells it what happened since the revision asked for, and goes on telling.
 * Without a revision the objects there now come first, as ADDED. @source kubernetes.io, "Kubernetes API Concepts", watches
 */
export function watchOf(
  context: ServerContext,
  target: Target,
  view: EventView | undefined,
): (listener: (event: WatchEvent) => void) => () => void {
  const { store } = context;
  const { request, resource, namespace } = target;
  const { kind } = resource.definition;
  const isSelected = selectionOf(target);
  const text = queryValue(request, "resourceVersion") ?? "";
  if (!/^\d*$/.test(text)) throw new Refusal(badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`));
  const from = text === "" || text === "0" ? undefined : Number(text);
  const missed = from === undefined ? undefined : store.since(kind, from);
  if (missed === "expired") throw new Refusal(expired(`too old resource version: ${text} (${store.revision})`));
  // Taken now, at the instant of the request; the listener may come later in it.
  const first: readonly WatchEvent[] = missed ?? selected(context, target).map((object) => ({ type: "ADDED", object }));
  const startRevision = store.revision;

  return (listener) => {
    const tell = (event: WatchEvent): void => {
      const relevant = relevantEvent(event, namespace, isSelected);
      if (relevant !== undefined) listener(view === undefined ? relevant : { ...relevant, object: view(relevant.object) });
    };
    for (const event of first) tell(event);
    const between = store.since(kind, startRevision);
    if (between !== "expired") for (const event of between) tell(event);
    return store.watch(kind, tell);
  };
}

/** A change that brings an object into the selection reads as ADDED, one that takes it out as DELETED. @source apiserver storage/cacher/cache_watcher.go */
function relevantEvent(event: WatchEvent, namespace: string | undefined, isSelected: Selection): WatchEvent | undefined {
  if (namespace !== undefined && event.object.metadata.namespace !== namespace) return undefined;
  if (isSelected === undefined) return event;
  const was = event.type !== "ADDED" && isSelected(event.old ?? event.object);
  const is = event.type !== "DELETED" && isSelected(event.object);
  if (is && was) return event;
  if (is) return { ...event, type: "ADDED" };
  if (was) return { ...event, type: "DELETED" };
  return undefined;
}
