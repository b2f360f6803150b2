import { expect, test } from "vitest";
import { endingOf } from "../../src/graph/ending.ts";
import { connection, hop } from "./hop-fixtures.ts";

const info = connection();
const sent = hop({ action: "send", at: "client/laptop" });
const pod = "pod/default/kubia-x";

test.each([
  {
    name: "answered",
    hops: [sent, hop({ action: "receive", at: pod }), hop({ action: "receive", at: "client/laptop", packet: 2 })],
    ending: { type: "answered", by: pod },
  },
  { name: "refused by a rule", hops: [sent, hop({ action: "reject", at: "node/node1" })], ending: { type: "refused", at: "node/node1" } },
  { name: "dropped silently", hops: [sent, hop({ action: "drop", at: "node/node2" })], ending: { type: "lost", at: "node/node2" } },
  {
    name: "sent again and answered after all",
    hops: [
      sent,
      hop({ action: "drop", at: "node/node2" }),
      hop({ action: "receive", at: pod }),
      hop({ action: "receive", at: "client/laptop", packet: 3 }),
    ],
    ending: { type: "answered", by: pod },
  },
  { name: "still under way", hops: [sent], ending: { type: "open" } },
])("$name", ({ hops, ending }) => {
  expect(endingOf(info, hops)).toEqual(ending);
});
