import type { SocketAddress } from "./address.ts";

const minimumSize = 64;
const empty = -1;
const noPlaces = new Int32Array(1).fill(empty);
const noValues: undefined[] = [undefined];

/**
 * A map from two socket addresses to a value: the table behind conntrack and sockets. Open addressing over two number arrays, so that asking makes no
 * garbage; a Map would box each key. What leaves makes room at once, so that connections which come and go for hours never make the table anew.
 * What it is iterated in is no order anybody may see.
 */
export class TupleMap<V> {
  #size = 0;
  /** One place that nothing fills, until something comes: most pods never open a connection. */
  #mask = 0;
  #first = noPlaces;
  #second = noPlaces;
  #values: (V | undefined)[] = noValues;

  get size(): number {
    return this.#size;
  }

  get(a: SocketAddress, b: SocketAddress): V | undefined {
    const at = this.#find(a.id, b.id);
    return at < 0 ? undefined : this.#values[at];
  }

  set(a: SocketAddress, b: SocketAddress, value: V): void {
    const found = this.#find(a.id, b.id);
    if (found >= 0) {
      this.#values[found] = value;
      return;
    }
    if ((this.#size + 1) * 2 > this.#mask) this.#resize();
    this.#insert(a.id, b.id, value);
  }

  delete(a: SocketAddress, b: SocketAddress): void {
    const at = this.#find(a.id, b.id);
    if (at >= 0) this.#free(at);
  }

  /** Deletes every value that `isMeant` names. */
  deleteWhere(isMeant: (value: V) => boolean): void {
    const values = this.#values;
    for (let at = 0; at <= this.#mask; at++) {
      // Another one may move into the place that becomes free.
      for (let value = values[at]; value !== undefined && isMeant(value); value = values[at]) this.#free(at);
    }
    if (this.#mask >= 2 * minimumSize && this.#size * 16 < this.#mask) this.#resize();
  }

  forEach(visit: (value: V) => void): void {
    for (let at = 0; at <= this.#mask; at++) {
      const value = this.#values[at];
      if (value !== undefined) visit(value);
    }
  }

  clear(): void {
    this.#size = 0;
    this.#mask = 0;
    this.#first = noPlaces;
    this.#second = noPlaces;
    this.#values = noValues;
  }

  #find(a: number, b: number): number {
    const first = this.#first;
    const second = this.#second;
    const mask = this.#mask;
    for (let at = hash(a, b) & mask; ; at = (at + 1) & mask) {
      const there = first[at];
      if (there === a && second[at] === b) return at;
      if (there === empty) return -1;
    }
  }

  #insert(a: number, b: number, value: V): void {
    const mask = this.#mask;
    let at = hash(a, b) & mask;
    while (this.#first[at] !== empty) at = (at + 1) & mask;
    this.#first[at] = a;
    this.#second[at] = b;
    this.#values[at] = value;
    this.#size++;
  }

  /** Takes away what stands at `at`. Whoever stands further back only because a place was taken moves up, so that no search meets a gap. */
  #free(at: number): void {
    const first = this.#first;
    const second = this.#second;
    const mask = this.#mask;
    let gap = at;
    for (let next = (at + 1) & mask; first[next] !== empty; next = (next + 1) & mask) {
      const wanted = hash(first[next] as number, second[next] as number) & mask;
      // How far each lies behind the place it wanted: it may move up as long as that place is not passed.
      if (((next - wanted) & mask) < ((next - gap) & mask)) continue;
      first[gap] = first[next] as number;
      second[gap] = second[next] as number;
      this.#values[gap] = this.#values[next];
      gap = next;
    }
    first[gap] = empty;
    this.#values[gap] = undefined;
    this.#size--;
  }

  #resize(): void {
    const first = this.#first;
    const second = this.#second;
    const values = this.#values;
    let size = minimumSize;
    while (size < this.#size * 4) size *= 2;
    this.#allocate(size);
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      if (value !== undefined) this.#insert(first[at] as number, second[at] as number, value);
    }
  }

  #allocate(size: number): void {
    this.#size = 0;
    this.#mask = size - 1;
    this.#first = new Int32Array(size).fill(empty);
    this.#second = new Int32Array(size);
    this.#values = new Array<V | undefined>(size).fill(undefined);
  }
}

function hash(a: number, b: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
