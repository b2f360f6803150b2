import { openPlayground, type Playground } from "../playground/playground.ts";
import type { Command, Update } from "../playground/protocol.ts";
import { readScenarioLink } from "../playground/read-link.ts";
import { readRecord } from "../playground/record.ts";

/**
 * Messages in, playground, messages out. Time passes in slices of a few milliseconds with messages let in between, so that Ctrl-C always gets in;
 * where slices are cut never changes what happens.
 */
const sliceMs = 8;
const sliceEvents = 5000;

/** How far a `wait` is let run between two looks at whether it is over. */
const waitStepUs = 100_000;

let playground: Playground | undefined;
let targetUs = 0;
/** Time is held: run only until nothing is under way. */
let isQuiet = false;
let replaying: Generator<undefined, void, undefined> | undefined;
let isRunning = false;
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
  if (playground === undefined) return;
  switch (command.type) {
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
  }
  flush();
}

function open(command: Extract<Command, { type: "open" }>): void {
  const opened = openPlayground(command.text, { ...(command.seed === undefined ? {} : { seed: command.seed }) });
  if (!opened.ok) {
    post([{ type: "problems", problems: opened.problems, applied: false }]);
    return;
  }
  playground = opened.playground;
  playground.watch();
  const commands = playground.scenario.spec.commands.map((text) => [0, "line", { terminal: 1, text }] as const);
  replaying = playground.replay(readRecord([...commands, ...(command.record ?? [])]));
  targetUs = 0;
  isQuiet = false;
  run();
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
      if (isQuiet) {
        const nextUs = cluster.isQuiet() ? undefined : cluster.queue.nextAtUs();
        isDone = nextUs === undefined || nextUs > targetUs;
        if (!isDone) cluster.queue.run(nextUs as number, 200);
      } else {
        isDone = cluster.queue.run(targetUs, sliceEvents) < sliceEvents;
        // A `wait` in a terminal runs at full speed, however slowly the page lets time pass.
        if (isDone && cluster.waits.size > 0) {
          targetUs += waitStepUs;
          isDone = false;
        }
      }
    }
    isRunning = !isDone;
    flush();
    if (isRunning) channel.port2.postMessage(undefined);
  } catch (error) {
    crash(error);
  }
}

function flush(): void {
  if (playground === undefined) return;
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
  const message = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : String(error);
  post([{ type: "crashed", message }]);
}
