import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { IptablesProgrammer } from "../../../src/cluster/kube-proxy/iptables-programmer.ts";
import { chainHash, endpointChain } from "../../../src/cluster/kube-proxy/names.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { printTable } from "../../../src/cluster/network/netfilter/print-iptables.ts";
import type { TableName } from "../../../src/cluster/network/netfilter/rule.ts";
import { scenarioObjects } from "./objects.ts";
import { allPorts, nodeFacts } from "./proxied.ts";
import { RememberedTables } from "./tables.ts";

/** The text of a table, as `iptables-save -t TABLE` has it between its comments. */
function save(manifest: string, table: TableName, given: Parameters<typeof nodeFacts>[0] = {}): string {
  const node = nodeFacts(given);
  const objects = scenarioObjects(manifest);
  const tables = new RememberedTables();
  const programmer = new IptablesProgrammer(tables, new AddressBook(), node);
  programmer.start(node);
  programmer.apply(allPorts(objects.services, objects.slices, node));
  programmer.removeStale();
  return printTable(table, tables.chains(table), node.family);
}

/** The rules of a chain, without `-A CHAIN `. */
function rulesOf(text: string, chain: string): string[] {
  const start = `-A ${chain} `;
  return text
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}

describe("chain names (kubernetes pkg/proxy/iptables/proxier_test.go)", () => {
  test.each([
    ["default/kubernetes:https", "tcp", "NPX46M4PTMTKRN6Y"],
    ["kube-system/kube-dns:dns", "udp", "TCOU7JCQXEZGVUNU"],
    ["kube-system/kube-dns:dns-tcp", "tcp", "ERIFXISQEP7F7OF4"],
    ["kube-system/kube-dns:metrics", "tcp", "JD5MR3NA4I4DYORP"],
    ["ns1/svc1:p80", "tcp", "XPGD46QRK7WJZT7O"],
  ])("%s %s", (service, protocol, hash) => {
    expect(chainHash(service + protocol)).toBe(hash);
  });

  test("an endpoint's", () => {
    expect(endpointChain("ns1/svc1:p80", "tcp", "10.180.0.1:80")).toBe("KUBE-SEP-SXIVWICOYRO3J4NJ");
  });
});

const nodePort = (spec: string, endpoints: string): string => `
kind: Service
metadata: {name: svc1, namespace: ns1}
spec: {clusterIP: 10.96.1.1, ${spec} ports: [{name: p80, port: 80, nodePort: 30001}]}
---
kind: EndpointSlice
addressType: IPv4
metadata: {name: svc1-1, namespace: ns1, labels: {kubernetes.io/service-name: svc1}}
ports: [{name: p80, port: 80}]
endpoints: ${endpoints}
`;
const local = "{addresses: [10.180.0.1], nodeName: node1}";
const remote = "{addresses: [10.180.2.1], nodeName: node2}";
const hash = "XPGD46QRK7WJZT7O";

describe("rules of a Service port (kubernetes pkg/proxy/iptables/proxier.go, syncProxyRules)", () => {
  test("NodePort, policy Cluster", () => {
    const nat = save(nodePort("type: NodePort,", `[${local}, ${remote}]`), "nat");
    expect(rulesOf(nat, "KUBE-SERVICES")).toEqual([
      `-d 10.96.1.1/32 -p tcp -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp --dport 80 -j KUBE-SVC-${hash}`,
      '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    ]);
    expect(rulesOf(nat, "KUBE-NODEPORTS")).toEqual([`-p tcp -m comment --comment "ns1/svc1:p80" -m tcp --dport 30001 -j KUBE-EXT-${hash}`]);
    expect(rulesOf(nat, `KUBE-EXT-${hash}`)).toEqual([
      '-m comment --comment "masquerade traffic for ns1/svc1:p80 external destinations" -j KUBE-MARK-MASQ',
      `-j KUBE-SVC-${hash}`,
    ]);
    expect(rulesOf(nat, `KUBE-SVC-${hash}`)).toEqual([
      '! -s 10.244.0.0/16 -d 10.96.1.1/32 -p tcp -m comment --comment "ns1/svc1:p80 cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
      '-m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-SXIVWICOYRO3J4NJ',
      `-m comment --comment "ns1/svc1:p80 -> 10.180.2.1:80" -j ${endpointChain("ns1/svc1:p80", "tcp", "10.180.2.1:80")}`,
    ]);
    expect(rulesOf(nat, "KUBE-SEP-SXIVWICOYRO3J4NJ")).toEqual([
      '-s 10.180.0.1/32 -m comment --comment "ns1/svc1:p80" -j KUBE-MARK-MASQ',
      '-p tcp -m comment --comment "ns1/svc1:p80" -m tcp -j DNAT --to-destination 10.180.0.1:80',
    ]);
  });

  test("externalTrafficPolicy Local: short cuts for pods and the node, then the local endpoints", () => {
    const nat = save(nodePort("type: NodePort, externalTrafficPolicy: Local,", `[${local}, ${remote}]`), "nat");
    expect(rulesOf(nat, `KUBE-EXT-${hash}`)).toEqual([
      `-s 10.244.0.0/16 -m comment --comment "pod traffic for ns1/svc1:p80 external destinations" -j KUBE-SVC-${hash}`,
      '-m comment --comment "masquerade LOCAL traffic for ns1/svc1:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
      `-m comment --comment "route LOCAL traffic for ns1/svc1:p80 external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-${hash}`,
      `-j KUBE-SVL-${hash}`,
    ]);
    expect(rulesOf(nat, `KUBE-SVL-${hash}`)).toEqual(['-m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -j KUBE-SEP-SXIVWICOYRO3J4NJ']);
  });

  test("externalTrafficPolicy Local without local endpoint: dropped in filter", () => {
    const manifest = nodePort("type: NodePort, externalTrafficPolicy: Local,", `[${remote}]`);
    expect(rulesOf(save(manifest, "filter"), "KUBE-EXTERNAL-SERVICES")).toEqual([
      '-p tcp -m comment --comment "ns1/svc1:p80 has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30001 -j DROP',
    ]);
    expect(rulesOf(save(manifest, "nat"), `KUBE-EXT-${hash}`)).toHaveLength(3);
  });

  test("no endpoints: nothing in nat, refused in filter", () => {
    const manifest = nodePort("type: NodePort,", "[]");
    expect(rulesOf(save(manifest, "filter"), "KUBE-SERVICES")).toEqual([
      '-d 10.96.1.1/32 -p tcp -m comment --comment "ns1/svc1:p80 has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ]);
    expect(save(manifest, "nat")).not.toContain("svc1");
  });

  test("ClientIP affinity", () => {
    const nat = save(nodePort("type: NodePort, sessionAffinity: ClientIP,", `[${local}]`), "nat");
    expect(rulesOf(nat, `KUBE-SVC-${hash}`).slice(1)).toEqual([
      '-m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-SXIVWICOYRO3J4NJ --mask 255.255.255.255 --rsource -j KUBE-SEP-SXIVWICOYRO3J4NJ',
      '-m comment --comment "ns1/svc1:p80 -> 10.180.0.1:80" -j KUBE-SEP-SXIVWICOYRO3J4NJ',
    ]);
    expect(rulesOf(nat, "KUBE-SEP-SXIVWICOYRO3J4NJ")[1]).toBe(
      '-p tcp -m comment --comment "ns1/svc1:p80" -m recent --set --name KUBE-SEP-SXIVWICOYRO3J4NJ --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.180.0.1:80',
    );
  });

  test("loadBalancerSourceRanges that hold the node", () => {
    const manifest = `${nodePort("type: LoadBalancer, loadBalancerSourceRanges: [' 192.168.0.0/24'],", `[${local}]`).replace(
      "---",
      "status: {loadBalancer: {ingress: [{ip: 1.2.3.4}, {ip: 1.2.3.5, ipMode: Proxy}]}}\n---",
    )}`;
    const nat = save(manifest, "nat");
    expect(rulesOf(nat, `KUBE-FW-${hash}`)).toEqual([
      `-s 192.168.0.0/24 -m comment --comment "ns1/svc1:p80 loadbalancer IP" -j KUBE-EXT-${hash}`,
      `-s 1.2.3.4/32 -m comment --comment "ns1/svc1:p80 loadbalancer IP" -j KUBE-EXT-${hash}`,
      '-m comment --comment "other traffic to ns1/svc1:p80 will be dropped by KUBE-PROXY-FIREWALL"',
    ]);
    expect(rulesOf(save(manifest, "filter"), "KUBE-PROXY-FIREWALL")).toEqual([
      `-d 1.2.3.4/32 -p tcp -m comment --comment "ns1/svc1:p80 traffic not accepted by KUBE-FW-${hash}" -m tcp --dport 80 -j DROP`,
    ]);
  });

  test("more than 1000 endpoints: those rules lose their comments", () => {
    const many = Array.from({ length: 1001 }, (_, i) => `{addresses: [10.180.${i >> 8}.${i & 255}]}`).join(", ");
    const nat = save(nodePort("type: NodePort,", `[${many}]`), "nat");
    expect(rulesOf(nat, `KUBE-SVC-${hash}`).at(-1)).toMatch(/^-j KUBE-SEP-/);
    expect(rulesOf(nat, "KUBE-SEP-SXIVWICOYRO3J4NJ")).toEqual([
      "-s 10.180.0.1/32 -j KUBE-MARK-MASQ",
      "-p tcp -m tcp -j DNAT --to-destination 10.180.0.1:80",
    ]);
  });

  test("IPv6", () => {
    const manifest = nodePort("type: NodePort, sessionAffinity: ClientIP,", "[{addresses: ['fd00:10:180::1']}]")
      .replace("10.96.1.1", "'fd00:10:96::1'")
      .replace("addressType: IPv4", "addressType: IPv6");
    const facts = { family: 6, ips: ["fd00::2"], clusterCidr: "fd00:10:244::/56" } as const;
    const nat = save(manifest, "nat", facts);
    expect(rulesOf(nat, "KUBE-SERVICES")[1]).toMatch(/^! -d ::1\/128 -m comment/);
    expect(rulesOf(nat, `KUBE-SVC-${hash}`)[1]).toContain("--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    expect(nat).toContain("-j DNAT --to-destination [fd00:10:180::1]:80");
    expect(save(nodePort("", "[]").replace("10.96.1.1", "'fd00:10:96::1'"), "filter", facts)).toContain(
      "--reject-with icmp6-port-unreachable",
    );
  });
});

describe("the fixed part (kubernetes pkg/proxy/iptables/proxier.go, iptablesJumpChains)", () => {
  const jumps = (text: string, chain: string): string[] => rulesOf(text, chain).map((rule) => rule.slice(rule.lastIndexOf("-j ") + 3));
  test("order of the jumps", () => {
    const filter = save(nodePort("type: NodePort,", "[]"), "filter");
    expect(jumps(filter, "FORWARD")).toEqual(["KUBE-PROXY-FIREWALL", "KUBE-FORWARD", "KUBE-SERVICES", "KUBE-EXTERNAL-SERVICES"]);
    expect(jumps(filter, "INPUT")).toEqual(["KUBE-FIREWALL", "KUBE-PROXY-FIREWALL", "KUBE-NODEPORTS", "KUBE-EXTERNAL-SERVICES"]);
    expect(jumps(filter, "OUTPUT")).toEqual(["KUBE-FIREWALL", "KUBE-PROXY-FIREWALL", "KUBE-SERVICES"]);
    expect(rulesOf(filter, "FORWARD")[2]).toBe(
      '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    );
  });
});

describe("recorded lines (tests/conformance/iptables-save.json)", () => {
  const cases = JSON.parse(readFileSync(new URL("../../conformance/iptables-save.json", import.meta.url), "utf8")) as {
    id: string;
    scenario: string;
    steps: { run: string; stdoutIncludes?: string[]; stdoutMatches?: string }[];
  }[];
  for (const { id, scenario, steps } of cases) {
    for (const step of steps) {
      const table = /^at node1 -- iptables-save -t (nat|filter)$/.exec(step.run)?.[1] as TableName | undefined;
      if (table === undefined) continue;
      test(`${id}: ${step.run}`, () => {
        const text = save(scenario, table);
        for (const line of step.stdoutIncludes ?? []) expect(text).toContain(line.replace(/^\n(?=\*)/, ""));
        if (step.stdoutMatches !== undefined) expect(text).toMatch(new RegExp(step.stdoutMatches));
      });
    }
  }
});
