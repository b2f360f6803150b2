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
  const momentOf = (name: string) => {
    const ms = view[name];
    return typeof ms === "number" && Number.isFinite(ms) && ms >= 0 ? { [name]: ms } : {};
  };
  const pins = view["pins"];
  const filters = fieldsOf(view["filters"]);
  const collapsed = fieldsOf(view["collapsed"]);
  const shows = (["system", "noise"] as const).filter((name) => textsOf(view["shows"]).includes(name));
  return {
    ...text("connection"),
    ...text("selection"),
    ...text("caption"),
    ...(typeof view["hop"] === "number" ? { hop: view["hop"] } : {}),
    ...momentOf("timeMs"),
    ...momentOf("atMs"),
    ...(view["paused"] === true ? { paused: true } : {}),
    ...(view["view"] === "logical" || view["view"] === "physical" ? { view: view["view"] } : {}),
    ...(filters === undefined
      ? {}
      : {
          filters: {
            namespaces: switchesOf(fieldsOf(filters["namespaces"]) ?? {}),
            kinds: textsOf(filters["kinds"]),
            objects: textsOf(filters["objects"]),
          },
        }),
    ...(collapsed === undefined ? {} : { collapsed: switchesOf(collapsed) }),
    ...(shows.length === 0 ? {} : { shows }),
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

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function switchesOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, boolean>> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, boolean] => typeof entry[1] === "boolean"));
}
