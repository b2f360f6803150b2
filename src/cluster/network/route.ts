import { type Cidr, inCidr, type Ip } from "./address.ts";
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
  /** By length of prefix, longest first; equal ones in the order added. */
  #routes: Route[] = [];
  #cache = new Map<number, Route>();

  add(route: Route): void {
    const at = this.#routes.findIndex((r) => r.destination.text === route.destination.text);
    if (at >= 0) this.#routes[at] = route;
    else {
      const behind = this.#routes.findIndex((r) => r.destination.length < route.destination.length);
      if (behind < 0) this.#routes.push(route);
      else this.#routes.splice(behind, 0, route);
    }
    this.#cache.clear();
  }

  remove(destination: Cidr): void {
    this.#routes = this.#routes.filter((route) => route.destination.text !== destination.text);
    this.#cache.clear();
  }

  removeInterface(out: NetworkInterface): void {
    this.#routes = this.#routes.filter((route) => route.out !== out);
    this.#cache.clear();
  }

  /** An interface went up or down: its routes count again, or no more. */
  changed(): void {
    this.#cache.clear();
  }

  /** The route to an address; routes by an interface that is down don't count. */
  find(to: Ip): Route | undefined {
    const cached = this.#cache.get(to.id);
    if (cached !== undefined) return cached;
    const found = this.#routes.find((route) => route.out.up && inCidr(to, route.destination));
    if (this.#cache.size >= cacheSizeMax) this.#cache.clear();
    if (found !== undefined) this.#cache.set(to.id, found);
    return found;
  }

  /** As `ip route` lists them: the default first, then by address. */
  list(family: 4 | 6): readonly Route[] {
    return this.#routes
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
