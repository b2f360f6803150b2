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

/** xoshiro128**, by Blackman and Vigna: 32-bit integer operations only, so every engine gives the same numbers. */
export function createRandom(seed: number, name: string): Random {
  const key = `${seed}/${name}`;
  let a = hash32(key, 0x811c9dc5);
  let b = hash32(key, 0x9e3779b9);
  let c = hash32(key, 0x7f4a7c15);
  let d = hash32(key, 0x94d049bb) | 1; // never all zero

  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  }

  function below(bound: number): number {
    if (bound <= 1) return 0;
    // Rejection keeps every value equally likely; the loop is entered again less than once in 2^32 / bound.
    const limit = 4294967296 - (4294967296 % bound);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % bound;
  }

  return {
    uint32,
    below,
    float: () => uint32() / 4294967296,
    pick: (items) => {
      const item = items[below(items.length)];
      if (items.length === 0) throw new Error("pick from an empty list");
      return item as (typeof items)[number];
    },
    suffix: (length) => {
      let text = "";
      for (let i = 0; i < length; i++) text += nameAlphabet[below(nameAlphabet.length)];
      return text;
    },
    shuffle: (items) => {
      const result = [...items];
      for (let i = result.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const swap = result[i] as (typeof items)[number];
        result[i] = result[j] as (typeof items)[number];
        result[j] = swap;
      }
      return result;
    },
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
