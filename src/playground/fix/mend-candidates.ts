import type { RecordEntry } from "../protocol.ts";
import type { Candidate } from "./candidate.ts";

/**
 * What was broken on purpose and not mended yet, each with the command that mends it: the newest first. Read from the lines that were typed, since
 * a fault is a command like any other. Pure.
 */
export function mendCandidates(record: readonly RecordEntry[]): readonly Candidate[] {
  const broken = new Map<string, string>();
  for (const [, kind, body] of record) {
    if (kind !== "line") continue;
    for (const command of body.text.split(/;|&&|\|\|/)) {
      const fault = faultOf(command.trim());
      if (fault !== undefined) {
        broken.delete(fault.of);
        broken.set(fault.of, fault.mend);
      }
      const mended = /^mend\s+(\S+)/.exec(command.trim())?.[1];
      if (mended !== undefined) broken.delete(mended);
      const started = /^at\s+(\S+)\s+--\s+systemctl\s+start\s+(\S+)/.exec(command.trim());
      if (started !== null) broken.delete(`${started[2]} on ${started[1]}`);
    }
  }
  return [...broken]
    .reverse()
    .map(([of, mend]) => ({ touches: "fault", said: { code: "fix.mend", args: { of } }, edits: [], mend, size: 0 }));
}

/** What a line breaks, and what mends it. */
function faultOf(command: string): { readonly of: string; readonly mend: string } | undefined {
  const target = /^break\s+(\S+\/\S+)/.exec(command)?.[1];
  if (target !== undefined) return { of: target, mend: `mend ${target}` };
  const onNode = /^at\s+(\S+)\s+--\s+(poweroff|tc\s+qdisc\s+(?:add|replace)|systemctl\s+stop\s+(\S+))/.exec(command);
  if (onNode === null) return undefined;
  const [, node, , unit] = onNode;
  return unit === undefined
    ? { of: `node/${node}`, mend: `mend node/${node}` }
    : { of: `${unit} on ${node}`, mend: `at ${node} -- systemctl start ${unit}` };
}
