import { join, Namespace, started } from "./namespaces.ts";

export const nodes = [
  { name: "node1", ip: "192.168.0.2", podCIDR: "10.244.1.0/24", zone: "a" },
  { name: "node2", ip: "192.168.0.3", podCIDR: "10.244.2.0/24", zone: "b" },
  { name: "node3", ip: "192.168.0.4", podCIDR: "10.244.3.0/24", zone: "c" },
] as const;

/** Pods that serve on 8080, and one client pod a node. */
export const pods = [
  { ip: "10.244.1.11", node: 0, serves: true },
  { ip: "10.244.1.12", node: 0, serves: true },
  { ip: "10.244.2.11", node: 1, serves: true },
  { ip: "10.244.2.12", node: 1, serves: true },
  { ip: "10.244.3.11", node: 2, serves: true },
  { ip: "10.244.1.99", node: 0, serves: false },
  { ip: "10.244.2.99", node: 1, serves: false },
] as const;

export const clients = [
  { name: "laptop", ip: "203.0.113.10" },
  { name: "desktop", ip: "203.0.113.200" },
] as const;

export const podPort = 8080;

/**
 * The world of a scenario in real namespaces: a router that is the internet and the cloud, nodes and clients behind it, pods on point-to-point links behind
 * each node. Its addresses never leave these namespaces.
 */
export class Topology {
  readonly router = new Namespace("router");
  readonly nodes = nodes.map(({ name }) => new Namespace(name));
  readonly pods = new Map(pods.map(({ ip }) => [ip as string, new Namespace(ip)]));
  readonly clients = new Map(clients.map(({ name }) => [name as string, new Namespace(name)]));

  async build(): Promise<void> {
    const all = [this.router, ...this.nodes, ...this.pods.values(), ...this.clients.values()];
    await started(all);
    const router = this.router;
    router.run(forwardingOn);
    // What nobody owns vanishes: the kernel limits how often it would tell of a missing route.
    router.run("ip route add blackhole default");

    nodes.forEach(({ name, ip, podCIDR }, i) => {
      const node = this.nodes[i] as Namespace;
      join(router, name, node, "eth0");
      router.run(
        `ip addr add ${gateway}/32 dev ${name}; ip route add ${ip}/32 dev ${name} && ip route add ${podCIDR} via ${ip} dev ${name} onlink`,
      );
      node.run(
        `${forwardingOn} && ip addr add ${ip}/32 dev eth0 && ip route add ${gateway} dev eth0 && ip route add default via ${gateway}`,
      );
    });
    clients.forEach(({ name, ip }) => {
      const client = this.clients.get(name) as Namespace;
      join(router, name, client, "eth0");
      router.run(`ip addr add ${gateway}/32 dev ${name}; ip route add ${ip}/32 dev ${name}`);
      client.run(`ip addr add ${ip}/32 dev eth0 && ip route add ${gateway} dev eth0 && ip route add default via ${gateway}`);
    });
    for (const { ip, node: at } of pods) {
      const node = this.nodes[at] as Namespace;
      const pod = this.pods.get(ip) as Namespace;
      const podGateway = (nodes[at] as (typeof nodes)[number]).podCIDR.replace(".0/24", ".1");
      const link = `veth${ip.replaceAll(".", "").slice(5)}`;
      join(node, link, pod, "eth0");
      node.run(`ip addr add ${podGateway}/32 dev ${link} && ip route add ${ip}/32 dev ${link}`);
      pod.run(`ip addr add ${ip}/32 dev eth0 && ip route add ${podGateway} dev eth0 && ip route add default via ${podGateway}`);
    }
    await Promise.all(pods.filter(({ serves }) => serves).map(({ ip }) => (this.pods.get(ip) as Namespace).serve(podPort)));
  }

  /** The address leads to that node: it stands for a load balancer, or for a router's entry. */
  routeTo(address: string, node: number): void {
    this.router.run(`ip route replace ${address}/32 via ${nodes[node]?.ip} dev ${nodes[node]?.name} onlink`);
  }

  end(): void {
    for (const namespace of [this.router, ...this.nodes, ...this.pods.values(), ...this.clients.values()]) namespace.end();
  }
}

/** The router's address on every link. */
const gateway = "169.254.1.1";

const forwardingOn =
  "echo 1 > /proc/sys/net/ipv4/ip_forward && for i in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $i; done && " +
  "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet && echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter && " +
  // Or the kernel tells only the first of many senders that they were refused.
  "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit; echo 100000 > /proc/sys/net/ipv4/icmp_msgs_per_sec; echo 100000 > /proc/sys/net/ipv4/icmp_msgs_burst; true";
