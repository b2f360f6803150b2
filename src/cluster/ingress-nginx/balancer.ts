import { encodeHex, sha256 } from "../protocols/bytes.ts";
import { cookieDate } from "../protocols/http-date.ts";
import type { CookieAffinity } from "./annotations.ts";
import type { Endpoint } from "./upstream.ts";

interface Draws {
  below(bound: number): number;
}

/** Picks endpoints: round robin by backend, or by cookie. @source ingress-nginx rootfs/etc/nginx/lua/balancer */
export class Balancer {
  readonly #random: Draws;
  readonly #turns = new Map<string, number>();
  /** Which endpoint a cookie stands for. */
  readonly #sessions = new Map<string, string>();

  constructor(random: Draws) {
    this.#random = random;
  }

  /** In turn, from a random start; `tried` ones only when nothing else is left. */
  next(backend: string, endpoints: readonly Endpoint[], tried: readonly Endpoint[]): Endpoint {
    const fresh = endpoints.filter((endpoint) => !tried.includes(endpoint));
    const choices = fresh.length > 0 ? fresh : endpoints;
    const turn = this.#turns.get(backend) ?? this.#random.below(endpoints.length);
    this.#turns.set(backend, turn + 1);
    return choices[turn % choices.length] as Endpoint;
  }

  /** The endpoint of the cookie's session, if it is still there. */
  ofSession(cookie: string | undefined, endpoints: readonly Endpoint[]): Endpoint | undefined {
    const known = cookie === undefined ? undefined : this.#sessions.get(cookie);
    return endpoints.find((endpoint) => `${endpoint.ip}:${endpoint.port}` === known);
  }

  /** A new session: a random endpoint and the value of its cookie. */
  newSession(backend: string, endpoints: readonly Endpoint[], dateMs: number): { readonly endpoint: Endpoint; readonly value: string } {
    const endpoint = endpoints[this.#random.below(endpoints.length)] as Endpoint;
    const seconds = Math.floor(dateMs / 1000);
    const value = `${seconds}.${`${dateMs % 1000}`.padStart(3, "0")}.${20 + this.#random.below(60)}.${this.#random.below(1_000_000)}|${encodeHex(sha256(backend)).slice(0, 32)}`;
    this.#sessions.set(value, `${endpoint.ip}:${endpoint.port}`);
    return { endpoint, value };
  }
}

/** `NAME=VALUE; Expires=…; Max-Age=…; Domain=…; Path=…; Secure; HttpOnly; SameSite=…` @source lua-resty-cookie, bake */
export function setCookie(affinity: CookieAffinity, value: string, locationPath: string, isHttps: boolean, dateMs: number): string {
  const parts = [`${affinity.name}=${value}`];
  if (affinity.expiresSeconds !== undefined) parts.push(`Expires=${cookieDate(dateMs + affinity.expiresSeconds * 1000)}`);
  if (affinity.maxAgeSeconds !== undefined) parts.push(`Max-Age=${affinity.maxAgeSeconds}`);
  if (affinity.domain !== undefined) parts.push(`Domain=${affinity.domain}`);
  parts.push(`Path=${affinity.path ?? locationPath}`);
  if (affinity.isSecure ?? isHttps) parts.push("Secure");
  parts.push("HttpOnly");
  if (affinity.sameSite !== undefined) parts.push(`SameSite=${affinity.sameSite}`);
  return parts.join("; ");
}

export function cookieValue(cookieHeader: string | undefined, name: string): string | undefined {
  for (const pair of (cookieHeader ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
