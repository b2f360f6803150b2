import { describe, expect, test } from "vitest";
import type { Pod } from "../../../src/cluster/api/pod/types.ts";
import type { Service } from "../../../src/cluster/api/service/types.ts";
import { containerArgs } from "../../../src/cluster/kubelet/container-launch.ts";
import { expand } from "../../../src/cluster/kubelet/expand.ts";
import { hostsFile, podHostname } from "../../../src/cluster/kubelet/hosts-file.ts";
import { fullImageName, goDuration, isImageName } from "../../../src/cluster/kubelet/image-store.ts";
import { podResolvConf } from "../../../src/cluster/kubelet/resolv-conf.ts";
import { linkedServices, serviceEnv } from "../../../src/cluster/kubelet/service-env.ts";

const pod = (spec: object): Pod =>
  ({ metadata: { name: "p", namespace: "shop", uid: "u" }, spec: { containers: [], ...spec } }) as unknown as Pod;
const service = (name: string, clusterIP: string, ports: readonly object[]): Service =>
  ({ metadata: { name, namespace: "default" }, spec: { clusterIP, ports, type: "ClusterIP" } }) as unknown as Service;

describe("service variables (pkg/kubelet/envvars/envvars_test.go, TestFromServices)", () => {
  test("foo-bar, several ports, none for headless ones", () => {
    const env = serviceEnv([
      service("foo-bar", "1.2.3.4", [{ port: 8080, protocol: "TCP" }]),
      service("abc-123", "5.6.7.8", [
        { name: "u-d-p", port: 8081, protocol: "UDP" },
        { name: "t-c-p", port: 8082, protocol: "TCP" },
      ]),
      service("headless", "None", [{ port: 80 }]),
    ]).map(([name, value]) => `${name}=${value}`);
    expect(env).toEqual([
      "FOO_BAR_SERVICE_HOST=1.2.3.4",
      "FOO_BAR_SERVICE_PORT=8080",
      "FOO_BAR_PORT=tcp://1.2.3.4:8080",
      "FOO_BAR_PORT_8080_TCP=tcp://1.2.3.4:8080",
      "FOO_BAR_PORT_8080_TCP_PROTO=tcp",
      "FOO_BAR_PORT_8080_TCP_PORT=8080",
      "FOO_BAR_PORT_8080_TCP_ADDR=1.2.3.4",
      "ABC_123_SERVICE_HOST=5.6.7.8",
      "ABC_123_SERVICE_PORT=8081",
      "ABC_123_SERVICE_PORT_U_D_P=8081",
      "ABC_123_SERVICE_PORT_T_C_P=8082",
      "ABC_123_PORT=udp://5.6.7.8:8081",
      "ABC_123_PORT_8081_UDP=udp://5.6.7.8:8081",
      "ABC_123_PORT_8081_UDP_PROTO=udp",
      "ABC_123_PORT_8081_UDP_PORT=8081",
      "ABC_123_PORT_8081_UDP_ADDR=5.6.7.8",
      "ABC_123_PORT_8082_TCP=tcp://5.6.7.8:8082",
      "ABC_123_PORT_8082_TCP_PROTO=tcp",
      "ABC_123_PORT_8082_TCP_PORT=8082",
      "ABC_123_PORT_8082_TCP_ADDR=5.6.7.8",
    ]);
  });

  test("IPv6 addresses stand in brackets in URLs", () => {
    expect(serviceEnv([service("q", "2001:db8::1", [{ port: 53, protocol: "UDP" }])])).toContainEqual(["Q_PORT", "udp://[2001:db8::1]:53"]);
  });

  test("without service links only the kubernetes Service", () => {
    const kubernetes = service("kubernetes", "10.96.0.1", [{ port: 443 }]);
    const own = [service("a", "1.1.1.1", [{ port: 80 }])];
    expect(linkedServices(own, kubernetes, true).map(({ metadata }) => metadata.name)).toEqual(["kubernetes", "a"]);
    expect(linkedServices(own, kubernetes, false).map(({ metadata }) => metadata.name)).toEqual(["kubernetes"]);
  });
});

test.each([
  ["$(A)", "1"],
  ["x-$(A)-$(B)", "x-1-2"],
  ["$(X)", "$(X)"],
  ["$$(A)", "$(A)"],
  ["$$$(A)", "$1"],
  ["$A $", "$A $"],
  ["$(A", "$(A"],
])("%s becomes %s (third_party/forked/golang/expansion/expand_test.go)", (text, expected) => {
  expect(
    expand(
      text,
      new Map([
        ["A", "1"],
        ["B", "2"],
      ]),
    ),
  ).toBe(expected);
});

describe("resolv.conf (pkg/kubelet/network/dns/dns_test.go)", () => {
  const cluster = { domain: "cluster.local", dns: ["10.96.0.10"], minor: 32 };
  const node = "search example.com\nnameserver 198.51.100.53\noptions timeout:2\n";
  test.each([
    [
      "ClusterFirst",
      {},
      "search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\noptions ndots:5\n",
    ],
    ["Default", { dnsPolicy: "Default" }, "search example.com\nnameserver 198.51.100.53\noptions timeout:2\n"],
    ["ClusterFirst on the host's network", { hostNetwork: true }, "search example.com\nnameserver 198.51.100.53\noptions timeout:2\n"],
    [
      "ClusterFirstWithHostNet",
      { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" },
      "search shop.svc.cluster.local svc.cluster.local cluster.local example.com\nnameserver 10.96.0.10\noptions ndots:5\n",
    ],
    [
      "None",
      {
        dnsPolicy: "None",
        dnsConfig: { nameservers: ["1.1.1.1"], searches: ["a.b"], options: [{ name: "ndots", value: "2" }, { name: "edns0" }] },
      },
      "search a.b\nnameserver 1.1.1.1\noptions ndots:2 edns0\n",
    ],
    [
      "dnsConfig adds and overrides",
      {
        dnsConfig: { nameservers: ["1.1.1.1", "10.96.0.10"], searches: ["cluster.local", "x.y"], options: [{ name: "ndots", value: "1" }] },
      },
      "search shop.svc.cluster.local svc.cluster.local cluster.local example.com x.y\nnameserver 10.96.0.10\nnameserver 1.1.1.1\noptions ndots:1\n",
    ],
  ])("%s", (_name, spec, text) => {
    expect(podResolvConf(pod(spec), cluster, node)).toBe(text);
  });
  test("before 1.24 dockershim wrote it: nameserver first (dockershim/docker_sandbox.go, rewriteResolvFile)", () => {
    expect(podResolvConf(pod({}), { ...cluster, minor: 20 }, "")).toBe(
      "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n",
    );
  });
});

describe("/etc/hosts (pkg/kubelet/kubelet_pods_test.go)", () => {
  test("own name, domain and aliases", () => {
    const spec = { hostname: "web-0", subdomain: "web", hostAliases: [{ ip: "123.45.67.89", hostnames: ["foo", "bar"] }] };
    expect(hostsFile(pod(spec), ["10.244.1.2"], "node1", "cluster.local", "")).toBe(
      "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n10.244.1.2\tweb-0.web.shop.svc.cluster.local\tweb-0\n\n# Entries added by HostAliases.\n123.45.67.89\tfoo\tbar\n",
    );
    expect(podHostname(pod({}), "node1")).toBe("p");
    expect(podHostname(pod({ hostNetwork: true }), "node1")).toBe("node1");
  });
});

test.each([
  ["luksa/kubia", "docker.io/luksa/kubia:latest", true],
  ["nginx", "docker.io/library/nginx:latest", true],
  ["nginx:1.27", "docker.io/library/nginx:1.27", true],
  ["registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10", true],
  ["localhost:5000/a/b", "localhost:5000/a/b:latest", true],
  ["Nginx", "docker.io/library/Nginx:latest", false],
  ["a b", "docker.io/library/a b:latest", false],
])("%s is %s (distribution/reference)", (image, full, isValid) => {
  expect(fullImageName(image)).toBe(full);
  expect(isImageName(image)).toBe(isValid);
});

test.each([
  [1_000_000, "1s"],
  [200_000, "200ms"],
  [80_000_000, "1m20s"],
  [300_000_000, "5m0s"],
])("%d µs print as %s (Go's time.Duration)", (us, text) => {
  expect(goDuration(us)).toBe(text);
});

// kubernetes.io, "Define a Command and Arguments for a Container": image entrypoint [/ep-1], image command [foo bar]
test.each([
  [{}, ["/ep-1", "foo", "bar"]],
  [{ command: ["/ep-2"] }, ["/ep-2"]],
  [{ args: ["zoo", "boo"] }, ["/ep-1", "zoo", "boo"]],
  [{ command: ["/ep-2"], args: ["zoo", "$(A)"] }, ["/ep-2", "zoo", "1"]],
])("%j runs %j", (spec, args) => {
  const image = { entrypoint: ["/ep-1"], command: ["foo", "bar"], env: new Map(), sizeBytes: 0, programs: new Map() };
  expect(containerArgs({ name: "c", resources: {}, ...spec }, image, new Map([["A", "1"]]))).toEqual(args);
});
