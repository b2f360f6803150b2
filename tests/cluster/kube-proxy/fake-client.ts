import type { KubernetesObject } from "../../../src/cluster/api/meta.ts";
import type { ApiClient, Informer } from "../../../src/cluster/apiclient/client.ts";
import type { WatchEvent } from "../../../src/cluster/apiserver/request.ts";
import type { Clock } from "../../../src/cluster/sim/clock.ts";

type Handler = (event: WatchEvent) => void;

/** The reading half of an API client, over objects that the test puts and takes away. */
export class FakeClient {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #handlers = new Map<string, Handler[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(object: KubernetesObject): void {
    const objects = this.#of(object.kind);
    const old = objects.get(keyOf(object));
    objects.set(keyOf(object), object);
    this.#tell(object.kind, old === undefined ? { type: "ADDED", object } : { type: "MODIFIED", object, old });
  }

  remove(kind: string, namespace: string | undefined, name: string): void {
    const key = `${namespace ?? ""}/${name}`;
    const object = this.#of(kind).get(key);
    if (object === undefined) return;
    this.#of(kind).delete(key);
    this.#tell(kind, { type: "DELETED", object });
  }

  get client(): ApiClient {
    return { informer: (kind: string) => this.#informer(kind) } as unknown as ApiClient;
  }

  #of(kind: string): Map<string, KubernetesObject> {
    let objects = this.#objects.get(kind);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(kind, objects);
    }
    return objects;
  }

  #tell(kind: string, event: WatchEvent): void {
    for (const handler of this.#handlers.get(kind) ?? []) this.#clock.after(0, () => handler(event));
  }

  #informer(kind: string): Informer<KubernetesObject> {
    const indexes = new Map<string, (object: KubernetesObject) => readonly string[]>();
    const list = (): KubernetesObject[] => [...this.#of(kind)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    return {
      get: (namespace, name) => this.#of(kind).get(`${namespace ?? ""}/${name}`),
      list,
      index: (name, keys) => void indexes.set(name, keys),
      byIndex: (name, key) => list().filter((object) => indexes.get(name)?.(object).includes(key)),
      onEvent: (handler) => {
        this.#handlers.set(kind, [...(this.#handlers.get(kind) ?? []), handler as Handler]);
        const present = list();
        this.#clock.after(0, () => {
          for (const object of present) (handler as Handler)({ type: "ADDED", object });
        });
      },
    };
  }
}

function keyOf(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
