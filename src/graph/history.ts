import type { KubernetesObject } from "../cluster/api/meta.ts";
import { firstAfter } from "./moments.ts";
import { keyOf, type ObjectsByKind } from "./objects.ts";

/** A change as the worker told of it; objects are immutable, so keeping them is keeping history. */
export interface HistoryEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
  readonly timeUs: number;
}

/** Whole states are kept this far apart: a look back then applies at most so many changes. */
const checkpointEvery = 256;
const eventsMaxDefault = 200_000;

interface Checkpoint {
  /** How many events, counted from the beginning of time, came before it. */
  readonly count: number;
  readonly timeUs: number;
  readonly objects: ObjectsByKind;
}

/**
 * Everything that happened to the cluster's objects, and the cluster as it was at any moment: a search for the moment, then a few changes.
 * Bounded; what is older than the bound is forgotten from the front, and `fromUs` says how far back one can look.
 */
export class ObjectHistory {
  readonly #eventsMax: number;
  #events: HistoryEvent[] = [];
  /** Number of the first kept event. */
  #first = 0;
  #checkpoints: Checkpoint[] = [{ count: 0, timeUs: 0, objects: new Map() }];
  #latest = new Map<string, Map<string, KubernetesObject>>();

  constructor(eventsMax = eventsMaxDefault) {
    this.#eventsMax = eventsMax;
  }

  get size(): number {
    return this.#events.length;
  }

  /** The earliest moment that can be looked at. */
  get fromUs(): number {
    return (this.#checkpoints[0] as Checkpoint).timeUs;
  }

  add(events: readonly HistoryEvent[]): void {
    for (const event of events) {
      apply(this.#latest, event);
      this.#events.push(event);
      const count = this.#first + this.#events.length;
      if (count % checkpointEvery === 0) this.#checkpoints.push({ count, timeUs: event.timeUs, objects: copy(this.#latest) });
    }
    if (this.#events.length > this.#eventsMax) this.#forget();
  }

  /** The objects as they were when `timeUs` had passed. */
  at(timeUs: number): ObjectsByKind {
    const end = firstAfter(this.#events, timeUs);
    let checkpoint = this.#checkpoints[0] as Checkpoint;
    for (let low = 0, high = this.#checkpoints.length - 1; low <= high; ) {
      const middle = (low + high) >> 1;
      const candidate = this.#checkpoints[middle] as Checkpoint;
      if (candidate.count <= this.#first + end) {
        checkpoint = candidate;
        low = middle + 1;
      } else high = middle - 1;
    }
    const objects = copy(checkpoint.objects);
    for (let i = checkpoint.count - this.#first; i < end; i++) apply(objects, this.#events[i] as HistoryEvent);
    return objects;
  }

  /** Events in the half-open span, oldest first: what marks on a time line stand for. */
  between(fromUs: number, toUs: number): readonly HistoryEvent[] {
    return this.#events.slice(firstAfter(this.#events, fromUs - 1), firstAfter(this.#events, toUs - 1));
  }

  /** Drops the oldest quarter, up to a checkpoint, which becomes the beginning. */
  #forget(): void {
    const wanted = this.#first + (this.#eventsMax >> 2);
    const at = this.#checkpoints.findIndex((checkpoint) => checkpoint.count >= wanted);
    if (at <= 0) return;
    this.#checkpoints = this.#checkpoints.slice(at);
    const { count } = this.#checkpoints[0] as Checkpoint;
    this.#events = this.#events.slice(count - this.#first);
    this.#first = count;
  }
}

function apply(objects: Map<string, Map<string, KubernetesObject>>, { type, object }: HistoryEvent): void {
  let ofKind = objects.get(object.kind);
  if (ofKind === undefined) {
    ofKind = new Map();
    objects.set(object.kind, ofKind);
  }
  if (type === "DELETED") ofKind.delete(keyOf(object));
  else ofKind.set(keyOf(object), object);
}

function copy(objects: ObjectsByKind): Map<string, Map<string, KubernetesObject>> {
  return new Map([...objects].map(([kind, ofKind]) => [kind, new Map(ofKind)]));
}
