import type { Way } from "../../graph/twin.ts";
import type { ProxyMode, RecordEntry } from "../../playground/protocol.ts";
import type { PageState } from "../store/store.ts";

/**
 * What passes between the page and the second picture beside it. The second picture is a page of its own in a frame, with a worker of its own:
 * nothing is shared, so nothing can leak from one cluster into the other. The page leads; the twin follows its clock.
 */
export type ToTwin =
  /** A cluster from this text, with this record played as its time comes. */
  | {
      readonly type: "open";
      readonly text: string;
      readonly record: readonly RecordEntry[];
      readonly toUs: number;
      readonly proxyMode?: ProxyMode;
    }
  /** Time may pass up to here. */
  | { readonly type: "clock"; readonly toUs: number }
  /** What came in on the page, for the twin too, when its time comes. */
  | { readonly type: "enter"; readonly entries: readonly RecordEntry[] }
  /** The hop of the page's n-th request that is shown; `number` undefined: nothing is followed. */
  | {
      readonly type: "film";
      readonly number: number | undefined;
      readonly at: number;
      readonly speed: number;
      /** The page's film has come to its end by itself: what is left of the twin's plays on. */
      readonly playsOn: boolean;
    }
  /** The hop in which the two part; undefined where they do not. */
  | { readonly type: "parting"; readonly number: number; readonly index: number | undefined }
  | { readonly type: "past"; readonly atUs: number | undefined }
  | { readonly type: "look"; readonly look: Look };

/** How the page looks, which the twin takes over. */
export interface Look {
  readonly theme: "light" | "dark";
  readonly language: "en" | "zh";
  readonly motion: "reduced" | "full" | "system";
  readonly isPresenting: boolean;
  readonly page: Pick<PageState, (typeof sharedLooks)[number]>;
}

export const sharedLooks = ["view", "showsSystem", "showsNoise", "pins", "filters", "collapsed"] as const;

export type FromTwin =
  | { readonly type: "time"; readonly nowUs: number }
  | { readonly type: "ways"; readonly ways: readonly (Way & { readonly number: number })[] }
  | { readonly type: "recorded"; readonly entries: readonly RecordEntry[] }
  | { readonly type: "text"; readonly text: string }
  /** A key that the frame has no use for. */
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "crashed"; readonly message: string };

/** The frame's first word, to which the page answers with a port. */
export const twinReady = "kubehop:twin-ready";
export const twinPort = "kubehop:twin-port";
