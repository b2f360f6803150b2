import type { Program, ProgramEntry, Run, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { reverseName } from "../protocols/dns.ts";
import { parseHosts } from "../protocols/resolv-conf.ts";
import { askServersInTurn, readResolvConf } from "../protocols/resolver.ts";
import { resolveFor } from "./http-client.ts";

/** `getent hosts|ahosts|ahostsv4|ahostsv6|passwd|group [KEY...]` @source glibc getent(1): exit 2 when a key is not found */
function* runGetent(sys: Sys): Program {
  const [database, ...keys] = sys.args.slice(1);
  if (database === undefined) {
    yield* sys.err("getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.\n");
    return 1;
  }
  let exit = 0;
  switch (database) {
    case "hosts":
      if (keys.length === 0) {
        for (const row of hostRows(sys)) yield* sys.out(`${row.address.padEnd(15)} ${row.names.join(" ")}\n`);
        return 0;
      }
      for (const key of keys) if (!(yield* printHost(sys, key))) exit = 2;
      return exit;
    case "ahosts":
    case "ahostsv4":
    case "ahostsv6":
      for (const key of keys) if (!(yield* printAddresses(sys, key, database))) exit = 2;
      return exit;
    case "passwd":
    case "group": {
      const file = sys.files.read(`/etc/${database}`);
      const lines = file.ok ? file.value.split("\n").filter((line) => line !== "") : [];
      for (const line of lines) {
        const fields = line.split(":");
        if (keys.length === 0 || keys.includes(fields[0] ?? "") || keys.includes(fields[2] ?? "")) yield* sys.out(`${line}\n`);
      }
      return keys.length === 0 || lines.some((line) => keys.includes(line.split(":")[0] ?? "")) ? 0 : 2;
    }
    default:
      yield* sys.err(`Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`);
      return 1;
  }
}

function hostRows(sys: Sys): ReturnType<typeof parseHosts> {
  const file = sys.files.read("/etc/hosts");
  return parseHosts(file.ok ? file.value : "");
}

/** IPv6 addresses are shown only where there are some, as gethostbyname2 is asked for them first. */
function* printHost(sys: Sys, key: string): Run<boolean> {
  const numeric = parseIp(key);
  if (numeric !== undefined) {
    const row = hostRows(sys).find((candidate) => candidate.address === key);
    if (row !== undefined) {
      yield* sys.out(`${key.padEnd(15)} ${row.names.join(" ")}\n`);
      return true;
    }
    const answer = yield* askServersInTurn(sys, reverseName(numeric.family, numeric.words), ["PTR"], readResolvConf(sys));
    const names = answer.ok
      ? (answer.messages[0]?.answers ?? []).flatMap((record) => (record.type === "PTR" ? [record.target.replace(/\.$/, "")] : []))
      : [];
    if (names.length === 0) return false;
    yield* sys.out(`${key.padEnd(15)} ${names.join(" ")}\n`);
    return true;
  }
  const resolved = yield* resolveFor(sys, key);
  if (!resolved.ok) return false;
  const v6 = resolved.host.addresses.filter((address) => address.family === 6);
  const shown = v6.length > 0 ? v6 : resolved.host.addresses;
  const alias =
    resolved.host.canonicalName.toLowerCase() === key.toLowerCase() ||
    resolved.host.canonicalName.toLowerCase().startsWith(`${key.toLowerCase()}.`)
      ? ""
      : ` ${key}`;
  for (const { ip } of shown) yield* sys.out(`${ip.padEnd(15)} ${resolved.host.canonicalName}${alias}\n`);
  return true;
}

function* printAddresses(sys: Sys, key: string, database: "ahosts" | "ahostsv4" | "ahostsv6"): Run<boolean> {
  const resolved = yield* resolveFor(sys, key, database === "ahosts" ? [4, 6] : database === "ahostsv4" ? [4] : [6]);
  if (!resolved.ok) return false;
  for (const [index, { ip }] of resolved.host.addresses.entries()) {
    for (const kind of ["STREAM", "DGRAM", "RAW"])
      yield* sys.out(`${ip.padEnd(15)} ${kind.padEnd(6)} ${index === 0 && kind === "STREAM" ? resolved.host.canonicalName : ""}\n`);
  }
  return true;
}

export const getent: ProgramEntry = { name: "getent", run: runGetent };
