import { describe, expect, test } from "vitest";
import { bandsOf } from "../../src/graph/flow-bands.ts";
import { edgeKey, FlowLedger } from "../../src/graph/flow-ledger.ts";
import type { Meaning } from "../../src/graph/tracks.ts";

const secondUs = 1_000_000;

/** So many packets over a line in the last second, of which some died at its end. */
function sent(ledger: FlowLedger, to: string, count: number, died = 0, meaning: Meaning = "request", isReply = false): string {
  const packet = { connection: undefined, packet: 0, from: "a", isReply, timeUs: secondUs - 1 };
  ledger.take([{ ...packet, to, meaning, source: "", destination: "" }], [], { count });
  if (died > 0) ledger.take([], [{ ...packet, box: to }], { count: died });
  return edgeKey({ from: "a", to, isReply });
}

describe("bands", () => {
  test("widths are in proportion, against a scale that ends at a round number above the busiest line", () => {
    const ledger = new FlowLedger();
    const live = new Set([sent(ledger, "b", 120), sent(ledger, "c", 60), sent(ledger, "d", 30)]);
    const widths = bandsOf(ledger, live, live, secondUs, secondUs).map(({ width }) => width);
    expect(widths).toEqual([120 / 200, 60 / 200, 30 / 200]);
    // Ten times as much, and the picture is the same.
    const busy = new FlowLedger();
    const more = new Set([sent(busy, "b", 1200), sent(busy, "c", 600)]);
    expect(bandsOf(busy, more, more, secondUs, secondUs).map(({ width }) => width)).toEqual([0.6, 0.3]);
  });

  test("many are told by their rate, failures apart; few, and what is over, by their sum", () => {
    const ledger = new FlowLedger();
    const many = sent(ledger, "b", 120, 3);
    const few = sent(ledger, "c", 2);
    const numbers = (live: readonly string[], atUs: number) =>
      bandsOf(ledger, new Set(live), new Set([many, few]), atUs, secondUs).map(({ counts }) =>
        counts.map(({ meaning, number, isRate }) => `${number}${isRate ? "/s" : ""} ${meaning}`),
      );
    expect(numbers([many, few], secondUs)).toEqual([["120/s request", "3/s drop"], ["2 request"]]);
    expect(numbers([], 20 * secondUs)).toEqual([["120 request", "3 drop"], ["2 request"]]);
  });

  test("answers have a band and no number, unless some are lost", () => {
    const ledger = new FlowLedger();
    const all = sent(ledger, "b", 50, 0, "reply", true);
    const some = sent(ledger, "c", 50, 5, "reply", true);
    const bands = bandsOf(ledger, new Set([all, some]), new Set(), secondUs, secondUs);
    expect(bands.map(({ counts }) => counts.map(({ number }) => number))).toEqual([[], ["5"]]);
  });
});
