import { describe, expect, test } from "vitest";
import type { RecordEntry } from "../../src/playground/protocol.ts";
import {
  type Action,
  type ActionLog,
  did,
  emptyLog,
  futureOf,
  isDeed,
  recovered,
  redone,
  undone,
  viewChange,
} from "../../src/ui/undo/action-log.ts";

const line = (timeMs: number, text: string): RecordEntry => [timeMs, "line", { terminal: 1, text }];
const entry = (index: number, of: readonly RecordEntry[]): Action => ({ kind: "entry", index, entry: of[index] as RecordEntry });
const pin: Action = { kind: "view", before: { pins: {} }, after: { pins: { "pod/default/a": [1, 2] } } };

const record: readonly RecordEntry[] = [
  line(1000, "kubectl get po"),
  [1500, "interrupt", { terminal: 1 }],
  line(2000.25, "kubectl delete svc kubia"),
];
const now = { text: "t", record, nowUs: 9_000_000 };
const log: ActionLog = [entry(0, record), entry(2, record)].reduce(did, emptyLog);

describe("one undo over text, commands and picture", () => {
  test("a command is undone to the cluster just before it, and redone to where it was", () => {
    const first = undone(log, now);
    expect(first?.to).toEqual({ text: "t", record: record.slice(0, 2), nowUs: 2_000_250 });
    const second = undone(first?.log as ActionLog, { text: "t", record: record.slice(0, 2), nowUs: 2_000_250 });
    expect(second?.to).toEqual({ text: "t", record: [], nowUs: 1_000_000 });
    expect(undone(second?.log as ActionLog, now)).toBeUndefined();

    const again = redone(second?.log as ActionLog);
    expect(again?.to).toEqual({ text: "t", record: record.slice(0, 2), nowUs: 2_000_250 });
    const whole = redone(again?.log as ActionLog);
    expect(whole?.to).toEqual(now);
    expect(whole?.log).toEqual(log);
    expect(redone(whole?.log as ActionLog)).toBeUndefined();
  });

  test("the picture comes back without a journey", () => {
    const taken = undone(did(log, pin), now);
    expect(taken).toMatchObject({ action: pin, to: undefined });
    expect(redone(taken?.log as ActionLog)).toMatchObject({ action: pin, to: undefined, log: did(log, pin) });
  });

  test("after a breakdown the log goes on: what was done in the course that was run again, and all that was undone", () => {
    const whole = [...record, line(4000, "while true; do :; done")];
    const undoneOnce = undone([entry(0, whole), entry(2, whole), pin, entry(3, whole)].reduce(did, emptyLog), { ...now, record: whole });
    const before = did(undoneOnce?.log as ActionLog, pin);
    // The Ctrl-C was left out, and what comes after it has moved up.
    const again = recovered(
      before,
      [record[0], record[2]].map((one) => JSON.parse(JSON.stringify(one))),
    );
    expect(again.done.map((one) => (one.kind === "entry" ? one.index : one.kind))).toEqual([0, 1, "view", "view"]);
    expect(redone(again)?.to).toEqual({ ...now, record: whole });
    // The line that may have been the cause is not there to be undone.
    expect(recovered(log, record.slice(0, 1)).done).toEqual([entry(0, record)]);
    // The same line twice is two deeds.
    const twice = [line(5, "date"), line(5, "date")];
    const both = [entry(0, twice), entry(1, twice)].reduce(did, emptyLog);
    expect(recovered(both, twice)).toEqual(both);
  });

  test("a restart leads back to the course before it", () => {
    const restart: Action = { kind: "course", isRestart: true, before: now };
    expect(undone(did(log, restart), { text: "t", record: [], nowUs: 5_000_000 })?.to).toEqual(now);
  });

  test("something new for the cluster ends the undone future, which is told so that it can be kept", () => {
    const once = undone(log, now)?.log as ActionLog;
    const twice = undone(once, { ...now, record: record.slice(0, 2), nowUs: 2_000_250 })?.log as ActionLog;
    // Of all that was undone the furthest holds the rest.
    expect(futureOf(twice)).toEqual(now);
    expect(did(twice, entry(0, [line(1000, "kubectl get svc")])).undone).toEqual([]);
    expect(futureOf(log)).toBeUndefined();
  });

  test("something new for the picture ends only the picture's own future", () => {
    const withPin = did(log, pin);
    const noPin = undone(withPin, now)?.log as ActionLog;
    const back = undone(noPin, now)?.log as ActionLog;
    const moved = did(back, { kind: "view", before: { view: "physical" }, after: { view: "logical" } });
    expect(moved.undone.map(({ action }) => action.kind)).toEqual(["entry"]);
    expect(redone(moved)?.to).toEqual(now);
  });

  test.each([
    { entry: line(0, "kubectl get po"), is: true },
    { entry: line(0, "  "), is: false },
    { entry: [0, "edit", { from: 0, removed: 1, added: ["x"] }], is: true },
    { entry: [0, "reapply", { object: "service/default/kubia" }], is: true },
    { entry: [0, "file", { place: "node/node1", path: "/x", text: "" }], is: true },
    { entry: [0, "interrupt", { terminal: 1 }], is: false },
    { entry: [0, "close", { place: "node/node1", path: "/x" }], is: false },
  ] as const satisfies readonly { entry: RecordEntry; is: boolean }[])("$entry: a deed $is", ({ entry, is }) => {
    expect(isDeed(entry)).toBe(is);
  });
});

test("of a view only what changed is remembered", () => {
  const pins = {};
  expect(viewChange({ view: "physical", pins }, { view: "logical", pins })).toEqual({
    before: { view: "physical" },
    after: { view: "logical" },
  });
  expect(viewChange({ pins }, { pins })).toBeUndefined();
});
