/**
 * A stream of chance of its own, made from the scenario's seed and a name.
 * Nobody else draws from it, so an added object or consumer shifts no other's draws.
 */
export interface Random {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number;
  /** A whole number from 0 to `bound` - 1; each equally likely. */
  below(bound: number): number;
  /** A number from 0 (included) to 1 (excluded), a multiple of 2^-32. */
  float(): number;
  /** One of the items. @throws AssertionError for an empty list */
  pick<T>(items: readonly T[]): T;
  /** `length` characters of the alphabet that Kubernetes uses for generated names. @source apimachinery util/rand */
  suffix(length: number): string;
  /** A new array with the items in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

const nameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** FNV-1a over UTF-16 units, finished with murmur3's mixer so that near names are far apart. */
function hash32(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function createRandom(seed: number, name: string): Random {
  return new Xoshiro(`${seed}/${name}`);
}

/** xoshiro128**, by Blackman and Vigna: 32-bit integer operations only, so every engine gives the same numbers. */
class Xoshiro implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(key: string) {
    this.#a = hash32(key, 0x811c9dc5);
    this.#b = hash32(key, 0x9e3779b9);
    this.#c = hash32(key, 0x7f4a7c15);
    this.#d = hash32(key, 0x94d049bb) | 1; // never all zero
  }

  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  below(bound: number): number {
    if (bound <= 1) return 0;
    // Rejection keeps every value equally likely; the loop is entered again less than once in 2^32 / bound.
    const limit = 4294967296 - (4294967296 % bound);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % bound;
  }

  float(): number {
    return this.uint32() / 4294967296;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (items.length === 0) throw new Error("pick from an empty list");
    return item as T;
  }

  suffix(length: number): string {
    let text = "";
    for (let i = 0; i < length; i++) text += nameAlphabet[this.below(nameAlphabet.length)];
    return text;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swap = result[i] as T;
      result[i] = result[j] as T;
      result[j] = swap;
    }
    return result;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
