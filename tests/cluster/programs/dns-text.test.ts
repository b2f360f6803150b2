import { describe, expect, test } from "vitest";
import { plainStyle, printQuestion, printRecord } from "../../../src/cluster/programs/dns-text.ts";
import type { DnsRecord } from "../../../src/cluster/protocols/dns.ts";

// Lines as dig 9.18 printed them for a server that answers as CoreDNS does; → is a tab.
const tabs = (text: string): string => `${text.replaceAll("→", "\t")}\n`;
const a = (name: string, address: string): DnsRecord => ({ name, ttl: 30, type: "A", address });

describe("record columns", () => {
  test.each<[DnsRecord, string]>([
    [a("api.somecompany.com.", "198.51.100.7"), "api.somecompany.com.→30→IN→A→198.51.100.7"],
    [a("kubia.default.svc.cluster.local.", "10.96.0.41"), "kubia.default.svc.cluster.local. 30 IN→A→10.96.0.41"],
    [a("kubernetes.default.svc.cluster.local.", "10.96.0.1"), "kubernetes.default.svc.cluster.local. 30 IN A→10.96.0.1"],
    [a("kubia-headless.default.svc.cluster.local.", "10.244.1.4"), "kubia-headless.default.svc.cluster.local. 30 IN→A 10.244.1.4"],
    [a("kube-dns.kube-system.svc.cluster.local.", "10.96.0.10"), "kube-dns.kube-system.svc.cluster.local.→30 IN A→10.96.0.10"],
    [
      { name: "1.0.96.10.in-addr.arpa.", ttl: 30, type: "PTR", target: "kubernetes.default.svc.cluster.local." },
      "1.0.96.10.in-addr.arpa.→30→IN→PTR→kubernetes.default.svc.cluster.local.",
    ],
    [
      { name: "cluster.local.", ttl: 30, type: "NS", target: "kube-dns.kube-system.svc.cluster.local." },
      "cluster.local.→→30→IN→NS→kube-dns.kube-system.svc.cluster.local.",
    ],
    [
      {
        name: "_http._tcp.kubia-headless.default.svc.cluster.local.",
        ttl: 30,
        type: "SRV",
        priority: 0,
        weight: 50,
        port: 8080,
        target: "x.",
      },
      "_http._tcp.kubia-headless.default.svc.cluster.local. 30→IN SRV 0 50 8080 x.",
    ],
  ])("%j", (record, expected) => expect(printRecord(record, plainStyle)).toBe(tabs(expected)));
});

test.each([
  ["x.", "A", ";x.→→→→IN→A"],
  ["kubia.default.svc.cluster.local.", "A", ";kubia.default.svc.cluster.local. IN→A"],
  ["1.0.96.10.in-addr.arpa.", "PTR", ";1.0.96.10.in-addr.arpa.→→IN→PTR"],
  ["_http._tcp.hdls.default.svc.cluster.local.", "SRV", ";_http._tcp.hdls.default.svc.cluster.local. IN SRV"],
] as const)("question %s", (name, type, expected) => expect(printQuestion({ name, type })).toBe(tabs(expected)));
