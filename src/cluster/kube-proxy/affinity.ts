import { heldClients } from "../network/netfilter/ipvs-hooks.ts";
import type { Extension } from "../network/netfilter/rule.ts";
import type { Netns } from "../network/netns.ts";
import type { ProxyKernel } from "./kernel.ts";

/** A client that a node's kernel sends to the same endpoint again. */
export interface RememberedClient {
  /** Its address, as the node sees it. */
  readonly client: string;
  /** `10.244.1.3:8080` */
  readonly endpoint: string;
  /** IPVS remembers for each virtual server alone: its address. */
  readonly virtual?: string;
  /** Forgotten then, unless it connects again before. */
  readonly expiresUs: number;
}

/**
 * Whom the kernel of one node remembers for the Service `object`, as its rules will find them now: lists of `-m recent`, sets with a timeout,
 * or persistence templates.
 *
 * @source pkg/proxy/{iptables,nftables,ipvs}/proxier.go, session affinity; iptables-extensions(8), "recent"; nft(8), "SETS"; ipvsadm(8), --persistent
 */
export function rememberedClients(netns: Netns, kernel: ProxyKernel, object: string): readonly RememberedClient[] {
  const nowUs = netns.nowUs();
  const found = {
    iptables: () => ([4, 6] as const).flatMap((family) => recentClients(netns, family, object, nowUs)),
    nftables: () => nftClients(kernel, object, nowUs),
    ipvs: () => ipvsClients(netns, kernel, object, nowUs),
  }[kernel.mode]();
  return found.toSorted(
    (a, b) => compare(a.client, b.client) || compare(a.endpoint, b.endpoint) || compare(a.virtual ?? "", b.virtual ?? ""),
  );
}

type Recent = Extract<Extension, { type: "recent" }>;

function recentClients({ netfilter, book }: Netns, family: 4 | 6, object: string, nowUs: number): readonly RememberedClient[] {
  const rules = netfilter
    .tablesOf(family)
    .chains("nat")
    .flatMap((chain) => chain.rules.filter((rule) => rule.object === object))
    .flatMap(({ match, target }) => match.extensions.filter(isRecent).map((recent) => ({ recent, target })));
  const secondsOf = new Map(
    rules.flatMap(({ recent }) => (recent.command === "rcheck" ? [[recent.name, recent.seconds ?? 0] as const] : [])),
  );
  return rules.flatMap(({ recent, target }) => {
    const seconds = secondsOf.get(recent.name);
    if (recent.command !== "set" || target.type !== "dnat" || seconds === undefined) return [];
    return [...netfilter.recent.list(recent.name)].flatMap(([source, seenUs]) => {
      const client = book.ofId(source)?.text;
      const expiresUs = seenUs + seconds * 1_000_000;
      return client === undefined || expiresUs < nowUs ? [] : [{ client, endpoint: target.to.text, expiresUs }];
    });
  });
}

function isRecent(extension: Extension): extension is Recent {
  return extension.type === "recent";
}

function nftClients({ nftTables }: ProxyKernel, object: string, nowUs: number): readonly RememberedClient[] {
  return nftTables.flatMap((table) =>
    [...table.chains.values()].flatMap(({ rules }) => {
      const own = rules.filter((rule) => rule.object === object).map(({ statement }) => statement);
      const update = own.find((statement) => statement.type === "update");
      const dnat = own.find((statement) => statement.type === "dnat");
      if (update === undefined || dnat === undefined) return [];
      return table.dynamicEntries(update.set, nowUs).map(({ ip, expiresUs }) => ({ client: ip.text, endpoint: dnat.to.text, expiresUs }));
    }),
  );
}

function ipvsClients({ book }: Netns, { ipvs }: ProxyKernel, object: string, nowUs: number): readonly RememberedClient[] {
  return ipvs
    .services()
    .filter((service) => service.object === object && service.persistentSeconds > 0)
    .flatMap((service) =>
      heldClients(service, nowUs).flatMap(([source, { destination, expiresUs }]) => {
        const client = book.ofId(source)?.text;
        return client === undefined ? [] : [{ client, endpoint: destination.address.text, virtual: service.address.text, expiresUs }];
      }),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
