import type { Misfit } from "./filters.ts";

/** `0/3 nodes are available: …`: how many nodes each reason kept out, and why evicting others would not help either. @source pkg/scheduler/framework/types.go, FitError; preemption/preemption.go */
export function failureMessage(misfits: readonly Misfit[], mayPreempt: boolean): string {
  const total = misfits.length;
  if (total === 0) return "no nodes available to schedule pods";
  const reasons = `0/${total} nodes are available: ${counted(misfits.flatMap(({ reasons: texts }) => texts))}.`;
  if (!mayPreempt) return `${reasons} preemption: not eligible due to preemptionPolicy=Never.`;
  const hopeless = misfits.map(({ isFinal }) =>
    isFinal ? "Preemption is not helpful for scheduling" : "No preemption victims found for incoming pod",
  );
  return `${reasons} preemption: 0/${total} nodes are available: ${counted(hopeless)}.`;
}

function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(", ");
}
