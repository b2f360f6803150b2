import { addressAt, type Cidr, cidrSize, inCidr, parseCidr, parseIp } from "../network/address.ts";
import { assert } from "../sim/assert.ts";

/**
 * Hands out the addresses of one node's pod range: the first is the node's own, then always the one after the last given, round the range.
 * @source the host-local IPAM plugin, which remembers the last reserved address
 */
export class PodAddresses {
  readonly cidr: Cidr;
  /** The node's end of every pod's link. */
  readonly gateway: string;
  readonly #size: number;
  #used = new Set<string>();
  #lastOffset = 1;

  constructor(cidrText: string) {
    const cidr = parseCidr(cidrText);
    assert(cidr !== undefined, `a pod range must be a CIDR: ${cidrText}`);
    this.cidr = cidr;
    this.gateway = addressAt(cidr, 1);
    this.#size = cidrSize(cidr);
    this.#used.add(this.gateway);
  }

  /** The next free address; undefined when the range is used up. */
  next(): string | undefined {
    // Neither the network's own address nor, in IPv4, the broadcast address.
    const last = this.cidr.family === 4 ? this.#size - 2 : this.#size - 1;
    for (let tried = 0; tried < last; tried++) {
      this.#lastOffset = this.#lastOffset >= last ? 1 : this.#lastOffset + 1;
      const address = addressAt(this.cidr, this.#lastOffset);
      if (this.#used.has(address)) continue;
      this.#used.add(address);
      return address;
    }
    return undefined;
  }

  /** An address that somebody has already (an imported pod). False when it is taken. */
  take(address: string): boolean {
    if (this.#used.has(address)) return false;
    this.#used.add(address);
    return true;
  }

  holds(address: string): boolean {
    const ip = parseIp(address);
    return ip !== undefined && inCidr(ip, this.cidr);
  }

  release(address: string): void {
    if (address !== this.gateway) this.#used.delete(address);
  }
}
