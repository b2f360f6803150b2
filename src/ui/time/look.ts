import { useMemo } from "react";
import { create } from "zustand";
import { ObjectHistory } from "../../graph/history.ts";
import { hopsUntil } from "../../graph/hops-then.ts";
import { Moments } from "../../graph/moments.ts";
import type { ObjectsByKind } from "../../graph/objects.ts";
import type { ControlStep, Failure, HopRecord, Problem } from "../../playground/protocol.ts";
import { onUpdate, send, setMoment } from "../store/link-to-worker.ts";
import { answers, archive, usePage } from "../store/store.ts";

/**
 * Looking back never changes the cluster: the page has been told of everything with its time, and shows it as it was; what it was not told is
 * asked of a copy that the worker takes there. The cluster's own clock stands meanwhile; `atUs` is the view's position, undefined at the head.
 */
export interface LookState {
  readonly atUs: number | undefined;
  /** The position at which the view has come to rest: for this moment the copy is asked. */
  readonly restUs: number | undefined;
  /** How many questions the copy has not answered yet. */
  readonly asking: number;
  /** The editor shows the text of then, which is not that of now. */
  readonly isOtherText: boolean;
}

export const useLook = create<LookState>(() => ({ atUs: undefined, restUs: undefined, asking: 0, isOtherText: false }));

/** A slide that pauses this long has found its place. */
const restMs = 120;
let restTimer: number | undefined;

const momentsMax = 20_000;
export const history = {
  objects: new ObjectHistory(),
  steps: new Moments<ControlStep>(momentsMax),
  failures: new Moments<Failure>(momentsMax),
};

export function startHistory(): () => void {
  setMoment(
    () => useLook.getState().restUs,
    (asking) => useLook.setState((s) => ({ asking: s.asking + asking })),
  );
  return onUpdate((update) => {
    switch (update.type) {
      case "opened":
        history.objects = new ObjectHistory();
        history.steps.clear();
        history.failures.clear();
        window.clearTimeout(restTimer);
        useLook.setState({ atUs: undefined, restUs: undefined, asking: 0 });
        return;
      case "objects":
        // Leases are renewed for ever, and nobody looks at one.
        history.objects.add(update.events.filter(({ object }) => object.kind !== "Lease"));
        return;
      case "steps":
        history.steps.add(update.steps);
        return;
      case "failures":
        history.failures.add(update.failures);
        return;
    }
  });
}

/** Shows the moment; at or behind the head is the head. */
export function lookAt(us: number): void {
  const { nowUs } = usePage.getState();
  if (us >= nowUs) {
    lookNow();
    return;
  }
  const atUs = Math.max(history.objects.fromUs, Math.round(us));
  useLook.setState({ atUs });
  window.clearTimeout(restTimer);
  restTimer = window.setTimeout(() => useLook.setState({ restUs: atUs }), restMs);
}

export function lookNow(): void {
  window.clearTimeout(restTimer);
  if (useLook.getState().atUs === undefined) return;
  useLook.setState({ atUs: undefined, restUs: undefined });
  send({ type: "forgetPast" });
}

let then: { readonly of: ObjectHistory; readonly atUs: number; readonly objects: ObjectsByKind } | undefined;

/** Many look at the same moment, and it is put together once. */
function objectsAt(atUs: number): ObjectsByKind {
  const of = history.objects;
  if (then?.of !== of || then.atUs !== atUs) then = { of, atUs, objects: of.at(atUs) };
  return then.objects;
}

/** The objects to draw: those of now, or of the moment that is looked at. */
export function useShownObjects(): ObjectsByKind {
  const now = usePage((s) => s.objects);
  const atUs = useLook((s) => s.atUs);
  return atUs === undefined ? now : objectsAt(atUs);
}

/** A connection's hops: those of now, or those that had happened at the moment that is looked at. */
export function shownHops(connection: string): readonly HopRecord[] {
  const { atUs } = useLook.getState();
  const hops = archive.hops(connection);
  return atUs === undefined ? hops : hopsUntil(hops, atUs);
}

/** How many connections each pod had answered. */
export function useShownAnswers(): ReadonlyMap<string, number> {
  const now = usePage((s) => s.answered);
  const atUs = useLook((s) => s.atUs);
  return useMemo(() => {
    if (atUs === undefined) return now;
    const then = new Map<string, number>();
    for (const { key } of answers.until(atUs)) then.set(key, (then.get(key) ?? 0) + 1);
    return then;
  }, [now, atUs]);
}

/** Changes when what the worker answers may have changed: each simulated second, or with the earlier moment that is looked at. */
export function useAskedAt(): number {
  const second = usePage((s) => Math.floor(s.nowUs / 1_000_000));
  const restUs = useLook((s) => s.restUs);
  // Microseconds of a moment are never taken for seconds of now: they count downwards.
  return restUs === undefined ? second : -1 - restUs;
}

/** The answer that is shown belongs to another moment than the one that is looked at. */
export function useIsStale(): boolean {
  return useLook((s) => s.atUs !== s.restUs || (s.atUs !== undefined && s.asking > 0));
}

const noProblems: readonly Problem[] = [];

/** Of an earlier text nothing is wrong: it was applied. */
export function useShownProblems(): readonly Problem[] {
  const isOtherText = useLook((s) => s.isOtherText);
  return usePage((s) => (isOtherText ? noProblems : s.problems));
}
