import type { Cluster } from "./cluster.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { ConntrackRow as KernelRow, Tuple } from "./network/netfilter/conntrack.ts";
import { IpSet, printIpSets, saveIpSets } from "./network/netfilter/ipset.ts";
import { type IpvsService, IpvsTable } from "./network/netfilter/ipvs-table.ts";
import { listIptables } from "./network/netfilter/list-iptables.ts";
import { listRules, printIptablesSave, savedTables } from "./network/netfilter/print-iptables.ts";
import { printIpvs, printIpvsConnections, printIpvsFigures, printIpvsSave } from "./network/netfilter/print-ipvs.ts";
import { familyName, printNftTable, printNftTables } from "./network/netfilter/print-nft.ts";
import type { TableName } from "./network/netfilter/rule.ts";
import type { ConntrackRow, ConntrackTuple, TablesService } from "./programs/services.ts";

/** What stands in a node's kernel, as the node's own tools print it: the very data that its packets are decided by. */
export function nodeTables(cluster: Cluster, node: ClusterNode): TablesService {
  const { netfilter } = node.netns;
  const { kernel } = node.proxy;
  const nowUs = () => cluster.queue.now();
  const rows = (family: 4 | 6) => netfilter.conntrack.rows(nowUs(), { family });

  return {
    mode: cluster.options.proxyMode,

    iptablesSave: ({ family, table, withCounters }) =>
      printIptablesSave(netfilter.tablesOf(family), {
        family,
        dateMs: cluster.simulation.dateMs(),
        withCounters,
        ...(isTable(table) ? { table } : {}),
      }),

    iptablesRules: ({ family, table, chain, list, withCounters }) => {
      if (!isTable(table)) return undefined;
      if (list !== undefined) return listIptables(netfilter.tablesOf(family), table, chain, family, list);
      const chains = netfilter.tablesOf(family).chains(table);
      const shown = chain === undefined ? chains : chains.filter((one) => one.name === chain);
      return shown.length === 0 ? undefined : listRules(shown, family, withCounters);
    },

    zeroIptables: ({ family, table, chain }) => {
      if (!isTable(table)) return [];
      const tables = netfilter.tablesOf(family);
      const names = tables.chains(table).map(({ name }) => name);
      const zeroed = chain === undefined ? names : names.filter((name) => name === chain);
      for (const name of zeroed) tables.zeroChain(table, name);
      return zeroed;
    },

    nftList: (what) => {
      const tables = kernel.nftTables;
      if (!("table" in what)) {
        const shown = tables.filter((table) => what.family === undefined || familyName(table.family) === what.family);
        if (what.kind === "ruleset") return printNftTables(shown, nowUs());
        if (what.kind === "tables") return shown.map((table) => `table ${familyName(table.family)} ${table.name}\n`).join("");
        return shown.map((table) => partsOfTable(printNftTable(table, nowUs()), what.kind.slice(0, -1))).join("");
      }
      const table = tables.find((one) => familyName(one.family) === what.family && one.name === what.table);
      if (table === undefined) return undefined;
      const text = printNftTable(table, nowUs());
      return "name" in what ? partOfTable(text, what.kind, what.name) : text;
    },

    ipvsadm: ({ family, service, show }) => {
      const of = (one: IpvsService) =>
        (family === undefined || one.address.ip.family === family) &&
        (service === undefined || (one.address.text === service.address && one.protocol === service.protocol));
      const table = kernel.ipvs ?? new IpvsTable();
      if (show === "save") return printIpvsSave(table);
      if (show === "connections") return printIpvsConnections([...rows(4), ...rows(6)], nowUs());
      const shown = table.services().filter(of);
      if (service !== undefined && shown.length === 0) return undefined;
      if (show !== "list") return printIpvsFigures(shown, show, nowUs());
      return printIpvs(table, [...rows(4), ...rows(6)], shown);
    },

    zeroIpvs: () => {
      for (const service of kernel.ipvs?.services() ?? []) for (const { stats } of [service, ...service.destinations]) stats.zero();
    },

    ipsetList: (name, { namesOnly, asSave }) => {
      const sets = ([4, 6] as const).flatMap((family) =>
        [...netfilter.tablesOf(family).sets.values()].filter((set) => set instanceof IpSet),
      );
      const sorted = sets.filter((set) => name === undefined || set.name === name).sort((a, b) => (a.name < b.name ? -1 : 1));
      if (name !== undefined && sorted.length === 0) return undefined;
      if (namesOnly) return sorted.map((set) => `${set.name}\n`).join("");
      if (asSave) return saveIpSets(sorted);
      return printIpSets(sorted, (set) => references(node, set));
    },

    conntrack: (family) => rows(family).map(toRow),

    deleteConntrack: (family, filter) => {
      const deleted = rows(family).map((row) => ({ row, shown: toRow(row) }));
      const wanted = deleted.filter(({ shown }) => filter(shown));
      for (const { row } of wanted) {
        netfilter.conntrack.deleteWhere(
          row.protocol,
          nowUs(),
          (original, reply) =>
            original.source === row.original.source &&
            original.destination === row.original.destination &&
            reply.source === row.reply.source &&
            reply.destination === row.reply.destination,
        );
      }
      return wanted.map(({ shown }) => shown);
    },
  };
}

function isTable(name: string | undefined): name is TableName {
  return savedTables.some((table) => table === name);
}

/** The blocks of one kind of a printed table, as `nft list sets` shows them; of a chain its heading alone, without rules. */
function partsOfTable(text: string, kind: string): string {
  const lines = text.split("\n");
  const parts: string[] = [];
  let isInside = false;
  for (const line of lines) {
    if (line.startsWith(`\t${kind} `)) isInside = true;
    if (isInside && (kind !== "chain" || !line.startsWith("\t\t") || /^\t\t(type|comment) /.test(line))) parts.push(line);
    if (line === "\t}") isInside = false;
  }
  return `${[lines[0], ...parts, "}"].join("\n")}\n`;
}

/** One block of a printed table, inside the table's braces, as `nft list chain …` shows it. */
function partOfTable(text: string, kind: string, name: string): string | undefined {
  const lines = text.split("\n");
  const start = lines.indexOf(`\t${kind} ${name} {`);
  if (start < 0) return undefined;
  const end = lines.indexOf("\t}", start);
  return `${[lines[0], ...lines.slice(start, end + 1), "}"].join("\n")}\n`;
}

function references(node: ClusterNode, set: IpSet): number {
  const tables = node.netns.netfilter.tablesOf(set.family === 6 ? 6 : 4);
  let count = 0;
  for (const table of savedTables) {
    for (const chain of tables.chains(table)) {
      for (const rule of chain.rules) if (rule.match.extensions.some((one) => one.type === "set" && one.name === set.name)) count++;
    }
  }
  return count;
}

function toRow(row: KernelRow): ConntrackRow {
  const isV6 = row.original.source.ip.family === 6;
  return {
    protocol: row.protocol === "icmp" && isV6 ? "icmpv6" : row.protocol,
    timeoutSeconds: row.timeoutS,
    state: row.state,
    original: toTuple(row, row.original, true),
    reply: toTuple(row, row.reply, false),
    isReplied: row.isReplied,
    isAssured: row.isAssured,
    mark: row.mark,
  };
}

function toTuple(row: KernelRow, tuple: Tuple, isOriginal: boolean): ConntrackTuple {
  const base = {
    source: tuple.source.ip.text,
    destination: tuple.destination.ip.text,
    sourcePort: tuple.source.port,
    destinationPort: tuple.destination.port,
  };
  if (row.protocol !== "icmp") return base;
  const isV6 = tuple.source.ip.family === 6;
  const type = isV6 ? (isOriginal ? 128 : 129) : isOriginal ? 8 : 0;
  return { ...base, icmp: { type, code: 0, id: tuple.source.port || tuple.destination.port } };
}
