import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressBook } from "../../../../src/cluster/network/address.ts";
import type { Connection } from "../../../../src/cluster/network/hop.ts";
import { type Namespace, NEW, SocketBuffer } from "../../../../src/cluster/network/interface.ts";
import { MatchedRules } from "../../../../src/cluster/network/matched-rules.ts";
import { CompiledRule } from "../../../../src/cluster/network/netfilter/compile.ts";
import { type MatchContext, matchesRule } from "../../../../src/cluster/network/netfilter/match.ts";
import { RecentLists } from "../../../../src/cluster/network/netfilter/recent.ts";
import type { Extension, Rule } from "../../../../src/cluster/network/netfilter/rule.ts";
import { Tables } from "../../../../src/cluster/network/netfilter/tables.ts";
import { ACCEPT, CONTINUE, DROP } from "../../../../src/cluster/network/netfilter/verdict.ts";
import { Walker } from "../../../../src/cluster/network/netfilter/walk.ts";
import type { Protocol } from "../../../../src/cluster/network/packet.ts";
import { WirePacket } from "../../../../src/cluster/network/wire.ts";
import { cidr, jump, port, rule, to } from "../rules.ts";

const book = new AddressBook();
const place: Namespace = { place: "node/node1", isOn: true, arrive: () => undefined };

function packet(protocol: Protocol, source: string, destination: string): SocketBuffer {
  const end = (text: string) => {
    const [ip, number] = text.split(":") as [string, string];
    return book.socket(book.ip(ip), Number(number));
  };
  const connection: Connection = {
    opener: "node/node1",
    number: 1,
    purpose: "traffic",
    session: 0,
    parent: undefined,
    protocol,
    source: end(source),
    destination: end(destination),
    openedUs: 0,
    packets: 0,
    hops: [],
    record: true,
  };
  const buffer = new SocketBuffer(
    new WirePacket(protocol, end(source), end(destination), connection, 1, 2, 0, 0, undefined, undefined, 64, 40),
    place,
    new MatchedRules(),
  );
  buffer.state = NEW;
  return buffer;
}

function walker(tables: Tables, options: Partial<MatchContext> = {}): Walker {
  const context: MatchContext = {
    isLocal: (ip) => ip.text === "192.168.0.2",
    sets: tables.sets,
    recent: new RecentLists(),
    nowUs: () => 0,
    choose: () => 0,
    chance: () => false,
    isDry: false,
    ...options,
  };
  return new Walker(tables, context, { dnat: () => undefined, snat: () => undefined });
}

const targetNames = (rules: readonly unknown[]) =>
  rules.map((one) =>
    (one as Rule).target.type === "jump" ? ((one as Rule).target as { chain: string }).chain : (one as Rule).target.type,
  );

describe("targets (iptables(8))", () => {
  function walk(chains: Record<string, readonly Rule[]>): [number, string[]] {
    const tables = new Tables(() => undefined);
    for (const [name, rules] of Object.entries(chains)) tables.setChain("filter", name, rules);
    const buffer = packet("tcp", "10.0.0.1:1", "10.0.0.2:80");
    const verdict = walker(tables).walkBuiltIn(tables.slot("filter", "FORWARD"), buffer);
    return [verdict, targetNames(buffer.matched.list)];
  }

  test("RETURN goes back to the caller, which asks on", () =>
    expect(
      walk({ FORWARD: [rule({}, jump("A")), rule({}, { type: "drop" })], A: [rule({}, { type: "return" }), rule({}, { type: "accept" })] }),
    ).toEqual([DROP, ["A", "return", "drop"]]));
  test("a chain that ends goes back too", () =>
    expect(walk({ FORWARD: [rule({}, jump("A")), rule({}, { type: "drop" })], A: [rule({}, { type: "none" })] })).toEqual([
      DROP,
      ["A", "none", "drop"],
    ]));
  test("after GOTO it goes back to the caller's caller", () =>
    expect(
      walk({
        FORWARD: [rule({}, jump("A")), rule({}, { type: "drop" })],
        A: [rule({}, { type: "goto", chain: "B" }), rule({}, { type: "accept" })],
        B: [rule({}, { type: "none" })],
      }),
    ).toEqual([DROP, ["A", "goto", "none", "drop"]]));
  test("the policy decides where no rule does", () => {
    const tables = new Tables(() => undefined);
    tables.setPolicy("filter", "FORWARD", "DROP");
    const buffer = packet("tcp", "10.0.0.1:1", "10.0.0.2:80");
    expect(walker(tables).walkBuiltIn(tables.slot("filter", "FORWARD"), buffer)).toBe(DROP);
    expect(buffer.chain).toBe("FORWARD");
  });
  test("a chain replaced, or deleted and made anew, counts at once", () => {
    const tables = new Tables(() => undefined);
    tables.setChain("filter", "FORWARD", [rule({}, jump("A"))]);
    tables.setChain("filter", "A", [rule({}, { type: "drop" })]);
    const ask = () => walker(tables).walkBuiltIn(tables.slot("filter", "FORWARD"), packet("tcp", "10.0.0.1:1", "10.0.0.2:80"));
    expect(ask()).toBe(DROP);
    tables.setChain("filter", "A", [rule({}, { type: "accept" })]);
    expect(ask()).toBe(ACCEPT);
    tables.deleteChain("filter", "A");
    tables.setChain("filter", "A", [rule({}, { type: "drop" })]);
    expect(ask()).toBe(DROP);
  });
});

describe("marks: --set-xmark value/mask is (mark & ~mask) ^ value", () => {
  test.each([
    { mark: 0, value: 0x4000, mask: 0x4000, after: 0x4000 },
    { mark: 0x4000, value: 0x4000, mask: 0, after: 0 },
    { mark: 0x10001, value: 0, mask: 0x10000, after: 1 },
  ])("$mark with $value/$mask", ({ mark, value, mask, after }) => {
    const tables = new Tables(() => undefined);
    tables.setChain("mangle", "FORWARD", [rule({}, { type: "mark", value, mask })]);
    const buffer = packet("tcp", "10.0.0.1:1", "10.0.0.2:80");
    buffer.mark = mark;
    walker(tables).walkBuiltIn(tables.slot("mangle", "FORWARD"), buffer);
    expect(buffer.mark).toBe(after);
  });
});

describe("an index changes nothing but the time", () => {
  const ips = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "192.168.0.2"];
  const ports = [53, 80, 443];
  const protocols: readonly Protocol[] = ["tcp", "udp"];
  const anyRule = fc
    .record({
      destination: fc.option(fc.constantFrom(...ips, "10.0.0.0/8"), { nil: undefined }),
      source: fc.option(fc.constantFrom(...ips, "10.0.0.0/30"), { nil: undefined }),
      negated: fc.boolean(),
      protocol: fc.option(fc.constantFrom(...protocols), { nil: undefined }),
      port: fc.option(fc.constantFrom(...ports), { nil: undefined }),
      local: fc.boolean(),
      target: fc.constantFrom("none", "none", "none", "mark", "return", "drop", "accept"),
    })
    .map((made): Rule => {
      const extensions: Extension[] = [];
      if (made.port !== undefined && made.protocol !== undefined) extensions.push(port(made.port, made.protocol));
      if (made.local) extensions.push({ type: "addrtype", side: "dst", is: "LOCAL", negated: made.negated });
      return rule(
        {
          ...(made.destination === undefined ? {} : { destination: to(made.destination) }),
          ...(made.source === undefined ? {} : { source: { cidr: cidr(made.source), negated: made.negated } }),
          ...(made.protocol === undefined ? {} : { protocol: made.protocol }),
          extensions,
        },
        made.target === "mark" ? { type: "mark", value: 1, mask: 1 } : ({ type: made.target } as Rule["target"]),
      );
    });
  const anyPacket = fc.record({
    protocol: fc.constantFrom(...protocols),
    source: fc.constantFrom(...ips),
    destination: fc.constantFrom(...ips),
    port: fc.constantFrom(...ports, 8080),
  });

  test("the same rules match, in the same order, with the same verdict", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 24 }), anyPacket, (rules, made) => {
        const tables = new Tables(() => undefined);
        tables.setChain("filter", "FORWARD", rules);
        const buffer = packet(made.protocol, `${made.source}:1000`, `${made.destination}:${made.port}`);
        const verdict = walker(tables).walkBuiltIn(tables.slot("filter", "FORWARD"), buffer);
        // One by one, as the kernel does.
        const plain = packet(made.protocol, `${made.source}:1000`, `${made.destination}:${made.port}`);
        const context = { isLocal: (ip: { readonly text: string }) => ip.text === "192.168.0.2" } as unknown as MatchContext;
        const met: Rule[] = [];
        let expected: number = CONTINUE;
        for (const one of rules) {
          if (!matchesRule(new CompiledRule(one), plain, context)) continue;
          met.push(one);
          if (one.target.type === "drop") expected = DROP;
          if (one.target.type === "accept" || one.target.type === "return") expected = ACCEPT;
          if (expected !== CONTINUE) break;
        }
        expect(verdict).toBe(expected === CONTINUE ? ACCEPT : expected);
        expect(buffer.matched.list).toEqual(met);
      }),
      { numRuns: 300 },
    );
  });
});

describe("choices", () => {
  const endpoints = (count: number) =>
    Array.from({ length: count }, (_, i) => {
      const rest = count - i;
      const extensions: Extension[] =
        rest === 1 ? [] : [{ type: "statistic", probability: Math.round(Number((1 / rest).toFixed(10)) * 2147483648) }];
      return rule({ extensions }, jump(`SEP-${i}`));
    });

  test.each([1, 2, 3, 7, 100])("kube-proxy's chances 1/n, 1/(n-1), … for %i endpoints are one uniform draw", (count) => {
    const tables = new Tables(() => undefined);
    tables.setChain("nat", "PREROUTING", endpoints(count));
    for (let i = 0; i < count; i++) tables.setChain("nat", `SEP-${i}`, [rule({}, { type: "accept" })]);
    const asked: number[] = [];
    const met = Array.from({ length: count }, (_, wanted) => {
      const buffer = packet("tcp", "10.0.0.1:1", "10.0.0.2:80");
      const choose = (bound: number) => {
        asked.push(bound);
        return wanted;
      };
      walker(tables, { choose }).walkBuiltIn(tables.slot("nat", "PREROUTING"), buffer);
      return targetNames(buffer.matched.list)[0];
    });
    expect(met).toEqual(Array.from({ length: count }, (_, i) => `SEP-${i}`));
    expect(asked).toEqual(count === 1 ? [] : Array(count).fill(count));
  });

  test("other chances are drawn rule by rule", () => {
    const tables = new Tables(() => undefined);
    const half: Extension = { type: "statistic", probability: 1073741824 };
    tables.setChain("nat", "PREROUTING", [rule({ extensions: [half] }, jump("A")), rule({ extensions: [half] }, jump("B"))]);
    const drawn: number[] = [];
    const chance = (probability: number) => {
      drawn.push(probability);
      return drawn.length === 2;
    };
    const buffer = packet("tcp", "10.0.0.1:1", "10.0.0.2:80");
    walker(tables, { chance }).walkBuiltIn(tables.slot("nat", "PREROUTING"), buffer);
    expect(targetNames(buffer.matched.list)).toEqual(["B"]);
    expect(drawn).toEqual([1073741824, 1073741824]);
  });
});

describe("-m recent (iptables-extensions(8); xt_recent keeps 100 addresses a list)", () => {
  test("seen within the time, to the second", () => {
    const lists = new RecentLists();
    const ip = book.ip("10.0.0.1");
    lists.set("a", ip, 0);
    expect(lists.check("a", ip, 10, 10_000_000)).toBe(true);
    expect(lists.check("a", ip, 10, 10_000_001)).toBe(false);
    expect(lists.check("b", ip, 10, 0)).toBe(false);
  });

  test("the address unseen longest leaves a full list", () => {
    const lists = new RecentLists();
    for (let i = 0; i < 101; i++) lists.set("a", book.ip(`10.1.0.${i}`), i);
    expect(lists.check("a", book.ip("10.1.0.0"), 0, 200)).toBe(false);
    expect(lists.check("a", book.ip("10.1.0.1"), 0, 200)).toBe(true);
  });
});
