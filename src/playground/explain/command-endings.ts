import type { ConnectionRecord } from "../../cluster/index.ts";
import type { Ending } from "../protocol.ts";
import { explainEnding } from "./ending.ts";
import { explainNames } from "./ending-name.ts";
import type { Look } from "./look.ts";

/**
 * What went wrong in the connections of one command, each kind of ending once. `output` is what the command wrote: where a line of it is the
 * tool's own complaint, that line stands before our words.
 */
export function explainCommand(look: Look, connections: readonly ConnectionRecord[], output: string): readonly Ending[] {
  const dns = connections.filter(({ info }) => info.purpose === "dns" || /:53$/.test(info.destination));
  const endings = [
    ...explainNames(look, dns),
    ...connections.filter((connection) => !dns.includes(connection)).map((connection) => explainEnding(look, connection)),
  ].filter((one) => one.isFailure);
  const seen = new Set<string>();
  const complaint = complaintOf(output);
  const distinct = endings.filter((one) => {
    const key = JSON.stringify(one.cause);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  // With several endings nobody knows whose the line is.
  return complaint === undefined || distinct.length !== 1
    ? distinct.slice(0, endingsMax)
    : distinct.map((one) => ({ ...one, text: complaint }));
}

/** The line in which a tool says what went wrong. */
export function complaintOf(output: string): string | undefined {
  const lines = output.split(/\r?\n/).map((line) => line.trimEnd());
  // What kubectl exec says behind it is only that something failed.
  return lines.findLast((line) => complaints.test(line)) ?? lines.findLast((line) => line.startsWith("command terminated with exit code"));
}

const complaints =
  /^(?:curl: \(|wget: |nc: |;; (?:connection timed out|communications error)|\*\* server can't find|Host \S+ not found|ping: |nslookup: |browser: )/;

/** More than these are a list that nobody reads. */
const endingsMax = 3;
