import type { Playground, Replay } from "../playground/playground.ts";
import type { Command, FixReport, Query, Update } from "../playground/protocol.ts";
import { readScenarioLink } from "../playground/read-link.ts";
import { readRecord } from "../playground/record.ts";
import { stagedUpdates, stageScenario } from "../playground/stage.ts";
import type { Past } from "../playground/time/past.ts";
import type { RunTo } from "../playground/time/run-to.ts";

/**
 * Messages in, playground, messages out. Time passes in slices of a few milliseconds with messages let in between, so that Ctrl-C always gets in;
 * where slices are cut never changes what happens.
 */
const sliceMs = 8;
const sliceEvents = 500;

/** How far a `wait` is let run between two looks at whether it is over. */
const waitStepUs = 100_000;

/** The far larger part, which brings a scenario's objects to life: fetched and compiled while the page's own script is on its way. */
const life = import("../playground/playground.ts");
// Who opens a scenario hears of a failure; before that there is nobody to tell.
life.catch(() => undefined);

let playground: Playground | undefined;
/** Commands that came while the scenario's objects are shown and what acts on them is still being loaded. undefined: nothing is. */
let early: Command[] | undefined;
let openings = 0;
let targetUs = 0;
/** Time is held: run only until nothing is under way. */
let isQuiet = false;
let replaying: Replay | undefined;
/** A run to a goal: no time passes for anybody else meanwhile. */
let running: RunTo | undefined;
/** What is held back until a new cluster has come to where the page wants to see it; undefined: nothing is. */
let held: { readonly updates: readonly Update[]; readonly commands: Command[] } | undefined;
/** The cluster at earlier moments, and what was asked of it. */
let past: Past | undefined;
let isLookingBack = false;
/** Copies of earlier moments are about to be made. */
let isPreparing = false;
let asked: { readonly id: number; readonly query: Query; readonly atUs: number }[] = [];
let travelling: Generator<undefined, Playground, undefined> | undefined;
let isRunning = false;
/** The search for small changes that make a failed request work. */
let searching:
  | { readonly terminal: number; readonly search: Generator<FixReport, FixReport, undefined>; readonly told?: string }
  | undefined;
const channel = new MessageChannel();
channel.port1.onmessage = () => slice();

self.onmessage = (event: MessageEvent<Command>) => {
  try {
    take(event.data);
  } catch (error) {
    crash(error);
  }
};

function take(command: Command): void {
  switch (command.type) {
    case "ping":
      post([{ type: "pong", id: command.id }]);
      return;
    case "readLink":
      post([{ type: "answer", id: command.id, value: readScenarioLink(command.fragment) }]);
      return;
    case "open":
      open(command);
      return;
  }
  if (early !== undefined) {
    // Time that was asked for belongs to the cluster before.
    if (command.type !== "advance" && command.type !== "advanceQuiet" && command.type !== "runTo") early.push(command);
    return;
  }
  if (playground === undefined) return;
  if (held !== undefined && command.type !== "openTerminal") {
    // What the user does while the record plays comes after it.
    held.commands.push(command);
    return;
  }
  switch (command.type) {
    case "runTo":
      running = playground.runTo(command.goal, command.maxUs);
      run();
      return;
    case "stopRun":
      if (running === undefined) return;
      post([...playground.takeUpdates(), running.stop()]);
      running = undefined;
      targetUs = playground.nowUs;
      break;
    case "forgetPast":
      forgetPast();
      return;
    case "advance":
      targetUs = Math.max(playground.nowUs, command.toUs);
      isQuiet = false;
      run();
      return;
    case "advanceQuiet":
      targetUs = playground.nowUs + command.maxUs;
      isQuiet = true;
      run();
      return;
    case "check":
      playground.check(command.text);
      break;
    case "edit":
      playground.edit(command.text, command.settled);
      break;
    case "openTerminal":
      playground.openTerminal(command.terminal, command.columns, command.rows);
      break;
    case "closeTerminal":
      playground.closeTerminal(command.terminal);
      break;
    case "line":
      searching = undefined; // what was looked for is past
      playground.line(command.terminal, command.text);
      break;
    case "interrupt":
      playground.interrupt(command.terminal);
      break;
    case "endOfInput":
      playground.endOfInput(command.terminal);
      break;
    case "complete":
      post([{ type: "completions", id: command.id, ...playground.complete(command.terminal, command.text, command.cursor) }]);
      return;
    case "query":
      if (command.atUs !== undefined && command.atUs < playground.nowUs) {
        askPast(command.id, command.query, command.atUs);
        return;
      }
      post([{ type: "answer", id: command.id, value: playground.query(command.query) }]);
      return;
    case "link":
      post([{ type: "link", id: command.id, fragment: playground.link(command.view) }]);
      return;
    case "saveFile":
      playground.saveFile(command.place, command.path, command.text);
      break;
    case "closeFile":
      playground.closeFile(command.place, command.path);
      break;
    case "reapply":
      playground.reapply(command.object);
      break;
    case "enter":
      playground.enter(command.entry);
      break;
    case "findFixes": {
      const search = playground.findFixes(command.terminal);
      searching = search === undefined ? undefined : { terminal: command.terminal, search };
      searchOn();
      return;
    }
    case "stopFixes":
      searching = undefined;
      return;
  }
  flush();
}

/** The objects at once; then the far larger part that brings them to life is loaded, and no time passes before it is there. */
function open(command: Extract<Command, { type: "open" }>): void {
  const { seed, proxyMode } = command;
  const staged = stageScenario(command.text, {
    ...(seed === undefined ? {} : { seed }),
    ...(proxyMode === undefined ? {} : { proxyMode }),
  });
  if (!staged.ok) {
    post([{ type: "problems", problems: staged.problems, applied: false }]);
    return;
  }
  const { updates, shown } = stagedUpdates(staged.stage);
  playground = undefined;
  searching = undefined;
  running = undefined;
  forgetPast();
  past = undefined;
  early = [];
  const { untilUs } = command;
  held = untilUs === undefined ? undefined : { updates, commands: [] };
  const opening = ++openings;
  if (held === undefined) post(updates);
  life
    .then(({ raisePlayground }) => {
      if (opening !== openings) return; // another scenario was opened meanwhile
      playground = raisePlayground(staged.stage);
      playground.watch(shown);
      replaying = playground.replay(readRecord(command.record ?? []));
      targetUs = untilUs ?? 0;
      isQuiet = false;
      const waiting = early ?? [];
      early = undefined;
      // Terminals first: a replay types at them.
      for (const one of waiting) take(one);
      run();
    })
    .catch(crash);
}

/** A step of the search for small changes; messages and the cluster itself come between any two. */
function searchOn(): void {
  if (searching === undefined) return;
  const { terminal, search } = searching;
  try {
    const step = search.next();
    const report = step.value;
    const key = JSON.stringify([report.tried, report.fixes.length, report.isDone]);
    if (key !== searching.told) post([{ type: "fixes", terminal, report }]);
    searching = step.done === true ? undefined : { terminal, search, told: key };
    if (searching !== undefined) self.setTimeout(searchOn, 0);
  } catch (error) {
    crash(error);
  }
}

function run(): void {
  if (isRunning) return;
  isRunning = true;
  slice();
}

function slice(): void {
  const current = playground;
  if (current === undefined) {
    isRunning = false;
    return;
  }
  try {
    const endMs = performance.now() + sliceMs;
    let isDone = false;
    while (!isDone && performance.now() < endMs) {
      if (replaying !== undefined) {
        if (replaying.next().done === true) {
          replaying = undefined;
          targetUs = Math.max(targetUs, current.nowUs);
        }
        continue;
      }
      const { cluster } = current;
      if (running !== undefined) {
        const end = running.advance(sliceEvents);
        if (end === undefined) continue;
        running = undefined;
        targetUs = current.nowUs;
        post([...current.takeUpdates(), end]);
        isDone = true;
      } else if (isQuiet) {
        const nextUs = cluster.isQuiet() ? undefined : cluster.queue.nextAtUs();
        isDone = nextUs === undefined || nextUs > targetUs;
        if (!isDone) cluster.queue.run(nextUs as number, 200);
      } else {
        isDone = cluster.queue.run(targetUs, sliceEvents) < sliceEvents;
        // A `wait` in a terminal runs at full speed, however slowly the page lets time pass.
        if (isDone && cluster.waits.size > 0 && held === undefined) {
          targetUs += waitStepUs;
          isDone = false;
        }
      }
    }
    isRunning = !isDone;
    if (isDone && held !== undefined) unveil(current, held);
    flush();
    if (isRunning) channel.port2.postMessage(undefined);
    else prepareSoon();
  } catch (error) {
    crash(error);
  }
}

/** All that was held back, at once; then what came in meanwhile. */
function unveil(current: Playground, { updates, commands }: NonNullable<typeof held>): void {
  held = undefined;
  const { nowUs } = current;
  post([...updates, ...current.takeUpdates(), { type: "time", nowUs, settled: current.cluster.queue.isSettled(), running: false }]);
  for (const command of commands) take(command);
}

/** Only one earlier moment is looked at: what was asked of another one is of no use any more. */
function askPast(id: number, query: Query, atUs: number): void {
  if (asked.some((one) => one.atUs !== atUs)) {
    post(asked.map((one) => ({ type: "answer", id: one.id, value: undefined })));
    asked = [];
    travelling = undefined;
  }
  asked.push({ id, query, atUs });
  isLookingBack = true;
  if (asked.length === 1) self.setTimeout(travel, 0);
}

/** Takes the copy towards the moment that is asked for; messages and the cluster itself come between any two slices. */
function travel(): void {
  const atUs = asked[0]?.atUs;
  if (atUs === undefined || playground === undefined) return;
  try {
    past ??= playground.past();
    travelling ??= past.to(atUs);
    const endMs = performance.now() + sliceMs;
    while (performance.now() < endMs) {
      const step = travelling.next();
      if (step.done !== true) continue;
      const found = step.value;
      post(asked.map(({ id, query }) => ({ type: "answer", id, value: found.query(query) })));
      asked = [];
      travelling = undefined;
      prepareSoon();
      return;
    }
    self.setTimeout(travel, 0);
  } catch (error) {
    crash(error);
  }
}

/** Nobody looks back any more: as much is kept of the past as is held ready anyway. */
function forgetPast(): void {
  if (asked.length > 0) post(asked.map((one) => ({ type: "answer", id: one.id, value: undefined })));
  asked = [];
  travelling = undefined;
  isLookingBack = false;
  past?.thin(aheadBytes());
}

/** Copies of the cluster at earlier moments take so much memory while one of them is looked at, and while none is. */
const lookingBackBytes = 192_000_000;
const aheadBytesMax = 64_000_000;
/** Nobody has looked back yet: copies are made in slices this short and this far apart. */
const aheadSliceMs = 4;
const aheadEveryMs = 40;
/** Of a course that takes more events than this (some seconds of work) no copies are made ahead, nor where a single one is large. */
const aheadEventsMax = 150_000;

function aheadBytes(): number {
  if (playground === undefined) return 0;
  const { queue, bytes } = playground.cluster;
  return queue.ran > aheadEventsMax || bytes > aheadBytesMax / 8 ? 0 : aheadBytesMax;
}

function prepareSoon(): void {
  if (isPreparing) return;
  isPreparing = true;
  self.setTimeout(prepare, isLookingBack ? 0 : aheadEveryMs);
}

/** While nothing else is to be done, copies are spread over the past: so who looks back, or looks elsewhere, does not wait. */
function prepare(): void {
  isPreparing = false;
  const current = playground;
  if (current === undefined || isRunning || replaying !== undefined || held !== undefined || travelling !== undefined) return;
  try {
    past ??= current.past();
    const bytes = isLookingBack ? lookingBackBytes : aheadBytes();
    if (!isLookingBack && past.copies > 0 && bytes === 0) past.thin(0);
    const endMs = performance.now() + (isLookingBack ? sliceMs : aheadSliceMs);
    while (performance.now() < endMs) if (!past.prepare(bytes)) return;
    prepareSoon();
  } catch (error) {
    crash(error);
  }
}

function flush(): void {
  if (playground === undefined || held !== undefined) return;
  const { cluster, nowUs } = playground;
  post([...playground.takeUpdates(), { type: "time", nowUs, settled: cluster.queue.isSettled(), running: isRunning }]);
}

function post(updates: readonly Update[]): void {
  const transfer = updates.flatMap((update) => (update.type === "hops" ? [update.packed.data.buffer] : []));
  self.postMessage(updates, { transfer });
}

/** A promise of our own was broken: the page starts another worker and replays. */
function crash(error: unknown): void {
  isRunning = false;
  playground = undefined;
  early = undefined;
  const message = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : String(error);
  post([{ type: "crashed", message }]);
}
