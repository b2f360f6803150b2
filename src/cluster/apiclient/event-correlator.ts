/** What happens to an event before it is written. */
export type Correlation =
  | { readonly type: "drop" }
  /** `key` names the event that is written or counted up; `isCombined` when it stands for many alike. */
  | { readonly type: "write"; readonly key: string; readonly isCombined: boolean };

export interface EventSource {
  /** The component, its host and the object. */
  readonly source: string;
  /** With type and reason. */
  readonly kind: string;
  readonly message: string;
}

const combineFrom = 10;
const combineWithinUs = 600_000_000;
const burst = 25;
const refillUs = 300_000_000;
/** As many keys are remembered. */
const rememberedMax = 4096;

interface Alike {
  /** Different ones, fewer than `combineFrom`; nearly always one. */
  messages: readonly string[];
  lastUs: number;
}

interface Bucket {
  /** In microseconds of refilling. */
  filledUs: number;
  lastUs: number;
}

/**
 * Keeps a component from filling the store: from the tenth different message of one kind within ten minutes on they share one event,
 * and of one component and object 25 are written at once and then one every five minutes.
 *
 * @source client-go tools/record/events_cache.go: EventAggregator, EventSourceObjectSpamFilter
 */
export class EventCorrelator {
  readonly #alike = new Map<string, Alike>();
  readonly #buckets = new Map<string, Bucket>();

  correlate({ source, kind, message }: EventSource, nowUs: number): Correlation {
    const isCombined = this.#isOneOfMany(kind, message, nowUs);
    if (!this.#hasToken(source, nowUs)) return { type: "drop" };
    return { type: "write", key: isCombined ? kind : `${kind}\u0000${message}`, isCombined };
  }

  #isOneOfMany(kind: string, message: string, nowUs: number): boolean {
    let alike = recall(this.#alike, kind);
    if (alike === undefined || nowUs - alike.lastUs > combineWithinUs) {
      alike = { messages: [], lastUs: nowUs };
      remember(this.#alike, kind, alike);
    }
    alike.lastUs = nowUs;
    if (alike.messages.includes(message)) return false;
    if (alike.messages.length + 1 >= combineFrom) return true;
    alike.messages = [...alike.messages, message];
    return false;
  }

  #hasToken(source: string, nowUs: number): boolean {
    let bucket = recall(this.#buckets, source);
    if (bucket === undefined) {
      bucket = { filledUs: burst * refillUs, lastUs: nowUs };
      remember(this.#buckets, source, bucket);
    }
    bucket.filledUs = Math.min(burst * refillUs, bucket.filledUs + nowUs - bucket.lastUs);
    bucket.lastUs = nowUs;
    if (bucket.filledUs < refillUs) return false;
    bucket.filledUs -= refillUs;
    return true;
  }
}

/** The value of a key, which thereby becomes the one used last. */
export function recall<T>(map: Map<string, T>, key: string): T | undefined {
  const value = map.get(key);
  if (value === undefined) return undefined;
  map.delete(key);
  map.set(key, value);
  return value;
}

/** Keeps a value; the one used longest ago goes when there are too many. */
export function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= rememberedMax) map.delete(map.keys().next().value as string);
  map.set(key, value);
}
