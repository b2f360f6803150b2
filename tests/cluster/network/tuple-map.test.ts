import fc from "fast-check";
import { expect, test } from "vitest";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { TupleMap } from "../../../src/cluster/network/tuple-map.ts";

const book = new AddressBook();
const sockets = Array.from({ length: 40 }, (_, i) => book.socket(book.ip("10.0.0.1"), 1 + i));
const socket = (i: number) => sockets[i] as (typeof sockets)[number];

const end = fc.nat({ max: sockets.length - 1 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("set" as const), a: end, b: end, value: fc.nat({ max: 9 }) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("delete" as const), a: end, b: end }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("deleteWhere" as const), below: fc.nat({ max: 10 }) }) },
);

test("holds what a Map under both addresses would hold, whatever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
      const tuples = new TupleMap<number>();
      const plain = new Map<string, number>();
      for (const one of steps) {
        if (one.type === "set") {
          tuples.set(socket(one.a), socket(one.b), one.value);
          plain.set(`${one.a} ${one.b}`, one.value);
        } else if (one.type === "delete") {
          tuples.delete(socket(one.a), socket(one.b));
          plain.delete(`${one.a} ${one.b}`);
        } else {
          tuples.deleteWhere((value) => value < one.below);
          for (const [key, value] of plain) if (value < one.below) plain.delete(key);
        }
      }
      expect(tuples.size).toBe(plain.size);
      for (let a = 0; a < sockets.length; a++) {
        for (let b = 0; b < sockets.length; b++) {
          if (tuples.get(socket(a), socket(b)) !== plain.get(`${a} ${b}`)) expect([a, b]).toBe("the same in both");
        }
      }
      const seen: number[] = [];
      tuples.forEach((value) => {
        seen.push(value);
      });
      expect(seen.sort()).toEqual([...plain.values()].sort());
    }),
  );
});

test("a thousand at once, all but a few of which leave", () => {
  const tuples = new TupleMap<number>();
  const local = book.socket(book.ip("10.0.0.2"), 80);
  const remotes = Array.from({ length: 1000 }, (_, i) => book.socket(book.ip("10.0.0.3"), 1000 + i));
  for (const [i, remote] of remotes.entries()) tuples.set(local, remote, i);
  tuples.deleteWhere((value) => value % 100 !== 0);
  expect(remotes.map((remote) => tuples.get(local, remote)).filter((value) => value !== undefined)).toEqual([
    0, 100, 200, 300, 400, 500, 600, 700, 800, 900,
  ]);
});
