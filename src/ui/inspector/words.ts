import type { enUi } from "../../messages/en-ui.ts";
import type { HopRecord } from "../../playground/protocol.ts";

/** What happened at a hop, as a key of the page's words. */
export const hopWords = {
  send: "hopSend",
  forward: "hopForward",
  dnat: "hopDnat",
  snat: "hopSnat",
  undnat: "hopUndnat",
  unsnat: "hopUnsnat",
  receive: "hopReceive",
  drop: "hopDrop",
  reject: "hopReject",
} as const satisfies Readonly<Record<HopRecord["action"], keyof typeof enUi>>;

/** A place or object as people say it: without its kind, and without the namespace that nobody names. */
export function placeName(place: string): string {
  return place.replace(/^(pod|service|ingress|lb)\/default\//, "").replace(/^(node|client|external|rules|pod|service|ingress|lb)\//, "");
}
