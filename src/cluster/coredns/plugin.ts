import type { Run, Sys } from "../machine/syscall.ts";
import type { DnsMessage, DnsQuestion } from "../protocols/dns.ts";
import type { KubernetesData } from "./kubernetes-data.ts";

/** One question on its way through the plugins. */
export interface Query {
  readonly message: DnsMessage;
  readonly question: DnsQuestion;
  /** The client as text, `10.244.1.5:41234`. */
  readonly client: string;
  readonly protocol: "udp" | "tcp";
}

/** An answer, or `failure`: what the error plugin tells and the server turns into SERVFAIL. */
export type Reply =
  | { readonly ok: true; readonly message: DnsMessage }
  | { readonly ok: false; readonly failure: string; readonly rcode: "SERVFAIL" | "REFUSED" };

export type Handler = (query: Query) => Run<Reply>;

/** What every plugin may use. */
export interface PluginContext {
  readonly sys: Sys;
  readonly data: KubernetesData;
  readonly metrics: Metrics;
}

/** Counters behind the prometheus plugin. */
export interface Metrics {
  readonly requests: Map<string, number>;
  readonly responses: Map<string, number>;
  cacheHits: number;
  cacheMisses: number;
}

export function createMetrics(): Metrics {
  return { requests: new Map(), responses: new Map(), cacheHits: 0, cacheMisses: 0 };
}

/** A plugin wraps the rest of the chain: it answers or passes on. */
export type Plugin = (next: Handler) => Handler;

/** The end of the chain: nobody answered. */
export function* noNextPlugin(query: Query): Run<Reply> {
  return { ok: false, failure: `plugin/server: no next plugin found for ${query.question.name}`, rcode: "SERVFAIL" };
}
