import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Air, legMs } from "../../src/graph/air.ts";
import { CrossingReader } from "../../src/graph/crossings.ts";
import { bandsOf } from "../../src/graph/flow-bands.ts";
import { countText, edgeKey, FlowLedger, scaleTop, sentOver } from "../../src/graph/flow-ledger.ts";
import type { HopSketch } from "../../src/playground/protocol.ts";
import { connection } from "./hop-fixtures.ts";

const laptop = "client/laptop";
const rules = "rules/node1";
const pods = ["pod/default/a", "pod/default/b", "pod/default/c"] as const;
const boxOf = (name: string) => (name.startsWith("node/") ? undefined : name);

function sketch(packet: number, at: string, action: HopSketch["action"], more: Partial<HopSketch> = {}): HopSketch {
  return {
    timeUs: 0,
    at,
    packet,
    action,
    object: undefined,
    source: "203.0.113.10:40000",
    destination: "192.168.0.2:30123",
    isSyn: false,
    isMessage: false,
    ...more,
  };
}

/** A request as a client makes it: SYN, SYN-ACK, then so many messages on the same connection, each with its answer. */
function exchange(pod: string, messages: number, timeUs = 0): HopSketch[] {
  let packet = 0;
  const out = (more: Partial<HopSketch>) => {
    packet++;
    return [
      sketch(packet, laptop, "send", { timeUs, ...more }),
      sketch(packet, "node/node1", "dnat", { timeUs, ...more }),
      sketch(packet, pod, "receive", { timeUs, ...more }),
    ];
  };
  const back = (more: Partial<HopSketch>) => {
    packet++;
    return [
      sketch(packet, pod, "send", { timeUs, ...more }),
      sketch(packet, "node/node1", "undnat", { timeUs, ...more }),
      sketch(packet, laptop, "receive", { timeUs, ...more }),
    ];
  };
  const hops = [...out({ isSyn: true }), ...back({ isSyn: true }), ...out({})];
  for (let i = 0; i < messages; i++) hops.push(...out({ isMessage: true }), ...back({ isMessage: true }));
  return hops;
}

/** A SYN that a rule of the node drops, tried so many times. */
function dropped(tries: number): HopSketch[] {
  return Array.from({ length: tries }, (_, i) => [
    sketch(i + 1, laptop, "send", { isSyn: true }),
    sketch(i + 1, "node/node1", "drop", { isSyn: true }),
  ]).flat();
}

const toRules = { from: laptop, to: rules, isReply: false };

describe("counted flows", () => {
  test("a request is one, however many packets carry it; further messages on its connection count", () => {
    const reader = new CrossingReader();
    const ledger = new FlowLedger();
    for (const [id, messages] of [
      ["client/laptop#1", 1],
      ["client/laptop#2", 4],
      ["client/laptop#3", 0],
    ] as const) {
      const { crossings, deaths } = reader.take(connection({ id }), exchange(pods[0], messages), "physical", boxOf);
      ledger.take(crossings, deaths);
    }
    // 1 + 4 + 1: a connection that carries nothing was still asked for.
    expect(ledger.total(toRules)).toEqual({ request: 6, reply: 0, dns: 0, probe: 0, drop: 0 });
    expect(ledger.total({ from: rules, to: pods[0], isReply: false }).request).toBe(6);
    expect(ledger.total({ from: pods[0], to: rules, isReply: true }).reply).toBe(6);
  });

  test("failures are counted apart, at the line and at the box, with each try", () => {
    const reader = new CrossingReader();
    const ledger = new FlowLedger();
    const { crossings, deaths } = reader.take(connection(), dropped(3), "physical", boxOf);
    ledger.take(crossings, deaths);
    expect(ledger.total(toRules)).toMatchObject({ request: 3, drop: 3 });
    expect(ledger.deaths().get(rules)).toMatchObject({ count: 3, packet: 3 });
  });

  test("whatever is sent and however its hops are cut into batches: what leaves the client arrives or died, and nothing is lost", () => {
    const course = fc.record({ pod: fc.constantFrom(...pods), messages: fc.nat(5), tries: fc.integer({ min: 0, max: 4 }) });
    fc.assert(
      fc.property(fc.array(course, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (courses, cuts) => {
        const reader = new CrossingReader();
        const ledger = new FlowLedger();
        let sent = 0;
        let died = 0;
        courses.forEach(({ pod, messages, tries }, i) => {
          const info = connection({ id: `client/laptop#${i}` });
          const hops = tries > 0 ? dropped(tries) : exchange(pod, messages);
          sent += tries > 0 ? tries : Math.max(1, messages);
          died += tries;
          for (let from = 0, cut = 0; from < hops.length; cut++) {
            const to = from + (cuts[cut % cuts.length] as number);
            const { crossings, deaths } = reader.take(info, hops.slice(from, to), "physical", boxOf);
            ledger.take(crossings, deaths);
            from = to;
          }
        });
        const arrived = pods.reduce((sum, pod) => sum + sentOver(ledger.total({ from: rules, to: pod, isReply: false })), 0);
        expect(sentOver(ledger.total(toRules))).toBe(sent);
        expect(arrived + died).toBe(sent);
        expect(ledger.deaths().get(rules)?.count ?? 0).toBe(died);
      }),
    );
  });

  test("an earlier moment has what had passed and died by then, as far back as is known", () => {
    const ledger = new FlowLedger();
    const edge = { from: laptop, to: rules, isReply: false };
    const pass = (timeUs: number, count: number) =>
      ledger.take(
        [{ ...edge, meaning: "request", timeUs } as never],
        [{ box: rules, from: undefined, isReply: false, timeUs, packet: 1 } as never],
        {
          count,
        },
      );
    pass(1_000_000, 2);
    pass(3_050_000, 5);
    expect(ledger.total(edge, 900_000).request).toBe(0);
    expect(ledger.total(edge, 3_000_000 - 1).request).toBe(2);
    expect(ledger.total(edge, 3_050_000)).toEqual(ledger.total(edge));
    expect([...ledger.deaths(2_000_000)].map(([box, { count }]) => [box, count])).toEqual([[rules, 2]]);
    expect(ledger.deaths(500_000).size).toBe(0);
    expect(bandsOf(ledger, new Set([edgeKey(edge)]), new Set(), 9_000_000, 1_000_000, 2_000_000)).toMatchObject([
      { isLive: false, counts: [{ meaning: "request", number: "2", isRate: false }] },
    ]);
    expect(bandsOf(ledger, new Set([edgeKey(edge)]), new Set(), 9_000_000, 1_000_000, 0)).toEqual([]);
    // A long load: what came when is only known of its last two minutes.
    for (let second = 10; second < 200; second += 0.1) pass(Math.round(second * 1e6), 1);
    expect(sentOver(ledger.total(edge, 20_000_000))).toBe(0);
    expect(ledger.total(edge, 150_000_000).request).toBeGreaterThan(1300);
  });

  test("a rate looks back over simulated time, and stands still with it", () => {
    const reader = new CrossingReader();
    const ledger = new FlowLedger();
    for (let i = 0; i < 240; i++) {
      const { crossings } = reader.take(connection({ id: `c#${i}` }), exchange(pods[1], 1, i * 10_000), "physical", boxOf);
      ledger.take(crossings, []);
    }
    expect(ledger.rate(toRules, 2_400_000, 1_000_000).request).toBe(100);
    expect(ledger.rate(toRules, 2_450_000, 1_000_000).request).toBeLessThan(100);
    expect(ledger.rate(toRules, 9_000_000, 1_000_000).request).toBe(0);
  });

  test("pods that one box now stands for have their counts together", () => {
    const reader = new CrossingReader();
    const ledger = new FlowLedger();
    pods.forEach((pod, i) => {
      const { crossings } = reader.take(connection({ id: `c#${i}` }), exchange(pod, 1), "physical", boxOf);
      ledger.take(crossings, []);
    });
    ledger.rename((box) => (box.startsWith("pod/") ? "group/kubia" : box));
    expect(ledger.total({ from: rules, to: "group/kubia", isReply: false }).request).toBe(3);
    expect(ledger.rate({ from: rules, to: "group/kubia", isReply: false }, 100_000, 100_000).request).toBeGreaterThan(0);
  });

  test("folding pods brings their deaths together, and the last of them is the one to look at", () => {
    const ledger = new FlowLedger();
    const death = (box: string, timeUs: number) =>
      ({ box, from: rules, isReply: false, timeUs, connection: `c@${timeUs}`, packet: 1 }) as unknown as Parameters<
        typeof ledger.take
      >[1][number];
    ledger.take([], [death("pod/a", 100_000), death("pod/b", 900_000), death("pod/a", 300_000)]);
    ledger.rename((box) => (box.startsWith("pod/") ? "group/kubia" : box));
    expect([...ledger.deaths()]).toEqual([["group/kubia", { count: 3, connection: "c@900000", packet: 1 }]]);
    expect(ledger.deaths(400_000).get("group/kubia")?.count).toBe(2);
  });

  test.each([
    [0, "0"],
    [0.04, "0.1"],
    [0.42, "0.4"],
    [3, "3"],
    [9.97, "10"],
    [120.4, "120"],
    [12345, "12,345"],
  ])("%d is written %s", (count, text) => {
    expect(countText(count)).toBe(text);
  });

  test.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [48, 50],
    [51, 100],
    [1999, 2000],
  ])("the scale for %d ends at %d", (greatest, top) => {
    expect(scaleTop(greatest)).toBe(top);
  });
});

describe("packets in the air", () => {
  const fly = (air: Air, count: number, nowMs = 0, hops = (i: number) => exchange(pods[i % 3] as string, 1)) => {
    const reader = new CrossingReader();
    for (let i = 0; i < count; i++) {
      const ways = hops(i);
      const info = connection({ id: `c${nowMs}#${i}`, opener: (ways[0] as HopSketch).at });
      const { crossings, deaths } = reader.take(info, ways, "physical", boxOf);
      air.take(crossings, deaths, nowMs);
    }
  };

  test("up to four have labels; more than eight on a line are a band, and the four stay", () => {
    const air = new Air();
    fly(air, 3);
    expect(air.at(10, false, 4)).toMatchObject({ bands: new Set(), dots: [{ isTracked: true }, { isTracked: true }, { isTracked: true }] });
    fly(air, 20, 20);
    const crowded = air.at(30, false, 4);
    expect([...crowded.bands]).toEqual([edgeKey(toRules)]);
    expect(crowded.dots).toHaveLength(4);
    // Further on they spread over three lines, and are dots again where there are few.
    const spread = air.at(20 + legMs + 10, false, 4);
    expect(spread.dots).toHaveLength(23);
  });

  test("more than sixty in all: the fullest lines give way until sixty are left", () => {
    const air = new Air();
    const clients = Array.from({ length: 10 }, (_, i) => `client/c${i}`);
    fly(air, 70, 0, (i) => exchange(pods[0], 0).map((hop) => (hop.at === laptop ? { ...hop, at: clients[i % 10] as string } : hop)));
    const picture = air.at(10, false, 0);
    expect(picture.dots.length).toBeLessThanOrEqual(60);
    expect(picture.bands.size).toBe(2);
  });

  test("an answer leaves when its request has come; all land, and nothing moves any more", () => {
    const air = new Air();
    fly(air, 1);
    expect(air.at(2 * legMs - 1, false, 0).dots.map((dot) => dot.leg.isReply)).toEqual([false]);
    expect(air.at(2 * legMs + 1, false, 0).dots.map((dot) => dot.leg.isReply)).toEqual([true]);
    expect(air.at(20 * legMs, false, 0)).toMatchObject({ dots: [], isMoving: false });
    expect(air.size).toBe(0);
  });

  test("packets on the way to their end have labels first, and are not yet dead", () => {
    const air = new Air();
    fly(air, 6);
    fly(air, 2, 0.5, () => dropped(1));
    const picture = air.at(1, false, 2);
    expect(picture.dots.filter((dot) => dot.isTracked).map((dot) => dot.flight.isDying)).toEqual([true, true]);
    expect(picture.dying.get(rules)).toBe(2);
    expect(air.at(legMs + 2, false, 2).dying.size).toBe(0);
  });

  test("with less motion nothing flies, and each line in use has its numbers", () => {
    const air = new Air();
    fly(air, 1);
    const picture = air.at(10, true, 4);
    expect(picture.dots).toEqual([]);
    expect(picture.bands).toContain(edgeKey(toRules));
    expect(air.counted).toContain(edgeKey({ from: pods[0], to: rules, isReply: true }));
  });
});
