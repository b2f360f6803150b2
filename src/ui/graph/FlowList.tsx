import { create } from "zustand";
import type { Band, BandCount } from "../../graph/flow-bands.ts";
import { useLanguage } from "../app/language.ts";
import { placeName } from "../inspector/words.ts";

/** The bands of the picture in words, for who does not see them. Told at most once a second. */
const useFlowTexts = create<{ readonly texts: readonly string[] }>(() => ({ texts: [] }));

const tellEveryMs = 1000;
let toldMs = Number.NEGATIVE_INFINITY;
let timer: number | undefined;

/** `120/s`, or `1,024`. */
export function wordsOf({ number, isRate }: BandCount): string {
  return isRate ? useLanguage.getState().ui.perSecond.replace("{count}", number) : number;
}

export function tellFlows(bands: readonly Band[], nowMs: number): void {
  window.clearTimeout(timer);
  if (nowMs - toldMs < tellEveryMs) {
    // The last word is always told.
    timer = window.setTimeout(() => tellFlows(bands, performance.now()), tellEveryMs);
    return;
  }
  toldMs = nowMs;
  const { ui } = useLanguage.getState();
  const names = { request: ui.flowRequests, reply: ui.flowReplies, dns: ui.flowDns, probe: ui.flowProbes, drop: ui.flowFailed };
  const texts = bands.flatMap(({ edge, counts }) => {
    if (counts.length === 0) return [];
    const told = counts.map((count) => `${wordsOf(count)} ${names[count.meaning]}`).join(", ");
    return [`${placeName(edge.from)} → ${placeName(edge.to)}: ${told}`];
  });
  if (texts.join("\n") !== useFlowTexts.getState().texts.join("\n")) useFlowTexts.setState({ texts });
}

export function FlowList() {
  const { ui } = useLanguage();
  const { texts } = useFlowTexts();
  if (texts.length === 0) return null;
  return (
    <ul className="visually-hidden flow-list" aria-label={ui.flows}>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
