import type { Endpoint } from "../api/endpoint-slice/types.ts";
import { parseIp } from "../api/ip.ts";
import { isHeadless, type Service } from "../api/service/types.ts";
import type { Run } from "../machine/syscall.ts";
import {
  absoluteName,
  addressOfReverseName,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
  dnsResponse,
  isInZone,
} from "../protocols/dns.ts";
import type { Directive } from "./corefile.ts";
import { type KubernetesData, serviceOfSlice } from "./kubernetes-data.ts";
import type { Plugin, PluginContext, Query, Reply } from "./plugin.ts";

export interface KubernetesOptions {
  /** With final dots, lower case; the cluster's domain first. */
  readonly zones: readonly string[];
  readonly ttl: number;
  readonly pods: "disabled" | "insecure" | "verified";
  /** Zones whose names go on to the next plugin when nothing is found here; undefined: none, `["."]`: all. */
  readonly fallthrough: readonly string[] | undefined;
  readonly endpointPodNames: boolean;
  readonly ignoreEmptyService: boolean;
  /** Only these namespaces; undefined: all. */
  readonly namespaces: readonly string[] | undefined;
}

/** `kubernetes [ZONES...] { … }`; a text is the error. @source coredns plugin/kubernetes/setup.go, ParseStanza */
export function kubernetesOptions(directive: Directive, serverZones: readonly string[]): KubernetesOptions | string {
  const zones = (directive.args.length > 0 ? directive.args : serverZones).map((zone) => absoluteName(zone.toLowerCase()));
  let ttl = 5;
  let pods: KubernetesOptions["pods"] = "disabled";
  let fallthrough: readonly string[] | undefined;
  let endpointPodNames = false;
  let ignoreEmptyService = false;
  let namespaces: readonly string[] | undefined;
  for (const { name, args, line } of directive.block) {
    const wrong = (text: string): string => `Corefile:${line} - Error during parsing: ${text}`;
    switch (name) {
      case "ttl": {
        const value = Number(args[0]);
        if (!Number.isInteger(value)) return wrong(`Wrong argument count or unexpected line ending after 'ttl'`);
        if (value < 0 || value > 3600) return wrong(`ttl must be in range [0, 3600]: ${value}`);
        ttl = value;
        break;
      }
      case "pods": {
        const mode = args[0];
        if (mode !== "disabled" && mode !== "insecure" && mode !== "verified")
          return wrong(`wrong value for pods: ${mode ?? ""},  must be one of: disabled, verified, insecure`);
        pods = mode;
        break;
      }
      case "fallthrough":
        fallthrough = args.length === 0 ? ["."] : args.map((zone) => absoluteName(zone.toLowerCase()));
        break;
      case "endpoint_pod_names":
        endpointPodNames = true;
        break;
      case "ignore":
        if (args[0] !== "empty_service") return wrong(`unable to parse ignore value: '${args[0] ?? ""}'`);
        ignoreEmptyService = true;
        break;
      case "namespaces":
        namespaces = args;
        break;
      case "endpoint":
      case "tls":
      case "kubeconfig":
      case "labels":
      case "namespace_labels":
      case "noendpoints":
      case "transfer":
      case "apiserver_qps":
      case "apiserver_burst":
        break;
      default:
        return wrong(`unknown property '${name}'`);
    }
  }
  return { zones, ttl, pods, fallthrough, endpointPodNames, ignoreEmptyService, namespaces };
}

/** What a name stands for: an address or another name, with the port of the Service (−1: it has none) and the name of its own in SRV records. */
interface Found {
  readonly host: string;
  readonly port: number;
  readonly target: string;
}

/** `nxdomain`: there is no such name; a list, perhaps empty: the name exists. */
type Lookup = readonly Found[] | "nxdomain";

interface Request {
  readonly kind: "svc" | "pod" | undefined;
  readonly namespace: string;
  readonly service: string;
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

/** The labels left of the zone. @source coredns plugin/kubernetes/parse.go, parseRequest */
export function parseRequest(name: string, zone: string): Request | "nxdomain" {
  const base = name.slice(0, name.length - zone.length).replace(/\.$/, "");
  const labels = base === "" ? [] : base.split(".");
  const empty: Request = { kind: undefined, namespace: "", service: "", endpoint: "", port: "", protocol: "" };
  if (labels.length === 0) return empty;
  const kind = labels.pop();
  if (kind !== "svc" && kind !== "pod") return "nxdomain";
  if (labels.length === 0) return empty;
  const namespace = labels.pop() as string;
  const service = labels.pop() ?? "";
  const request = { ...empty, kind, namespace, service } as const;
  const [first, second] = labels;
  if (labels.length === 0) return request;
  if (labels.length === 1) return { ...request, endpoint: first as string };
  if (labels.length === 2) return { ...request, port: (first as string).replace(/^_/, ""), protocol: (second as string).replace(/^_/, "") };
  return "nxdomain";
}

/** @source coredns plugin/kubernetes/kubernetes.go, endpointHostname */
export function endpointName(endpoint: Endpoint, address: string, usesPodNames: boolean): string {
  if (endpoint.hostname !== undefined && endpoint.hostname !== "") return endpoint.hostname.toLowerCase();
  if (usesPodNames && endpoint.targetRef?.name !== undefined) return endpoint.targetRef.name;
  if (address.includes(".")) return address.replaceAll(".", "-");
  const dashed = address.replaceAll(":", "-");
  return dashed.endsWith("-") ? `${dashed}0` : dashed;
}

/** All about one zone: pure look-ups over the data. */
export class KubernetesZone {
  readonly #data: KubernetesData;
  readonly #options: KubernetesOptions;

  constructor(data: KubernetesData, options: KubernetesOptions) {
    this.#data = data;
    this.#options = options;
  }

  #isExposed(namespace: string): boolean {
    const { namespaces } = this.#options;
    return (namespaces === undefined || namespaces.includes(namespace)) && this.#data.namespaceExists(namespace);
  }

  /** @source kubernetes.go, Records */
  records(name: string, zone: string): Lookup {
    const request = parseRequest(name, zone);
    if (request === "nxdomain") return "nxdomain";
    if (request.kind === undefined) return [];
    if (zone.endsWith(".arpa.")) return "nxdomain";
    return request.kind === "pod" ? this.#pods(request, zone) : this.#services(request, zone);
  }

  #pods(request: Request, zone: string): Lookup {
    const { pods } = this.#options;
    if (pods === "disabled" || !this.#isExposed(request.namespace)) return "nxdomain";
    if (request.service === "") return [];
    const dashes = request.service.split("-").length - 1;
    const isIpv4 = dashes === 3 && !request.service.includes("--");
    const ip = isIpv4 ? request.service.replaceAll("-", ".") : request.service.replaceAll("-", ":");
    if (parseIp(ip) === undefined) return "nxdomain";
    const found: Found = { host: ip, port: 0, target: `${request.service}.${request.namespace}.pod.${zone}` };
    if (pods === "insecure") return [found];
    const isThere = this.#data
      .podsByIp(ip)
      .some((pod) => pod.metadata.namespace === request.namespace && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed");
    return isThere ? [found] : "nxdomain";
  }

  #services(request: Request, zone: string): Lookup {
    if (!this.#isExposed(request.namespace)) return "nxdomain";
    if (request.service === "") return [];
    const service = this.#data.service(request.namespace, request.service);
    if (service === undefined) return "nxdomain";
    const serviceName = `${request.service}.${request.namespace}.svc.${zone}`;
    const { spec } = service;
    if (spec.type === "ExternalName") return externalName(spec.externalName ?? "", request, serviceName);
    const headless = isHeadless(spec);
    if (this.#options.ignoreEmptyService && !headless && this.#readyAddresses(request).length === 0) return "nxdomain";
    if (headless || request.endpoint !== "") return this.#endpoints(request, serviceName);
    const found: Found[] = [];
    for (const port of spec.ports ?? []) {
      if (!matchesPort(request, port.name ?? "", port.protocol)) continue;
      for (const ip of clusterIps(service)) found.push({ host: ip, port: port.port, target: serviceName });
    }
    return found.length > 0 ? found : "nxdomain";
  }

  #readyAddresses(request: Request): readonly string[] {
    return this.#data
      .slices(request.namespace, request.service)
      .flatMap((slice) => (slice.endpoints ?? []).filter(isReady).flatMap((endpoint) => endpoint.addresses));
  }

  #endpoints(request: Request, serviceName: string): Lookup {
    const found: Found[] = [];
    for (const slice of this.#data.slices(request.namespace, request.service)) {
      if (slice.addressType === "FQDN") continue;
      // Without ports there is one that stands for none: A works, SRV has nothing to say.
      const ports = slice.ports === null || slice.ports.length === 0 ? [{ name: "", protocol: "", port: -1 }] : slice.ports;
      for (const endpoint of slice.endpoints ?? []) {
        if (!isReady(endpoint)) continue;
        for (const address of endpoint.addresses) {
          const name = endpointName(endpoint, address, this.#options.endpointPodNames);
          if (request.endpoint !== "" && request.endpoint !== name) continue;
          for (const port of ports) {
            if (matchesPort(request, port.name ?? "", port.protocol ?? "TCP"))
              found.push({ host: address, port: port.port ?? -1, target: `${name}.${serviceName}` });
          }
        }
      }
    }
    return found.length > 0 ? found : "nxdomain";
  }

  /** Who has this address: a Service by its cluster IP, else the endpoints that carry it. @source reverse.go, serviceRecordForIP */
  reverse(ip: string): readonly string[] {
    const zone = this.#options.zones.find((candidate) => !candidate.endsWith(".arpa.")) ?? "cluster.local.";
    const service = this.#data.servicesByClusterIp(ip).find((candidate) => this.#isExposed(candidate.metadata.namespace ?? ""));
    if (service !== undefined) return [`${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`];
    const names: string[] = [];
    for (const slice of this.#data.slicesByAddress(ip)) {
      const namespace = slice.metadata.namespace ?? "";
      if (!this.#isExposed(namespace)) continue;
      for (const endpoint of slice.endpoints ?? []) {
        if (!isReady(endpoint) || !endpoint.addresses.includes(ip)) continue;
        const name = `${endpointName(endpoint, ip, this.#options.endpointPodNames)}.${serviceOfSlice(slice)}.${namespace}.svc.${zone}`;
        if (!names.includes(name)) names.push(name);
      }
    }
    return names;
  }

  /** The DNS Service itself: whose name the NS record tells. @source ns.go, nsAddrs */
  nameServer(zone: string): { readonly name: string; readonly addresses: readonly string[] } {
    const service = this.#data.service("kube-system", "kube-dns");
    if (service === undefined) return { name: `ns.dns.${zone}`, addresses: [] };
    return { name: `kube-dns.kube-system.svc.${zone}`, addresses: clusterIps(service) };
  }

  soa(zone: string): DnsRecord {
    const { ttl } = this.#options;
    return {
      name: zone,
      ttl: Math.min(ttl, 300),
      type: "SOA",
      primary: `ns.dns.${zone}`,
      mailbox: `hostmaster.${zone}`,
      serial: this.#data.changedSeconds(),
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: ttl,
    };
  }
}

function clusterIps(service: Service): readonly string[] {
  const ips = service.spec.clusterIPs ?? (service.spec.clusterIP === undefined ? [] : [service.spec.clusterIP]);
  return ips.filter((ip) => ip !== "None" && ip !== "");
}

/** Missing counts as true. */
function isReady(endpoint: Endpoint): boolean {
  return endpoint.conditions?.ready !== false;
}

function matchesPort(request: Request, name: string, protocol: string): boolean {
  if (request.port !== "" && request.port !== name.toLowerCase()) return false;
  return request.protocol === "" || request.protocol === protocol.toLowerCase();
}

/** An external name that looks like an address has nothing to say. */
function externalName(host: string, request: Request, serviceName: string): Lookup {
  if (request.port !== "" || request.endpoint !== "" || parseIp(host) !== undefined || host === "") return "nxdomain";
  return [{ host: absoluteName(host), port: 0, target: serviceName }];
}

function isName(found: Found): boolean {
  return found.host.endsWith(".");
}

type Answered = { readonly records: readonly DnsRecord[]; readonly extra: readonly DnsRecord[] } | "nxdomain";

/** `next` resolves names outside the zone for CNAMEs. @source coredns plugin/kubernetes/handler.go; plugin/backend_lookup.go */
export function kubernetesPlugin(context: PluginContext, options: KubernetesOptions, resolveOutside: (query: Query) => Run<Reply>): Plugin {
  const zoneData = new KubernetesZone(context.data, options);
  return (next) =>
    function* (query) {
      const { question, message } = query;
      const name = question.name.toLowerCase();
      const matching = options.zones.filter((zone) => isInZone(name, zone)).toSorted((a, b) => b.length - a.length)[0];
      if (matching === undefined) return yield* next(query);
      const zone = question.name.slice(question.name.length - matching.length); // in the spelling of the question
      const answered = yield* answer(zoneData, options, query, name, matching, resolveOutside);
      if (answered === "nxdomain" && options.fallthrough?.some((candidate) => isInZone(name, candidate)) === true)
        return yield* next(query);
      const soa = [zoneData.soa(zone)];
      if (answered === "nxdomain") return reply(message, { rcode: "NXDOMAIN", authority: soa });
      if (answered.records.length === 0) return reply(message, { authority: soa });
      return reply(message, { answers: answered.records, additional: answered.extra });
    };
}

function reply(query: DnsMessage, fields: Partial<DnsMessage>): Reply {
  return { ok: true, message: dnsResponse(query, { isAuthoritative: true, ...fields }) };
}

function* answer(
  data: KubernetesZone,
  options: KubernetesOptions,
  query: Query,
  name: string,
  zone: string,
  resolveOutside: (query: Query) => Run<Reply>,
): Run<Answered> {
  const { question } = query;
  const { ttl } = options;
  const plain = (records: readonly DnsRecord[]): Answered => ({ records, extra: [] });
  const lookUp = (): Lookup => {
    if (name === `ns.dns.${zone}`) return data.nameServer(zone).addresses.map((host) => ({ host, port: 0, target: name }));
    return data.records(name, zone);
  };
  switch (question.type) {
    case "A":
    case "AAAA": {
      const records = yield* addresses(data, options, query, question, zone, [], resolveOutside);
      return records === "nxdomain" ? records : plain(records);
    }
    case "TXT": {
      if (name === `dns-version.${zone}`) return plain([{ name: question.name, ttl: 28_800, type: "TXT", texts: ["1.1.0"] }]);
      const found = lookUp();
      return found === "nxdomain" || found.length === 0 ? "nxdomain" : plain([]);
    }
    case "CNAME": {
      const found = lookUp();
      if (found === "nxdomain") return found;
      const first = found[0];
      return plain(first !== undefined && isName(first) ? [{ name: question.name, ttl, type: "CNAME", target: first.host }] : []);
    }
    case "PTR": {
      const ip = addressOfReverseName(name);
      if (ip === undefined) {
        const found = lookUp();
        return found === "nxdomain" ? found : plain([]);
      }
      const names = data.reverse(ip);
      return names.length === 0 ? "nxdomain" : plain(names.map((target) => ({ name: question.name, ttl, type: "PTR", target })));
    }
    case "SRV": {
      const found = lookUp();
      return found === "nxdomain"
        ? found
        : services(
            question,
            found.filter((item) => !isName(item)),
            ttl,
          );
    }
    case "SOA":
      if (name === zone) return plain([data.soa(question.name)]);
      break;
    case "NS":
      if (name === zone) {
        const server = data.nameServer(question.name);
        const records: DnsRecord[] = [{ name: question.name, ttl, type: "NS", target: server.name }];
        return {
          records,
          extra: server.addresses.map((address) => ({ name: server.name, ttl, type: address.includes(":") ? "AAAA" : "A", address })),
        };
      }
      break;
    default:
      break;
  }
  // Another type: it is asked as A, to tell NODATA from NXDOMAIN.
  const found = lookUp();
  return found === "nxdomain" ? found : plain([]);
}

function* addresses(
  data: KubernetesZone,
  options: KubernetesOptions,
  query: Query,
  question: DnsQuestion,
  zone: string,
  previous: readonly DnsRecord[],
  resolveOutside: (query: Query) => Run<Reply>,
): Run<readonly DnsRecord[] | "nxdomain"> {
  const name = question.name.toLowerCase();
  const found: Lookup =
    name === `ns.dns.${zone}` ? data.nameServer(zone).addresses.map((host) => ({ host, port: 0, target: name })) : data.records(name, zone);
  if (found === "nxdomain") return found;
  const { ttl } = options;
  const records: DnsRecord[] = [];
  const seen = new Set<string>();
  for (const item of found) {
    if (isName(item)) {
      const alias: DnsRecord = { name: question.name, ttl, type: "CNAME", target: item.host };
      const isLoop =
        item.host.toLowerCase() === name ||
        previous.some((known) => known.type === "CNAME" && known.target.toLowerCase() === item.host.toLowerCase());
      if (isLoop || previous.length > 7) continue;
      const target: DnsQuestion = { name: item.host, type: question.type };
      if (isInZone(item.host, zone)) {
        const further = yield* addresses(data, options, query, target, zone, [...previous, alias], resolveOutside);
        if (further !== "nxdomain" && further.length > 0) records.push(alias, ...further);
        continue;
      }
      const outside = yield* resolveOutside({ ...query, question: target, message: { ...query.message, questions: [target] } });
      records.push(alias);
      if (outside.ok) records.push(...outside.message.answers);
      continue;
    }
    const isIpv6 = item.host.includes(":");
    if (isIpv6 !== (question.type === "AAAA") || seen.has(item.host)) continue;
    seen.add(item.host);
    records.push({ name: question.name, ttl, type: isIpv6 ? "AAAA" : "A", address: item.host });
  }
  return records;
}

/** Weights are worked out before duplicates go. @source coredns plugin/backend_lookup.go, SRV */
function services(question: DnsQuestion, found: readonly Found[], ttl: number): Answered {
  const weight = Math.max(1, Math.floor(100 / Math.max(1, found.length)));
  const records: DnsRecord[] = [];
  const extra: DnsRecord[] = [];
  const seenServices = new Set<string>();
  const seenAddresses = new Set<string>();
  for (const item of found) {
    if (item.port === -1) continue;
    const key = `${item.target} ${item.port}`;
    if (!seenServices.has(key)) {
      seenServices.add(key);
      records.push({ name: question.name, ttl, type: "SRV", priority: 0, weight, port: item.port, target: item.target });
    }
    const addressKey = `${item.target} ${item.host}`;
    if (!seenAddresses.has(addressKey)) {
      seenAddresses.add(addressKey);
      extra.push({ name: item.target, ttl, type: item.host.includes(":") ? "AAAA" : "A", address: item.host });
    }
  }
  return { records, extra };
}
