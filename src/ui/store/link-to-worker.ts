import type { Command, Query, Update } from "../../playground/protocol.ts";
import { takeWorker } from "./first-worker.ts";
import { take } from "./store.ts";

/**
 * The page's end of the wire to the worker. A worker that stays silent is ended and another one started, which replays what was recorded;
 * the user's text is in the store and on disk, never only in the worker.
 */
type UpdateListener = (update: Update) => void;

let worker: Worker | undefined;
/** Who hears of an update before all others: the terminals' paper. */
let first: UpdateListener = () => undefined;
let startedMs = 0;
let spoke = false;
/** Counts the clusters: who waits for an answer of one before waits for nothing. */
const wire = { epoch: 0 };
const listeners = new Set<UpdateListener>();
const answers = new Map<number, (value: unknown) => void>();
let nextId = 1;

/** Starts the worker; called once, as early as the page's script runs. */
export function startWorker(hearFirst: UpdateListener = first): void {
  first = hearFirst;
  worker = takeWorker();
  startedMs = performance.now();
  spoke = false;
  worker.onmessage = (event: MessageEvent<readonly Update[]>) => {
    spoke = true;
    deliver(event.data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    deliver([{ type: "crashed", message: event.message }]);
  };
}

function deliver(updates: readonly Update[]): void {
  take(updates);
  for (const update of updates) {
    if (update.type === "opened") wire.epoch++;
    first(update);
    if (update.type === "answer") settle(update.id, update.value);
    if (update.type === "completions") settle(update.id, update);
    if (update.type === "link") settle(update.id, update.fragment);
    if (update.type === "pong") settle(update.id, true);
    for (const listener of listeners) listener(update);
  }
}

/** A script still on its way over a slow line is no hang. */
const loadingMsMax = 60_000;

/** Whether the worker may be expected to answer. */
export function isWorkerUp(): boolean {
  return worker !== undefined && (spoke || performance.now() - startedMs > loadingMsMax);
}

export function stopWorker(): void {
  worker?.terminate();
  worker = undefined;
  answers.clear();
}

/** Who may take a command that is about to be sent: true when it was taken, to be sent later or never. */
let taker: (command: Command) => boolean = () => false;

export function setTaker(take: (command: Command) => boolean): void {
  taker = take;
}

export function send(command: Command): void {
  if (!taker(command)) worker?.postMessage(command);
}

export function onUpdate(listener: UpdateListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

type Asking<T> = T extends { readonly id: number } ? Omit<T, "id"> : never;

/** Sends a command that is answered by its id. */
export function ask<T>(command: Asking<Command>): Promise<T> {
  const id = nextId++;
  return new Promise((resolve) => {
    answers.set(id, resolve as (value: unknown) => void);
    send({ ...command, id } as Command);
  });
}

/** The earlier moment at which answers are wanted, and who is told how many such answers are on their way. */
let momentUs: () => number | undefined = () => undefined;
let countAsking: (more: 1 | -1) => void = () => undefined;

export function setMoment(get: () => number | undefined, count: (more: 1 | -1) => void): void {
  momentUs = get;
  countAsking = count;
}

/** Asks what is, or what was at the moment that is looked at; undefined when nobody wants to know that moment any more. */
export async function query<T>(asked: Query): Promise<T> {
  const atUs = momentUs();
  // A load is followed as it goes, whatever is looked at.
  if (atUs === undefined || asked.kind === "load") return ask<T>({ type: "query", query: asked });
  const { epoch } = wire;
  countAsking(1);
  const answer = await ask<T>({ type: "query", query: asked, atUs });
  if (wire.epoch === epoch) countAsking(-1);
  return answer;
}

function settle(id: number, value: unknown): void {
  answers.get(id)?.(value);
  answers.delete(id);
}
