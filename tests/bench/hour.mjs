import { freshPage, inBrowser, ready, typeLine } from "./browser.mjs";

/** What is kept of the past is full by then: 5,000 connections, and the Events of an hour. Then comes the hour that is judged. */
const fillS = 3600;
const hourS = 3600;
/** Tables of texts grow and begin anew, so a level is the mean of so many looks. */
const looks = 5;
const lookEveryS = 120;

/** Memory of page and worker: once what is kept of the past is full, another simulated hour of traffic leaves it where it was. */
export function memoryRows() {
  return inBrowser(
    async ({ browser, ours }) => {
      const { page, close } = await freshPage(browser, ours);
      await ready(page);
      const heaps = await heapsOf(page);
      await typeLine(page, `at node1 -- sh -c 'while true; do curl -s 10.111.249.153; sleep 0.2; done' &`);
      await wait(page, fillS);
      const full = await level(page, heaps);
      await wait(page, hourS);
      const after = await level(page, heaps);
      await close();
      const row = (what, value, floor) => ({ goal: "memory", what, unit: "MB", value, floor, ratio: value / floor, gate: 1.05 });
      return [
        row("heap of the page after an hour of 16,000 requests more, over that when its history was full", after.page, full.page),
        row("heap of the worker, likewise", after.worker, full.worker),
        row("both", after.page + after.worker, full.page + full.worker),
      ];
    },
    ["--js-flags=--expose-gc"],
  );
}

async function level(page, heaps) {
  const sum = { page: 0, worker: 0 };
  for (let i = 0; i < looks; i++) {
    const now = await heaps();
    sum.page += now.page / looks;
    sum.worker += now.worker / looks;
    await wait(page, lookEveryS);
  }
  return sum;
}

/** Lets so many simulated seconds pass at full speed, and waits for the prompt behind them. */
async function wait(page, seconds) {
  const number = waits++;
  await typeLine(page, `wait ${seconds}s; echo waited $((${number}+1000))`);
  await page.waitForFunction((text) => document.querySelector(".xterm-rows")?.textContent.includes(text), `waited ${number + 1000}`, {
    timeout: 600_000,
  });
}

let waits = 0;

/** In megabytes, after everything that may be forgotten was. */
async function heapsOf(page) {
  const session = await page.context().newCDPSession(page);
  const answers = new Map();
  let ids = 0;
  let worker;
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    if (targetInfo.type === "worker" && (worker === undefined || targetInfo.title === "cluster")) worker = sessionId;
  });
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    answers.get(id)?.(result);
  });
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const ofWorker = (method, params = {}) =>
    new Promise((resolve) => {
      const id = ++ids;
      answers.set(id, resolve);
      void session.send("Target.sendMessageToTarget", { sessionId: worker, message: JSON.stringify({ id, method, params }) });
    });
  return async () => {
    for (let i = 0; i < 3; i++) {
      await session.send("HeapProfiler.collectGarbage");
      await ofWorker("HeapProfiler.collectGarbage");
      await page.waitForTimeout(300);
    }
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const inWorker = await ofWorker("Runtime.getHeapUsage");
    return { page: usedSize / 1e6, worker: inWorker.usedSize / 1e6 };
  };
}
