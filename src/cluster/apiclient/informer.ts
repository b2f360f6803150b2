import type { KubernetesObject } from "../api/meta.ts";
import type { WatchEvent } from "../apiserver/request.ts";
import { SortedObjects } from "../apiserver/sorted-objects.ts";
import { assert } from "../sim/assert.ts";
import type { Clock } from "../sim/clock.ts";
import type { Informer } from "./client.ts";

type Handler = (event: WatchEvent & { readonly object: KubernetesObject; readonly old?: KubernetesObject }) => void;

/** One index: objects by each of their keys. Most keys have one object, which then stands there by itself. */
class Index {
  readonly #keysOf: (object: KubernetesObject) => readonly string[];
  readonly #byKey = new Map<string, KubernetesObject | SortedObjects>();

  constructor(keysOf: (object: KubernetesObject) => readonly string[]) {
    this.#keysOf = keysOf;
  }

  update(old: KubernetesObject | undefined, object: KubernetesObject | undefined): void {
    const keys = object === undefined ? noKeys : this.#keysOf(object);
    if (old !== undefined) for (const key of this.#keysOf(old)) if (!keys.includes(key)) this.#remove(key, old);
    if (object !== undefined) for (const key of keys) this.#set(key, object);
  }

  list(key: string): readonly KubernetesObject[] {
    const found = this.#byKey.get(key);
    if (found === undefined) return noObjects;
    return found instanceof SortedObjects ? found.list() : [found];
  }

  #set(key: string, object: KubernetesObject): void {
    const found = this.#byKey.get(key);
    if (found === undefined || (!(found instanceof SortedObjects) && isSamePlace(found, object))) this.#byKey.set(key, object);
    else if (found instanceof SortedObjects) found.set(object);
    else {
      const table = new SortedObjects();
      table.set(found);
      table.set(object);
      this.#byKey.set(key, table);
    }
  }

  #remove(key: string, object: KubernetesObject): void {
    const found = this.#byKey.get(key);
    if (found instanceof SortedObjects) {
      found.delete(object.metadata.namespace, object.metadata.name);
      if (found.size === 0) this.#byKey.delete(key);
    } else if (found !== undefined && isSamePlace(found, object)) this.#byKey.delete(key);
  }
}

const noKeys: readonly string[] = [];
const noObjects: readonly KubernetesObject[] = [];

function isSamePlace(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}

interface Delivery {
  readonly event: WatchEvent;
  /** Handlers that were there when it happened; later ones were told of the object when they came. */
  readonly handlerCount: number;
}

/**
 * A copy of all objects of one kind that is always as new as the server's: it takes each write in the writer's call,
 * and tells its handlers afterwards, in an event of their own.
 */
export class SharedInformer implements Informer<KubernetesObject> {
  readonly #clock: Clock;
  readonly #objects = new SortedObjects();
  readonly #indexes = new Map<string, Index>();
  readonly #handlers: Handler[] = [];
  readonly #deliver: (delivery: Delivery) => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#deliver = ({ event, handlerCount }) => {
      for (let i = 0; i < handlerCount; i++) (this.#handlers[i] as Handler)(event);
    };
  }

  /** An event of the watch. */
  take(event: WatchEvent): void {
    const { object } = event;
    const { namespace, name } = object.metadata;
    const old = this.#objects.get(namespace, name);
    const isDeleted = event.type === "DELETED";
    if (isDeleted) this.#objects.delete(namespace, name);
    else this.#objects.set(object);
    for (const index of this.#indexes.values()) index.update(old, isDeleted ? undefined : object);
    if (this.#handlers.length > 0) this.#clock.after(0, this.#deliver, { event, handlerCount: this.#handlers.length });
  }

  get(namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#objects.get(namespace, name);
  }

  list(namespace?: string): readonly KubernetesObject[] {
    return this.#objects.list(namespace);
  }

  /** An index that is there already stays: whoever shares it means the same by its name. */
  index(name: string, keys: (object: KubernetesObject) => readonly string[]): void {
    if (this.#indexes.has(name)) return;
    const index = new Index(keys);
    for (const object of this.#objects.list()) index.update(undefined, object);
    this.#indexes.set(name, index);
  }

  byIndex(name: string, key: string): readonly KubernetesObject[] {
    const index = this.#indexes.get(name);
    assert(index !== undefined, `no index ${name}`);
    return index.list(key);
  }

  onEvent(handler: Handler): void {
    this.#handlers.push(handler);
    const present = this.#objects.list();
    if (present.length === 0) return;
    this.#clock.after(0, () => {
      for (const object of present) handler({ type: "ADDED", object });
    });
  }
}
