import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";

/** A client that has sent its SYN into silence. */
export interface Waiting {
  readonly sinceUs: number;
  /** When TCP tries again, or gives up. */
  readonly nextUs: number;
  /** Which try is next, from 2; undefined when it gives up instead. */
  readonly attempt: number | undefined;
}

/**
 * After how many seconds a SYN without an answer is sent again; after the last one the connection is given up.
 *
 * @source Linux tcp(7), tcp_syn_retries: six times, with doubling pauses; 127 s in all
 */
const triesAtS = [1, 3, 7, 15, 31, 63, 127] as const;

/** Whether the opener of a connection waits for a first answer, and until when. Pure. */
export function waitingOf(info: ConnectionInfo, hops: readonly HopRecord[], nowUs: number): Waiting | undefined {
  if (info.protocol !== "tcp" || hops.length === 0) return undefined;
  for (const hop of hops) {
    // Any answer ends the waiting: a packet of the other side, or an ICMP message about ours.
    if (hop.action === "send" && (hop.at !== info.opener || hop.protocol === "icmp")) return undefined;
    if (hop.action === "reject") return undefined;
  }
  if (!hops.some((hop) => hop.action === "drop")) return undefined;
  const nextIndex = triesAtS.findIndex((second) => info.openedUs + second * 1_000_000 > nowUs);
  if (nextIndex < 0) return undefined;
  return {
    sinceUs: nextIndex === 0 ? info.openedUs : info.openedUs + (triesAtS[nextIndex - 1] as number) * 1_000_000,
    nextUs: info.openedUs + (triesAtS[nextIndex] as number) * 1_000_000,
    attempt: nextIndex < triesAtS.length - 1 ? nextIndex + 2 : undefined,
  };
}
