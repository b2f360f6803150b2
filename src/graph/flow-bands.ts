import { countText, edgeKey, type FlowEdge, type FlowLedger, scaleTop, sentOver, type Tally } from "./flow-ledger.ts";
import type { Meaning } from "./tracks.ts";

/** A line as it is drawn where packets are counted. */
export interface Band {
  readonly edge: FlowEdge;
  /** 0 to 1 of the widest that may be: the same measure for every line of the picture. */
  readonly width: number;
  /** What most of it is. */
  readonly meaning: Meaning;
  /** Packets pass now; else it is told by its sum. */
  readonly isLive: boolean;
  /** What stands beside it: `120/s`, failures apart. Empty for answers that all came. */
  readonly counts: readonly BandCount[];
}

export interface BandCount {
  readonly meaning: Meaning;
  readonly number: string;
  /** The number is of one second; else it is all there were. */
  readonly isRate: boolean;
}

/** Slower than that, a sum says more than a rate. */
const rateMin = 5;

/**
 * The bands of a picture: those of lines where packets pass now, and of lines where many have passed. Widths are in proportion within the
 * view, against one scale whose top follows the busiest line. Pure.
 */
export function bandsOf(
  ledger: FlowLedger,
  live: ReadonlySet<string>,
  counted: ReadonlySet<string>,
  nowUs: number,
  spanUs: number,
  /** An earlier moment that is looked at: what had passed by then, all of it at rest. */
  untilUs?: number,
): readonly Band[] {
  if (untilUs !== undefined) return bandsThen(ledger, new Set([...live, ...counted]), untilUs);
  const drawn = ledger.edges.filter((edge) => live.has(edgeKey(edge)) || counted.has(edgeKey(edge)));
  const rated = drawn.map((edge) => ({ edge, rate: ledger.rate(edge, nowUs, spanUs), total: ledger.total(edge) }));
  const topRate = scaleTop(Math.max(0, ...rated.map(({ rate }) => sentOver(rate))));
  return rated.map(({ edge, rate, total }) => {
    const isLive = live.has(edgeKey(edge));
    const isRate = isLive && sentOver(rate) >= rateMin;
    return {
      edge,
      width: isLive ? sentOver(rate) / topRate : 0,
      meaning: greatest(total),
      isLive,
      counts: countsOf(isRate ? rate : total, isRate, edge),
    };
  });
}

function bandsThen(ledger: FlowLedger, told: ReadonlySet<string>, untilUs: number): readonly Band[] {
  return ledger.edges.flatMap((edge) => {
    const total = ledger.total(edge, untilUs);
    if (!told.has(edgeKey(edge)) || sentOver(total) === 0) return [];
    return { edge, width: 0, meaning: greatest(total), isLive: false, counts: countsOf(total, false, edge) };
  });
}

function countsOf(tally: Tally, isRate: boolean, { isReply }: FlowEdge): readonly BandCount[] {
  const told: readonly Meaning[] = isReply ? ["drop"] : ["request", "dns", "probe", "drop"];
  return told.flatMap((meaning) => (tally[meaning] > 0 ? [{ meaning, number: countText(tally[meaning]), isRate }] : []));
}

function greatest(tally: Tally): Meaning {
  const meanings: readonly Meaning[] = ["request", "reply", "dns", "probe"];
  return meanings.reduce((best, meaning) => (tally[meaning] > tally[best] ? meaning : best));
}
