import fc from "fast-check";
import { expect, test } from "vitest";
import { sliceOwner } from "../../../src/cluster/kube-proxy/endpoints.ts";
import { IptablesProgrammer } from "../../../src/cluster/kube-proxy/iptables-programmer.ts";
import { type IpvsKernel, IpvsProgrammer } from "../../../src/cluster/kube-proxy/ipvs-programmer.ts";
import { createProxyTable, NftablesProgrammer } from "../../../src/cluster/kube-proxy/nftables-programmer.ts";
import type { Programmer } from "../../../src/cluster/kube-proxy/programmer.ts";
import { DesiredState, desiredPorts } from "../../../src/cluster/kube-proxy/state.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { IpSet, printIpSets } from "../../../src/cluster/network/netfilter/ipset.ts";
import { IpvsTable } from "../../../src/cluster/network/netfilter/ipvs-table.ts";
import { printIptablesSave } from "../../../src/cluster/network/netfilter/print-iptables.ts";
import { printIpvs } from "../../../src/cluster/network/netfilter/print-ipvs.ts";
import { printNftTable } from "../../../src/cluster/network/netfilter/print-nft.ts";
import type { PacketSet } from "../../../src/cluster/network/netfilter/tables.ts";
import { runs } from "../../harness/runs.ts";
import { parseIptablesSave } from "../network/netfilter/parse-iptables.ts";
import { type Generated, generated } from "./generated.ts";
import { allPorts, nodeFacts } from "./proxied.ts";
import { RememberedTables } from "./tables.ts";

const node = nodeFacts();

/** A mode's programmer over kernel parts of its own, and the text that its tools print of them. */
interface Programmed {
  readonly programmer: Programmer;
  print(): string;
}

function inMode(mode: "iptables" | "nftables" | "ipvs"): Programmed {
  const book = new AddressBook();
  const tables = new RememberedTables();
  if (mode === "iptables") {
    return { programmer: new IptablesProgrammer(tables, book, node), print: () => printIptablesSave(tables, { family: 4, dateMs: 0 }) };
  }
  if (mode === "nftables") {
    const table = createProxyTable(node);
    return { programmer: new NftablesProgrammer(table, book, node), print: () => printNftTable(table, 0) };
  }
  const table = new IpvsTable();
  const sets = new Map<string, PacketSet>();
  const bound = new Set<string>();
  const kernel: IpvsKernel = {
    table,
    writer: tables,
    sets,
    bind: (ip) => void bound.add(ip),
    unbind: (ip) => void bound.delete(ip),
    bound: () => [...bound].sort(),
    hasConnections: () => false,
  };
  const print = (): string =>
    [
      printIptablesSave(tables, { family: 4, dateMs: 0 }),
      printIpvs(table, []),
      printIpSets(
        [...sets.values()].filter((set) => set instanceof IpSet),
        () => 0,
      ),
      kernel.bound().join("\n"),
    ].join("\n");
  return { programmer: new IpvsProgrammer(kernel, book, node), print };
}

function fromNothing({ services, slices }: Generated, mode: "iptables" | "nftables" | "ipvs" = "iptables"): string {
  const { programmer, print } = inMode(mode);
  programmer.start(node);
  programmer.apply(allPorts(services, slices, node));
  return print();
}

test.each(["iptables", "nftables", "ipvs"] as const)("%s: programming change by change equals programming from nothing", (mode) => {
  fc.assert(
    fc.property(fc.array(generated, { minLength: 2, maxLength: 4 }), (moments) => {
      const { programmer, print } = inMode(mode);
      const state = new DesiredState();
      programmer.start(node);
      for (const { services, slices } of moments) {
        const changes = ["svc1", "svc2", "svc3"].flatMap((name) => {
          const service = services.find((s) => s.metadata.name === name);
          const own = slices.filter((slice) => sliceOwner(slice) === `default/${name}`);
          return state.replace(`default/${name}`, desiredPorts(service, own, node));
        });
        programmer.apply(changes);
        expect(print()).toBe(fromNothing({ services, slices }, mode));
      }
    }),
    { numRuns: runs(50) },
  );
});

test.each(["iptables", "nftables", "ipvs"] as const)(
  "%s: starting again over what an earlier run left equals starting from nothing",
  (mode) => {
    fc.assert(
      fc.property(generated, generated, (before, after) => {
        const { programmer, print } = inMode(mode);
        for (const { services, slices } of [before, after]) {
          programmer.start(node);
          programmer.apply(allPorts(services, slices, node));
          programmer.removeStale();
        }
        expect(print()).toBe(fromNothing(after, mode));
      }),
      { numRuns: runs(50) },
    );
  },
);

test("a change of one endpoint writes that Service's chains alone", () => {
  fc.assert(
    fc.property(generated, ({ services, slices }) => {
      const tables = new RememberedTables();
      const programmer = new IptablesProgrammer(tables, new AddressBook(), node);
      programmer.start(node);
      programmer.apply(allPorts(services, slices, node));
      tables.writes.length = 0;
      programmer.apply([]);
      expect(tables.writes).toEqual([]);
    }),
    { numRuns: runs(20) },
  );
});

test("the rules of kube-proxy parse back to the same rules", () => {
  fc.assert(
    fc.property(generated, (objects) => {
      const text = fromNothing(objects);
      const book = new AddressBook();
      const parsed = parseIptablesSave(text, book);
      if (!parsed.ok) throw new Error(parsed.message);
      expect(printIptablesSave({ chains: (table) => parsed.tables.get(table) ?? [] }, { family: 4, dateMs: 0 })).toBe(text);
    }),
    { numRuns: runs(40) },
  );
});
