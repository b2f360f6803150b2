import { describe, expect, test } from "vitest";
import type { PodNetwork } from "../../../src/cluster/cni/node-network.ts";
import { type Policy, type PolicyPod, type PolicyWorld, planPolicyChains, policyChain } from "../../../src/cluster/cni/policy-rules.ts";
import type { Netns } from "../../../src/cluster/network/netns.ts";
import { jump, rule } from "../network/rules.ts";
import { connect, serve, text, type World, world } from "../network/world.ts";

/**
 * The truth cases of NetworkPolicy: three namespaces x, y, z (label ns=NAME) with pods a, b, c (label pod=NAME) that serve TCP 80 and 81, ports named
 * serve-80-tcp and serve-81-tcp; x on node1, y and z on node2; Service x/s 10.96.0.50:8080 to x/a port 80; a client outside.
 * Source: the rules of kubernetes.io "Network Policies" and test/e2e/network/netpol of Kubernetes, whose world this is.
 */
const names = ["a", "b", "c"];
const namespaces = ["x", "y", "z"];

function policy(name: string, parts: Partial<Policy>): Policy {
  return { namespace: "x", name, podSelector: {}, isIngress: true, isEgress: false, ingress: [], egress: [], ...parts };
}

const pod = (name: string) => ({ matchLabels: { pod: name } });
const ns = (name: string) => ({ matchLabels: { ns: name } });
const everything = { ports: [], peers: [] };
const denyIngress = policy("deny", {});
const port = (value: number | string, protocol: "TCP" | "UDP" | "SCTP" = "TCP") => ({ port: value, protocol });

interface Probe {
  readonly world: World;
  readonly pods: Map<string, PodNetwork>;
}

function build(policies: readonly Policy[], options: { readonly nodePort?: boolean } = {}): Probe {
  const w = world();
  const pods = new Map<string, PodNetwork>();
  const described: { pod: PolicyPod; node: number }[] = [];
  for (const namespace of namespaces) {
    for (const name of names) {
      const node = namespace === "x" ? 0 : 1;
      const attached = w.cnis[node]!.addPod(`pod/${namespace}/${name}`)!;
      pods.set(`${namespace}/${name}`, attached);
      for (const number of [80, 81, 90, 91]) serve(attached.netns, number, name);
      const udp = attached.netns.bindUdp(80);
      if (typeof udp !== "string")
        udp.onChange = () => {
          const got = udp.read();
          if (got !== undefined) udp.sendTo(got.from, text("answer"), { inReplyTo: got.connection, from: got.to.ip });
        };
      const ports = [80, 81].map((number) => ({ name: `serve-${number}-tcp`, protocol: "tcp" as const, port: number }));
      described.push({ node, pod: { namespace, name, labels: { pod: name }, ips: attached.ips, ports, isLocal: false } });
    }
  }
  const xa = pods.get("x/a")!.ips[0]!;
  w.services([
    { name: "s", clusterIp: "10.96.0.50", port: 8080, endpoints: [`${xa}:80`], ...(options.nodePort ? { nodePort: 30123 } : {}) },
  ]);
  w.nodes.forEach((node, index) => {
    const view: PolicyWorld = {
      pods: described.map((one) => ({ ...one.pod, isLocal: one.node === index })),
      namespaces: namespaces.map((name) => ({ name, labels: { ns: name } })),
      policies,
    };
    const tables = node.netfilter.tables;
    for (const chain of planPolicyChains(view, 4)) tables.setChain("filter", chain.name, chain.rules);
    tables.insertRule("filter", "FORWARD", rule({}, jump(policyChain)));
  });
  return { world: w, pods };
}

function netnsOf(probe: Probe, from: string): Netns {
  if (from === "client") return probe.world.laptop;
  if (from.startsWith("node")) return probe.world.nodes[Number(from.slice(4)) - 1]!;
  return probe.pods.get(from)!.netns;
}

/** `x/b>x/a:80` passes when the handshake ends well. */
function passes(probe: Probe, text: string): boolean {
  const [from, target] = text.split(">") as [string, string];
  const [host, number] = target.split(":") as [string, string | undefined];
  const ip = host === "s" ? "10.96.0.50" : (probe.pods.get(host)?.ips[0] ?? host);
  const socket = connect(probe.world, netnsOf(probe, from), `${ip}:${number ?? (host === "s" ? 8080 : 80)}`);
  probe.world.pass(0.1);
  const open = socket.state === "ESTAB";
  socket.abort();
  probe.world.pass(0.1);
  return open;
}

describe("truth cases", () => {
  const rows: readonly [name: string, policies: readonly Policy[], pass: readonly string[], dropped: readonly string[]][] = [
    ["1 none", [], ["y/a>x/a", "x/b>x/a", "x/a>y/a"], []],
    ["1 a policy in y only", [policy("deny", { namespace: "y" })], ["y/a>x/a", "x/b>x/a"], []],
    ["2 deny ingress", [denyIngress], ["x/a>y/a", "x/a>x/a"], ["y/a>x/a", "x/b>x/a"]],
    ["3 deny both", [policy("deny", { isEgress: true })], ["x/a>x/a"], ["x/a>x/b", "x/a>y/a"]],
    [
      "5 an egress rule isolates both directions by default types",
      [policy("p", { podSelector: pod("a"), isEgress: true, egress: [{ ports: [], peers: [{ namespaceSelector: ns("y") }] }] })],
      ["x/a>y/a:80"],
      ["y/b>x/a", "x/a>z/a"],
    ],
    [
      "6 egress {} alone",
      [policy("p", { isIngress: false, isEgress: true, egress: [everything] })],
      ["y/a>x/a", "x/a>z/c", "x/a>y/a:81"],
      [],
    ],
    ["7 deny all and allow a", [denyIngress, policy("allow", { podSelector: pod("a"), ingress: [everything] })], ["y/a>x/a"], ["y/a>x/b"]],
    [
      "8 from pod b",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ podSelector: pod("b") }] }] })],
      ["x/b>x/a"],
      ["y/b>x/a", "x/c>x/a"],
    ],
    [
      "9 from namespace y",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ namespaceSelector: ns("y") }] }] })],
      ["y/a>x/a", "y/b>x/a", "y/c>x/a"],
      ["x/b>x/a"],
    ],
    [
      "10 y and b",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ namespaceSelector: ns("y"), podSelector: pod("b") }] }] })],
      ["y/b>x/a"],
      ["y/a>x/a", "x/b>x/a"],
    ],
    [
      "11 y or b",
      [
        policy("p", {
          podSelector: pod("a"),
          ingress: [{ ports: [], peers: [{ namespaceSelector: ns("y") }, { podSelector: pod("b") }] }],
        }),
      ],
      ["y/a>x/a", "x/b>x/a"],
      ["z/b>x/a"],
    ],
    [
      "12 from all namespaces",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ namespaceSelector: {} }] }] })],
      ["x/b>x/a", "y/c>x/a", "z/a>x/a"],
      ["node2>x/a"],
    ],
    [
      "13 from all pods of the namespace",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ podSelector: {} }] }] })],
      ["x/b>x/a"],
      ["y/a>x/a"],
    ],
    ["14 port 80", [policy("p", { podSelector: pod("a"), ingress: [{ ports: [port(80)], peers: [] }] })], ["y/a>x/a:80"], ["y/a>x/a:81"]],
    ["15 UDP only", [policy("p", { podSelector: pod("a"), ingress: [{ ports: [{ protocol: "UDP" }], peers: [] }] })], [], ["y/a>x/a:80"]],
    ["16 SCTP only", [policy("p", { podSelector: pod("a"), ingress: [{ ports: [{ protocol: "SCTP" }], peers: [] }] })], [], ["y/a>x/a:80"]],
    [
      "17 a named port",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [port("serve-81-tcp")], peers: [] }] })],
      ["y/a>x/a:81"],
      ["y/a>x/a:80"],
    ],
    [
      "18 a range",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [{ port: 80, endPort: 90 }], peers: [] }] })],
      ["y/a>x/a:80", "y/a>x/a:81", "y/a>x/a:90"],
      ["y/a>x/a:91"],
    ],
    [
      "19 the Service's port does not count",
      [policy("p", { podSelector: pod("a"), ingress: [{ ports: [port(8080)], peers: [] }] })],
      [],
      ["y/a>s"],
    ],
    ["19 the pod's port does", [policy("p", { podSelector: pod("a"), ingress: [{ ports: [port(80)], peers: [] }] })], ["y/a>s"], []],
    [
      "20 a ClusterIP in an egress block is useless, but for the hairpin",
      [
        policy("p", {
          podSelector: pod("b"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.96.0.50/32" } }] }],
        }),
      ],
      [],
      ["x/b>s"],
    ],
    [
      "20 the hairpin",
      [
        policy("p", {
          podSelector: pod("a"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.96.0.50/32" } }] }],
        }),
      ],
      ["x/a>s"],
      [],
    ],
    [
      "20 the pod range in an egress block",
      [
        policy("p", {
          podSelector: pod("b"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.244.0.0/16" } }] }],
        }),
      ],
      ["x/b>s"],
      [],
    ],
    [
      "21 except",
      [
        policy("p", {
          podSelector: pod("a"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.244.0.0/16", except: ["10.244.1.3/32"] } }] }],
        }),
      ],
      ["x/a>x/c", "x/a>y/a"],
      ["x/a>x/b"],
    ],
    [
      "21 another policy allows what is excepted",
      [
        policy("p", {
          podSelector: pod("a"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.244.0.0/16", except: ["10.244.1.3/32"] } }] }],
        }),
        policy("q", {
          podSelector: pod("a"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ ipBlock: { cidr: "10.244.1.3/32" } }] }],
        }),
      ],
      ["x/a>x/b"],
      [],
    ],
    [
      "22 both ends must agree",
      [
        policy("p", {
          podSelector: pod("a"),
          isIngress: false,
          isEgress: true,
          egress: [{ ports: [], peers: [{ namespaceSelector: ns("y") }] }],
        }),
        policy("deny", { namespace: "y" }),
      ],
      [],
      ["x/a>y/a"],
    ],
    [
      "23 answers of allowed connections pass",
      [policy("p", { podSelector: pod("a"), isEgress: true, ingress: [{ ports: [], peers: [{ namespaceSelector: ns("y") }] }] })],
      ["y/a>x/a:80"],
      ["x/a>y/a"],
    ],
    ["24 the pod's own node always reaches it", [denyIngress], ["node1>x/a"], ["node2>x/a"]],
    [
      "an egress port by name is the destination pod's",
      [policy("p", { podSelector: pod("a"), isIngress: false, isEgress: true, egress: [{ ports: [port("serve-80-tcp")], peers: [] }] })],
      ["x/a>y/a:80"],
      ["x/a>y/a:81"],
    ],
  ];
  test.each(rows)("%s", (_name, policies, pass, dropped) => {
    const probe = build(policies);
    for (const one of pass) expect(passes(probe, one), `${one} must pass`).toBe(true);
    for (const one of dropped) expect(passes(probe, one), `${one} must be dropped`).toBe(false);
  });

  test("25 a block of clients: NodePort by the other node shows that node's address, by the pod's node the client's", () => {
    const policies = [policy("p", { podSelector: pod("a"), ingress: [{ ports: [], peers: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] })];
    const probe = build(policies, { nodePort: true });
    expect(passes(probe, "client>192.168.0.2:30123")).toBe(true);
    expect(passes(probe, "client>192.168.0.3:30123")).toBe(false);
  });

  test("a denial is a drop that names the policy", () => {
    const probe = build([denyIngress]);
    const socket = connect(probe.world, netnsOf(probe, "y/a"), `${probe.pods.get("x/a")!.ips[0]}:80`);
    probe.world.pass(0.1);
    const last = socket.connection.hops.at(-1);
    expect(last).toMatchObject({ at: "node/node1", action: "drop", object: "networkpolicy/x/deny", hook: "forward" });
    expect(last?.reason).toEqual({ code: "policy-denies-ingress", args: { pod: "a", policies: "deny" } });
  });
});
