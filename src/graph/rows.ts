import type { KubernetesObject } from "../cluster/api/meta.ts";
import { type Collapsed, type Item, itemsOf } from "./groups.ts";
import type { Crowd, GraphNode, LayoutMemory } from "./model.ts";
import { countsOf, podFacts } from "./pod-facts.ts";
import { giveSlots, slotCount } from "./slots.ts";

/** Sizes of cards in canvas pixels at zoom 1. Three compact ones stand where two full ones do; groups are for the names of workloads. */
export const fullCard = { width: 170, height: 46, gap: 8 };
export const compactCard = { width: 112, height: 28, gap: 6 };
const groupedCard = { width: 136, height: 28, gap: 6 };

/** How much fits into a row: a fixed number of lines, and columns that open to the right, so that nobody moves when one more comes. */
export interface Room extends Limits {
  readonly lines: number;
  readonly compactLines: number;
}

/** Up to how many cards are full, and how many compact; more are grouped. */
export interface Limits {
  readonly fullMax: number;
  readonly compactMax: number;
}

export interface Row {
  readonly nodes: readonly GraphNode[];
  /** From one card to the next, and how many stand over each other. */
  readonly step: { readonly x: number; readonly y: number };
  readonly lines: number;
  readonly width: number;
  readonly height: number;
}

/** Writes down what the next picture needs to know, while this one is laid out. */
export class Notebook {
  readonly slots = new Map<string, number>();
  readonly crowds = new Map<string, Crowd>();
  readonly aliases = new Map<string, string>();
  /** Some box stands elsewhere, or is smaller, than in a picture that nothing went before. */
  isUntidy = false;
  readonly #before: LayoutMemory | undefined;
  readonly #collapsed: Collapsed;
  readonly #folding: (pod: KubernetesObject) => string | undefined;

  constructor(before: LayoutMemory | undefined, collapsed: Collapsed, folding: (pod: KubernetesObject) => string | undefined) {
    this.#before = before;
    this.#collapsed = collapsed;
    this.#folding = folding;
  }

  /** What the next picture needs to know; nothing of the one before this. */
  memory(): LayoutMemory {
    return { slots: this.slots, crowds: this.crowds, isUntidy: this.isUntidy };
  }

  isCollapsed(key: string): boolean {
    return this.#collapsed[key] === true;
  }

  /** Whether the picture before had a row of this name. */
  had(row: string): boolean {
    return this.#before?.crowds.has(row) === true;
  }

  /** How crowded a row is, with the picture before in mind. */
  crowd(row: string, count: number, limits: Limits): Crowd {
    const crowd = crowdOf(count, limits, this.#before?.crowds.get(row));
    if (crowd !== crowdOf(count, limits, undefined)) this.isUntidy = true;
    this.crowds.set(row, crowd);
    return crowd;
  }

  /** A place for each in its row, the same as in the picture before. */
  places(row: string, ids: readonly string[], isAnew = false): ReadonlyMap<string, number> {
    const before = new Map<string, number>();
    for (const id of isAnew ? [] : ids) {
      // Who stood in another row has no claim in this one.
      const slot = this.#before?.slots.get(`${row} ${id}`);
      if (slot !== undefined) before.set(id, slot);
    }
    const given = giveSlots(ids, before);
    for (const [id, slot] of given) this.slots.set(`${row} ${id}`, slot);
    if (ids.some((id, i) => given.get(id) !== i)) this.isUntidy = true;
    return given;
  }

  /** The pods of one node or Service as cards beside each other, from (0, 0). */
  row(name: string, pods: readonly KubernetesObject[], room: Room): Row {
    const single = itemsOf(name, pods, this.#collapsed, false, this.#folding);
    const before = this.#before?.crowds.get(name);
    const crowd = this.crowd(name, single.length, room);
    const items = crowd === "grouped" ? itemsOf(name, pods, this.#collapsed, true, this.#folding) : single;
    // Cards of another size stand elsewhere anyway: gaps close.
    const ids = items.map(({ id }) => id);
    const given = this.places(name, ids, before !== undefined && before !== crowd);
    const size = crowd === "full" ? "full" : "compact";
    const card = { full: fullCard, compact: compactCard, grouped: groupedCard }[crowd];
    const lines = crowd === "full" ? room.lines : room.compactLines;
    const step = { x: card.width + card.gap, y: card.height + card.gap };
    const nodes = items.map((item): GraphNode => {
      const slot = given.get(item.id) ?? 0;
      const place = {
        id: item.id,
        x: Math.floor(slot / lines) * step.x,
        y: (slot % lines) * step.y,
        width: card.width,
        height: card.height,
      };
      return { ...place, ...this.#cardOf(item, size) };
    });
    const count = slotCount(given);
    return {
      nodes,
      step,
      lines,
      width: Math.max(0, Math.ceil(count / lines) * step.x - card.gap),
      height: Math.max(0, Math.min(lines, count) * step.y - card.gap),
    };
  }

  #cardOf({ id, key, name, namespace, pods }: Item, size: "full" | "compact") {
    if (key === undefined) return { type: "pod", size, ...podFacts(pods[0] as KubernetesObject) } as const;
    const ids = pods.map((pod) => `pod/${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`);
    for (const pod of ids) this.aliases.set(pod, id);
    return { type: "podGroup", key, name, namespace, pods: ids, size, ...countsOf(pods) } as const;
  }
}

const order: readonly Crowd[] = ["full", "compact", "grouped"];

/** Cards shrink as soon as they must, and grow again only when half of the room would do: a rolling update does not make them jump. */
export function crowdOf(count: number, { fullMax, compactMax }: Limits, before: Crowd | undefined): Crowd {
  const wanted = levelFor(count, fullMax, compactMax);
  const eased = levelFor(count, Math.floor(fullMax / 2), Math.floor(compactMax / 2));
  const had = order.indexOf(before ?? "full");
  return order[Math.max(wanted, Math.min(had, eased))] as Crowd;
}

function levelFor(count: number, fullMax: number, compactMax: number): number {
  if (count <= fullMax) return 0;
  return count <= compactMax ? 1 : 2;
}
