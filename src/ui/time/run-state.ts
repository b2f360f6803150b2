import { create } from "zustand";
import type { RanTo, RunGoal } from "../../playground/protocol.ts";

/** A run to the next event, to ready, to a failure, or some seconds on. */
interface RunState {
  /** What is run to now; no time passes otherwise meanwhile. */
  readonly goal: RunGoal | undefined;
  /** How the last one ended. */
  readonly ended: RanTo | undefined;
  /** The user wanted to go back further than anything happened. */
  readonly isFirst: boolean;
}

export const useRun = create<RunState>(() => ({ goal: undefined, ended: undefined, isFirst: false }));
