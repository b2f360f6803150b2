import fc from "fast-check";
import { expect, test } from "vitest";
import { sliceOwner } from "../../../src/cluster/kube-proxy/endpoints.ts";
import { IptablesProgrammer } from "../../../src/cluster/kube-proxy/iptables-programmer.ts";
import { DesiredState, desiredPorts } from "../../../src/cluster/kube-proxy/state.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { parseIptablesSave } from "../../../src/cluster/network/netfilter/parse-iptables.ts";
import { printIptablesSave } from "../../../src/cluster/network/netfilter/print-iptables.ts";
import { type Generated, generated } from "./generated.ts";
import { allPorts, nodeFacts } from "./proxied.ts";
import { RememberedTables } from "./tables.ts";

const node = nodeFacts();

function fromNothing({ services, slices }: Generated): string {
  const tables = new RememberedTables();
  const programmer = new IptablesProgrammer(tables, new AddressBook(), node);
  programmer.start(node);
  programmer.apply(allPorts(services, slices, node));
  return printIptablesSave(tables, { family: 4, dateMs: 0 });
}

test("programming change by change equals programming from nothing", () => {
  fc.assert(
    fc.property(fc.array(generated, { minLength: 2, maxLength: 4 }), (moments) => {
      const tables = new RememberedTables();
      const programmer = new IptablesProgrammer(tables, new AddressBook(), node);
      const state = new DesiredState();
      programmer.start(node);
      for (const { services, slices } of moments) {
        const changes = ["svc1", "svc2", "svc3"].flatMap((name) => {
          const service = services.find((s) => s.metadata.name === name);
          const own = slices.filter((slice) => sliceOwner(slice) === `default/${name}`);
          return state.replace(`default/${name}`, desiredPorts(service, own, node));
        });
        programmer.apply(changes);
        expect(printIptablesSave(tables, { family: 4, dateMs: 0 })).toBe(fromNothing({ services, slices }));
      }
    }),
    { numRuns: 60 },
  );
});

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
    { numRuns: 20 },
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
    { numRuns: 40 },
  );
});
