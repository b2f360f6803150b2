import { expect, test } from "vitest";
import { AddressBook, parseCidr } from "../../../../src/cluster/network/address.ts";
import { IpSet, type IpSetEntry, type IpSetType, printIpSets } from "../../../../src/cluster/network/netfilter/ipset.ts";
import { IpvsStats } from "../../../../src/cluster/network/netfilter/ipvs-stats.ts";
import { IpvsTable, nextInTurn } from "../../../../src/cluster/network/netfilter/ipvs-table.ts";
import { printIpvs, printIpvsSave } from "../../../../src/cluster/network/netfilter/print-ipvs.ts";
import { printNftRule, printTime } from "../../../../src/cluster/network/netfilter/print-nft.ts";

const book = new AddressBook();
const at = (ip: string, port: number) => book.socket(book.ip(ip), port);
const plain = { object: undefined, becauseEmpty: undefined };

function table(): IpvsTable {
  const ipvs = new IpvsTable();
  ipvs.setService({ protocol: "udp", address: at("10.96.0.10", 53), persistentSeconds: 0, ...plain });
  const kubia = ipvs.setService({ protocol: "tcp", address: at("10.96.0.41", 80), persistentSeconds: 10_800, ...plain });
  kubia.destinations.push(
    { address: at("10.244.2.7", 8080), weight: 1, because: undefined, stats: new IpvsStats() },
    { address: at("10.244.1.7", 8080), weight: 0, because: undefined, stats: new IpvsStats() },
    { address: at("10.244.1.8", 8080), weight: 1, because: undefined, stats: new IpvsStats() },
  );
  return ipvs;
}

// The form is that of kubernetes.io's and ipvsadm(8)'s examples (ipvsadm 1.31).
test("ipvsadm -Ln", () => {
  const row = {
    protocol: "tcp",
    protocolNumber: 6,
    timeoutS: 1,
    isReplied: true,
    isAssured: true,
    mark: 0,
    ipvsLastUs: undefined,
    original: { source: at("10.244.1.99", 40_000), destination: at("10.96.0.41", 80) },
    reply: { source: at("10.244.2.7", 8080), destination: at("10.244.1.99", 40_000) },
  } as const;
  const rows = [
    { ...row, state: "ESTABLISHED" },
    { ...row, state: "TIME_WAIT" },
  ];
  expect(printIpvs(table(), rows)).toBe(
    [
      "IP Virtual Server version 1.2.1 (size=4096)",
      "Prot LocalAddress:Port Scheduler Flags",
      "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
      "TCP  10.96.0.41:80 rr persistent 10800",
      "  -> 10.244.1.7:8080              Masq    0      0          0         ",
      "  -> 10.244.1.8:8080              Masq    1      0          0         ",
      "  -> 10.244.2.7:8080              Masq    1      1          1         ",
      "UDP  10.96.0.10:53 rr",
      "",
    ].join("\n"),
  );
});

test("ipvsadm -Sn", () => {
  expect(printIpvsSave(table())).toBe(
    [
      "-A -t 10.96.0.41:80 -s rr -p 10800",
      "-a -t 10.96.0.41:80 -r 10.244.1.7:8080 -m -w 0",
      "-a -t 10.96.0.41:80 -r 10.244.1.8:8080 -m -w 1",
      "-a -t 10.96.0.41:80 -r 10.244.2.7:8080 -m -w 1",
      "-A -u 10.96.0.10:53 -s rr",
      "",
    ].join("\n"),
  );
});

test("round robin takes strict turns and passes over weight 0 (ip_vs_rr.c)", () => {
  const service = table().service("tcp", at("10.96.0.41", 80));
  const turns: string[] = [];
  for (let i = 0; i < 4 && service !== undefined; i++) {
    const next = nextInTurn(service);
    if (next === undefined) break;
    service.turn = next.position;
    turns.push(next.destination.address.ip.text);
  }
  expect(turns).toEqual(["10.244.2.7", "10.244.1.8", "10.244.2.7", "10.244.1.8"]);
});

const net = parseCidr("203.0.113.0/25") as NonNullable<ReturnType<typeof parseCidr>>;
test.each<[IpSetType, IpSetEntry, string]>([
  ["hash:ip", { type: "hash:ip", ip: book.ip("10.96.0.41") }, "10.96.0.41"],
  ["bitmap:port", { type: "bitmap:port", port: 30_080 }, "30080"],
  ["hash:ip,port", { type: "hash:ip,port", protocol: "tcp", address: at("10.96.0.41", 80) }, "10.96.0.41,tcp:80"],
  [
    "hash:ip,port,ip",
    { type: "hash:ip,port,ip", protocol: "udp", address: at("10.244.1.7", 53), ip: book.ip("10.244.1.7") },
    "10.244.1.7,udp:53,10.244.1.7",
  ],
  ["hash:ip,port,net", { type: "hash:ip,port,net", protocol: "tcp", address: at("192.0.2.1", 80), net }, "192.0.2.1,tcp:80,203.0.113.0/25"],
])("ipset member of %s (ipset(8))", (type, entry, text) => {
  const set = new IpSet("KUBE-X", type, 4);
  set.add(entry);
  set.add(entry);
  expect(printIpSets([set], () => 2)).toContain(`Name: KUBE-X\nType: ${type}\n`);
  expect(printIpSets([set], () => 2)).toContain(`References: 2\nNumber of entries: 1\nMembers:\n${text}\n`);
  set.delete(entry);
  expect(set.size).toBe(1);
  set.delete(entry);
  expect(set.members()).toEqual([]);
});

test.each([
  [10_800_000, "3h"],
  [90_000, "1m30s"],
  [100_000_000, "1d3h46m40s"],
  [10_799_948, "2h59m59s948ms"],
])("nft time of %i ms (nftables 1.0.6)", (ms, text) => {
  expect(printTime(ms)).toBe(text);
});

test("an IPv6 rule of nft (nftables 1.0.6)", () => {
  const rule = {
    matches: [{ type: "protocol", protocol: "tcp" }],
    statement: { type: "dnat", to: at("fd00::1", 80) },
    comment: undefined,
    object: undefined,
    because: undefined,
  } as const;
  expect(printNftRule(rule, 6)).toBe("meta l4proto tcp dnat to [fd00::1]:80");
});

test.each([
  [["10.0.0.0/25", "10.0.0.128/25", "1.1.1.1/32"], "{ 1.1.1.1, 10.0.0.0/24 }"],
  [["10.0.0.0/8", "10.1.0.0/16"], "10.0.0.0/8"],
  [["1.2.3.4/32"], "1.2.3.4"],
  [["2001:db8:1::/48", "2001:db8:2::/48"], "2001:db8:1::-2001:db8:2:ffff:ffff:ffff:ffff:ffff"],
])("nft joins intervals: %s (nftables 1.0.6)", (texts, printed) => {
  const cidrs = texts.map((text) => parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>);
  const rule = {
    matches: [{ type: "address", side: "saddr", cidrs, negated: true }],
    statement: { type: "drop" },
    comment: undefined,
    object: undefined,
    because: undefined,
  } as const;
  expect(printNftRule(rule, 4)).toBe(`ip saddr != ${printed} drop`);
});
