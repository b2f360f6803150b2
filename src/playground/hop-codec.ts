import type { HopRecord } from "../cluster/hop-record.ts";
import type { Hook, HopAction } from "../cluster/network/hop.ts";

/**
 * Hops cross to the page packed: eight integers each, and every text once in a table that both sides keep. 1,000 hops take 32 kB and no
 * objects; the page makes objects only for the connection that is looked at.
 */
export interface PackedHops {
  readonly data: Int32Array;
  /** Texts that are new since the last batch, in the order of their numbers. */
  readonly strings: readonly string[];
  /** The table starts anew with this batch (it had grown to its bound). */
  readonly isReset: boolean;
}

const actions: readonly HopAction[] = ["send", "forward", "dnat", "snat", "undnat", "unsnat", "receive", "drop", "reject"];
const hooks: readonly (Hook | undefined)[] = [undefined, "prerouting", "input", "forward", "output", "postrouting"];
const protocols = ["tcp", "udp", "sctp", "icmp"] as const;
const flagNames = ["FIN", "SYN", "RST", "PSH", "ACK"] as const;

const synBit = 1 << flagNames.indexOf("SYN");

/** Integers a hop. */
const stride = 8;
/** Integers before the first hop: first sequence, and the time of the batch in two halves. */
const header = 3;
const tableSizeMax = 60_000;
/** A batch is so small that its texts, ten a hop at most, can't outgrow what sixteen bits number. */
const batchMax = 500;
const half = 0x10000;
const timeUnit = 0x40000000;

export class HopEncoder {
  #numbers = new Map<string, number>();
  #fresh: string[] = [];

  /** Packs hops that follow each other in sequence, as many batches as it takes; no hops are one empty batch. */
  encodeAll(hops: readonly HopRecord[]): readonly PackedHops[] {
    const batches: PackedHops[] = [];
    for (let i = 0; i === 0 || i < hops.length; i += batchMax) batches.push(this.encode(hops.slice(i, i + batchMax)));
    return batches;
  }

  /** Packs hops that follow each other in sequence, at most 500. */
  encode(hops: readonly HopRecord[]): PackedHops {
    const isReset = this.#numbers.size > tableSizeMax;
    if (isReset) this.#numbers.clear();
    const data = new Int32Array(header + hops.length * stride);
    const first = hops[0];
    const baseUs = first?.timeUs ?? 0;
    data[0] = first?.sequence ?? 0;
    data[1] = Math.floor(baseUs / timeUnit);
    data[2] = baseUs % timeUnit;
    let at = header;
    for (const hop of hops) {
      const isSourceChanged = hop.fromSource !== hop.source;
      const before = isSourceChanged ? hop.fromSource : hop.fromDestination;
      data[at] = hop.timeUs - baseUs;
      data[at + 1] =
        actions.indexOf(hop.action) |
        (Math.max(0, (protocols as readonly string[]).indexOf(hop.protocol)) << 4) |
        (hooks.indexOf(hop.hook) << 6) |
        (flagBits(hop.flags) << 9) |
        (Math.min(hop.bytes, 0x1ffff) << 14);
      data[at + 2] = this.#number(hop.at) + this.#number(hop.connection) * half;
      data[at + 3] = this.#number(hop.source) + this.#number(hop.destination) * half;
      data[at + 4] = this.#number(before) + Math.min(hop.packet, 0xffff) * half;
      data[at + 5] = this.#number(hop.summary ?? "") + this.#number(hop.reason.code) * half;
      data[at + 6] = this.#number(JSON.stringify(hop.reason.args)) + this.#number(hop.rule ?? "") * half;
      data[at + 7] = this.#number(hop.rules.join("\n")) + this.#number(hop.object ?? "") * half;
      at += stride;
    }
    const strings = this.#fresh;
    this.#fresh = [];
    return { data, strings, isReset };
  }

  #number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(text, number);
      this.#fresh.push(text);
    }
    return number;
  }
}

/** One batch as the page keeps it: packed, with the table it was made with. */
export interface HopBatch {
  readonly data: Int32Array;
  readonly strings: readonly string[];
}

export class HopDecoder {
  #strings: string[] = [];

  /** Takes a batch; the table grows with it. */
  take(packed: PackedHops): HopBatch {
    if (packed.isReset) this.#strings = []; // earlier batches keep the old table
    for (const text of packed.strings) this.#strings.push(text);
    return { data: packed.data, strings: this.#strings };
  }
}

export function hopCount(batch: HopBatch): number {
  return (batch.data.length - header) / stride;
}

/** The connection of the `index`-th hop, without making an object. */
export function hopConnection(batch: HopBatch, index: number): string {
  return batch.strings[high(batch.data[header + index * stride + 2] as number)] as string;
}

export function hopAt(batch: HopBatch, index: number): string {
  return batch.strings[low(batch.data[header + index * stride + 2] as number)] as string;
}

export function hopPacket(batch: HopBatch, index: number): number {
  return high(batch.data[header + index * stride + 4] as number);
}

export function hopTimeUs(batch: HopBatch, index: number): number {
  return (batch.data[1] as number) * timeUnit + (batch.data[2] as number) + (batch.data[header + index * stride] as number);
}

export function hopAction(batch: HopBatch, index: number): HopAction {
  return actions[(batch.data[header + index * stride + 1] as number) & 15] as HopAction;
}

/** A hop without its reason and rules: what drawing thousands of packets takes. */
export interface HopSketch {
  readonly timeUs: number;
  readonly at: string;
  readonly packet: number;
  readonly action: HopAction;
  readonly object: string | undefined;
  readonly source: string;
  readonly destination: string;
  readonly isSyn: boolean;
  /** Something rides in it: a request, an answer, a query. */
  readonly isMessage: boolean;
}

export function sketchHop(batch: HopBatch, index: number): HopSketch {
  const { data, strings } = batch;
  const at = header + index * stride;
  const word = (offset: number) => data[at + offset] as number;
  const object = strings[high(word(7))] as string;
  return {
    timeUs: hopTimeUs(batch, index),
    at: strings[low(word(2))] as string,
    packet: high(word(4)),
    action: actions[word(1) & 15] as HopAction,
    object: object === "" ? undefined : object,
    source: strings[low(word(3))] as string,
    destination: strings[high(word(3))] as string,
    isSyn: ((word(1) >> 9) & synBit) !== 0,
    isMessage: strings[low(word(5))] !== "",
  };
}

export function decodeHop(batch: HopBatch, index: number): HopRecord {
  const { data, strings } = batch;
  const at = header + index * stride;
  const text = (number: number) => strings[number] as string;
  const word = (offset: number) => data[at + offset] as number;
  const bits = word(1);
  const action = actions[bits & 15] as HopAction;
  const source = text(low(word(3)));
  const destination = text(high(word(3)));
  const before = text(low(word(4)));
  const isSourceRewrite = action === "snat" || action === "undnat";
  const isDestinationRewrite = action === "dnat" || action === "unsnat";
  const rule = text(high(word(6)));
  const rules = text(low(word(7)));
  const summary = text(low(word(5)));
  const object = text(high(word(7)));
  return {
    sequence: (data[0] as number) + index,
    timeUs: hopTimeUs(batch, index),
    at: text(low(word(2))),
    connection: text(high(word(2))),
    packet: high(word(4)),
    action,
    protocol: protocols[(bits >> 4) & 3] as string,
    fromSource: isSourceRewrite ? before : source,
    fromDestination: isDestinationRewrite ? before : destination,
    source,
    destination,
    flags: flagText((bits >> 9) & 31),
    bytes: bits >>> 14,
    summary: summary === "" ? undefined : summary,
    reason: { code: text(high(word(5))), args: JSON.parse(text(low(word(6)))) as Record<string, string | number> },
    hook: hooks[(bits >> 6) & 7],
    rule: rule === "" ? undefined : rule,
    rules: rules === "" ? [] : rules.split("\n"),
    object: object === "" ? undefined : object,
  };
}

function low(word: number): number {
  return word & 0xffff;
}

function high(word: number): number {
  return (word >>> 16) & 0xffff;
}

function flagBits(flags: string | undefined): number {
  if (flags === undefined) return 0;
  let bits = 0;
  flagNames.forEach((name, i) => {
    if (flags.includes(name)) bits |= 1 << i;
  });
  return bits;
}

/** `SYN`, `SYN,ACK`; undefined without any. */
export function flagText(bits: number): string | undefined {
  if (bits === 0) return undefined;
  // In the order in which people say them.
  return [1, 0, 2, 3, 4]
    .filter((i) => (bits & (1 << i)) !== 0)
    .map((i) => flagNames[i])
    .join(",");
}
