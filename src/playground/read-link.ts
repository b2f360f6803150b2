import { readLink } from "../scenario/index.ts";
import type { LinkView, RecordEntry } from "./protocol.ts";
import { readRecord } from "./record.ts";
import { engineVersion } from "./version.ts";

export type ReadLink =
  | { readonly text: string; readonly record: readonly RecordEntry[]; readonly view: LinkView; readonly isOtherEngine: boolean }
  | { readonly problem: string };

/** What a link carries, checked: strangers write links. `problem` is a code of `messages`. */
export function readScenarioLink(fragment: string): ReadLink {
  const read = readLink(fragment);
  if (!read.ok) return { problem: read.code };
  return {
    text: read.content.text,
    record: readRecord(read.content.record),
    view: readView(read.content.view ?? {}),
    isOtherEngine: read.content.engine !== engineVersion,
  };
}

function readView(view: Readonly<Record<string, unknown>>): LinkView {
  const text = (name: string) => (typeof view[name] === "string" ? { [name]: view[name] } : {});
  const pins = view["pins"];
  return {
    ...text("connection"),
    ...text("selection"),
    ...text("caption"),
    ...(typeof view["hop"] === "number" ? { hop: view["hop"] } : {}),
    ...(typeof view["timeMs"] === "number" && view["timeMs"] >= 0 ? { timeMs: view["timeMs"] } : {}),
    ...(view["view"] === "logical" || view["view"] === "physical" ? { view: view["view"] } : {}),
    ...(typeof pins === "object" && pins !== null && !Array.isArray(pins)
      ? {
          pins: Object.fromEntries(
            Object.entries(pins).filter(
              (pin): pin is [string, [number, number]] =>
                Array.isArray(pin[1]) && pin[1].length === 2 && pin[1].every((n) => typeof n === "number"),
            ),
          ),
        }
      : {}),
  };
}
