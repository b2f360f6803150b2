import { NodeNetwork, type PodNetwork } from "../../../src/cluster/cni/node-network.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import type { Connection, Hop } from "../../../src/cluster/network/hop.ts";
import { BoundedHopLog } from "../../../src/cluster/network/hop-log.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { createNetwork, type Network, type NetworkOptions } from "../../../src/cluster/network/network.ts";
import type { Packet, Payload } from "../../../src/cluster/network/packet.ts";
import type { TcpSocket } from "../../../src/cluster/network/sockets.ts";
import { flagsText } from "../../../src/cluster/network/wire.ts";
import { createSimulation, type DrivenSimulation } from "../../../src/cluster/sim/simulation.ts";
import { type TestService, writeFixedRules, writeServices } from "./rules.ts";

export interface World {
  readonly simulation: DrivenSimulation;
  readonly log: BoundedHopLog;
  readonly book: AddressBook;
  readonly network: Network;
  readonly nodes: readonly Netns[];
  readonly cnis: readonly NodeNetwork[];
  readonly laptop: Netns;
  /** Simulated seconds pass. */
  pass(seconds: number): void;
  pod(name: string, node: number): PodNetwork;
  services(services: readonly TestService[]): void;
}

/** Nodes 192.168.0.2, .3 … with pod ranges 10.244.1.0/24, …, and a client 203.0.113.10, as a scenario has them by default. */
export function world(
  options: { readonly nodes?: number; readonly seed?: number; readonly network?: NetworkOptions; readonly dual?: boolean } = {},
): World {
  const simulation = createSimulation(options.seed ?? 1, 0);
  const log = new BoundedHopLog();
  const book = new AddressBook();
  const network = createNetwork(simulation, log, book, { clusterCidrs: ["10.244.0.0/16", "10.96.0.0/12"], ...options.network });
  const count = options.nodes ?? 2;
  const nodes: Netns[] = [];
  const cnis: NodeNetwork[] = [];
  const dual = options.dual === true;
  for (let i = 0; i < count; i++) {
    const node = network.createNode(`node${i + 1}`, dual ? [`192.168.0.${2 + i}/24`, `fd00:a::${2 + i}/64`] : [`192.168.0.${2 + i}/24`]);
    nodes.push(node);
    cnis.push(
      new NodeNetwork({
        network,
        netns: node,
        podCidrs: dual ? [`10.244.${i + 1}.0/24`, `fd00:10:244:${i + 1}::/64`] : [`10.244.${i + 1}.0/24`],
        clusterPodCidrs: dual ? ["10.244.0.0/16", "fd00:10:244::/48"] : ["10.244.0.0/16"],
        lanCidrs: ["192.168.0.0/24", "fd00:a::/64"],
      }),
    );
    writeFixedRules(node.netfilter.tables);
    writeServices(node.netfilter.tables, book, []);
  }
  cnis.forEach((cni, i) => {
    const peers = nodes.flatMap((_, j) =>
      j === i
        ? []
        : [
            {
              ips: dual ? [`192.168.0.${2 + j}`, `fd00:a::${2 + j}`] : [`192.168.0.${2 + j}`],
              podCidrs: dual ? [`10.244.${j + 1}.0/24`, `fd00:10:244:${j + 1}::/64`] : [`10.244.${j + 1}.0/24`],
            },
          ],
    );
    cni.setPeers(peers);
  });
  const laptop = network.createClient("laptop", dual ? ["203.0.113.10/24", "2001:db8::10/64"] : ["203.0.113.10/24"]);
  return {
    simulation,
    log,
    book,
    network,
    nodes,
    cnis,
    laptop,
    pass: (seconds) => {
      simulation.queue.run(simulation.clock.now() + Math.round(seconds * 1_000_000), Number.POSITIVE_INFINITY);
    },
    pod: (name, node) => {
      const pod = (cnis[node] as NodeNetwork).addPod(`pod/default/${name}`);
      if (pod === undefined) throw new Error("no address left");
      return pod;
    },
    services: (services) => {
      for (const node of nodes) writeServices(node.netfilter.tables, book, services);
    },
  };
}

export function text(value: string): Payload & { readonly value: string } {
  return { kind: "text", bytes: value.length, value };
}

/** A server that answers each payload with `NAME` and closes when the other does. */
export function serve(netns: Netns, port: number, name: string): void {
  const listener = netns.listenTcp(port);
  if (typeof listener === "string") throw new Error(listener);
  listener.onConnection = (socket) => {
    const look = () => {
      for (let payload = socket.read(); payload !== undefined; payload = socket.read()) socket.write(text(name));
      if (socket.isEnded) socket.close();
    };
    socket.onChange = look;
    look();
  };
}

export function connect(world: World, from: Netns, address: string): TcpSocket {
  const mark = address.lastIndexOf(":");
  const host = address.slice(0, mark).replace(/^\[|\]$/g, "");
  return from.connectTcp(world.book.socket(world.book.ip(host), Number(address.slice(mark + 1))), {});
}

/** `node/node1 dnat SYN 10.244.1.2:40000 > 10.244.2.2:8080`, without the source port, which is drawn. */
export function line(hop: Hop): string {
  const flags = flagsText(hop.packet) ?? hop.packet.icmp?.type ?? hop.packet.protocol;
  return `${hop.at} ${hop.action} ${flags} ${masked(hop.source.ip.text, hop.source.port)} > ${masked(hop.destination.ip.text, hop.destination.port)}`;
}

function masked(ip: string, port: number): string {
  return port === 0 ? ip : `${ip}:${port >= 32768 || (port >= 1024 && ![8080, 5353, 30123].includes(port)) ? "*" : port}`;
}

export function lines(connection: Connection, select: (packet: Packet) => boolean = () => true): string[] {
  return connection.hops.filter((hop) => select(hop.packet)).map(line);
}
