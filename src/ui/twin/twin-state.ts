import { create } from "zustand";
import type { ProxyMode, RecordEntry } from "../../playground/protocol.ts";

/** What is played beside the page's own cluster. */
export interface TwinSubject {
  /** The branch it is; undefined where it is none of them. */
  readonly branch: number | undefined;
  readonly text: string;
  readonly record: readonly RecordEntry[];
  /** How far it had come by itself: until then it repeats what it did. */
  readonly untilUs: number;
  /** Another proxy mode than the text's. */
  readonly proxyMode?: ProxyMode;
}

interface TwinState {
  readonly subject: TwinSubject | undefined;
  readonly status: "opening" | "running" | "lost";
  /** What is typed goes to both clusters, not only to the page's own. */
  readonly goesToBoth: boolean;
  /** Counts the openings: a new one takes a new frame. */
  readonly opening: number;
}

export const useTwin = create<TwinState>(() => ({ subject: undefined, status: "opening", goesToBoth: true, opening: 0 }));
