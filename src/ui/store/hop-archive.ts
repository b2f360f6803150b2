import {
  decodeHop,
  type HopBatch,
  HopDecoder,
  type HopSketch,
  hopAction,
  hopAt,
  hopConnection,
  hopCount,
  hopPacket,
  hopTimeUs,
  type PackedHops,
  sketchHop,
} from "../../playground/hop-codec.ts";
import type { HopRecord } from "../../playground/protocol.ts";

/** Where a connection's hops lie: the i-th in `batches[i]` at `indices[i]`. */
interface Kept {
  readonly batches: HopBatch[];
  readonly indices: number[];
}

/** A connection's first packet came to where it leads. */
export interface Received {
  readonly connection: string;
  readonly place: string;
  readonly timeUs: number;
}

const connectionsMaxDefault = 5000;
const hopsMaxDefault = 200_000;

/**
 * Hops stay packed, outside of React's state: a busy cluster makes thousands a second, and one connection at a time is looked at. Bounded as
 * the worker's own log is: the oldest connections go first, and of the newest, if it alone is too long, its older half.
 */
export class HopArchive {
  readonly #connectionsMax: number;
  readonly #hopsMax: number;
  #decoder = new HopDecoder();
  #kept = new Map<string, Kept>();
  #fresh = new Map<string, Kept>();
  #hopCount = 0;
  lastHopMs = 0;

  constructor(connectionsMax = connectionsMaxDefault, hopsMax = hopsMaxDefault) {
    this.#connectionsMax = connectionsMax;
    this.#hopsMax = hopsMax;
  }

  get hopCount(): number {
    return this.#hopCount;
  }

  get connectionCount(): number {
    return this.#kept.size;
  }

  /** Gives which places received a connection's first packet, and when. */
  take(packed: PackedHops): readonly Received[] {
    const batch = this.#decoder.take(packed);
    const received: Received[] = [];
    const count = hopCount(batch);
    for (let i = 0; i < count; i++) {
      const connection = hopConnection(batch, i);
      if (hopPacket(batch, i) === 1 && hopAction(batch, i) === "receive")
        received.push({ connection, place: hopAt(batch, i), timeUs: hopTimeUs(batch, i) });
      put(this.#kept, connection, batch, i);
      put(this.#fresh, connection, batch, i);
    }
    this.#hopCount += count;
    this.#forget();
    this.lastHopMs = performance.now();
    return received;
  }

  /** Connections that got hops since the last call, with those hops. */
  takeFresh(): ReadonlyMap<string, readonly HopSketch[]> {
    const fresh = this.#fresh;
    this.#fresh = new Map();
    return new Map([...fresh].map(([connection, kept]) => [connection, sketches(kept)]));
  }

  hops(connection: string): readonly HopRecord[] {
    const kept = this.#kept.get(connection);
    return kept === undefined ? [] : kept.batches.map((batch, i) => decodeHop(batch, kept.indices[i] as number));
  }

  /** The same, without reasons and rules: what drawing takes. */
  sketches(connection: string): readonly HopSketch[] {
    const kept = this.#kept.get(connection);
    return kept === undefined ? [] : sketches(kept);
  }

  /** Whether some packet of it was dropped or rejected, by then. */
  hasFailed(connection: string, untilUs?: number): boolean {
    return this.failedHop(connection, untilUs) !== undefined;
  }

  /** Which of its hops was the last drop or rejection, by then. */
  failedHop(connection: string, untilUs = Number.POSITIVE_INFINITY): number | undefined {
    const kept = this.#kept.get(connection);
    if (kept === undefined) return undefined;
    for (let i = kept.batches.length - 1; i >= 0; i--) {
      const batch = kept.batches[i] as HopBatch;
      const index = kept.indices[i] as number;
      const action = hopAction(batch, index);
      if ((action === "drop" || action === "reject") && hopTimeUs(batch, index) <= untilUs) return i;
    }
    return undefined;
  }

  clear(): void {
    this.#decoder = new HopDecoder();
    this.#kept.clear();
    this.#fresh.clear();
    this.#hopCount = 0;
  }

  #forget(): void {
    while (this.#kept.size > this.#connectionsMax || this.#hopCount > this.#hopsMax) {
      const [id, kept] = this.#kept.entries().next().value as [string, Kept];
      if (this.#kept.size === 1) {
        const half = kept.indices.length >> 1;
        kept.batches.splice(0, half);
        kept.indices.splice(0, half);
        this.#hopCount -= half;
        return;
      }
      this.#kept.delete(id);
      this.#hopCount -= kept.indices.length;
    }
  }
}

function put(map: Map<string, Kept>, connection: string, batch: HopBatch, index: number): void {
  let kept = map.get(connection);
  if (kept === undefined) {
    kept = { batches: [], indices: [] };
    map.set(connection, kept);
  }
  kept.batches.push(batch);
  kept.indices.push(index);
}

function sketches({ batches, indices }: Kept): readonly HopSketch[] {
  return batches.map((batch, i) => sketchHop(batch, indices[i] as number));
}
