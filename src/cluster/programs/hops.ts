import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import type { Connection, Hop } from "../network/hop.ts";
import { connectionId } from "../network/hop-log.ts";
import { flagsText } from "../network/wire.ts";
import { summarizePayload } from "../protocols/summary.ts";
import { type HopLogService, hopLogService } from "./services.ts";

/**
 * `hops [N] [-o json] [--dns] [--all]`: every hop of the last (or N-th last) connection that this shell's commands opened, wherever they ran.
 * Connections opened in consequence (an Ingress controller's upstream) follow theirs. Kubehop's own command.
 */
function* runHops(sys: Sys): Program {
  const log = sys.service(hopLogService);
  if (log === undefined) {
    yield* sys.err("hops: nothing is recorded here\n");
    return 1;
  }
  let n = 1;
  let isJson = false;
  let withDns = false;
  let withAll = false;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (/^[1-9]\d*$/.test(arg)) n = Number(arg);
    else if (arg === "-o" || arg === "--output") {
      if (args[++i] !== "json") {
        yield* sys.err("hops: -o knows only json\n");
        return 2;
      }
      isJson = true;
    } else if (arg === "-ojson" || arg === "--output=json" || arg === "-o=json") isJson = true;
    else if (arg === "--dns") withDns = true;
    else if (arg === "--all") withAll = true;
    else {
      yield* sys.err(`hops: unknown argument ${arg}\nUsage: hops [N] [-o json] [--dns] [--all]\n`);
      return 2;
    }
  }
  const all = log.connections();
  const mine = all.filter((connection) => isWanted(connection, sys.session, withDns, withAll));
  const chosen = mine[mine.length - n];
  if (chosen === undefined) {
    if (isJson) yield* sys.out("[]\n");
    else yield* sys.err(mine.length === 0 ? "hops: no connection yet\n" : `hops: only ${mine.length} connections are recorded\n`);
    return 1;
  }
  const family = [chosen, ...all.filter((connection) => connection !== chosen && descendsFrom(connection, chosen))];
  const hops = family.flatMap((connection) => connection.hops).toSorted((a, b) => a.sequence - b.sequence);
  yield* sys.out(
    isJson
      ? `${JSON.stringify(
          hops.map((hop) => plain(log, hop)),
          null,
          2,
        )}\n`
      : table(log, family, hops),
  );
  return 0;
}

function isWanted(connection: Connection, session: number, withDns: boolean, withAll: boolean): boolean {
  if (withAll) return connection.parent === undefined;
  if (connection.session !== session || connection.parent !== undefined) return false;
  return connection.purpose === "traffic" || (withDns && connection.purpose === "dns");
}

function descendsFrom(connection: Connection, ancestor: Connection): boolean {
  for (let at = connection.parent; at !== undefined; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** A hop as plain data: the contract's fields. */
function plain(log: HopLogService, hop: Hop): Readonly<Record<string, unknown>> {
  const { packet } = hop;
  const flags = flagsText(packet);
  const summary = packet.payload === undefined ? "" : summarizePayload(packet.payload);
  return {
    time: hop.timeUs / 1000,
    at: hop.at,
    connection: connectionId(packet.connection),
    ...(packet.connection.parent === undefined ? {} : { parent: connectionId(packet.connection.parent) }),
    packet: packet.number,
    action: hop.action,
    protocol: packet.protocol,
    source: hop.source.text,
    destination: hop.destination.text,
    ...(flags === undefined ? {} : { flags }),
    bytes: packet.bytes,
    ...(packet.icmp === undefined ? {} : { icmp: packet.icmp.type }),
    ...(summary === "" ? {} : { payload: summary }),
    ...(hop.hook === undefined ? {} : { hook: hop.hook }),
    reason: hop.reason,
    note: log.note(hop),
    ...(hop.rule === undefined ? {} : { rule: log.ruleText(hop, hop.rule) }),
    ...(hop.rules.length === 0 ? {} : { rules: hop.rules.map((rule) => log.ruleText(hop, rule)) }),
    ...(hop.object === undefined ? {} : { object: hop.object }),
  };
}

function table(log: HopLogService, family: readonly Connection[], hops: readonly Hop[]): string {
  let text = "";
  for (const connection of family) {
    const parent = connection.parent === undefined ? "" : `   (for ${connectionId(connection.parent)})`;
    text += `${connectionId(connection)}   ${connection.protocol}   ${connection.source.text} -> ${connection.destination.text}${parent}\n`;
  }
  const showsConnection = family.length > 1;
  const head = ["TIME", ...(showsConnection ? ["CONNECTION"] : []), "AT", "ACTION", "SOURCE", "DESTINATION", "WHAT", "NOTE"];
  const rows = hops.map((hop) => {
    const { packet } = hop;
    const summary = packet.payload === undefined ? "" : summarizePayload(packet.payload);
    const what = summary !== "" ? summary : (packet.icmp?.type ?? flagsText(packet) ?? packet.protocol);
    const object = hop.object === undefined ? "" : ` [${hop.object}]`;
    return [
      `${(hop.timeUs / 1000).toFixed(3)}`,
      ...(showsConnection ? [connectionId(packet.connection)] : []),
      hop.at,
      hop.action,
      hop.source.text,
      hop.destination.text,
      what,
      `${log.note(hop)}${object}`,
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] as number))).join("  ")}\n`;
  return `${text}\n${line(head)}${rows.map(line).join("")}`;
}

export const hops: ProgramEntry = { name: "hops", run: runHops };
