import type { ClientOptions, ClusterOptions, ExternalOptions, NodeOptions, ProxyMode } from "../cluster/objects.ts";
import { addressAt, cidrSize, inCidr, parseCidr, parseClusterVersion, parseIp, parseRfc3339, servedMinors } from "../cluster/objects.ts";
import type { PathProblem } from "./problem.ts";

/** What a `Scenario` document says, with every default filled in. */
export interface ScenarioSpec {
  readonly name: string;
  readonly options: ClusterOptions;
  /** Whether `cluster.nodes` was given: then Node documents of an import do not define the machines. */
  readonly nodesGiven: boolean;
  readonly lesson: Readonly<Record<string, unknown>> | undefined;
  /** Terminal commands run, in order, right after loading. */
  readonly commands: readonly string[];
}

export interface SpecResult {
  readonly spec: ScenarioSpec;
  readonly problems: readonly PathProblem[];
}

/** `spec.start` unless given: a Monday morning. */
export const defaultStart = "2026-01-05T09:00:00Z";

type Fields = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Reads values and gathers problems; a wrong value is replaced by its default, so that one reading finds every problem. */
class Reader {
  readonly problems: PathProblem[] = [];

  problem(code: string, path: Path, args: Readonly<Record<string, string | number>> = {}): void {
    this.problems.push({ code, path, args });
  }

  fields(value: unknown, path: Path, known: readonly string[]): Fields {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" || Array.isArray(value)) {
      this.problem("scenario.not-a-map", path, { field: fieldName(path) });
      return {};
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      this.problem("scenario.unknown-field", [...path, key], { field: fieldName([...path, key]), known: known.join(", ") });
    }
    return value as Fields;
  }

  list(value: unknown, path: Path): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.problem("scenario.not-a-list", path, { field: fieldName(path) });
    return [];
  }

  text(value: unknown, path: Path, fallback: string): string {
    if (value === undefined || value === null) return fallback;
    if (typeof value === "string") return value;
    this.problem("scenario.not-a-text", path, { field: fieldName(path) });
    return fallback;
  }

  truth(value: unknown, path: Path, fallback: boolean): boolean {
    if (value === undefined || value === null) return fallback;
    if (typeof value === "boolean") return value;
    this.problem("scenario.not-a-boolean", path, { field: fieldName(path) });
    return fallback;
  }

  oneOf<T extends string>(value: unknown, path: Path, choices: readonly T[], fallback: T): T {
    if (value === undefined || value === null) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    this.problem("scenario.not-one-of", path, { field: fieldName(path), value: String(value), choices: choices.join(", ") });
    return fallback;
  }

  /** `IPv4` or `IPv4,IPv6`. */
  addresses(value: unknown, path: Path, fallback: readonly string[]): readonly string[] {
    return this.#families(value, path, fallback, (text) => parseIp(text), "scenario.bad-ip");
  }

  cidrs(value: unknown, path: Path, fallback: readonly string[]): readonly string[] {
    return this.#families(value, path, fallback, (text) => (text.includes("/") ? parseCidr(text) : undefined), "scenario.bad-cidr");
  }

  #families(
    value: unknown,
    path: Path,
    fallback: readonly string[],
    parse: (text: string) => { readonly family: 4 | 6 } | undefined,
    code: string,
  ): readonly string[] {
    if (value === undefined || value === null) return fallback;
    const parts = this.text(value, path, fallback.join(","))
      .split(",")
      .map((part) => part.trim());
    const parsed = parts.map(parse);
    if (parts.length > 2 || parsed.some((p) => p === undefined)) {
      this.problem(code, path, { field: fieldName(path), value: String(value) });
      return fallback;
    }
    if (parts.length === 2 && parsed[0]?.family === parsed[1]?.family) {
      this.problem("scenario.same-family", path, { field: fieldName(path), value: String(value) });
      return fallback;
    }
    return parts;
  }
}

function fieldName(path: Path): string {
  let name = "";
  for (const part of path) name += typeof part === "number" ? `[${part}]` : name === "" ? part : `.${part}`;
  return name;
}

/** DNS-1123 label or subdomain, as machine and host names must be. */
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The spec of a `Scenario` document, or of none (`undefined`). Pure; every problem names its path. */
export function readScenario(document: unknown): SpecResult {
  const reader = new Reader();
  const top = reader.fields(document, [], ["apiVersion", "kind", "metadata", "spec"]);
  const metadata = reader.fields(top["metadata"], ["metadata"], ["name", "labels", "annotations", "namespace", "creationTimestamp", "uid"]);
  const spec = reader.fields(top["spec"], ["spec"], ["seed", "start", "cluster", "clients", "external", "dns", "lesson", "commands"]);
  const at = ["spec", "cluster"];
  const cluster = reader.fields(spec["cluster"], at, [
    "version",
    "domain",
    "podCIDR",
    "serviceCIDR",
    "nodePortRange",
    "proxyMode",
    "loadBalancer",
    "loadBalancerPool",
    "nodeFirewall",
    "ingressController",
    "nodes",
  ]);

  const podCIDRs = reader.cidrs(cluster["podCIDR"], [...at, "podCIDR"], ["10.244.0.0/16"]);
  const serviceCIDRs = reader.cidrs(cluster["serviceCIDR"], [...at, "serviceCIDR"], ["10.96.0.0/12"]);
  const external = readExternal(reader, spec["external"]);
  const options: ClusterOptions = {
    seed: readSeed(reader, spec["seed"]),
    startMs: readStart(reader, spec["start"]),
    version: readVersion(reader, cluster["version"], [...at, "version"]),
    domain: readDomain(reader, cluster["domain"], [...at, "domain"]),
    podCIDRs,
    serviceCIDRs,
    nodePortRange: readPortRange(reader, cluster["nodePortRange"], [...at, "nodePortRange"]),
    proxyMode: reader.oneOf<ProxyMode>(cluster["proxyMode"], [...at, "proxyMode"], ["iptables", "ipvs", "nftables"], "iptables"),
    loadBalancer: reader.truth(cluster["loadBalancer"], [...at, "loadBalancer"], true),
    loadBalancerPools: reader.cidrs(
      cluster["loadBalancerPool"],
      [...at, "loadBalancerPool"],
      serviceCIDRs.map((cidr) => (cidr.includes(":") ? "2001:db8:192::/64" : "192.0.2.0/24")),
    ),
    nodeFirewall: reader.oneOf(cluster["nodeFirewall"], [...at, "nodeFirewall"], ["open", "closed"], "open"),
    ingressController: readIngressController(reader, cluster["ingressController"], [...at, "ingressController"]),
    nodes: readNodes(reader, cluster["nodes"], podCIDRs),
    clients: readClients(reader, spec["clients"]),
    external,
    dns: readDns(reader, spec["dns"]),
  };
  checkUnique(reader, options);
  return {
    spec: {
      name: reader.text(metadata["name"], ["metadata", "name"], "scenario"),
      options,
      nodesGiven: cluster["nodes"] !== undefined,
      lesson: readLesson(reader, spec["lesson"]),
      commands: reader.list(spec["commands"], ["spec", "commands"]).map((c, i) => reader.text(c, ["spec", "commands", i], "")),
    },
    problems: reader.problems,
  };
}

function readSeed(reader: Reader, value: unknown): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  reader.problem("scenario.bad-seed", ["spec", "seed"], { value: String(value) });
  return 1;
}

function readStart(reader: Reader, value: unknown): number {
  const fallback = parseRfc3339(defaultStart) as number;
  const text = reader.text(value, ["spec", "start"], defaultStart);
  const start = parseRfc3339(text);
  if (start === undefined) reader.problem("scenario.bad-date", ["spec", "start"], { value: text });
  return start ?? fallback;
}

function readVersion(reader: Reader, value: unknown, path: Path): ClusterOptions["version"] {
  const text = reader.text(value, path, "v1.32.0");
  const version = parseClusterVersion(text);
  if (version === undefined) reader.problem("scenario.bad-version", path, { value: text, served: servedMinors });
  return version ?? (parseClusterVersion("v1.32.0") as ClusterOptions["version"]);
}

function readDomain(reader: Reader, value: unknown, path: Path): string {
  const domain = reader.text(value, path, "cluster.local");
  if (namePattern.test(domain)) return domain;
  reader.problem("scenario.bad-domain", path, { value: domain });
  return "cluster.local";
}

function readPortRange(reader: Reader, value: unknown, path: Path): { from: number; to: number } {
  const text = reader.text(value, path, "30000-32767");
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2]);
  if (match !== null && from >= 1 && to <= 65535 && from <= to) return { from, to };
  reader.problem("scenario.bad-port-range", path, { value: text });
  return { from: 30000, to: 32767 };
}

function readIngressController(reader: Reader, value: unknown, path: Path): ClusterOptions["ingressController"] {
  if (value === undefined || value === null || value === "nginx") return { class: "nginx", ip: undefined };
  if (value === "none") return undefined;
  if (typeof value === "string") {
    reader.problem("scenario.not-one-of", path, { field: fieldName(path), value, choices: "nginx, none, {class: nginx, ip: ADDRESS}" });
    return { class: "nginx", ip: undefined };
  }
  const fields = reader.fields(value, path, ["class", "ip"]);
  const ip = fields["ip"] === undefined ? undefined : reader.addresses(fields["ip"], [...path, "ip"], [])[0];
  return { class: reader.text(fields["class"], [...path, "class"], "nginx"), ip };
}

/** The `index`-th /24 (IPv6: /64) of the pod range, from 1. */
function nodePodCIDR(podCIDR: string, index: number): string {
  const cidr = parseCidr(podCIDR);
  if (cidr === undefined) return podCIDR;
  if (cidr.family === 4) return `${addressAt(cidr, index * 256)}/24`;
  const words = [...cidr.words];
  words[1] = ((words[1] as number) + index) >>> 0;
  return `${addressAt({ ...cidr, words }, 0)}/64`;
}

function readNodes(reader: Reader, value: unknown, podCIDRs: readonly string[]): readonly NodeOptions[] {
  const path = ["spec", "cluster", "nodes"];
  const given = value === undefined || value === null ? [{}, {}, {}] : reader.list(value, path);
  if (given.length === 0) reader.problem("scenario.no-nodes", path);
  return given.map((item, i) => {
    const itemPath = [...path, i];
    const fields = reader.fields(item, itemPath, ["name", "ip", "podCIDR", "labels", "taints", "unschedulable", "capacity"]);
    return {
      name: readName(reader, fields["name"], [...itemPath, "name"], `node${i + 1}`),
      ips: reader.addresses(fields["ip"], [...itemPath, "ip"], defaultNodeIps(podCIDRs, i)),
      podCIDRs: reader.cidrs(
        fields["podCIDR"],
        [...itemPath, "podCIDR"],
        podCIDRs.map((cidr) => nodePodCIDR(cidr, i + 1)),
      ),
      labels: readTexts(reader, fields["labels"], [...itemPath, "labels"]),
      taints: reader.list(fields["taints"], [...itemPath, "taints"]).map((taint, t) => {
        const taintFields = reader.fields(taint, [...itemPath, "taints", t], ["key", "value", "effect", "timeAdded"]);
        const text = (key: string, fallback: string) => reader.text(taintFields[key], [...itemPath, "taints", t, key], fallback);
        return {
          key: text("key", ""),
          ...(taintFields["value"] === undefined ? {} : { value: text("value", "") }),
          effect: text("effect", "NoSchedule"),
        };
      }),
      unschedulable: reader.truth(fields["unschedulable"], [...itemPath, "unschedulable"], false),
      capacity: readQuantities(reader, fields["capacity"], [...itemPath, "capacity"]),
    };
  });
}

function defaultNodeIps(podCIDRs: readonly string[], index: number): readonly string[] {
  return podCIDRs.map((cidr) => (cidr.includes(":") ? `fd00:192:168::${(index + 2).toString(16)}` : `192.168.0.${index + 2}`));
}

function readClients(reader: Reader, value: unknown): readonly ClientOptions[] {
  const path = ["spec", "clients"];
  const given = value === undefined || value === null ? [{ name: "laptop", ip: "203.0.113.10" }] : reader.list(value, path);
  if (given.length === 0) {
    reader.problem("scenario.no-clients", path);
    return [{ name: "laptop", ips: ["203.0.113.10"], keepAlive: false }];
  }
  return given.map((item, i) => {
    const fields = reader.fields(item, [...path, i], ["name", "ip", "keepAlive"]);
    return {
      name: readName(reader, fields["name"], [...path, i, "name"], i === 0 ? "laptop" : `laptop${i + 1}`),
      ips: reader.addresses(fields["ip"], [...path, i, "ip"], [`203.0.113.${10 + i}`]),
      keepAlive: reader.truth(fields["keepAlive"], [...path, i, "keepAlive"], false),
    };
  });
}

function readExternal(reader: Reader, value: unknown): readonly ExternalOptions[] {
  const path = ["spec", "external"];
  return reader.list(value, path).map((item, i) => {
    const fields = reader.fields(item, [...path, i], ["name", "ip", "ports", "hosts", "body"]);
    const name = readName(reader, fields["name"], [...path, i, "name"], `external${i + 1}`);
    const ports = fields["ports"] === undefined ? [80] : reader.list(fields["ports"], [...path, i, "ports"]);
    return {
      name,
      ip: reader.addresses(fields["ip"], [...path, i, "ip"], [`198.51.100.${100 + i}`])[0] as string,
      ports: ports.flatMap((port, p) => {
        if (typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65535) return [port];
        reader.problem("scenario.bad-port", [...path, i, "ports", p], { value: String(port) });
        return [];
      }),
      hosts:
        fields["hosts"] === undefined
          ? undefined
          : reader.list(fields["hosts"], [...path, i, "hosts"]).map((host, h) => reader.text(host, [...path, i, "hosts", h], "")),
      body: reader.text(fields["body"], [...path, i, "body"], `You've hit ${name}`),
    };
  });
}

function readDns(reader: Reader, value: unknown): Readonly<Record<string, string>> {
  const path = ["spec", "dns"];
  const names: Record<string, string> = {};
  for (const [name, address] of Object.entries(value === undefined ? {} : reader.fields(value, path, Object.keys(value ?? {})))) {
    const ip = reader.addresses(address, [...path, name], [])[0];
    if (ip !== undefined) names[name.toLowerCase()] = ip;
  }
  return names;
}

function readLesson(reader: Reader, value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  const lesson = reader.fields(value, ["spec", "lesson"], Object.keys(value));
  return Object.keys(lesson).length === 0 ? undefined : lesson;
}

function readName(reader: Reader, value: unknown, path: Path, fallback: string): string {
  const name = reader.text(value, path, fallback);
  if (namePattern.test(name)) return name;
  reader.problem("scenario.bad-name", path, { field: fieldName(path), value: name });
  return fallback;
}

function readTexts(reader: Reader, value: unknown, path: Path): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value === undefined ? {} : reader.fields(value, path, Object.keys(value ?? {})))) {
    texts[key] = reader.text(text, [...path, key], "");
  }
  return texts;
}

function readQuantities(reader: Reader, value: unknown, path: Path): Readonly<Record<string, string | number>> {
  const quantities: Record<string, string | number> = {};
  for (const [key, quantity] of Object.entries(value === undefined ? {} : reader.fields(value, path, Object.keys(value ?? {})))) {
    if (typeof quantity === "string" || typeof quantity === "number") quantities[key] = quantity;
    else reader.problem("scenario.bad-quantity", [...path, key], { field: fieldName([...path, key]), value: String(quantity) });
  }
  return quantities;
}

/** Two machines with one name or address would be one machine: packets could not tell them apart. */
function checkUnique(reader: Reader, options: ClusterOptions): void {
  const owners = new Map<string, string>();
  const claim = (key: string, path: Path, code: string, value: string) => {
    const other = owners.get(key);
    if (other === undefined) owners.set(key, fieldName(path));
    else reader.problem(code, path, { value, other });
  };
  options.nodes.forEach((node, i) => {
    claim(`node ${node.name}`, ["spec", "cluster", "nodes", i, "name"], "scenario.name-taken", node.name);
    for (const ip of node.ips) claim(`ip ${ip}`, ["spec", "cluster", "nodes", i, "ip"], "scenario.ip-taken", ip);
    for (const cidr of node.podCIDRs) claim(`cidr ${cidr}`, ["spec", "cluster", "nodes", i, "podCIDR"], "scenario.cidr-taken", cidr);
    node.podCIDRs.forEach((cidr) => {
      const inner = parseCidr(cidr);
      const outer = options.podCIDRs.map((c) => parseCidr(c)).find((c) => c?.family === inner?.family);
      if (inner === undefined || outer === undefined || (inCidr(inner, outer) && inner.length >= outer.length)) return;
      reader.problem("scenario.cidr-outside", ["spec", "cluster", "nodes", i, "podCIDR"], { value: cidr, outer: outer.text });
    });
  });
  options.clients.forEach((client, i) => {
    claim(`client ${client.name}`, ["spec", "clients", i, "name"], "scenario.name-taken", client.name);
    for (const ip of client.ips) claim(`ip ${ip}`, ["spec", "clients", i, "ip"], "scenario.ip-taken", ip);
  });
  options.external.forEach((host, i) => {
    claim(`external ${host.name}`, ["spec", "external", i, "name"], "scenario.name-taken", host.name);
    claim(`ip ${host.ip}`, ["spec", "external", i, "ip"], "scenario.ip-taken", host.ip);
  });
  options.serviceCIDRs.forEach((cidr) => {
    const parsed = parseCidr(cidr);
    if (parsed !== undefined && cidrSize(parsed) < 16) {
      reader.problem("scenario.cidr-too-small", ["spec", "cluster", "serviceCIDR"], { value: cidr });
    }
  });
}
