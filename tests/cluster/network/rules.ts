import { type AddressBook, type Cidr, parseCidr } from "../../../src/cluster/network/address.ts";
import type { Extension, IptablesWriter, Match, Rule, Target } from "../../../src/cluster/network/netfilter/rule.ts";
import type { Protocol } from "../../../src/cluster/network/packet.ts";

/** Short ways to write rules down in tests. */
export function rule(
  match: Omit<Match, "extensions"> & { readonly extensions?: readonly Extension[] },
  target: Target,
  object?: string,
): Rule {
  return { match: { extensions: [], ...match }, target, object, because: undefined };
}

export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`no CIDR: ${text}`);
  return parsed;
}

export function to(text: string): NonNullable<Match["destination"]> {
  return { cidr: cidr(text), negated: false };
}

export function notFrom(text: string): NonNullable<Match["source"]> {
  return { cidr: cidr(text), negated: true };
}

export function port(number: number, protocol: Protocol = "tcp"): Extension {
  return { type: "ports", protocol, destinationPorts: { from: number, to: number } };
}

export function jump(chain: string): Target {
  return { type: "jump", chain };
}

const mark = 0x4000;

/** The fixed part of kube-proxy's rules, as far as packets ask for it. Source: kube-proxy's iptables/proxier.go, syncProxyRules. */
export function writeFixedRules(tables: IptablesWriter): void {
  tables.setChain("nat", "KUBE-MARK-MASQ", [rule({}, { type: "mark", value: mark, mask: mark })]);
  tables.setChain("nat", "KUBE-POSTROUTING", [
    rule({ extensions: [{ type: "mark", value: mark, mask: mark, negated: true }] }, { type: "return" }),
    rule({}, { type: "mark", value: mark, mask: 0 }),
    rule({}, { type: "masquerade", randomFully: true }),
  ]);
  tables.setChain("nat", "KUBE-NODEPORTS", []);
  tables.insertRule("nat", "OUTPUT", rule({}, jump("KUBE-SERVICES")));
  tables.insertRule("nat", "PREROUTING", rule({}, jump("KUBE-SERVICES")));
  tables.insertRule("nat", "POSTROUTING", rule({}, jump("KUBE-POSTROUTING")));
  tables.setChain("filter", "KUBE-FORWARD", [
    rule({ extensions: [{ type: "conntrack", states: ["INVALID"], negated: false }] }, { type: "drop" }),
    rule({ extensions: [{ type: "mark", value: mark, mask: mark, negated: false }] }, { type: "accept" }),
    rule({ extensions: [{ type: "conntrack", states: ["RELATED", "ESTABLISHED"], negated: false }] }, { type: "accept" }),
  ]);
  tables.setChain("filter", "KUBE-SERVICES", []);
  const whenNew: Extension = { type: "conntrack", states: ["NEW"], negated: false };
  for (const chain of ["FORWARD", "OUTPUT"]) tables.insertRule("filter", chain, rule({ extensions: [whenNew] }, jump("KUBE-SERVICES")));
  tables.insertRule("filter", "FORWARD", rule({}, jump("KUBE-FORWARD")));
}

export interface TestService {
  readonly name: string;
  readonly clusterIp: string;
  readonly port: number;
  readonly endpoints: readonly string[];
  readonly nodePort?: number;
  readonly affinitySeconds?: number;
  readonly protocol?: Protocol;
}

/** Rules as kube-proxy writes them in iptables mode for ClusterIP and NodePort with externalTrafficPolicy Cluster. */
export function writeServices(
  tables: IptablesWriter,
  book: AddressBook,
  services: readonly TestService[],
  clusterCidr = "10.244.0.0/16",
): void {
  const portal: Rule[] = [];
  const nodePorts: Rule[] = [];
  const refused: Rule[] = [];
  for (const service of services) {
    const protocol = service.protocol ?? "tcp";
    const object = `service/default/${service.name}`;
    const here = { destination: to(service.clusterIp), protocol, extensions: [port(service.port, protocol)] };
    if (service.endpoints.length === 0) {
      refused.push(rule(here, { type: "reject", with: "icmp-port-unreachable" }, object));
      continue;
    }
    const chain = `KUBE-SVC-${service.name}`;
    const rules = [rule({ ...here, source: notFrom(clusterCidr) }, jump("KUBE-MARK-MASQ"), object)];
    const separate = service.endpoints.map((_, i) => `KUBE-SEP-${service.name}-${i}`);
    if (service.affinitySeconds !== undefined) {
      for (const name of separate) {
        const recent: Extension = { type: "recent", command: "rcheck", name, seconds: service.affinitySeconds, reap: true };
        rules.push(rule({ extensions: [recent] }, jump(name), object));
      }
    }
    separate.forEach((name, i) => {
      const rest = separate.length - i;
      const extensions: Extension[] =
        rest === 1 ? [] : [{ type: "statistic", probability: Math.round(Number((1 / rest).toFixed(10)) * 2147483648) }];
      rules.push(rule({ extensions }, jump(name), object));
    });
    tables.setChain("nat", chain, rules);
    service.endpoints.forEach((endpoint, i) => {
      const [ip, number] = endpoint.split(":") as [string, string];
      const set: Extension[] =
        service.affinitySeconds === undefined ? [] : [{ type: "recent", command: "set", name: separate[i] as string }];
      tables.setChain("nat", separate[i] as string, [
        rule({ source: { cidr: cidr(ip), negated: false } }, jump("KUBE-MARK-MASQ"), object),
        rule({ protocol, extensions: set }, { type: "dnat", to: book.socket(book.ip(ip), Number(number)) }, object),
      ]);
    });
    portal.push(rule(here, jump(chain), object));
    if (service.nodePort !== undefined) {
      tables.setChain("nat", `KUBE-EXT-${service.name}`, [rule({}, jump("KUBE-MARK-MASQ"), object), rule({}, jump(chain), object)]);
      nodePorts.push(rule({ protocol, extensions: [port(service.nodePort, protocol)] }, jump(`KUBE-EXT-${service.name}`), object));
    }
  }
  portal.push(rule({ extensions: [{ type: "addrtype", side: "dst", is: "LOCAL", negated: false }] }, jump("KUBE-NODEPORTS")));
  tables.setChain("nat", "KUBE-SERVICES", portal);
  tables.setChain("nat", "KUBE-NODEPORTS", nodePorts);
  tables.setChain("filter", "KUBE-SERVICES", refused);
}
