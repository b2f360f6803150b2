import { describe, expect, test } from "vitest";
import type { EndpointSlice } from "../../../src/cluster/api/endpoint-slice/types.ts";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import type { Service } from "../../../src/cluster/api/service/types.ts";
import { type KubernetesOptions, kubernetesPlugin } from "../../../src/cluster/coredns/kubernetes.ts";
import { type KubernetesData, serviceOfSlice } from "../../../src/cluster/coredns/kubernetes-data.ts";
import { createMetrics, type PluginContext, type Reply } from "../../../src/cluster/coredns/plugin.ts";
import type { Run } from "../../../src/cluster/machine/syscall.ts";
import { type DnsMessage, type DnsType, dnsQuery, dnsResponse, recordData } from "../../../src/cluster/protocols/dns.ts";

const meta = (name: string, namespace = "default") => ({
  name,
  namespace,
  uid: "u",
  resourceVersion: "1",
  creationTimestamp: "2026-01-05T09:00:00Z",
});

function service(name: string, spec: Partial<Service["spec"]>): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: meta(name),
    spec: { type: "ClusterIP", sessionAffinity: "None", ...spec },
    status: { loadBalancer: {} },
  };
}
const clusterIp = (name: string, ip: string, ports: readonly [string, number][]): Service =>
  service(name, {
    clusterIP: ip,
    clusterIPs: [ip],
    ports: ports.map(([port, number]) => ({ name: port, protocol: "TCP", port: number, targetPort: 8080 })),
  });
const headless = (name: string): Service => service(name, { clusterIP: "None", clusterIPs: ["None"] });
const external = (name: string, to: string): Service => service(name, { type: "ExternalName", externalName: to });

type EndpointSpec = { readonly ip: string; readonly ready?: boolean; readonly hostname?: string };
function slice(of: string, endpoints: readonly EndpointSpec[], ports: readonly [string, number][] = [["http", 8080]]): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...meta(`${of}-1`), labels: { "kubernetes.io/service-name": of } },
    addressType: "IPv4",
    ports: ports.map(([name, port]) => ({ name, port, protocol: "TCP" })),
    endpoints: endpoints.map(({ ip, ready, hostname }) => ({
      addresses: [ip],
      conditions: ready === undefined ? {} : { ready },
      ...(hostname === undefined ? {} : { hostname }),
    })),
  };
}

const services = [
  clusterIp("svc1", "10.96.0.61", [
    ["http", 80],
    ["https", 443],
  ]),
  headless("hdls"),
  headless("empty"),
  headless("noports"),
  external("ext", "api.somecompany.com"),
  external("inside", "svc1.default.svc.cluster.local"),
  external("twice", "inside.default.svc.cluster.local"),
  external("loop", "loop.default.svc.cluster.local"),
  external("number", "198.51.100.7"),
  external("gone", "nosuch.default.svc.cluster.local"),
  external("lost", "nowhere.example.com"),
];
const slices = [
  slice("hdls", [
    { ip: "10.244.1.2" },
    { ip: "10.244.1.3", ready: true },
    { ip: "10.244.1.4", hostname: "web-0" },
    { ip: "10.244.1.9", ready: false },
  ]),
  slice("svc1", [{ ip: "10.244.2.5" }]),
  slice("empty", [{ ip: "10.244.9.9", ready: false }]),
  slice("noports", [{ ip: "10.244.3.3" }], []),
];

const data: KubernetesData = {
  namespaceExists: (name) => name === "default" || name === "kube-system",
  service: (namespace, name) => {
    if (namespace === "kube-system" && name === "kube-dns") return clusterIp("kube-dns", "10.96.0.10", [["dns", 53]]);
    return namespace === "default" ? services.find((one) => one.metadata.name === name) : undefined;
  },
  slices: (namespace, name) => (namespace === "default" ? slices.filter((one) => serviceOfSlice(one) === name) : []),
  servicesByClusterIp: (ip) => services.filter((one) => one.spec.clusterIPs?.includes(ip) === true),
  slicesByAddress: (ip) => slices.filter((one) => one.endpoints?.some((endpoint) => endpoint.addresses.includes(ip)) === true),
  podsByIp: (ip) => (ip === "10.244.1.2" ? [{ metadata: meta("p"), status: { phase: "Running" } } as unknown as Pod] : []),
  changedSeconds: () => 1_767_603_600,
};

function ask(name: string, type: DnsType, options: Partial<KubernetesOptions> = {}): DnsMessage {
  const context = { data, metrics: createMetrics() } as unknown as PluginContext;
  const whole: KubernetesOptions = {
    zones: ["cluster.local.", "in-addr.arpa."],
    ttl: 30,
    pods: "insecure",
    fallthrough: ["in-addr.arpa."],
    endpointPodNames: false,
    ignoreEmptyService: false,
    namespaces: undefined,
    ...options,
  };
  const question = { name, type };
  // The outside knows one name; everything that is passed on is answered SERVFAIL, so that it shows.
  const outside = function* (query: { readonly question: { readonly name: string } }): Run<Reply> {
    const known = query.question.name === "api.somecompany.com.";
    const message = dnsResponse(
      dnsQuery(1, question),
      known ? { answers: [{ name: "api.somecompany.com.", ttl: 300, type: "A", address: "198.51.100.7" }] } : { rcode: "NXDOMAIN" },
    );
    return { ok: true, message };
  };
  const next = function* (): Run<Reply> {
    return { ok: true, message: dnsResponse(dnsQuery(1, question), { rcode: "SERVFAIL" }) };
  };
  const handler = kubernetesPlugin(context, whole, outside)(next);
  const result = handler({ message: dnsQuery(1, question), question, client: "10.244.1.5:4000", protocol: "udp" }).next();
  if (result.done !== true || !result.value.ok) throw new Error("the plugin waits");
  return result.value.message;
}

const answers = (message: DnsMessage): string[] => message.answers.map((record) => `${record.type} ${recordData(record)}`);

describe("which names exist (Kubernetes DNS specification 1.1.0; coredns plugin/kubernetes handler tests)", () => {
  test.each([
    ["a cluster IP", "svc1.default.svc.cluster.local.", "A", ["A 10.96.0.61"]],
    ["the same by a port", "_http._tcp.svc1.default.svc.cluster.local.", "A", ["A 10.96.0.61"]],
    [
      "ready endpoints of a headless Service; missing counts as ready",
      "hdls.default.svc.cluster.local.",
      "A",
      ["A 10.244.1.2", "A 10.244.1.3", "A 10.244.1.4"],
    ],
    ["an endpoint by its dashed address", "10-244-1-2.hdls.default.svc.cluster.local.", "A", ["A 10.244.1.2"]],
    ["an endpoint by its hostname", "web-0.hdls.default.svc.cluster.local.", "A", ["A 10.244.1.4"]],
    ["an endpoint of a Service with a cluster IP", "10-244-2-5.svc1.default.svc.cluster.local.", "A", ["A 10.244.2.5"]],
    ["an external name and what it resolves to", "ext.default.svc.cluster.local.", "A", ["CNAME api.somecompany.com.", "A 198.51.100.7"]],
    ["an external name alone", "ext.default.svc.cluster.local.", "CNAME", ["CNAME api.somecompany.com."]],
    ["an external name that the outside does not know", "lost.default.svc.cluster.local.", "A", ["CNAME nowhere.example.com."]],
    [
      "an external name inside the zone",
      "inside.default.svc.cluster.local.",
      "A",
      ["CNAME svc1.default.svc.cluster.local.", "A 10.96.0.61"],
    ],
    [
      "a chain of them",
      "twice.default.svc.cluster.local.",
      "A",
      ["CNAME inside.default.svc.cluster.local.", "CNAME svc1.default.svc.cluster.local.", "A 10.96.0.61"],
    ],
    ["one that leads nowhere still has its CNAME", "gone.default.svc.cluster.local.", "CNAME", ["CNAME nosuch.default.svc.cluster.local."]],
    [
      "every port by SRV without labels",
      "svc1.default.svc.cluster.local.",
      "SRV",
      ["SRV 0 50 80 svc1.default.svc.cluster.local.", "SRV 0 50 443 svc1.default.svc.cluster.local."],
    ],
    ["one port by SRV", "_http._tcp.svc1.default.svc.cluster.local.", "SRV", ["SRV 0 100 80 svc1.default.svc.cluster.local."]],
    [
      "the endpoints' own port by SRV of a headless Service",
      "_http._tcp.hdls.default.svc.cluster.local.",
      "SRV",
      [
        "SRV 0 33 8080 10-244-1-2.hdls.default.svc.cluster.local.",
        "SRV 0 33 8080 10-244-1-3.hdls.default.svc.cluster.local.",
        "SRV 0 33 8080 web-0.hdls.default.svc.cluster.local.",
      ],
    ],
    ["a pod by any address", "1-2-3-4.default.pod.cluster.local.", "A", ["A 1.2.3.4"]],
    ["the version", "dns-version.cluster.local.", "TXT", ['TXT "1.1.0"']],
    ["PTR of a cluster IP", "61.0.96.10.in-addr.arpa.", "PTR", ["PTR svc1.default.svc.cluster.local."]],
    ["PTR of a ready endpoint", "4.1.244.10.in-addr.arpa.", "PTR", ["PTR web-0.hdls.default.svc.cluster.local."]],
    ["NS of the zone", "cluster.local.", "NS", ["NS kube-dns.kube-system.svc.cluster.local."]],
    ["the name server's own name", "ns.dns.cluster.local.", "A", ["A 10.96.0.10"]],
    ["SOA of the zone", "cluster.local.", "SOA", ["SOA ns.dns.cluster.local. hostmaster.cluster.local. 1767603600 7200 1800 86400 30"]],
    ["without regard to case", "SVC1.Default.svc.Cluster.local.", "A", ["A 10.96.0.61"]],
    ["A of a headless Service without ports", "noports.default.svc.cluster.local.", "A", ["A 10.244.3.3"]],
  ] as const)("%s: %s %s", (_, name, type, expected) => {
    const message = ask(name, type);
    expect(answers(message)).toEqual(expected);
    expect(message).toMatchObject({ rcode: "NOERROR", isAuthoritative: true, recursionAvailable: false });
    expect(message.answers[0]?.name).toBe(name);
  });

  test.each([
    ["AAAA of an IPv4 Service", "svc1.default.svc.cluster.local.", "AAAA"],
    ["the zone itself", "cluster.local.", "A"],
    ["svc", "svc.cluster.local.", "A"],
    ["a namespace", "default.svc.cluster.local.", "A"],
    ["a namespace of pods", "default.pod.cluster.local.", "A"],
    ["SRV of an external name", "ext.default.svc.cluster.local.", "SRV"],
    ["SRV of a headless Service without ports", "noports.default.svc.cluster.local.", "SRV"],
    ["SOA of another name", "svc1.default.svc.cluster.local.", "SOA"],
    ["MX", "svc1.default.svc.cluster.local.", "MX"],
    ["TXT of an existing name", "svc1.default.svc.cluster.local.", "TXT"],
    ["an alias of what does not exist", "gone.default.svc.cluster.local.", "A"],
    ["an alias of itself", "loop.default.svc.cluster.local.", "A"],
    ["AAAA of a pod's IPv4 name", "1-2-3-4.default.pod.cluster.local.", "AAAA"],
  ] as const)("no data: %s", (_, name, type) => {
    const message = ask(name, type);
    expect(message).toMatchObject({ rcode: "NOERROR", answers: [], isAuthoritative: true });
    expect(message.authority).toMatchObject([{ type: "SOA", ttl: 30, minimum: 30 }]);
  });

  test.each([
    ["no such Service", "nosuch.default.svc.cluster.local.", "A"],
    ["no such namespace", "nosuch.svc.cluster.local.", "A"],
    ["neither svc nor pod", "svc1.default.other.cluster.local.", "A"],
    ["a headless Service without ready endpoints", "empty.default.svc.cluster.local.", "A"],
    ["no such endpoint", "10-244-1-7.hdls.default.svc.cluster.local.", "A"],
    ["an endpoint with a hostname, by its address", "10-244-1-4.hdls.default.svc.cluster.local.", "A"],
    ["no such port", "_nosuch._tcp.svc1.default.svc.cluster.local.", "SRV"],
    ["the wrong protocol", "_http._udp.svc1.default.svc.cluster.local.", "SRV"],
    ["three labels before the Service", "a._http._tcp.svc1.default.svc.cluster.local.", "A"],
    ["SRV with port labels of an external name", "_http._tcp.ext.default.svc.cluster.local.", "SRV"],
    ["an external name that is a number", "number.default.svc.cluster.local.", "A"],
    ["a wildcard", "*.default.svc.cluster.local.", "A"],
    ["no address as a pod", "abc.default.pod.cluster.local.", "A"],
    ["a pod in no namespace", "1-2-3-4.nosuch.pod.cluster.local.", "A"],
  ] as const)("NXDOMAIN: %s", (_, name, type) => {
    expect(ask(name, type)).toMatchObject({ rcode: "NXDOMAIN", answers: [], isAuthoritative: true, authority: [{ type: "SOA" }] });
  });

  test("PTR of nothing falls through", () => expect(ask("99.0.96.10.in-addr.arpa.", "PTR").rcode).toBe("SERVFAIL"));
  test("other zones pass on", () => expect(ask("example.com.", "A").rcode).toBe("SERVFAIL"));
  test("SRV brings one address for each target", () => {
    expect(
      ask("_http._tcp.hdls.default.svc.cluster.local.", "SRV").additional.map((record) => `${record.name} ${recordData(record)}`),
    ).toEqual([
      "10-244-1-2.hdls.default.svc.cluster.local. 10.244.1.2",
      "10-244-1-3.hdls.default.svc.cluster.local. 10.244.1.3",
      "web-0.hdls.default.svc.cluster.local. 10.244.1.4",
    ]);
  });
});

describe("options (coredns.io/plugins/kubernetes)", () => {
  test("pods verified: only pods that are there", () => {
    expect(answers(ask("10-244-1-2.default.pod.cluster.local.", "A", { pods: "verified" }))).toEqual(["A 10.244.1.2"]);
    expect(ask("1-2-3-4.default.pod.cluster.local.", "A", { pods: "verified" }).rcode).toBe("NXDOMAIN");
    expect(ask("10-244-1-2.kube-system.pod.cluster.local.", "A", { pods: "verified" }).rcode).toBe("NXDOMAIN");
  });
  test("pods disabled", () => expect(ask("1-2-3-4.default.pod.cluster.local.", "A", { pods: "disabled" }).rcode).toBe("NXDOMAIN"));
  test("ttl; the SOA's is at most 300", () => {
    expect(ask("svc1.default.svc.cluster.local.", "A", { ttl: 600 }).answers[0]?.ttl).toBe(600);
    expect(ask("nosuch.default.svc.cluster.local.", "A", { ttl: 600 }).authority[0]?.ttl).toBe(300);
  });
});
