import { describe, expect, test } from "vitest";
import { isKnownPlugin } from "../../../src/cluster/coredns/chain.ts";
import { parseCorefile } from "../../../src/cluster/coredns/corefile.ts";

// kubeadm's Corefile. @source kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go
const kubeadm = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

test("kubeadm's Corefile", () => {
  const parsed = parseCorefile(kubeadm, isKnownPlugin);
  if (!parsed.ok) throw new Error(parsed.error);
  expect(parsed.servers).toHaveLength(1);
  const [server] = parsed.servers;
  expect(server?.zones).toEqual([{ zone: ".", port: 53 }]);
  expect(server?.directives.map((directive) => directive.name)).toEqual([
    "errors",
    "health",
    "ready",
    "kubernetes",
    "prometheus",
    "forward",
    "cache",
    "loop",
    "reload",
    "loadbalance",
  ]);
  expect(server?.directives[3]).toMatchObject({
    args: ["cluster.local", "in-addr.arpa", "ip6.arpa"],
    block: [{ name: "pods", args: ["insecure"] }, { name: "fallthrough" }, { name: "ttl", args: ["30"] }],
  });
});

test("several zones, several blocks, comments and quotes", () => {
  const parsed = parseCorefile(
    '# top\nexample.org:1053 a.example, b.example {\n  rewrite name "x y" z # why\n}\n. {\n  forward . 1.1.1.1\n}\n',
    isKnownPlugin,
  );
  if (!parsed.ok) throw new Error(parsed.error);
  expect(parsed.servers.map((server) => server.zones.map(({ zone, port }) => `${zone}:${port}`))).toEqual([
    ["example.org.:1053", "a.example.:53", "b.example.:53"],
    [".:53"],
  ]);
  expect(parsed.servers[0]?.directives[0]?.args).toEqual(["name", "x y", "z"]);
});

describe("mistakes, as CoreDNS words them", () => {
  test.each([
    [".:53 {\n    nosuch\n}\n", "Corefile:2 - Error during parsing: Unknown directive 'nosuch'"],
    [".:53 {\n    errors\n", "Corefile:2 - Error during parsing: Unexpected EOF"],
    [". {\n}\n. {\n}\n", "cannot serve dns://.:53 - it is already defined"],
  ])("%j", (text, error) => expect(parseCorefile(text, isKnownPlugin)).toEqual({ ok: false, error }));
});
