import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";

/** How a connection has come out so far, as its opener sees it. */
export type Ending =
  | { readonly type: "answered"; readonly by: string }
  /** Somebody said no: at once, and the opener knows. */
  | { readonly type: "refused"; readonly at: string }
  /** Its packets vanish; the opener hears nothing. */
  | { readonly type: "lost"; readonly at: string }
  | { readonly type: "open" };

/** Pure: looks at the whole record of one connection. */
export function endingOf(info: ConnectionInfo, hops: readonly HopRecord[]): Ending {
  let lostAt: string | undefined;
  for (const hop of hops) {
    if (hop.action === "reject") return { type: "refused", at: hop.at };
    if (hop.action === "drop") lostAt = hop.at;
  }
  const answer = hops.find((hop) => hop.action === "receive" && hop.at === info.opener && hop.packet > 1);
  const by = hops.find((hop) => hop.action === "receive" && hop.packet === 1)?.at;
  if (answer !== undefined && by !== undefined) return { type: "answered", by };
  return lostAt === undefined ? { type: "open" } : { type: "lost", at: lostAt };
}
