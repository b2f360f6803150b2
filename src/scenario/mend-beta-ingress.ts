import { ingressOfToday } from "../cluster/api/ingress/today.ts";
import type { LooseObject } from "../cluster/api/meta.ts";
import type { YamlDocument } from "../yaml/parse.ts";
import { printYaml } from "../yaml/print.ts";

/** The text with each beta Ingress written as clusters since 1.22 take it; undefined where there is none. Comments inside such a document go. */
export function mendBetaIngresses(text: string, documents: readonly YamlDocument[]): string | undefined {
  const lines = text.split("\n");
  // From the last to the first, so that places further up stay true.
  for (const document of documents.toReversed()) {
    const today = todayOf(document);
    if (today === undefined) continue;
    const own = document.text.replace(/\n$/, "").split("\n");
    // A separator at the document's head stays.
    const kept = own.findIndex((line) => line.trim() !== "" && !/^(---|#)/.test(line));
    lines.splice(document.firstLine - 1 + kept, own.length - kept, ...printYaml(today).replace(/\n$/, "").split("\n"));
  }
  const mended = lines.join("\n");
  return mended === text ? undefined : mended;
}

function todayOf({ content }: YamlDocument): LooseObject | undefined {
  if (!content.ok || typeof content.value !== "object" || content.value === null || Array.isArray(content.value)) return undefined;
  return ingressOfToday(content.value as LooseObject);
}
