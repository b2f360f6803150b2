import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { parseIp } from "../network/address.ts";
import { traceService } from "./services.ts";

const usage = "Usage: trace [--node N] [--src IP] [--protocol tcp|udp|sctp] IP:PORT [-o json]\n";

/** Where one new connection would go through a node's Service rules; draws nothing, changes nothing. Kubehop's own command. */
function* runTrace(sys: Sys): Program {
  const service = sys.service(traceService);
  if (service === undefined) {
    yield* sys.err("trace: there are no rules to look at here\n");
    return 1;
  }
  let node: string | undefined;
  let source: string | undefined;
  let protocol = "tcp";
  let isJson = false;
  let target: string | undefined;
  const args = sys.args.slice(1);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const match =
      /^--(node|src|protocol|output)(?:=(.*))?$/.exec(arg) ??
      (arg === "-o" ? ["", "output", undefined] : arg.startsWith("-o") ? ["", "output", arg.slice(2)] : null);
    if (match === null) {
      if (arg.startsWith("-") || target !== undefined) {
        yield* sys.err(`trace: unexpected argument ${arg}\n${usage}`);
        return 2;
      }
      target = arg;
      continue;
    }
    const value = match[2] ?? args[++i];
    if (value === undefined) {
      yield* sys.err(`trace: ${arg} needs a value\n${usage}`);
      return 2;
    }
    if (match[1] === "node") node = value.replace(/^node\//, "");
    else if (match[1] === "src") source = value;
    else if (match[1] === "protocol") protocol = value.toLowerCase();
    else if (value === "json") isJson = true;
    else {
      yield* sys.err("trace: -o knows only json\n");
      return 2;
    }
  }
  const parsed = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d+)$/.exec(target ?? "");
  const destination = parsed?.[1] ?? parsed?.[2];
  const port = Number(parsed?.[3]);
  if (destination === undefined || parseIp(destination) === undefined || !(port >= 1 && port <= 65_535)) {
    yield* sys.err(`trace: ${target === undefined ? "no destination given" : `${target} is no IP:PORT`}\n${usage}`);
    return 2;
  }
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp") {
    yield* sys.err(`trace: unknown protocol ${protocol}\n${usage}`);
    return 2;
  }
  const from =
    source ??
    (parseIp(destination)?.family === 6
      ? sys.host.addresses().find((ip) => ip.includes(":"))
      : sys.host.addresses().find((ip) => !ip.includes(":"))) ??
    sys.host.addresses()[0] ??
    "";
  if (parseIp(from) === undefined) {
    yield* sys.err(`trace: ${from} is no IP address\n${usage}`);
    return 2;
  }
  const answer = service.trace({ node, from: sys.host.place, source: from, destination, port, protocol });
  if (answer === undefined) {
    yield* sys.err(`trace: there is no node ${node ?? ""}\n`);
    return 1;
  }
  const isDnat = answer.verdict === "dnat";
  if (isJson) {
    const shown = {
      verdict: answer.verdict,
      endpoints: isDnat ? answer.endpoints : [],
      masquerade: isDnat ? answer.masquerade : false,
      rules: answer.rules,
    };
    yield* sys.out(`${JSON.stringify(shown, null, 2)}\n`);
    return 0;
  }
  const verdict = isDnat
    ? `dnat to ${answer.endpoints.join(", ")} (masquerade: ${answer.masquerade === true ? "yes" : answer.masquerade === false ? "no" : "mixed"})`
    : answer.verdict === "none"
      ? "none: no Service rule takes it, it goes on as it is"
      : answer.verdict;
  yield* sys.out(`${verdict}\n${answer.rules.map((rule) => `  ${rule}\n`).join("")}`);
  return 0;
}

export const trace: ProgramEntry = { name: "trace", run: runTrace };
