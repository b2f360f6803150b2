import type { AddressBook } from "../network/address.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import type { Endpoint } from "./endpoints.ts";
import { iptablesRules, type PortRules } from "./iptables.ts";
import type { ServicePort } from "./service-port.ts";

/** Rules with all that they were made from. */
interface Made {
  readonly desired: DesiredPort;
  readonly node: NodeFacts;
  readonly book: AddressBook;
  readonly isLargeCluster: boolean;
  readonly rules: PortRules;
}

const newest = new WeakMap<ServicePort, Made>();

/**
 * `iptablesRules`, made once for all nodes that want the same: nearly every Service looks alike on each of them, and its rules are what a pod costs most.
 * Each node still writes, counts and deletes them by itself.
 */
export function sharedRules(desired: DesiredPort, node: NodeFacts, book: AddressBook, isLargeCluster: boolean): PortRules {
  const { port } = desired;
  const known = newest.get(port);
  if (known !== undefined && known.book === book && known.isLargeCluster === isLargeCluster && isAlike(known, desired, node)) {
    return known.rules;
  }
  const rules = iptablesRules(desired, node, book, isLargeCluster);
  newest.set(port, { desired, node, book, isLargeCluster, rules });
  return rules;
}

/** Whether the same rules follow from both: what `iptablesRules` reads of them is the same. */
function isAlike(known: Made, desired: DesiredPort, node: NodeFacts): boolean {
  const other = known.desired;
  if (known.node.family !== node.family) return false;
  if (known.node.clusterCidr !== node.clusterCidr) return false;
  if (known.node.isMasqueradeAll !== node.isMasqueradeAll) return false;
  // Source ranges ask whether the node itself is in them.
  if (desired.port.sourceRanges.length > 0 && known.node.ips[0] !== node.ips[0]) return false;
  if (other.hasAny !== desired.hasAny || other.hasInternal !== desired.hasInternal || other.hasExternal !== desired.hasExternal)
    return false;
  return (
    haveSameTexts(other.allReachable, desired.allReachable) &&
    haveSameTexts(other.clusterEndpoints, desired.clusterEndpoints) &&
    haveSameTexts(other.localEndpoints, desired.localEndpoints)
  );
}

function haveSameTexts(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && (a[i] as Endpoint).text !== (b[i] as Endpoint).text) return false;
  return true;
}
