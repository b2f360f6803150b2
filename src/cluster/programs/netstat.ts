import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import type { SocketRow } from "../network/sockets.ts";
import { routesService } from "./services.ts";

type Flavour = "net-tools" | "busybox";

const longOptions: Readonly<Record<string, string>> = {
  "--tcp": "t",
  "--udp": "u",
  "--sctp": "S",
  "--listening": "l",
  "--all": "a",
  "--numeric": "n",
  "--programs": "p",
  "--route": "r",
  "--wide": "W",
};

/** `netstat [-tulanp46]`, `netstat -r` @source net-tools 2.10 netstat.c, run beside it; BusyBox 1.35 networking/netstat.c. Names are not looked up */
function netstatOf(flavour: Flavour): (sys: Sys) => Program {
  return function* run(sys: Sys): Program {
    const flags = new Set<string>();
    for (const arg of sys.args.slice(1)) {
      const letters = arg.startsWith("--") ? longOptions[arg] : arg.startsWith("-") ? arg.slice(1) : "";
      const wrong = letters === undefined ? arg : [...letters].find((letter) => !"tuwSlanprWve46xo".includes(letter));
      if (wrong !== undefined) {
        yield* sys.err(letters === undefined ? `netstat: unrecognized option '${wrong}'\n` : `netstat: invalid option -- '${wrong}'\n`);
        return flavour === "busybox" ? 1 : 4;
      }
      for (const letter of letters ?? "") flags.add(letter);
    }
    if (flags.has("r")) {
      yield* sys.out(routingTable(sys.service(routesService)?.routes(4) ?? []));
      return 0;
    }
    const asksProtocol = ["t", "u", "S", "w"].some((letter) => flags.has(letter));
    const protocols: Readonly<Record<string, string>> = { tcp: "t", udp: "u", sctp: "S" };
    const rows = sys.sockets().filter((row) => {
      if (asksProtocol && !flags.has(protocols[row.protocol] ?? "")) return false;
      if (flags.has("4") !== flags.has("6") && flags.has("6") !== isV6(row)) return false;
      const listens = row.state === "LISTEN" || row.state === "UNCONN";
      return flags.has("a") || flags.has("l") === listens;
    });
    const scope = flags.has("a") ? "servers and established" : flags.has("l") ? "only servers" : "w/o servers";
    const width = flavour === "busybox" ? 12 : 11;
    const withProgram = flags.has("p");
    const title = withProgram ? `${"State".padEnd(12)}PID/Program name    ` : "State".padEnd(width);
    let text = `Active Internet connections (${scope})\nProto Recv-Q Send-Q Local Address           Foreign Address         ${title}\n`;
    for (const row of rows) text += line(row, withProgram, width);
    if (!asksProtocol) {
      text += `Active UNIX domain sockets (${scope})\nProto RefCnt Flags       Type       State         I-Node${withProgram ? "   PID/Program name    " : "  "} Path\n`;
    }
    yield* sys.out(text);
    return 0;
  };
}

/** Bound to both families, or to an IPv6 address. */
function isV6({ local }: SocketRow): boolean {
  return local.startsWith("*:") || local.startsWith("[");
}

function line(row: SocketRow, withProgram: boolean, width: number): string {
  const protocol = `${row.protocol}${isV6(row) ? "6" : ""}`.padEnd(5);
  const remote = row.remote === "" || row.remote === "*:*" ? (isV6(row) ? ":::*" : "0.0.0.0:*") : address(row.remote);
  const state = states[row.state] ?? row.state;
  const program = (row.owner === undefined ? "-" : `${row.owner.pid}/${row.owner.name}`).padEnd(20);
  const ends = `${address(row.local).padEnd(23)} ${remote.padEnd(23)}`;
  return `${protocol}      0      0 ${ends} ${withProgram ? `${state.padEnd(11)} ${program}` : state.padEnd(width)}\n`;
}

/** `*:80` is `:::80` here, `[::1]:80` is `::1:80`. */
function address(text: string): string {
  return text.replace(/^\*:/, ":::").replace(/^\[(.*)\]:/, "$1:");
}

const states: Readonly<Record<string, string>> = {
  ESTAB: "ESTABLISHED",
  "SYN-SENT": "SYN_SENT",
  "SYN-RECV": "SYN_RECV",
  "FIN-WAIT-1": "FIN_WAIT1",
  "FIN-WAIT-2": "FIN_WAIT2",
  "TIME-WAIT": "TIME_WAIT",
  "CLOSE-WAIT": "CLOSE_WAIT",
  "LAST-ACK": "LAST_ACK",
  UNCONN: "",
};

/** From `ip route`'s lines. */
function routingTable(routes: readonly string[]): string {
  const rows = routes.map((route) => {
    const [to = "", ...words] = route.trim().split(" ");
    const after = (word: string): string | undefined => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
    const [network = "", length] = to === "default" ? ["0.0.0.0", "0"] : to.split("/");
    const bits = length === undefined ? 32 : Number(length);
    const mask = [0, 1, 2, 3].map((byte) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - 8 * byte)))).join(".");
    const via = after("via");
    const flags = `U${via === undefined ? "" : "G"}${bits === 32 ? "H" : ""}`;
    return `${network.padEnd(15)} ${(via ?? "0.0.0.0").padEnd(15)} ${mask.padEnd(15)} ${flags.padEnd(7)}   0 0          0 ${after("dev") ?? ""}\n`;
  });
  return `Kernel IP routing table\nDestination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n${rows.join("")}`;
}

export const netstat: ProgramEntry = { name: "netstat", run: netstatOf("net-tools") };
export const busyboxNetstat: ProgramEntry = { name: "netstat", run: netstatOf("busybox") };
