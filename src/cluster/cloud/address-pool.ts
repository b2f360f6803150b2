import { addressAt, cidrSize, parseCidr } from "../network/address.ts";

/** The addresses a cloud hands out: the lowest free one, from the first behind the network's own. */
export class AddressPool {
  readonly #cidr: string;
  readonly #taken = new Set<string>();

  constructor(cidr: string) {
    this.#cidr = cidr;
  }

  take(ip: string): boolean {
    if (this.#taken.has(ip)) return false;
    this.#taken.add(ip);
    return true;
  }

  /** undefined when all are given. */
  lowest(): string | undefined {
    const cidr = parseCidr(this.#cidr);
    if (cidr === undefined) return undefined;
    const size = cidrSize(cidr);
    const last = cidr.family === 4 && size > 2 ? size - 1 : size; // the broadcast address is nobody's
    for (let offset = size > 1 ? 1 : 0; offset < last; offset++) {
      const ip = addressAt(cidr, offset);
      if (this.take(ip)) return ip;
    }
    return undefined;
  }

  release(ip: string): void {
    this.#taken.delete(ip);
  }
}
