import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { resolveFor } from "./http-client.ts";
import { parseOptions, programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** hostname, whoami, id, uname, tty, nproc, uptime, arch, groups, logname: who and where am I. @source coreutils 9.1, hostname 3.23, procps 4.0.2; busybox 1.35 */
export function identityTools(toolset: Toolset): readonly ProgramEntry[] {
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });
  const uid = (sys: Sys): number => (sys.host.user === "root" ? 0 : 1000);

  function* hostname(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      { short: "sfidIA", long: { short: "s", fqdn: "f", long: "f", "ip-address": "i", domain: "d", "all-ip-addresses": "I" } },
      toolset,
    );
    if (options === undefined) return 1;
    if (options.words.length > 0) {
      yield* sys.err(
        toolset === "gnu" ? "hostname: you must be root to change the host name\n" : "hostname: sethostname: Operation not permitted\n",
      );
      return 1;
    }
    const { hostname: name } = sys.host;
    const addresses = sys.host.addresses();
    const dot = name.indexOf(".");
    if (options.has("I")) yield* sys.out(`${addresses.join(" ")} \n`);
    else if (options.has("i")) yield* sys.out(`${addresses[0] ?? "127.0.0.1"}\n`);
    else if (options.has("s")) yield* sys.out(`${dot < 0 ? name : name.slice(0, dot)}\n`);
    else if (options.has("d") || options.has("f")) {
      // The name by which /etc/hosts, or else DNS, knows the host: its first one there. Without any, nss-myhostname has its own.
      const resolved = yield* resolveFor(sys, name);
      const full = resolved.ok ? resolved.host.canonicalName : name;
      const domainAt = full.indexOf(".");
      yield* sys.out(`${options.has("f") ? full : domainAt < 0 ? "" : full.slice(domainAt + 1)}\n`);
    } else yield* sys.out(`${name}\n`);
    return 0;
  }

  function* id(sys: Sys): Program {
    const options = yield* parseOptions(sys, { short: "ugGnr", long: { user: "u", group: "g", groups: "G", name: "n" } }, toolset);
    if (options === undefined) return 1;
    const number = uid(sys);
    const { user } = sys.host;
    if (options.has("u") || options.has("g") || options.has("G")) yield* sys.out(`${options.has("n") ? user : number}\n`);
    else yield* sys.out(`uid=${number}(${user}) gid=${number}(${user}) groups=${number}(${user})\n`);
    return 0;
  }

  function* uname(sys: Sys): Program {
    const options = yield* parseOptions(
      sys,
      {
        short: "asnrvmpio",
        long: {
          all: "a",
          "kernel-name": "s",
          nodename: "n",
          "kernel-release": "r",
          "kernel-version": "v",
          machine: "m",
          "operating-system": "o",
        },
      },
      toolset,
    );
    if (options === undefined) return 1;
    const all = options.has("a");
    const parts = [
      ...(all || options.has("s") || options.list.length === 0 ? ["Linux"] : []),
      ...(all || options.has("n") ? [sys.host.hostname] : []),
      ...(all || options.has("r") ? ["6.1.0-28-amd64"] : []),
      ...(all || options.has("v") ? ["#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)"] : []),
      ...(all || options.has("m") ? ["x86_64"] : []),
      ...(options.has("p") || options.has("i") ? ["unknown"] : []),
      ...(all || options.has("o") ? [toolset === "gnu" ? "GNU/Linux" : "Linux"] : []),
    ];
    yield* sys.out(`${parts.join(" ")}\n`);
    return 0;
  }

  function* uptime(sys: Sys): Program {
    const seconds = Math.floor(sys.nowUs() / 1_000_000);
    if (sys.args.includes("-p")) {
      const minutes = Math.floor(seconds / 60);
      yield* sys.out(`up ${minutes} minute${minutes === 1 ? "" : "s"}\n`);
      return 0;
    }
    const now = Math.floor(sys.dateMs() / 1000);
    const clock = [Math.floor(now / 3600) % 24, Math.floor(now / 60) % 60, now % 60].map((one) => `${one}`.padStart(2, "0")).join(":");
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    const up = hours > 0 ? `${hours}:${`${minutes}`.padStart(2, "0")}` : `${minutes} min`;
    yield* sys.out(` ${clock} up ${up},  ${toolset === "gnu" ? "1 user" : "0 users"},  load average: 0.00, 0.00, 0.00\n`);
    return 0;
  }

  function* tty(sys: Sys): Program {
    const isTerminal = sys.stdin.kind === "tty";
    yield* sys.out(isTerminal ? "/dev/pts/0\n" : "not a tty\n");
    return isTerminal ? 0 : 1;
  }

  const prints = (text: (sys: Sys) => string): ((sys: Sys) => Program) =>
    function* (sys) {
      if (sys.args[1]?.startsWith("--") === true && sys.args[1] !== "--all" && toolset === "gnu") {
        yield* sys.err(
          `${programName(sys)}: unrecognized option '${sys.args[1]}'\nTry '${programName(sys)} --help' for more information.\n`,
        );
        return 1;
      }
      yield* sys.out(text(sys));
      return 0;
    };

  return [
    entry("hostname", hostname),
    entry("id", id),
    entry("uname", uname),
    entry("uptime", uptime),
    entry("tty", tty),
    entry(
      "whoami",
      prints((sys) => `${sys.host.user}\n`),
    ),
    entry(
      "groups",
      prints((sys) => `${sys.host.user}\n`),
    ),
    entry(
      "arch",
      prints(() => "x86_64\n"),
    ),
    entry(
      "nproc",
      prints(() => "2\n"),
    ),
  ];
}
