import type { SocketBuffer } from "../interface.ts";
import type { Netfilter } from "./netfilter.ts";
import type { NftChain } from "./nft-rule.ts";
import type { NftTable } from "./nft-table.ts";
import { AppliedNftRules, type NftContext, NftWalker } from "./nft-walk.ts";
import { ACCEPT } from "./verdict.ts";

/** Puts a table's base chains at the hooks of a namespace. Returns what takes them away again. */
export function attachNftTable(table: NftTable, netfilter: Netfilter, context: NftContext): () => void {
  const walker = new NftWalker(
    table,
    context,
    {
      dnat: (buffer, to) => netfilter.nat.setDestination(buffer, to),
      masquerade: (buffer) => netfilter.masquerade(buffer, true),
    },
    new AppliedNftRules(table.name),
  );
  const removals: (() => void)[] = [];
  for (const { name, base } of table.chains.values()) {
    if (base === undefined) continue;
    const run = (buffer: SocketBuffer) => {
      if (buffer.packet.source.ip.family !== table.family) return ACCEPT;
      return walker.walkBase(table.chains.get(name) as NftChain, buffer);
    };
    removals.push(
      base.type === "nat" ? netfilter.natHooks.register(base.hook, 0, run) : netfilter.hooks.register(base.hook, base.priority, run),
    );
  }
  return () => {
    for (const remove of removals) remove();
  };
}
