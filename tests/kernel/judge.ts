import type { TraceResult } from "../../src/cluster/kube-proxy/index.ts";
import type { Flow } from "./rows.ts";
import { nodes, pods } from "./topology.ts";

/** What may be counted for a flow: `POD CLIENT` for each endpoint with the client's address that the pod must see, or one way to fail. */
export function expectedOutcomes(trace: TraceResult, flow: Flow): readonly string[] {
  if (trace.verdict === "reject") return ["refused"];
  if (trace.verdict === "drop" || trace.verdict === "none") return ["timeout"];
  return trace.endpoints.map((endpoint) => {
    const ip = endpoint.slice(0, endpoint.lastIndexOf(":"));
    const isMasqueraded = trace.masquerade === true || (trace.masquerade === "mixed" && ip === flow.source);
    return `${ip} ${isMasqueraded ? masqueraded(ip, flow.node) : flow.source}`;
  });
}

/** To a pod of its own the node has the address of the pod's link; to others its own. */
function masqueraded(pod: string, node: number): string {
  const at = pods.find(({ ip }) => ip === pod)?.node;
  const { ip, podCIDR } = nodes[node] as (typeof nodes)[number];
  return at === node ? podCIDR.replace(".0/24", ".1") : ip;
}

/** The upper 1e-4 quantiles of chi-square with 1 to 6 degrees of freedom. @source tables of the chi-square distribution */
const chiSquareLimits = [0, 15.137, 18.421, 21.108, 23.513, 25.745, 27.856];

/** What is wrong with the counts; undefined when they are as expected, each outcome equally often. */
export function problem(counts: Readonly<Record<string, number>>, expected: readonly string[]): string | undefined {
  const unexpected = Object.keys(counts).filter((outcome) => !expected.includes(outcome));
  if (unexpected.length > 0) return `expected ${expected.join(" | ")}, the kernel says ${JSON.stringify(counts)}`;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const share = total / expected.length;
  const chiSquare = expected.reduce((sum, outcome) => sum + ((counts[outcome] ?? 0) - share) ** 2 / share, 0);
  if (chiSquare <= (chiSquareLimits[expected.length - 1] ?? 30)) return undefined;
  return `shares differ (chi-square ${chiSquare.toFixed(1)}): ${JSON.stringify(counts)}`;
}

/** Silence by a rule in OUTPUT is told to the sender of a datagram as EPERM. */
export function merged(counts: Readonly<Record<string, number>>): Record<string, number> {
  const { EPERM = 0, ...others } = counts;
  return EPERM === 0 ? others : { ...others, timeout: (others.timeout ?? 0) + EPERM };
}
