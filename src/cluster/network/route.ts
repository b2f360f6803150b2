import { type Cidr, type Ip, maskWord } from "./address.ts";
import type { NetworkInterface } from "./interface.ts";
import type { Reason } from "./name.ts";
import { reasonWith } from "./reason.ts";

/** One line of `ip route`. */
export interface Route {
  /** `0.0.0.0/0` or `::/0` is the default route. */
  readonly destination: Cidr;
  /** The next machine on the way; undefined: the destination itself is on this link. */
  readonly via: Ip | undefined;
  readonly out: NetworkInterface;
  /** `src`: preferred source address; undefined: the interface's first of the family. */
  readonly source: Ip | undefined;
  readonly scope: "global" | "link" | "host";
  /** Who put it there, as `ip route` prints after `proto`. */
  readonly protocol: "kernel" | "static" | "boot";
  /** Prebuilt, so that no text is made while packets move. */
  readonly reason: Reason;
}

export function makeRoute(
  destination: Cidr,
  out: NetworkInterface,
  options: { readonly via?: Ip; readonly source?: Ip; readonly scope?: Route["scope"]; readonly protocol?: Route["protocol"] } = {},
): Route {
  const via = options.via;
  return {
    destination,
    via,
    out,
    source: options.source,
    scope: options.scope ?? (via === undefined ? "link" : "global"),
    protocol: options.protocol ?? "boot",
    reason:
      via === undefined
        ? reasonWith("routed-on-link", { interface: out.name })
        : reasonWith("routed", { interface: out.name, via: via.text }),
  };
}

const cacheSizeMax = 65_536;

/** Longest prefix first; the answer for an address is remembered until a route changes. @source ip-route(8), RFC 1812 5.2.4.3 */
export class RouteTable {
  /** By network and length. */
  #routes = new Map<number | string, Route>();
  /** The lengths there are, longest first. */
  #lengths: readonly number[] = [];
  #cache: Map<number, Route> | undefined = undefined;

  /** A route to the same network is replaced. */
  add(route: Route): void {
    const { length, words } = route.destination;
    if (!this.#lengths.includes(length)) this.#lengths = [...this.#lengths, length].sort((a, b) => b - a);
    this.#routes.set(networkKey(words, length), route);
    this.changed();
  }

  remove(destination: Cidr): void {
    this.#routes.delete(networkKey(destination.words, destination.length));
    this.changed();
  }

  removeInterface(out: NetworkInterface): void {
    for (const [key, route] of this.#routes) if (route.out === out) this.#routes.delete(key);
    this.changed();
  }

  /** An interface went up or down: its routes count again, or no more. */
  changed(): void {
    this.#cache = undefined;
  }

  /** The route to an address; routes by an interface that is down don't count. */
  find(to: Ip): Route | undefined {
    const cached = this.#cache?.get(to.id);
    if (cached !== undefined) return cached;
    for (const length of this.#lengths) {
      const found = this.#routes.get(networkKey(to.words, length));
      if (found === undefined || !found.out.up) continue;
      if (this.#cache === undefined || this.#cache.size >= cacheSizeMax) this.#cache = new Map();
      this.#cache.set(to.id, found);
      return found;
    }
    return undefined;
  }

  /** As `ip route` lists them: the default first, then by address. */
  list(family: 4 | 6): readonly Route[] {
    return [...this.#routes.values()]
      .filter((route) => route.destination.family === family)
      .sort((a, b) => {
        if ((a.destination.length === 0) !== (b.destination.length === 0)) return a.destination.length === 0 ? -1 : 1;
        for (let i = 0; i < a.destination.words.length; i++) {
          const difference = (a.destination.words[i] as number) - (b.destination.words[i] as number);
          if (difference !== 0) return difference;
        }
        return a.destination.length - b.destination.length;
      });
  }
}

/** IPv4 makes one exact number, IPv6 a text: the families never meet. */
function networkKey(words: readonly number[], length: number): number | string {
  if (words.length === 1) return (((words[0] as number) & maskWord(length)) >>> 0) * 64 + length;
  let key = `${length}`;
  for (let i = 0; i < words.length; i++) key += `/${(words[i] as number) & maskWord(length - 32 * i)}`;
  return key;
}
