import type { Cluster } from "./cluster.ts";
import { machineNetwork } from "./cluster-node.ts";
import { externalHost } from "./images/external-host.ts";
import { Machine } from "./machine/machine.ts";
import { outsideDnsIp } from "./options.ts";
import { programMap } from "./programs/index.ts";
import { outsideDns } from "./programs/outside-dns.ts";

/** Hosts on the internet: those of the scenario, and the DNS server that clients, nodes and CoreDNS ask for outside names. */
export class OutsideWorld {
  readonly #machines = new Map<string, Machine>();

  constructor(cluster: Cluster) {
    const { options } = cluster;
    const names: Record<string, string> = { ...options.dns };
    for (const host of options.external) names[host.name.toLowerCase()] ??= host.ip;
    for (const host of options.external) {
      const machine = this.#add(cluster, host.name, host.ip);
      machine.spawn({ args: ["httpd"], program: externalHost(host) });
    }
    const dns = this.#add(cluster, "dns", outsideDnsIp);
    dns.spawn({ args: ["named"], program: outsideDns(names) });
  }

  machine(name: string): Machine | undefined {
    return this.#machines.get(name);
  }

  #add(cluster: Cluster, name: string, ip: string): Machine {
    const machine = new Machine({
      simulation: cluster.simulation,
      place: `external/${name}`,
      kind: "external",
      hostname: name,
      network: machineNetwork(cluster.network.createExternal(name, [ip])),
      programs: programMap(),
      stepCounter: cluster.steps,
    });
    this.#machines.set(name, machine);
    return machine;
  }
}
