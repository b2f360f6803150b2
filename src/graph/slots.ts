import type { Slots } from "./model.ts";

/**
 * A place for each of `ids`: who had one keeps it, newcomers take the lowest that is free. So a pod that goes leaves a gap instead of moving
 * the others, and the next one fills it.
 */
export function giveSlots(ids: readonly string[], before: Slots): ReadonlyMap<string, number> {
  const given = new Map<string, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    const slot = before.get(id);
    if (slot === undefined || taken.has(slot)) continue;
    given.set(id, slot);
    taken.add(slot);
  }
  let free = 0;
  for (const id of ids) {
    if (given.has(id)) continue;
    while (taken.has(free)) free++;
    given.set(id, free);
    taken.add(free);
  }
  return given;
}

/** How many places there are, gaps included. */
export function slotCount(slots: Slots): number {
  let count = 0;
  for (const slot of slots.values()) count = Math.max(count, slot + 1);
  return count;
}
