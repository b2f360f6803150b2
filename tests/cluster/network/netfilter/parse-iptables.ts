import { type AddressBook, parseCidr, parseIp } from "../../../../src/cluster/network/address.ts";
import type {
  Chain,
  ConnectionState,
  Extension,
  Match,
  PortRange,
  Rule,
  TableName,
  Target,
} from "../../../../src/cluster/network/netfilter/rule.ts";
import type { Protocol } from "../../../../src/cluster/network/packet.ts";

export type ParsedTables = ReadonlyMap<TableName, readonly Chain[]>;

export type ParseResult =
  | { readonly ok: true; readonly tables: ParsedTables }
  | { readonly ok: false; readonly line: number; readonly message: string };

/**
 * Reads the text of `iptables-save` back: rules as data, without their object and reason, which no text carries.
 * It knows what `print-iptables.ts` prints and says where it meets anything else.
 */
export function parseIptablesSave(text: string, book: AddressBook): ParseResult {
  const tables = new Map<TableName, Chain[]>();
  let table: { readonly name: TableName; readonly chains: Map<string, { policy: Chain["policy"]; rules: Rule[] }> } | undefined;
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const problem = (message: string): ParseResult => ({ ok: false, line: index + 1, message });
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("*")) {
      table = { name: line.slice(1) as TableName, chains: new Map() };
    } else if (table === undefined) {
      return problem(`outside of a table: ${line}`);
    } else if (line === "COMMIT") {
      tables.set(
        table.name,
        [...table.chains].map(([name, chain]) => ({ name, policy: chain.policy, rules: chain.rules })),
      );
      table = undefined;
    } else if (line.startsWith(":")) {
      const [name, policy] = line.slice(1).split(" ");
      table.chains.set(name as string, { policy: policy === "ACCEPT" || policy === "DROP" ? policy : undefined, rules: [] });
    } else {
      const words = splitWords(line);
      if (words === undefined || words[0] !== "-A") return problem(`not a rule: ${line}`);
      const chain = table.chains.get(words[1] ?? "");
      if (chain === undefined) return problem(`no such chain: ${words[1]}`);
      const rule = parseRule(words.slice(2), book);
      if (typeof rule === "string") return problem(rule);
      chain.rules.push(rule);
    }
  }
  return { ok: true, tables };
}

/** Words as iptables-restore splits them: double quotes hold a word together, a backslash in them keeps the next character. */
function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    if (line[at] === " ") {
      at++;
      continue;
    }
    let word = "";
    if (line[at] === '"') {
      at++;
      while (at < line.length && line[at] !== '"') {
        if (line[at] === "\\") at++;
        word += line[at] ?? "";
        at++;
      }
      if (line[at] !== '"') return undefined;
      at++;
    } else {
      while (at < line.length && line[at] !== " ") word += line[at++];
    }
    words.push(word);
  }
  return words;
}

/** The words behind the chain's name; a text says what was not understood. */
function parseRule(words: readonly string[], book: AddressBook): Rule | string {
  let at = 0;
  const match: { -readonly [K in keyof Match]: Match[K] } = { extensions: [] };
  const extensions: Extension[] = [];
  match.extensions = extensions;
  let target: Target = { type: "none" };
  const next = (): string => words[at++] ?? "";
  const peekNegation = (): boolean => {
    if (words[at] !== "!") return false;
    at++;
    return true;
  };

  while (at < words.length) {
    const negated = peekNegation();
    const word = next();
    switch (word) {
      case "-s":
      case "-d": {
        const value = next();
        const cidr = parseCidr(value);
        if (cidr === undefined) return `not an address: ${value}`;
        match[word === "-s" ? "source" : "destination"] = { cidr, negated };
        break;
      }
      case "-i":
        match.inInterface = { name: next(), negated };
        break;
      case "-o":
        match.outInterface = { name: next(), negated };
        break;
      case "-p": {
        const name = next();
        match.protocol = (name === "ipv6-icmp" ? "icmp" : name) as Protocol;
        break;
      }
      case "-m": {
        const extension = parseExtension(next(), words, at, book);
        if (typeof extension === "string") return extension;
        extensions.push(extension.extension);
        at = extension.at;
        break;
      }
      case "-j":
      case "-g": {
        const parsed = parseTarget(word, words, at, book);
        if (typeof parsed === "string") return parsed;
        target = parsed;
        at = words.length;
        break;
      }
      default:
        return `not understood: ${word}`;
    }
  }
  return { match, target, object: undefined, because: undefined };
}

function parseExtension(
  name: string,
  words: readonly string[],
  start: number,
  book: AddressBook,
): { extension: Extension; at: number } | string {
  let at = start;
  const options = new Map<string, string>();
  let negated = false;
  const withoutValue = new Set(["--rcheck", "--set", "--reap", "--rsource", "--physdev-is-in"]);
  while (at < words.length) {
    const isNegated = words[at] === "!" && (words[at + 1] ?? "").startsWith("--");
    const option = words[isNegated ? at + 1 : at] as string;
    if (!option.startsWith("--")) break;
    if (isNegated) negated = true;
    at += isNegated ? 2 : 1;
    if (withoutValue.has(option)) options.set(option, "");
    else options.set(option, words[at++] ?? "");
    if (option === "--match-set") options.set("directions", words[at++] ?? "");
  }
  const get = (option: string): string => options.get(option) ?? "";
  switch (name) {
    case "comment":
      return { at, extension: { type: "comment", text: get("--comment") } };
    case "tcp":
    case "udp":
    case "sctp": {
      const sourcePorts = options.has("--sport") ? { sourcePorts: parsePorts(get("--sport")) } : {};
      const destinationPorts = options.has("--dport") ? { destinationPorts: parsePorts(get("--dport")) } : {};
      return { at, extension: { type: "ports", protocol: name, ...sourcePorts, ...destinationPorts } };
    }
    case "addrtype":
      return { at, extension: { type: "addrtype", side: options.has("--src-type") ? "src" : "dst", is: "LOCAL", negated } };
    case "mark": {
      const [value, mask] = get("--mark").split("/");
      return { at, extension: { type: "mark", value: Number(value), mask: mask === undefined ? 0xffffffff : Number(mask), negated } };
    }
    case "conntrack":
      return { at, extension: { type: "conntrack", states: get("--ctstate").split(",") as ConnectionState[], negated } };
    case "statistic":
      return { at, extension: { type: "statistic", probability: Math.round(Number(get("--probability")) * 2147483648) } };
    case "recent":
      return {
        at,
        extension: {
          type: "recent",
          command: options.has("--set") ? "set" : "rcheck",
          name: get("--name"),
          ...(options.has("--seconds") ? { seconds: Number(get("--seconds")) } : {}),
          ...(options.has("--reap") ? { reap: true } : {}),
        },
      };
    case "ipvs": {
      const protocols: Readonly<Record<string, Protocol>> = { "6": "tcp", "17": "udp", "132": "sctp" };
      const ip = get("--vaddr").split("/")[0] as string;
      const protocol = protocols[get("--vproto")];
      if (protocol === undefined || parseIp(ip) === undefined) return `not a virtual server: ${ip}`;
      return { at, extension: { type: "ipvs", protocol, address: book.socket(book.ip(ip), Number(get("--vport"))) } };
    }
    case "physdev":
      return { at, extension: { type: "physdev", negated } };
    case "set":
      return {
        at,
        extension: { type: "set", name: get("--match-set"), directions: get("directions").split(",") as ("src" | "dst")[], negated },
      };
    default:
      return `no such match: ${name}`;
  }
}

function parseTarget(flag: string, words: readonly string[], start: number, book: AddressBook): Target | string {
  const name = words[start] ?? "";
  const value = words[start + 2] ?? "";
  if (flag === "-g") return { type: "goto", chain: name };
  switch (name) {
    case "ACCEPT":
      return { type: "accept" };
    case "DROP":
      return { type: "drop" };
    case "RETURN":
      return { type: "return" };
    case "REJECT":
      return { type: "reject", with: value as "icmp-port-unreachable" };
    case "MASQUERADE":
      return { type: "masquerade", randomFully: words[start + 1] === "--random-fully" };
    case "MARK": {
      const [bits, mask] = value.split("/");
      return { type: "mark", value: Number(bits), mask: Number(mask) };
    }
    case "DNAT": {
      const colon = value.lastIndexOf(":");
      const host = value.slice(0, colon).replace(/^\[|\]$/g, "");
      if (colon < 0 || parseIp(host) === undefined) return `not an address with port: ${value}`;
      return { type: "dnat", to: book.socket(book.ip(host), Number(value.slice(colon + 1))) };
    }
    case "SNAT":
      if (parseIp(value) === undefined) return `not an address: ${value}`;
      return { type: "snat", to: book.ip(value) };
    default:
      return { type: "jump", chain: name };
  }
}

function parsePorts(text: string): PortRange {
  const [from, to] = text.split(":");
  return { from: Number(from), to: Number(to ?? from) };
}
