import type { Ip, SocketAddress } from "../network/address.ts";
import { NEW, SocketBuffer } from "../network/interface.ts";
import { MatchedRules } from "../network/matched-rules.ts";
import { ConntrackEntry, DST_NAT } from "../network/netfilter/conntrack-entry.ts";
import { appliedDestination, appliedEmpty, appliedService, possibleDestinations } from "../network/netfilter/ipvs-hooks.ts";
import { AppliedNftRules, NftWalker } from "../network/netfilter/nft-walk.ts";
import { printRule } from "../network/netfilter/print-iptables.ts";
import type { AppliedRule, Hook, Rule, TableName } from "../network/netfilter/rule.ts";
import { builtInChain } from "../network/netfilter/rule.ts";
import { DROP, REJECT, type Verdict } from "../network/netfilter/verdict.ts";
import { Walker } from "../network/netfilter/walk.ts";
import type { Netns } from "../network/netns.ts";
import type { Connection, Packet } from "../network/packet.ts";
import { tcpSegment, withAddresses } from "../network/wire.ts";
import type { ProxyKernel } from "./kernel.ts";
import type { ServiceProtocol } from "./service-port.ts";

export interface TraceRequest {
  readonly netns: Netns;
  readonly kernel: ProxyKernel;
  readonly source: Ip;
  readonly destination: SocketAddress;
  readonly protocol: ServiceProtocol;
}

/** Where one new connection would go through the node's Service rules, over all branches that chance may take. */
export interface TraceResult {
  readonly verdict: "dnat" | "drop" | "reject" | "none";
  /** Sorted; empty unless the verdict is `dnat`. */
  readonly endpoints: readonly string[];
  readonly masquerade: boolean | "mixed";
  /** The rules met, in order, each once. */
  readonly rules: readonly string[];
}

/** How one branch ended. */
interface Branch {
  readonly verdict: TraceResult["verdict"];
  readonly endpoint: string | undefined;
  readonly isMasqueraded: boolean;
  readonly rules: readonly AppliedRule[];
}

/**
 * Only kube-proxy's rules count: no policy, firewall, listener or route. Draws nothing and leaves conntrack and affinity as they are.
 * A source that is an address of the node itself starts at OUTPUT, any other at PREROUTING.
 */
export function traceService(request: TraceRequest): TraceResult {
  const branches = everyBranch((choose) => traceBranch(request, choose));
  const dnat = branches.filter((branch) => branch.verdict === "dnat");
  const verdict = dnat.length > 0 ? "dnat" : (branches[0]?.verdict ?? "none");
  const endpoints = [...new Set(dnat.map((branch) => branch.endpoint as string))].sort();
  const masqueraded = dnat.filter((branch) => branch.isMasqueraded).length;
  return {
    verdict,
    endpoints,
    masquerade: masqueraded === 0 ? false : masqueraded === dnat.length ? true : "mixed",
    rules: ruleTexts(request, branches),
  };
}

/**
 * Runs `walk` once for each way that its choices can fall out: a choice not met before takes its first way, and the last one that has a way left takes it
 * in the next run.
 */
export function everyBranch<T>(walk: (choose: (count: number) => number) => T): readonly T[] {
  const results: T[] = [];
  const taken: { way: number; readonly count: number }[] = [];
  for (;;) {
    let depth = 0;
    results.push(
      walk((count) => {
        const known = taken[depth];
        depth++;
        if (known !== undefined) return known.way;
        taken.push({ way: 0, count });
        return 0;
      }),
    );
    for (let last = taken[taken.length - 1]; last !== undefined && last.way + 1 >= last.count; last = taken[taken.length - 1]) taken.pop();
    const last = taken[taken.length - 1];
    if (last === undefined) return results;
    last.way++;
  }
}

function traceBranch(request: TraceRequest, choose: (count: number) => number): Branch {
  const { netns, kernel } = request;
  const steps = kernel.mode === "nftables" ? nftSteps(request, choose) : iptablesSteps(request, choose);
  const buffer = firstBuffer(request);
  const isFromNode = netns.isLocal(request.source);
  const end = (verdict: Branch["verdict"]): Branch => ({
    verdict,
    endpoint: verdict === "dnat" ? buffer.packet.destination.text : undefined,
    isMasqueraded: steps.isMasqueraded(),
    rules: buffer.matched.list,
  });
  const asked = (hook: Hook): "drop" | "reject" | undefined => {
    buffer.hook = hook;
    const verdict = steps.ask(hook, buffer);
    return verdict === DROP ? "drop" : verdict === REJECT ? "reject" : undefined;
  };

  const entry = asked(isFromNode ? "output" : "prerouting");
  if (entry !== undefined) return end(entry);
  const isToNode = netns.isLocal(buffer.packet.destination.ip);
  // What the node sends to itself leaves by the loopback and comes in again.
  if (isFromNode && isToNode) {
    const leaving = asked("postrouting");
    if (leaving !== undefined) return end(leaving);
  }
  if (!isFromNode || isToNode) {
    const middle = asked(isToNode ? "input" : "forward");
    if (middle !== undefined) return end(middle);
  }
  if (!netns.isLocal(buffer.packet.destination.ip)) {
    const leaving = asked("postrouting");
    if (leaving !== undefined) return end(leaving);
  }
  return end(buffer.packet.destination === request.destination ? "none" : "dnat");
}

interface Steps {
  ask(hook: Hook, buffer: SocketBuffer): Verdict;
  isMasqueraded(): boolean;
}

function firstBuffer({ netns, source, destination, protocol }: TraceRequest): SocketBuffer {
  const from = netns.book.socket(source, 40_000);
  const connection: Connection = {
    opener: netns.place,
    number: 0,
    purpose: "traffic",
    session: 0,
    parent: undefined,
    protocol,
    source: from,
    destination,
    openedUs: netns.nowUs(),
    packets: 0,
    hops: [],
    record: true,
  };
  const packet: Packet = tcpSegment(protocol, from, destination, connection, 2, 0, 0, undefined, 0);
  const buffer = new SocketBuffer(packet, netns, new MatchedRules());
  buffer.state = NEW;
  buffer.entry = new ConntrackEntry(protocol, from, destination, netns.nowUs());
  return buffer;
}

function changeDestination(buffer: SocketBuffer, to: SocketAddress): void {
  buffer.packet = withAddresses(buffer.packet, buffer.packet.source, to, undefined);
  if (buffer.entry === undefined) return;
  buffer.entry.replySource = to;
  buffer.entry.status |= DST_NAT;
}

/** Rules of kube-proxy bear its reasons. */
function isOfKubeProxy(rule: Rule): boolean {
  return rule.because?.code.startsWith("kube-proxy.") === true;
}

/** The tables asked at a hook, in the order of their priorities; nat stands before filter on the way in and in OUTPUT. */
const traceTables: Readonly<Record<Hook, readonly TableName[]>> = {
  prerouting: ["nat"],
  input: ["filter"],
  forward: ["filter"],
  output: ["nat", "filter"],
  postrouting: ["nat"],
};

function iptablesSteps({ netns, kernel, source }: TraceRequest, choose: (count: number) => number): Steps {
  const tables = netns.netfilter.tablesOf(source.family);
  let isMasqueraded = false;
  const walker = new Walker(
    tables,
    {
      isLocal: (ip) => netns.isLocal(ip),
      sets: tables.sets,
      recent: netns.netfilter.recent,
      nowUs: () => netns.nowUs(),
      choose,
      chance: () => choose(2) === 0,
      isDry: true,
    },
    {
      dnat: (buffer, rule) => {
        if (rule.target.type === "dnat") changeDestination(buffer, rule.target.to);
      },
      snat: () => {
        isMasqueraded = true;
      },
    },
    isOfKubeProxy,
  );
  return {
    isMasqueraded: () => isMasqueraded,
    ask(hook, buffer) {
      for (const table of traceTables[hook]) {
        const verdict = walker.walkBuiltIn(tables.slot(table, builtInChain[hook]), buffer);
        if (verdict === DROP || verdict === REJECT) return verdict;
        const isIpvsTurn = (hook === "input" && table === "filter") || (hook === "output" && table === "nat");
        if (kernel.mode === "ipvs" && isIpvsTurn && askIpvs(kernel, netns, buffer, choose) === REJECT) return REJECT;
      }
      return 0;
    },
  };
}

function askIpvs(kernel: ProxyKernel, netns: Netns, buffer: SocketBuffer, choose: (count: number) => number): Verdict {
  const { packet } = buffer;
  const service = kernel.ipvs.service(packet.protocol, packet.destination);
  if (service === undefined) return 0;
  buffer.note(appliedService(service));
  const possible = possibleDestinations(service, packet.source.ip.id, netns.nowUs());
  if (possible.length === 0) {
    buffer.rule = appliedEmpty(service);
    return REJECT;
  }
  const destination = possible[choose(possible.length)] as (typeof possible)[number];
  buffer.note(appliedDestination(service, destination));
  changeDestination(buffer, destination.address);
  return 0;
}

function nftSteps({ netns, kernel, source }: TraceRequest, choose: (count: number) => number): Steps {
  const table = kernel.nftTables.find((candidate) => candidate.family === source.family);
  let isMasqueraded = false;
  const walker =
    table === undefined
      ? undefined
      : new NftWalker(
          table,
          { isLocal: (ip) => netns.isLocal(ip), nowUs: () => netns.nowUs(), choose, isDry: true },
          {
            dnat: changeDestination,
            masquerade: () => {
              isMasqueraded = true;
            },
          },
          new AppliedNftRules(table.name),
        );
  return {
    isMasqueraded: () => isMasqueraded,
    ask(hook, buffer) {
      for (const chain of table?.baseChains(hook) ?? []) {
        const verdict = walker?.walkBase(chain, buffer) ?? 0;
        if (verdict === DROP || verdict === REJECT) return verdict;
      }
      return 0;
    },
  };
}

/** The rules of all branches, in the order first met. */
function ruleTexts({ netns, source }: TraceRequest, branches: readonly Branch[]): readonly string[] {
  const tables = netns.netfilter.tablesOf(source.family);
  const texts = new Set<string>();
  for (const { rules } of branches) {
    for (const rule of rules) texts.add("text" in rule ? rule.text : printRule(tables.chainOf(rule) ?? "", rule, source.family));
  }
  return [...texts];
}
