import type { KubernetesObject } from "../api/meta.ts";

interface Slot {
  readonly name: string;
  object: KubernetesObject;
}

/** The objects of one namespace, in name order. */
class NamespaceTable {
  readonly slots = new Map<string, Slot>();
  readonly order: Slot[] = [];
  listed: readonly KubernetesObject[] | undefined;

  list(): readonly KubernetesObject[] {
    this.listed ??= this.order.map((slot) => slot.object);
    return this.listed;
  }
}

const none: readonly KubernetesObject[] = [];

/**
 * Objects of one kind by namespace and name, kept in the order in which etcd's keys list them, so that no list is ever sorted.
 * A list once given out never changes; it is built again after the next write.
 */
export class SortedObjects {
  readonly #namespaces = new Map<string, NamespaceTable>();
  #namespaceOrder: string[] = [];
  #all: readonly KubernetesObject[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#namespaces.get(namespace ?? "")?.slots.get(name)?.object;
  }

  set(object: KubernetesObject): void {
    const { namespace = "", name } = object.metadata;
    let table = this.#namespaces.get(namespace);
    if (table === undefined) {
      table = new NamespaceTable();
      this.#namespaces.set(namespace, table);
      // etcd's keys are /registry/KIND/NAMESPACE/NAME, so the slash takes part: `a-b/` stands before `a/`.
      const at = position(this.#namespaceOrder.length, (i) => `${this.#namespaceOrder[i]}/` < `${namespace}/`);
      this.#namespaceOrder = this.#namespaceOrder.toSpliced(at, 0, namespace);
    }
    this.#all = undefined;
    table.listed = undefined;
    const slot = table.slots.get(name);
    if (slot !== undefined) {
      slot.object = object;
      return;
    }
    const added: Slot = { name, object };
    table.slots.set(name, added);
    const { order } = table;
    const last = order[order.length - 1];
    if (last === undefined || last.name < name) order.push(added);
    else
      order.splice(
        position(order.length, (i) => (order[i] as Slot).name < name),
        0,
        added,
      );
    this.#size++;
  }

  delete(namespace: string | undefined, name: string): void {
    const table = this.#namespaces.get(namespace ?? "");
    const slot = table?.slots.get(name);
    if (table === undefined || slot === undefined) return;
    table.slots.delete(name);
    table.order.splice(
      position(table.order.length, (i) => (table.order[i] as Slot).name < name),
      1,
    );
    table.listed = undefined;
    this.#all = undefined;
    this.#size--;
    if (table.order.length === 0) {
      this.#namespaces.delete(namespace ?? "");
      this.#namespaceOrder = this.#namespaceOrder.filter((other) => other !== (namespace ?? ""));
    }
  }

  /** Sorted by namespace and name. */
  list(namespace?: string): readonly KubernetesObject[] {
    if (namespace !== undefined) return this.#namespaces.get(namespace)?.list() ?? none;
    if (this.#all === undefined) {
      const tables = this.#namespaceOrder.map((name) => (this.#namespaces.get(name) as NamespaceTable).list());
      this.#all = tables.length === 1 ? (tables[0] as readonly KubernetesObject[]) : tables.flat();
    }
    return this.#all;
  }
}

/** How many of the first `size` positions are before, by halving. */
function position(size: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
