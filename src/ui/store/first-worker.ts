/**
 * The worker is started by a script of its own, which index.html names ahead of the page's far larger one: while that is still on its way, the
 * worker fetches and compiles the simulation. The page then takes it over; one that has ended is replaced by a new one.
 */
let waiting: Worker | undefined = makeWorker();

export function takeWorker(): Worker {
  const taken = waiting ?? makeWorker();
  waiting = undefined;
  return taken;
}

function makeWorker(): Worker {
  return new Worker(new URL("../../worker/worker.ts", import.meta.url), { type: "module", name: "cluster" });
}
