import type { ApiRequest } from "./apiserver/request.ts";
import type { Cluster } from "./cluster.ts";
import { machineNetwork } from "./cluster-node.ts";
import { externalHost } from "./images/external-host.ts";
import { apiServerProgram } from "./images/kube-apiserver.ts";
import { Machine } from "./machine/machine.ts";
import { addressAt, type Cidr, parseCidr } from "./network/address.ts";
import type { Netns } from "./network/netns.ts";
import { apiServerIp, apiServerPort, outsideDnsIp } from "./options.ts";
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
    this.#addApiServer(cluster);
    const dns = this.#add(cluster, "dns", outsideDnsIp);
    dns.spawn({ args: ["named"], program: outsideDns(names) });
  }

  machine(name: string): Machine | undefined {
    return this.#machines.get(name);
  }

  /** The endpoint of Service `kubernetes`: the same handler as kubectl's calls, reached by packets. */
  #addApiServer(cluster: Cluster): void {
    const { options } = cluster;
    const ips = [apiServerIp, ...options.serviceCIDRs.map((range) => addressAt(parseCidr(range) as Cidr, 1))];
    // It stands in the nodes' own network, though it is no Node of the cluster, and knows the way to the pods as the network plugin's routes give it.
    const netns = cluster.network.createNode("control-plane", [apiServerIp]);
    const machine = this.#machineOn(cluster, "control-plane", netns);
    for (const node of options.nodes) {
      for (const range of node.podCIDRs) {
        const via = node.ips.find((ip) => ip.includes(":") === range.includes(":"));
        if (via !== undefined) netns.addRoute(range, "eth0", { via });
      }
    }
    const program = apiServerProgram({
      port: apiServerPort,
      ips,
      clusterDomain: options.domain,
      answer: ({ method, path, query, body, contentType, accept }) => {
        const response = cluster.handle({
          method: method as ApiRequest["method"],
          path,
          query: Object.fromEntries(query),
          userAgent: "curl",
          withManagedFields: true,
          ...(accept === undefined ? {} : { accept }),
          ...(contentType === undefined ? {} : { contentType }),
          ...(body === "" ? {} : { body: parseJson(body) }),
        });
        const { code } = response;
        return typeof response.body === "string" ? { status: code, text: response.body } : { status: code, json: response.body };
      },
    });
    machine.spawn({ args: ["kube-apiserver"], program });
  }

  #add(cluster: Cluster, name: string, ip: string): Machine {
    return this.#machineOn(cluster, name, cluster.network.createExternal(name, [ip]));
  }

  #machineOn(cluster: Cluster, name: string, netns: Netns): Machine {
    const machine = new Machine({
      simulation: cluster.simulation,
      place: netns.place,
      kind: "external",
      hostname: name,
      network: machineNetwork(netns),
      programs: programMap(),
      stepCounter: cluster.steps,
    });
    this.#machines.set(name, machine);
    return machine;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
