import { NodeNetwork } from "../../../src/cluster/cni/node-network.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import type { Payload } from "../../../src/cluster/network/packet.ts";
import { type Addresses, type Flow, type Row, scenarioOf } from "../../kernel/rows.ts";
import { clients, nodes, podPort, pods } from "../../kernel/topology.ts";
import { type ProxiedNodes, proxiedNodes } from "./nodes.ts";

/** The same world as the kernel test's, simulated: nodes with kube-proxy, pods that answer with their address and the client's, clients outside. */
export interface FlowWorld extends ProxiedNodes {
  /** What comes of one connection: `POD CLIENT`, `refused` or `timeout`. */
  connect(flow: Flow, protocol: "tcp" | "udp"): string;
}

interface Text extends Payload {
  readonly text: string;
}

function text(value: string): Text {
  return { kind: "text", bytes: value.length, text: value };
}

export function flowWorld(row: Row, mode: "iptables" | "nftables" | "ipvs", addresses: Addresses): FlowWorld {
  const world = proxiedNodes(scenarioOf(row, mode, addresses));
  const { network } = world;
  const { book } = network;
  const netnsOf = new Map<string, Netns>();
  const cnis = nodes.map(({ name, podCIDR }) => {
    const netns = world.nodes.get(name)?.netns as Netns;
    return new NodeNetwork({ network, netns, podCidrs: [podCIDR], clusterPodCidrs: ["10.244.0.0/16"] });
  });
  cnis.forEach((cni, i) => {
    cni.setPeers(nodes.filter((_, j) => j !== i).map(({ ip, podCIDR }) => ({ ips: [ip], podCidrs: [podCIDR] })));
  });
  for (const { ip, node, serves } of pods) {
    const pod = cnis[node]?.addPod(`pod/default/p${ip.replaceAll(".", "-")}`, [ip]);
    if (pod === undefined) throw new Error(`no address ${ip}`);
    netnsOf.set(ip, pod.netns);
    if (serves) serve(pod.netns, ip);
  }
  for (const { name, ip } of clients) netnsOf.set(name, network.createClient(name, [ip]));
  const port = world.nodes.get("node1")?.netns.interface("eth0");
  if (port !== undefined) for (const ip of [addresses.vip, addresses.externalIp]) network.fabric.attach(book.ip(ip), port);

  return {
    ...world,
    connect(flow, protocol) {
      const from =
        flow.from === "node" ? world.nodes.get("node1")?.netns : netnsOf.get(flow.from.includes("pod") ? flow.source : flow.from);
      const to = book.socket(book.ip(flow.host), flow.port);
      return protocol === "tcp" ? tryTcp(world, from as Netns, to) : tryUdp(world, from as Netns, to);
    },
  };
}

function serve(netns: Netns, name: string): void {
  const listener = netns.listenTcp(podPort);
  if (typeof listener === "string") throw new Error(listener);
  listener.onConnection = (socket) => {
    socket.write(text(`${name} ${socket.remote.ip.text}`));
    socket.close();
  };
  const udp = netns.bindUdp(podPort);
  if (typeof udp === "string") throw new Error(udp);
  udp.onChange = () => {
    for (let datagram = udp.read(); datagram !== undefined; datagram = udp.read()) {
      udp.sendTo(datagram.from, text(`${name} ${datagram.from.ip.text}`), { inReplyTo: datagram.connection, from: datagram.to.ip });
    }
  };
}

function tryTcp(world: ProxiedNodes, from: Netns, to: Parameters<Netns["connectTcp"]>[0]): string {
  const socket = from.connectTcp(to, {});
  world.advance(700);
  const payload = socket.read() as Text | undefined;
  const outcome = payload?.text ?? (socket.error === "ECONNREFUSED" ? "refused" : "timeout");
  socket.abort();
  return outcome;
}

function tryUdp(world: ProxiedNodes, from: Netns, to: Parameters<Netns["connectTcp"]>[0]): string {
  const socket = from.bindUdp(0, { connectedTo: to });
  if (typeof socket === "string") throw new Error(socket);
  socket.sendTo(to, text("x"));
  world.advance(700);
  const payload = socket.read()?.payload as Text | undefined;
  const outcome = payload?.text ?? (socket.takeError() === "ECONNREFUSED" ? "refused" : "timeout");
  socket.close();
  return outcome;
}
