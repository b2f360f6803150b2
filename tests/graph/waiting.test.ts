import { describe, expect, test } from "vitest";
import { waitingOf } from "../../src/graph/waiting.ts";
import { connection, hop } from "./hop-fixtures.ts";

const s = (seconds: number) => seconds * 1_000_000;
const info = connection({ openedUs: s(10) });
const lost = [hop({ action: "send", at: "client/laptop" }), hop({ action: "drop", at: "internet" })];

// Linux tcp(7): a SYN is sent again after 1, 3, 7, 15, 31 and 63 s, and given up after 127 s.
describe("a SYN sent into silence", () => {
  test.each([
    { after: 0.5, next: 1, attempt: 2 },
    { after: 1.2, next: 3, attempt: 3 },
    { after: 5, next: 7, attempt: 4 },
    { after: 40, next: 63, attempt: 7 },
    { after: 100, next: 127, attempt: undefined },
  ])("after $after s the next thing happens at $next s", ({ after, next, attempt }) => {
    expect(waitingOf(info, lost, s(10 + after))).toMatchObject({ nextUs: s(10 + next), attempt });
  });

  test("it is over when given up", () => {
    expect(waitingOf(info, lost, s(10 + 128))).toBeUndefined();
  });

  test("an answer, a refusal or a packet still on its way is no waiting", () => {
    expect(waitingOf(info, [...lost, hop({ action: "send", at: "pod/default/kubia-x", packet: 2 })], s(11))).toBeUndefined();
    expect(
      waitingOf(info, [hop({ action: "send", at: "client/laptop" }), hop({ action: "reject", at: "node/node1" })], s(11)),
    ).toBeUndefined();
    expect(waitingOf(info, [hop({ action: "send", at: "client/laptop" })], s(11))).toBeUndefined();
  });
});
