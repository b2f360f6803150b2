import { forgetDriver } from "../store/driver.ts";
import { ask, isWorkerUp, onUpdate, startWorker, stopWorker } from "../store/link-to-worker.ts";
import { reopen } from "../store/session.ts";
import { usePage } from "../store/store.ts";

/** A worker that misses two pings within three seconds of the page's own running time is ended; another one replays the record. */
const pingEveryMs = 1000;
const missesMax = 2;
/** A record that crashes the worker again and again is not tried for ever. */
const recoveriesMax = 3;

/** A worker that has lived so long is well again. */
const healthyAfterMs = 30_000;

let recoveries = 0;
let lastMs = Number.NEGATIVE_INFINITY;

function recover(): void {
  recoveries = performance.now() - lastMs > healthyAfterMs ? 1 : recoveries + 1;
  lastMs = performance.now();
  stopWorker();
  if (recoveries > recoveriesMax) return;
  startWorker();
  forgetDriver();
  reopen(recoveries);
}

/** A worker that says that it broke a promise, or that falls silent, is replaced; each time, not only the first. */
export function startWatchdog(): void {
  onUpdate((update) => {
    if (update.type === "crashed") recover();
  });
  let misses = 0;
  let lastMs = performance.now();
  window.setInterval(() => {
    const elapsed = performance.now() - lastMs;
    lastMs = performance.now();
    // A hidden page, or one that slept, has no right to complain; nor may a worker answer that is not there yet.
    if (document.hidden || elapsed > 2 * pingEveryMs || !isWorkerUp()) {
      misses = 0;
      return;
    }
    let isAnswered = false;
    void ask({ type: "ping" }).then(() => {
      isAnswered = true;
      misses = 0;
    });
    window.setTimeout(() => {
      if (isAnswered || document.hidden) return;
      misses++;
      if (misses < missesMax) return;
      misses = 0;
      usePage.setState({ crash: "the worker did not answer" });
      recover();
    }, pingEveryMs + 400);
  }, pingEveryMs);
}
