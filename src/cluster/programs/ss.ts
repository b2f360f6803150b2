import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import type { SocketRow } from "../network/sockets.ts";
import { parseSocketFilter } from "./ss-filter.ts";

/** `ss [-tulnapH46] [-s] [FILTER]` @source iproute2 6.1 ss(8), tried beside it; queue lengths are those of an idle system */
function* runSs(sys: Sys): Program {
  const protocols = new Set<string>();
  let isListening = false;
  let isAll = false;
  let showsProcess = false;
  let hasHeader = true;
  let isSummary = false;
  let family: 4 | 6 | undefined;
  const words: string[] = [];
  for (const arg of sys.args.slice(1)) {
    const long: Readonly<Record<string, string>> = {
      "--tcp": "t",
      "--udp": "u",
      "--sctp": "S",
      "--listening": "l",
      "--numeric": "n",
      "--all": "a",
      "--processes": "p",
      "--no-header": "H",
      "--summary": "s",
      "--ipv4": "4",
      "--ipv6": "6",
    };
    if (!arg.startsWith("-")) {
      words.push(arg);
      continue;
    }
    const letters = arg.startsWith("--") ? (long[arg] ?? "?") : arg.slice(1);
    for (const letter of letters) {
      if (letter === "t") protocols.add("tcp");
      else if (letter === "u") protocols.add("udp");
      else if (letter === "S") protocols.add("sctp");
      else if (letter === "l") isListening = true;
      else if (letter === "a") isAll = true;
      else if (letter === "p") showsProcess = true;
      else if (letter === "H") hasHeader = false;
      else if (letter === "s") isSummary = true;
      else if (letter === "4") family = 4;
      else if (letter === "6") family = 6;
      else if (!"neiomxw".includes(letter)) {
        yield* sys.err(`ss: invalid option -- '${letter}'\nUsage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n`);
        return 255;
      }
    }
  }
  const filter = parseSocketFilter(words);
  if (filter === undefined) {
    yield* sys.err(
      'ss: bison bellows (while parsing filter): "syntax error!" Sorry.\nUsage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n',
    );
    return 255;
  }
  const rows = sys.sockets();
  if (isSummary) {
    const tcp = rows.filter((row) => row.protocol === "tcp");
    const established = tcp.filter((row) => row.state === "ESTAB").length;
    const waiting = tcp.filter((row) => row.state === "TIME-WAIT").length;
    yield* sys.out(
      `Total: ${rows.length}\nTCP:   ${tcp.length} (estab ${established}, closed ${waiting}, orphaned 0, timewait ${waiting})\n`,
    );
    return 0;
  }
  const wanted = rows.filter((row) => {
    if (protocols.size > 0 && !protocols.has(row.protocol)) return false;
    if (family !== undefined && (family === 6) !== row.local.includes("[")) return false;
    if (!filter.holds(row)) return false;
    if (filter.states !== undefined) return filter.states.has(row.state);
    const listens = row.state === "LISTEN" || row.state === "UNCONN";
    return isAll || (isListening ? listens : !listens && row.state !== "TIME-WAIT" && row.state !== "SYN-RECV");
  });
  const withNetid = protocols.size !== 1;
  // Of one state alone the column would say nothing.
  const withState = filter.states?.size !== 1;
  const head = [
    ...(withNetid ? ["Netid"] : []),
    ...(withState ? ["State"] : []),
    "Recv-Q",
    "Send-Q",
    "Local Address:Port",
    "Peer Address:Port",
    "Process",
  ];
  const lines = wanted.map((row) => cells(row, { withNetid, withState, showsProcess }));
  yield* sys.out(table(hasHeader ? head : undefined, head.length, lines));
  return 0;
}

function cells(
  row: SocketRow,
  { withNetid, withState, showsProcess }: { readonly withNetid: boolean; readonly withState: boolean; readonly showsProcess: boolean },
): readonly string[] {
  const backlog = row.state === "LISTEN" ? "4096" : "0";
  const process = showsProcess && row.owner !== undefined ? `users:(("${row.owner.name}",pid=${row.owner.pid},fd=3))` : "";
  return [...(withNetid ? [row.protocol] : []), ...(withState ? [row.state] : []), "0", backlog, row.local, peerOf(row), process];
}

/** Nobody in particular: `*:*` for a socket of both families, else the family's own zero address. */
function peerOf({ local, remote }: SocketRow): string {
  if (remote !== "" && remote !== "*:*") return remote;
  if (local.startsWith("*")) return "*:*";
  return local.startsWith("[") ? "[::]:*" : "0.0.0.0:*";
}

/** Address columns line up at the colon before the port: the address to the right of its part, the port to the left of its own. */
function table(head: readonly string[] | undefined, columns: number, lines: readonly (readonly string[])[]): string {
  const split = (text: string): readonly [string, string] => {
    const colon = text.lastIndexOf(":");
    return [text.slice(0, colon + 1), text.slice(colon + 1)];
  };
  const all = head === undefined ? lines : [head, ...lines];
  const width = (of: (line: readonly string[]) => string): number => all.reduce((most, line) => Math.max(most, of(line).length), 0);
  const address = columns - 3;
  const plain = Array.from({ length: address }, (_, i) => width((line) => line[i] ?? ""));
  const parts = [address, address + 1].map(
    (i) => [width((line) => split(line[i] ?? "")[0]), width((line) => split(line[i] ?? "")[1])] as const,
  );
  const processWidth = width((line) => line[columns - 1] ?? "");
  return all
    .map((line) => {
      const first = plain.map((w, i) => (line[i] ?? "").padEnd(w)).join(" ");
      const addresses = parts.map(([left, right], i) => {
        const [host, port] = split(line[address + i] ?? "");
        return `${host.padStart(left)}${port.padEnd(right)}`;
      });
      return `${first} ${addresses.join(" ")}${(line[columns - 1] ?? "").padEnd(processWidth)}\n`;
    })
    .join("");
}

export const ss: ProgramEntry = { name: "ss", run: runSs };
