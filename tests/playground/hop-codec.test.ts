import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HopRecord } from "../../src/cluster/hop-record.ts";
import { decodeHop, HopDecoder, HopEncoder, hopCount } from "../../src/playground/hop-codec.ts";

const address = fc.tuple(fc.nat(255), fc.nat(65535)).map(([a, port]) => `10.244.1.${a}:${port}`);
const hop = fc
  .record({
    timeUs: fc.nat(1_000_000),
    at: fc.constantFrom("node/node1", "pod/default/a", "client/laptop"),
    connection: fc.constantFrom("client/laptop#1", "client/laptop#2"),
    packet: fc.nat(60_000),
    action: fc.constantFrom("send", "forward", "receive", "drop", "reject", "dnat", "snat", "undnat", "unsnat"),
    protocol: fc.constantFrom("tcp", "udp", "sctp", "icmp"),
    source: address,
    destination: address,
    before: address,
    flags: fc.constantFrom(undefined, "SYN", "SYN,ACK", "FIN,ACK", "RST"),
    bytes: fc.nat(70_000),
    summary: fc.constantFrom(undefined, "GET / HTTP/1.1"),
    hook: fc.constantFrom(undefined, "prerouting", "postrouting"),
    rules: fc.array(fc.constantFrom("-A A -j B", "-A B -j C")),
    object: fc.constantFrom(undefined, "service/default/kubia"),
  })
  .map(({ before, rules, ...rest }) => {
    const changesSource = rest.action === "snat" || rest.action === "undnat";
    const changesDestination = rest.action === "dnat" || rest.action === "unsnat";
    return {
      ...rest,
      sequence: 0,
      fromSource: changesSource ? before : rest.source,
      fromDestination: changesDestination ? before : rest.destination,
      reason: { code: "routed", args: { interface: "eth0" } },
      rules,
      rule: rules.at(-1),
    } as HopRecord;
  });

describe("hops on their way to the page", () => {
  test("what is packed unpacks to the same, over many batches with one table", () => {
    fc.assert(
      fc.property(fc.array(fc.array(hop, { minLength: 1, maxLength: 20 }), { maxLength: 5 }), (batches) => {
        const encoder = new HopEncoder();
        const decoder = new HopDecoder();
        let sequence = 0;
        for (const batch of batches) {
          const base = batch[0]?.timeUs ?? 0;
          const numbered = batch.map((h) => ({ ...h, sequence: sequence++, timeUs: base + h.timeUs }));
          const first = { ...(numbered[0] as HopRecord), timeUs: base };
          const sent = [first, ...numbered.slice(1)];
          const taken = decoder.take(encoder.encode(sent));
          expect(Array.from({ length: hopCount(taken) }, (_, i) => decodeHop(taken, i))).toEqual(sent);
        }
      }),
    );
  });

  test("1,000 hops take at most 40 kB (goal G11)", () => {
    const some = fc.sample(hop, { numRuns: 1000, seed: 1 }).map((h, i) => ({ ...h, sequence: i }));
    // Texts come on top, each once in a session; the hops themselves are eight integers.
    expect(new HopEncoder().encode(some).data.byteLength).toBeLessThanOrEqual(33_000);
  });
});
