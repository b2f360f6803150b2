import type { ConnectionInfo, HopRecord } from "../../src/playground/protocol.ts";

/** A connection of the laptop's, with what a test cares about. */
export function connection(fields: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    id: "client/laptop#1",
    opener: "client/laptop",
    purpose: "traffic",
    session: 1,
    parent: undefined,
    protocol: "tcp",
    source: "203.0.113.10:40000",
    destination: "192.168.0.2:30123",
    openedUs: 0,
    ...fields,
  };
}

export function hop(fields: Partial<HopRecord> & Pick<HopRecord, "action" | "at">): HopRecord {
  return {
    sequence: 0,
    timeUs: 0,
    connection: "client/laptop#1",
    packet: 1,
    protocol: "tcp",
    fromSource: "203.0.113.10:40000",
    fromDestination: "192.168.0.2:30123",
    source: "203.0.113.10:40000",
    destination: "192.168.0.2:30123",
    flags: "SYN",
    bytes: 60,
    summary: undefined,
    reason: { code: "send-syn", args: {} },
    hook: undefined,
    rule: undefined,
    rules: [],
    object: undefined,
    ...fields,
  };
}
