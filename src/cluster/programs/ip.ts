import type { InterfaceInfo, Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { administrationService, routesService } from "./services.ts";

/** `ip [-4|-6] [-br] addr|link|route|rule|neigh …` @source iproute2 6.1 ip(8), tried beside it */
function* runIp(sys: Sys): Program {
  let family: 4 | 6 | undefined;
  let isBrief = false;
  const words: string[] = [];
  for (const arg of sys.args.slice(1)) {
    if (arg === "-4") family = 4;
    else if (arg === "-6") family = 6;
    else if (/^-br(ief)?$/.test(arg)) isBrief = true;
    else if (/^-(o|oneline|d|details|s|stats|c|color|json|j|p|n)$/.test(arg)) continue;
    else words.push(arg);
  }
  const [object, ...rest] = words;
  if (object === undefined) {
    yield* sys.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n");
    return 255;
  }
  if ("address".startsWith(object)) return yield* addresses(sys, rest, family, isBrief);
  if ("link".startsWith(object)) return yield* link(sys, rest, isBrief);
  if ("neighbour".startsWith(object) || "neighbor".startsWith(object)) return yield* neighbour(sys, rest);
  if ("rule".startsWith(object) && object !== "r") return yield* rule(sys, rest, family ?? 4);
  if ("route".startsWith(object)) return yield* route(sys, rest, family ?? 4);
  yield* sys.err(`Object "${object}" is unknown, try "ip help".\n`);
  return 1;
}

function deviceOf(words: readonly string[]): string | undefined {
  const rest = words.filter((word) => !["show", "list", "sh", "ls", "dev", "up"].includes(word));
  return rest[0];
}

function* addresses(sys: Sys, words: readonly string[], family: 4 | 6 | undefined, isBrief: boolean): Run<number> {
  const [command] = words;
  if (command !== undefined && ["add", "del", "flush", "replace", "change"].includes(command)) {
    yield* sys.err("RTNETLINK answers: Operation not permitted\n");
    return 2;
  }
  const name = deviceOf(words);
  const all = sys.host.interfaces();
  const wanted = all.filter((one) => name === undefined || one.name === name);
  if (wanted.length === 0) {
    yield* sys.err(`Device "${name}" does not exist.\n`);
    return 1;
  }
  const fits = (cidr: string): boolean => family === undefined || cidr.includes(":") === (family === 6);
  for (const one of wanted) {
    const own = one.addresses.filter((address) => fits(address.cidr));
    if (family !== undefined && own.length === 0) continue;
    if (isBrief) {
      yield* sys.out(`${nameAndPeer(one).padEnd(16)} ${state(one).padEnd(14)} ${own.map((address) => `${address.cidr} `).join("")}\n`);
      continue;
    }
    yield* sys.out(heading(one, false));
    if (family === undefined) yield* sys.out(linkLine(one));
    for (const address of own) yield* sys.out(addressLines(one, address));
  }
  return 0;
}

function nameAndPeer(one: InterfaceInfo): string {
  return one.kind === "veth" ? `${one.name}@${one.peer ?? "if2"}` : one.name;
}

function state(one: InterfaceInfo): string {
  return one.kind === "loopback" ? "UNKNOWN" : one.up ? "UP" : "DOWN";
}

function heading(one: InterfaceInfo, withMode: boolean): string {
  const flags = one.kind === "loopback" ? ["LOOPBACK"] : one.kind === "dummy" ? ["BROADCAST", "NOARP"] : ["BROADCAST", "MULTICAST"];
  if (one.up) flags.push("UP", "LOWER_UP");
  const queue = one.kind === "ethernet" ? "pfifo_fast" : "noqueue";
  return `${one.index}: ${nameAndPeer(one)}: <${flags.join(",")}> mtu ${one.mtu} qdisc ${one.up ? queue : "noop"} state ${state(one)}${withMode ? " mode DEFAULT" : ""} group default${one.kind === "veth" ? "" : " qlen 1000"}\n`;
}

function linkLine(one: InterfaceInfo): string {
  if (one.kind === "loopback") return "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n";
  return `    link/ether ${one.mac} brd ff:ff:ff:ff:ff:ff${one.kind === "veth" ? " link-netnsid 0" : ""}\n`;
}

function addressLines(one: InterfaceInfo, address: InterfaceInfo["addresses"][number]): string {
  const isIpv6 = address.cidr.includes(":");
  const broadcast = isIpv6 || address.scope === "host" ? "" : broadcastOf(address.cidr);
  return `    inet${isIpv6 ? "6" : ""} ${address.cidr}${broadcast} scope ${address.scope}${isIpv6 ? " " : ` ${one.name}`}\n       valid_lft forever preferred_lft forever\n`;
}

function broadcastOf(cidr: string): string {
  const [ip = "", lengthText = "32"] = cidr.split("/");
  const word = parseIp(ip)?.words[0];
  const length = Number(lengthText);
  if (word === undefined || length >= 31) return "";
  const last = (word | (0xffffffff >>> length)) >>> 0;
  return ` brd ${last >>> 24}.${(last >>> 16) & 255}.${(last >>> 8) & 255}.${last & 255}`;
}

function* link(sys: Sys, words: readonly string[], isBrief: boolean): Run<number> {
  if (words[0] === "set") {
    const rest = words.slice(1).filter((word) => word !== "dev");
    const [name, action] = rest;
    const administration = sys.service(administrationService);
    if (name === undefined || (action !== "up" && action !== "down")) {
      yield* sys.err('Not enough information: "dev" argument is required.\n');
      return 255;
    }
    if (administration === undefined) {
      yield* sys.err("RTNETLINK answers: Operation not permitted\n");
      return 2;
    }
    if (administration.setInterfaceUp(name, action === "up")) return 0;
    yield* sys.err(`Cannot find device "${name}"\n`);
    return 1;
  }
  const name = deviceOf(words);
  const all = sys.host.interfaces();
  const wanted = all.filter((one) => name === undefined || one.name === name);
  if (wanted.length === 0) {
    yield* sys.err(`Device "${name}" does not exist.\n`);
    return 1;
  }
  for (const one of wanted) {
    if (isBrief)
      yield* sys.out(
        `${nameAndPeer(one).padEnd(16)} ${state(one).padEnd(14)} ${one.kind === "loopback" ? "00:00:00:00:00:00" : one.mac} \n`,
      );
    else yield* sys.out(heading(one, true) + linkLine(one));
  }
  return 0;
}

/** A link knows who is on it: nothing is asked by ARP, so nothing is learnt. */
function* neighbour(sys: Sys, words: readonly string[]): Run<number> {
  if (words[0] === undefined || ["show", "list", "ls"].includes(words[0])) return 0;
  yield* sys.err("RTNETLINK answers: Operation not permitted\n");
  return 2;
}

/** The kernel's own rules: none is added. IPv6 has no default table. */
function* rule(sys: Sys, words: readonly string[], family: 4 | 6): Run<number> {
  if (words[0] !== undefined && !["show", "list", "ls"].includes(words[0])) {
    yield* sys.err("RTNETLINK answers: Operation not permitted\n");
    return 2;
  }
  yield* sys.out(`0:\tfrom all lookup local\n32766:\tfrom all lookup main\n${family === 4 ? "32767:\tfrom all lookup default\n" : ""}`);
  return 0;
}

/** What the kernel takes as its own: each address, and the last of its network. IPv4's; IPv6 has no broadcast. @source iproute2 6.1 ip-route(8), TABLE local */
function localTable(interfaces: readonly InterfaceInfo[], family: 4 | 6): readonly string[] {
  const lines: string[] = [];
  for (const { name, kind, addresses, up } of interfaces) {
    if (!up && kind !== "dummy") continue;
    for (const { cidr } of addresses) {
      const [ip = "", length] = cidr.split("/");
      if (ip.includes(":") !== (family === 6)) continue;
      if (family === 6) {
        lines.push(`local ${ip} dev ${name} proto kernel metric 0 pref medium`);
        continue;
      }
      if (kind === "loopback") lines.push(`local ${ip.split(".")[0]}.0.0.0/${length} dev ${name} proto kernel scope host src ${ip} `);
      lines.push(`local ${ip} dev ${name} proto kernel scope host src ${ip} `);
      const broadcast = broadcastOf(cidr).trim().split(" ")[1];
      if (broadcast !== undefined) lines.push(`broadcast ${broadcast} dev ${name} proto kernel scope link src ${ip} `);
    }
  }
  return lines;
}

function* route(sys: Sys, words: readonly string[], family: 4 | 6): Run<number> {
  const table = sys.service(routesService);
  if (words[0] === "get") {
    const target = words[1] ?? "";
    if (parseIp(target) === undefined) {
      yield* sys.err(`Error: any valid prefix is expected rather than "${target}".\n`);
      return 1;
    }
    const line = table?.routeTo(target);
    if (line === undefined) {
      yield* sys.err("RTNETLINK answers: Network is unreachable\n");
      return 2;
    }
    yield* sys.out(`${line}\n    cache \n`);
    return 0;
  }
  if (words[0] !== undefined && ["add", "del", "replace", "flush"].includes(words[0])) {
    yield* sys.err("RTNETLINK answers: Operation not permitted\n");
    return 2;
  }
  const asked = words[words.indexOf("table") + 1];
  if (words.includes("table") && asked === undefined) {
    yield* sys.err('Command line is not complete. Try option "help"\n');
    return 255;
  }
  if (words.includes("table") && asked !== "main" && asked !== "254") {
    const isLocal = asked === "local" || asked === "255";
    if (!isLocal && asked !== "all" && asked !== "0") {
      yield* sys.err(asked === "default" || asked === "253" ? "" : `Error: argument "${asked}" is wrong: table id value is invalid\n`);
      return asked === "default" || asked === "253" ? 0 : 255;
    }
    const own = localTable(sys.host.interfaces(), family);
    if (!isLocal) yield* sys.out((table?.routes(family) ?? []).map((row) => `${row} \n`).join(""));
    yield* sys.out(own.map((line) => `${isLocal ? line : line.replace(/ (?=proto)/, " table local ")}\n`).join(""));
    return 0;
  }
  yield* sys.out((table?.routes(family) ?? []).map((row) => (family === 6 ? `${row}\n` : `${row} \n`)).join(""));
  return 0;
}

export const ip: ProgramEntry = { name: "ip", run: runIp, path: "/usr/sbin/ip" };
