import type { DesiredPort, NodeFacts } from "./desired.ts";

/** One Service port that came, changed or went (then `desired` is undefined). */
export interface PortChange {
  readonly key: string;
  readonly desired: DesiredPort | undefined;
}

/** A proxy mode: carries what is desired into the node's kernel, for one IP family. */
export interface Programmer {
  /** From nothing: the part that no Service has a share in. All ports follow by `apply`, then `removeStale`. */
  start(node: NodeFacts): void;
  apply(changes: readonly PortChange[]): void;
  /** Takes away what an earlier run left and nobody asks for any more. */
  removeStale(): void;
}
