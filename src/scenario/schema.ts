import type { Schema, Struct } from "../cluster/api/schema.ts";

const text = (description: string): Schema => ({ type: "string", description });
const choice = (values: readonly string[], description: string): Schema => ({ type: "string", enum: values, description });
const list = (items: Schema, description: string): Schema => ({ type: "list", items, description });
const struct = (go: string, description: string, fields: Struct["fields"]): Struct => ({
  type: "struct",
  go,
  package: "kubehop",
  description,
  fields,
});

const node = struct("Node", "A machine of the cluster.", {
  name: text("Its name; node1, node2 … when left out."),
  ip: text("Its address, or IPv4,IPv6. 192.168.0.2 and on when left out."),
  podCIDR: text("The range its pods get their addresses from."),
  labels: { type: "map", values: { type: "string" }, description: "Labels of the Node, e.g. topology.kubernetes.io/zone." },
  taints: list({ type: "any" }, "Taints of the Node."),
  unschedulable: { type: "bool", description: "Cordoned: no new pod is placed here." },
  capacity: { type: "map", values: { type: "quantity" }, description: "For example pods: 400." },
});

/** The `Scenario` document, for the editor's completion and hover. */
export const scenarioSchema: Struct = struct("Scenario", "What surrounds the objects: cluster, clients and outside world.", {
  apiVersion: text("kubehop.dev/v1"),
  kind: text("Scenario"),
  metadata: struct("ScenarioMeta", "The scenario's name.", { name: text("The scenario's name.") }),
  spec: struct("ScenarioSpec", "Cluster, clients, outside hosts.", {
    seed: {
      type: "int64",
      description: "Chance: endpoint choice, generated names, allocated addresses and ports. The same seed gives the same run.",
    },
    start: text("The simulated date at the beginning."),
    cluster: struct("ScenarioCluster", "The cluster itself; a change needs a restart.", {
      version: text("Version of server and kubectl, e.g. v1.32.0."),
      domain: text("The cluster's DNS domain."),
      podCIDR: text("The range of all pods, or IPv4,IPv6."),
      serviceCIDR: text("The range of cluster IPs, or IPv4,IPv6."),
      nodePortRange: text("The range of node ports."),
      proxyMode: choice(["iptables", "ipvs", "nftables"], "How kube-proxy writes its rules."),
      loadBalancer: { type: "bool", description: "A cloud that hands out external addresses; false: EXTERNAL-IP stays <pending>." },
      loadBalancerPool: text("The range of external addresses."),
      nodeFirewall: choice(["open", "closed"], "closed: outside may not reach nodes, the load balancer may."),
      ingressController: { type: "any", description: "nginx, none, or {class: nginx, ip: ADDRESS}." },
      nodes: list(node, "The machines; three when left out."),
    }),
    clients: list(
      struct("Client", "A machine outside the cluster.", {
        name: text("Its name; the first client has the terminal."),
        ip: text("Its address."),
        keepAlive: { type: "bool", description: "Its browser keeps connections open." },
      }),
      "Machines outside the cluster.",
    ),
    external: list(
      struct("External", "A host on the internet.", {
        name: text("Its DNS name."),
        ip: text("Its address."),
        ports: list({ type: "int32" }, "Ports on which it answers HTTP; 443 with TLS."),
        hosts: list({ type: "string" }, "Host headers that it accepts; any when left out."),
        body: text("What it answers."),
      }),
      "Hosts on the internet.",
    ),
    dns: { type: "map", values: { type: "string" }, description: "The outside world's DNS: name to address." },
    lesson: { type: "any", description: "Steps of a lesson." },
    commands: list({ type: "string" }, "Terminal commands run right after loading."),
  }),
});
