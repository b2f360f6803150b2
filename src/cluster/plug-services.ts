import type { Pod } from "./api/pod/types.ts";
import type { Cluster } from "./cluster.ts";
import { hintSink } from "./kubectl/hints.ts";
import type { Machine } from "./machine/machine.ts";
import type { ServiceKey } from "./machine/syscall.ts";
import { en } from "../messages/en.ts";
import { say } from "../messages/catalogue.ts";
import { hopLogService, tablesService, traceService } from "./programs/services.ts";
import { ruleTextOf } from "./rule-text.ts";
import { settlingService } from "./shell/settling.ts";
import { nodeTables } from "./node-tables.ts";

/** Lends the programs of a node or client what they may ask of the cluster. */
export function plugServices(cluster: Cluster, machine: Machine): void {
  for (const [key, value] of commonServices(cluster)) machine.services.set(key, value);
  const node = machine.host.kind === "node" ? cluster.nodes.get(machine.host.hostname) : undefined;
  if (node !== undefined) machine.withService(tablesService, nodeTables(cluster, node));
}

/** What programs in a pod are lent. */
export function podServices(cluster: Cluster, _pod: Pod, _container: string): ReadonlyMap<string, unknown> {
  return commonServices(cluster);
}

function commonServices(cluster: Cluster): Map<string, unknown> {
  const services = new Map<string, unknown>();
  const lend = <T>(key: ServiceKey<T>, value: T) => services.set(key.name, value);
  lend(settlingService, {
    queue: cluster.queue,
    hint: (code, args) => cluster.hint({ code, args }),
  });
  lend(hintSink, (hint) => cluster.hint(hint));
  lend(hopLogService, {
    connections: () => cluster.log.connections(),
    listen: (listener) => cluster.log.onHop(listener),
    ruleText: (hop, rule) => ruleTextOf(cluster, hop.at, rule),
    note: (hop) => say(en.reasons, hop.reason.code, hop.reason.args),
  });
  lend(traceService, {
    trace: ({ node, from, source, destination, port, protocol }) => cluster.trace({ node, from, source, destination, port, protocol }),
  });
  return services;
}
