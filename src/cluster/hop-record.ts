import type { Connection, Hook, Hop, HopAction, Reason } from "./network/hop.ts";
import { connectionId } from "./network/hop-log.ts";
import type { AppliedRule } from "./network/netfilter/rule.ts";
import { flagsText } from "./network/wire.ts";
import { summarizePayload } from "./protocols/summary.ts";

/** A connection as the page and `hops -o json` see it: plain data. */
export interface ConnectionInfo {
  /** `client/laptop#7` */
  readonly id: string;
  readonly opener: string;
  readonly purpose: "traffic" | "dns" | "probe" | "health";
  readonly session: number;
  readonly parent: string | undefined;
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  readonly openedUs: number;
}

/** A hop as the page and `hops -o json` see it: plain data. */
export interface HopRecord {
  readonly sequence: number;
  /** Microseconds since loading. */
  readonly timeUs: number;
  readonly at: string;
  readonly connection: string;
  readonly packet: number;
  readonly action: HopAction;
  readonly protocol: string;
  /** Before this step. */
  readonly fromSource: string;
  readonly fromDestination: string;
  /** After this step. */
  readonly source: string;
  readonly destination: string;
  readonly flags: string | undefined;
  readonly bytes: number;
  /** What rides in it, in one line: `GET / HTTP/1.1`, `A kubia.default.svc.cluster.local?`. */
  readonly summary: string | undefined;
  readonly reason: Reason;
  readonly hook: Hook | undefined;
  readonly rule: string | undefined;
  readonly rules: readonly string[];
  readonly object: string | undefined;
}

export function connectionInfo(connection: Connection): ConnectionInfo {
  return {
    id: connectionId(connection),
    opener: connection.opener,
    purpose: connection.purpose,
    session: connection.session,
    parent: connection.parent === undefined ? undefined : connectionId(connection.parent),
    protocol: connection.protocol,
    source: connection.source.text,
    destination: connection.destination.text,
    openedUs: connection.openedUs,
  };
}

/** A connection with all that is known of it. */
export interface ConnectionRecord {
  readonly info: ConnectionInfo;
  readonly hops: readonly HopRecord[];
  /** Connections opened in consequence of it: an Ingress controller's way to a pod. */
  readonly children: readonly ConnectionRecord[];
  /** What an Ingress controller decided for the last request on it: the outcome, then each rule that it looked at. */
  readonly decision: readonly string[];
}

/** The hop in words and numbers; `ruleText` prints a rule as its own tool does. */
export function hopRecord(hop: Hop, ruleText: (rule: AppliedRule) => string): HopRecord {
  const { packet } = hop;
  const summary = packet.payload === undefined ? "" : summarizePayload(packet.payload);
  return {
    sequence: hop.sequence,
    timeUs: hop.timeUs,
    at: hop.at,
    connection: connectionId(packet.connection),
    packet: packet.number,
    action: hop.action,
    protocol: packet.protocol,
    fromSource: packet.source.text,
    fromDestination: packet.destination.text,
    source: hop.source.text,
    destination: hop.destination.text,
    flags: flagsText(packet),
    bytes: packet.bytes,
    summary: summary !== "" ? summary : packet.icmp === undefined ? undefined : `ICMP ${packet.icmp.type}`,
    reason: hop.reason,
    hook: hop.hook,
    rule: hop.rule === undefined ? undefined : ruleText(hop.rule),
    rules: hop.rules.map(ruleText),
    object: hop.object,
  };
}
