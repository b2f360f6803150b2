import type { ChainLink } from "../../playground/protocol.ts";
import { bringZone } from "../app/zones.ts";
import { query } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import { light } from "./explain.ts";

/** From a line of the text to what it made: the whole chain is lit, and the inspector tells of the object that it ends at. */
export async function followLine(line: number): Promise<void> {
  const links = await query<readonly ChainLink[]>({ kind: "chain", from: "line", line });
  const object = (links.find((link) => link.kind === "service") ?? links.find((link) => link.kind === "pod"))?.shown.object;
  if (object !== undefined) usePage.setState({ selection: { kind: "object", id: object } });
  bringZone("inspector");
  light(links.map((link) => link.shown));
}
