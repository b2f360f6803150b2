import type { Cluster } from "./cluster.ts";
import { traceService } from "./kube-proxy/index.ts";
import { parseIp } from "./network/address.ts";

export interface TraceQuestion {
  /** Which node's rules; undefined: the node it is asked on, else the first. */
  readonly node?: string | undefined;
  /** The place it is asked at. */
  readonly from?: string | undefined;
  /** Undefined: the address of the machine it is asked on. */
  readonly source?: string | undefined;
  readonly destination: string;
  readonly port: number;
  readonly protocol?: "tcp" | "udp" | "sctp" | undefined;
}

export interface TraceAnswer {
  readonly verdict: "dnat" | "drop" | "reject" | "none";
  /** Sorted; every one that may be chosen. */
  readonly endpoints: readonly string[];
  readonly masquerade: boolean | "mixed";
  /** The rules met, in order, as their own tool prints them. */
  readonly rules: readonly string[];
}

/** Where one new connection would go through a node's Service rules. Undefined: no such node, or an address that is none. */
export function traceFrom(cluster: Cluster, question: TraceQuestion): TraceAnswer | undefined {
  const from = question.from ?? cluster.home.place;
  const name = question.node ?? (from.startsWith("node/") ? from.slice(5) : cluster.options.nodes[0]?.name);
  const node = name === undefined ? undefined : cluster.nodes.get(name);
  const source = question.source ?? cluster.machine(from)?.host.addresses()[0];
  if (node === undefined || source === undefined || parseIp(source) === undefined || parseIp(question.destination) === undefined)
    return undefined;
  return traceService({
    netns: node.netns,
    kernel: node.proxy.kernel,
    source: cluster.book.ip(source),
    destination: cluster.book.socket(cluster.book.ip(question.destination), question.port),
    protocol: question.protocol ?? "tcp",
  });
}
