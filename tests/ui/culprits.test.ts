import { expect, test } from "vitest";
import type { RecordEntry } from "../../src/playground/protocol.ts";
import { withoutCulprits } from "../../src/ui/store/culprits.ts";

const line = (timeMs: number, text: string, terminal = 1): RecordEntry => [timeMs, "line", { terminal, text }];
const record = [line(1, "kubectl get po"), line(2, "watch date", 2), line(3, "curl x")];

test.each([
  { name: "nothing ran: all is replayed", busy: [], attempt: 1, left: ["kubectl get po", "watch date", "curl x"] },
  { name: "the line in the foreground may have been the cause", busy: [1], attempt: 1, left: ["kubectl get po", "watch date"] },
  { name: "of another terminal too", busy: [2], attempt: 1, left: ["kubectl get po", "curl x"] },
  { name: "the second attempt leaves the newest entry out as well", busy: [1], attempt: 2, left: ["kubectl get po"] },
])("$name", ({ busy, attempt, left }) => {
  expect(withoutCulprits(record, busy, attempt).map(([, , body]) => ("text" in body ? body.text : ""))).toEqual(left);
});
