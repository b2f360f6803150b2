import { describe, expect, test } from "vitest";
import {
  addressOfReverseName,
  type DnsRecord,
  dnsQuery,
  dnsResponse,
  messageSize,
  reverseName,
  truncateMessage,
} from "../../../src/cluster/protocols/dns.ts";
import { parseResolvConf } from "../../../src/cluster/protocols/resolv-conf.ts";
import { candidateNames } from "../../../src/cluster/protocols/resolver.ts";

const name = "kubia.default.svc.cluster.local.";
const edns = { udpSize: 1232, isDnssecOk: false, cookie: "20a48583848af822" };
const soa: DnsRecord = {
  name: "cluster.local.",
  ttl: 30,
  type: "SOA",
  primary: "ns.dns.cluster.local.",
  mailbox: "hostmaster.cluster.local.",
  serial: 1,
  refresh: 7200,
  retry: 1800,
  expire: 86_400,
  minimum: 30,
};

describe("sizes as dig 9.18 told them of an uncompressed server's answers", () => {
  const query = dnsQuery(1, { name, type: "A" }, { edns });
  test("A with a cookie: MSG SIZE rcvd 119", () => {
    expect(messageSize(dnsResponse(query, { answers: [{ name, ttl: 30, type: "A", address: "10.96.0.41" }] }))).toBe(119);
  });
  test("NODATA with the SOA: 165", () => expect(messageSize(dnsResponse(query, { authority: [soa] }))).toBe(165));
  test("without EDNS: 96", () => {
    expect(
      messageSize(dnsResponse(dnsQuery(1, { name, type: "A" }), { answers: [{ name, ttl: 30, type: "A", address: "10.96.0.41" }] })),
    ).toBe(96);
  });
  test("kubernetes.default without a cookie: 117, as in the Kubernetes documentation", () => {
    const kubernetes = "kubernetes.default.svc.cluster.local.";
    const plain = dnsQuery(1, { name: kubernetes, type: "A" }, { edns: { udpSize: 1232, isDnssecOk: false } });
    expect(messageSize(dnsResponse(plain, { answers: [{ name: kubernetes, ttl: 30, type: "A", address: "10.96.0.1" }] }))).toBe(117);
  });
});

describe("what does not fit is compressed, then cut (miekg/dns msg_truncate.go)", () => {
  const answers = (count: number): DnsRecord[] =>
    Array.from({ length: count }, (_, i) => ({ name, ttl: 30, type: "A", address: `10.244.1.${i}` }));
  const answer = (count: number) => dnsResponse(dnsQuery(1, { name, type: "A" }), { answers: answers(count) });
  test("fits", () => expect(truncateMessage(answer(9), 512)).toMatchObject({ isTruncated: false, isCompressed: false }));
  test("fits compressed", () => expect(truncateMessage(answer(20), 512)).toMatchObject({ isTruncated: false, isCompressed: true }));
  test("is cut", () => {
    const cut = truncateMessage(answer(100), 512);
    expect(cut.isTruncated).toBe(true);
    expect(messageSize(cut)).toBeLessThanOrEqual(512);
    expect(messageSize({ ...cut, answers: answers(cut.answers.length + 1) })).toBeGreaterThan(512);
  });
});

test("reverse names (RFC 1035 3.5, RFC 3596 2.5)", () => {
  expect(reverseName(4, [0x0a600001])).toBe("1.0.96.10.in-addr.arpa.");
  expect(addressOfReverseName("1.0.96.10.IN-ADDR.arpa.")).toBe("10.96.0.1");
  const v6 = reverseName(6, [0x20010db8, 0, 0, 1]);
  expect(v6).toBe("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
  expect(addressOfReverseName(v6)).toBe("2001:db8::1");
  expect(addressOfReverseName("kubia.default.svc.cluster.local.")).toBeUndefined();
});

describe("the search list (resolv.conf(5); musl's FAQ on ndots)", () => {
  const conf = parseResolvConf(
    "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
  );
  test("is read", () => expect(conf).toMatchObject({ nameservers: ["10.96.0.10"], ndots: 5, attempts: 2, timeoutSeconds: 5 }));
  test.each([
    ["kubia", "glibc", ["kubia.default.svc.cluster.local.", "kubia.svc.cluster.local.", "kubia.cluster.local.", "kubia."]],
    ["kubia.", "glibc", ["kubia."]],
    [
      "a.b.c.d.e.f",
      "glibc",
      ["a.b.c.d.e.f.", "a.b.c.d.e.f.default.svc.cluster.local.", "a.b.c.d.e.f.svc.cluster.local.", "a.b.c.d.e.f.cluster.local."],
    ],
    ["a.b.c.d.e.f", "musl", ["a.b.c.d.e.f."]],
  ] as const)("%s by %s", (asked, libc, expected) => expect(candidateNames(asked, conf, libc)).toEqual(expected));
});
