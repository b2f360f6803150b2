import { describe, expect, test } from "vitest";
import { HopEncoder } from "../../../src/playground/hop-codec.ts";
import type { HopRecord } from "../../../src/playground/protocol.ts";
import { HopArchive } from "../../../src/ui/store/hop-archive.ts";
import { hop } from "../../graph/hop-fixtures.ts";

/** So many connections with so many hops each, one batch a connection. */
function filled(archive: HopArchive, connections: number, hopsEach: number, last: Partial<HopRecord> = {}): void {
  const encoder = new HopEncoder();
  let sequence = 0;
  for (let i = 1; i <= connections; i++) {
    const hops = Array.from({ length: hopsEach }, (_, at) =>
      hop({ action: "forward", at: "node/node1", connection: `c#${i}`, sequence: sequence++, ...(at === hopsEach - 1 ? last : {}) }),
    );
    for (const packed of encoder.encodeAll(hops)) archive.take(packed);
  }
}

describe("what the page keeps of hops", () => {
  test("the oldest connections go first, with all their hops", () => {
    const archive = new HopArchive(10, 1000);
    filled(archive, 25, 4);
    expect(archive.connectionCount).toBe(10);
    expect(archive.hopCount).toBe(40);
    expect(archive.hops("c#15")).toEqual([]);
    expect(archive.hops("c#16")).toHaveLength(4);
  });

  test("hops are bounded too, however few connections they are of; of a single one the older half goes", () => {
    const few = new HopArchive(10, 100);
    filled(few, 3, 60);
    expect(few.hopCount).toBeLessThanOrEqual(100);
    expect(few.hops("c#3")).toHaveLength(60);
    const single = new HopArchive(10, 100);
    filled(single, 1, 2500);
    expect(single.hopCount).toBeLessThanOrEqual(100 + 500);
    expect(single.hops("c#1").at(-1)?.sequence).toBe(2499);
  });

  test("what is new is told once, and a failure by its place among the connection's hops", () => {
    const archive = new HopArchive();
    filled(archive, 2, 3, { action: "drop" });
    const fresh = archive.takeFresh();
    expect([...fresh].map(([id, hops]) => [id, hops.length])).toEqual([
      ["c#1", 3],
      ["c#2", 3],
    ]);
    expect(archive.takeFresh().size).toBe(0);
    expect(archive.failedHop("c#2")).toBe(2);
    expect(archive.hasFailed("c#1")).toBe(true);
    expect(archive.failedHop("c#9")).toBeUndefined();
  });
});
