import { describe, expect, test } from "vitest";
import { NftablesProgrammer } from "../../../src/cluster/kube-proxy/nftables-programmer.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { NftTable } from "../../../src/cluster/network/netfilter/nft-table.ts";
import { printNftTable } from "../../../src/cluster/network/netfilter/print-nft.ts";
import { scenarioObjects } from "./objects.ts";
import { allPorts, nodeFacts } from "./proxied.ts";

function list(manifest: string, given: Parameters<typeof nodeFacts>[0] = {}): string {
  const node = nodeFacts(given);
  const objects = scenarioObjects(manifest);
  const book = new AddressBook();
  const table = new NftTable(node.family, "kube-proxy", "rules for kube-proxy");
  const programmer = new NftablesProgrammer(table, book, node);
  programmer.start(node);
  programmer.apply(allPorts(objects.services, objects.slices, node));
  programmer.removeStale();
  return printNftTable(table, 0);
}

/** The lines of a chain, set or map, without indentation. */
function block(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line === `\tchain ${name} {` || line === `\tset ${name} {` || line === `\tmap ${name} {`);
  if (start < 0) return [];
  return lines.slice(start + 1, lines.indexOf("\t}", start)).map((line) => line.trim());
}

const service = (name: string, ip: string, spec: string, node = ""): string => `
kind: Service
metadata: {name: svc${name}, namespace: ns${name}}
spec: {clusterIP: ${ip}, ${spec} ports: [{name: p80, port: 80${node}}]}
`;
const slice = (name: string, endpoints: string): string => `
kind: EndpointSlice
addressType: IPv4
metadata: {name: svc${name}-1, namespace: ns${name}, labels: {kubernetes.io/service-name: svc${name}}}
ports: [{name: p80, port: 80}]
endpoints: ${endpoints}
`;

// The Services of kubernetes pkg/proxy/nftables/proxier_test.go, TestOverallNFTablesRules; texts as nft 1.0.6 lists what that test expects to be written.
const overall = [
  service("1", "172.30.0.41", ""),
  slice("1", "[{addresses: [10.180.0.1]}]"),
  `${service("2", "172.30.0.42", "type: LoadBalancer, externalTrafficPolicy: Local, externalIPs: [192.168.99.22], healthCheckNodePort: 30000,", ", nodePort: 3001")}status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}\n`,
  slice("2", "[{addresses: [10.180.0.2]}]"),
  service("4", "172.30.0.44", "type: NodePort, externalIPs: [192.168.99.33],"),
  slice("4", "[{addresses: [10.180.0.4]}, {addresses: [10.180.0.5], nodeName: node1}]"),
  `${service("5", "172.30.0.45", "type: LoadBalancer, sessionAffinity: ClientIP, loadBalancerSourceRanges: [' 203.0.113.0/25'],", ", nodePort: 3002")}status: {loadBalancer: {ingress: [{ip: 5.6.7.8}]}}\n`,
  slice("5", "[{addresses: [10.180.0.3]}]"),
  service("6", "172.30.0.46", ""),
].join("---");
const facts = { clusterCidr: "10.0.0.0/8", serviceCidrs: ["172.30.0.0/16"] };

describe("rules (kubernetes pkg/proxy/nftables/proxier_test.go, TestOverallNFTablesRules)", () => {
  const text = list(overall, facts);
  test.each<[string, string[]]>([
    [
      "service-ULMVA6XW-ns1/svc1/tcp/p80",
      [
        "ip daddr 172.30.0.41 ip saddr != 10.0.0.0/8 jump mark-for-masquerade",
        "numgen random mod 1 vmap { 0 : goto endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80 }",
      ],
    ],
    [
      "endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80",
      ["ip saddr 10.180.0.1 jump mark-for-masquerade", "meta l4proto tcp dnat to 10.180.0.1:80"],
    ],
    [
      "external-42NFTM6N-ns2/svc2/tcp/p80",
      [
        'ip saddr 10.0.0.0/8 goto service-42NFTM6N-ns2/svc2/tcp/p80 comment "short-circuit pod traffic"',
        'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
        'fib saddr type local goto service-42NFTM6N-ns2/svc2/tcp/p80 comment "short-circuit local traffic"',
      ],
    ],
    [
      "service-LAUZTJTB-ns4/svc4/tcp/p80",
      [
        "ip daddr 172.30.0.44 ip saddr != 10.0.0.0/8 jump mark-for-masquerade",
        "numgen random mod 2 vmap { 0 : goto endpoint-UNZV3OEC-ns4/svc4/tcp/p80__10.180.0.4/80, 1 : goto endpoint-5RFCDDV7-ns4/svc4/tcp/p80__10.180.0.5/80 }",
      ],
    ],
    ["external-LAUZTJTB-ns4/svc4/tcp/p80", ["jump mark-for-masquerade", "goto service-LAUZTJTB-ns4/svc4/tcp/p80"]],
    [
      "service-HVFWP5L3-ns5/svc5/tcp/p80",
      [
        "ip daddr 172.30.0.45 ip saddr != 10.0.0.0/8 jump mark-for-masquerade",
        "ip saddr @affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80 goto endpoint-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80",
        "numgen random mod 1 vmap { 0 : goto endpoint-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80 }",
      ],
    ],
    [
      "endpoint-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80",
      [
        "ip saddr 10.180.0.3 jump mark-for-masquerade",
        "update @affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80 { ip saddr }",
        "meta l4proto tcp dnat to 10.180.0.3:80",
      ],
    ],
    ["affinity-GTK6MW7G-ns5/svc5/tcp/p80__10.180.0.3/80", ["type ipv4_addr", "size 65535", "flags dynamic,timeout", "timeout 3h"]],
    ["firewall-HVFWP5L3-ns5/svc5/tcp/p80", ["ip saddr != 203.0.113.0/25 drop"]],
    [
      "firewall-ips",
      [
        "type ipv4_addr . inet_proto . inet_service : verdict",
        'comment "destinations that are subject to LoadBalancerSourceRanges"',
        "elements = { 5.6.7.8 . tcp . 80 : goto firewall-HVFWP5L3-ns5/svc5/tcp/p80 }",
      ],
    ],
    [
      "no-endpoint-nodeports",
      [
        "type inet_proto . inet_service : verdict",
        'comment "vmap to drop or reject packets to service nodeports with no endpoints"',
        'elements = { tcp . 3001 comment "ns2/svc2:p80" : drop }',
      ],
    ],
    [
      "no-endpoint-services",
      [
        "type ipv4_addr . inet_proto . inet_service : verdict",
        'comment "vmap to drop or reject packets to services with no endpoints"',
        'elements = { 1.2.3.4 . tcp . 80 comment "ns2/svc2:p80" : drop,',
        '172.30.0.46 . tcp . 80 comment "ns6/svc6:p80" : goto reject-chain,',
        '192.168.99.22 . tcp . 80 comment "ns2/svc2:p80" : drop }',
      ],
    ],
    [
      "cluster-ips",
      [
        "type ipv4_addr",
        'comment "Active ClusterIPs"',
        "elements = { 172.30.0.41, 172.30.0.42,",
        "172.30.0.44, 172.30.0.45,",
        "172.30.0.46 }",
      ],
    ],
    [
      "cluster-ips-check",
      [
        'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
        'ip daddr 172.30.0.0/16 drop comment "Drop traffic to unallocated ClusterIPs"',
      ],
    ],
    [
      "filter-prerouting-pre-dnat",
      ["type filter hook prerouting priority dstnat - 10; policy accept;", "ct state new jump firewall-check"],
    ],
    ["masquerading", ["meta mark & 0x00004000 == 0x00000000 return", "meta mark set meta mark ^ 0x00004000", "masquerade fully-random"]],
  ])("%s", (name, lines) => {
    expect(block(text, name)).toEqual(lines);
  });

  test("the node's own VIP traffic is let in where the ranges hold the node", () => {
    const manifest = overall.replace("' 203.0.113.0/25'", "192.168.0.0/24, 203.0.113.0/25");
    expect(block(list(manifest, facts), "firewall-HVFWP5L3-ns5/svc5/tcp/p80")).toEqual([
      "ip saddr != { 5.6.7.8, 192.168.0.0/24, 203.0.113.0/25 } drop",
    ]);
  });
});
