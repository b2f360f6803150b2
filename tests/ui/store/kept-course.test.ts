import { expect, test } from "vitest";
import { type KeptCourse, readCourse, writeCourse } from "../../../src/ui/store/kept-course.ts";

const done: KeptCourse = {
  text: "kind: Pod",
  record: [[12_000.5, "line", { terminal: 1, text: "kubectl get po" }]],
  nowUs: 20_000_000,
  view: { view: "logical", pins: { "node/node1": [10, 20] }, atMs: 11_000, paused: true },
};

test("what was written is read again, under the address at which it was done", () => {
  expect(readCourse(writeCourse(done, ""), "")).toEqual(done);
  expect(readCourse(writeCourse(done, "#k1:abc"), "#k1:abc")).toEqual(done);
  expect(readCourse(writeCourse(done, ""), "#k1:abc")).toBeUndefined();
});

test("an hour in which nothing was done need not pass again", () => {
  expect(readCourse(writeCourse({ ...done, nowUs: 3_600_000_000 }, ""), "")?.nowUs).toBe(42_000_500);
});

test.each([
  [undefined],
  ["{broken"],
  ["null"],
  ["[]"],
  ['{"text":1,"record":[],"nowUs":0,"address":""}'],
  ['{"text":"","record":{},"nowUs":0,"address":""}'],
  ['{"text":"","record":[],"nowUs":null,"address":""}'],
  ['{"text":"","record":[],"nowUs":0,"view":null,"address":""}'],
  ['{"text":"","record":[],"nowUs":0,"view":{}}'],
])("what is damaged is nothing: %s", (kept) => {
  expect(readCourse(kept, "")).toBeUndefined();
});
