import type { Run } from "../machine/syscall.ts";
import { absoluteName, type DnsMessage, dnsQuery, isInZone } from "../protocols/dns.ts";
import { exchange } from "../protocols/dns-client.ts";
import { parseResolvConf } from "../protocols/resolv-conf.ts";
import type { Directive } from "./corefile.ts";
import type { Plugin, PluginContext, Query, Reply } from "./plugin.ts";

export interface ForwardOptions {
  /** The zone that is forwarded. */
  readonly from: string;
  readonly except: readonly string[];
  readonly upstreams: readonly { readonly ip: string; readonly port: number }[];
  readonly forceTcp: boolean;
  readonly policy: "random" | "round_robin" | "sequential";
}

/** `forward FROM TO... { … }`; a text is the error. TO is an address or a file like /etc/resolv.conf. @source coredns plugin/forward/setup.go */
export function forwardOptions(directive: Directive, readFile: (path: string) => string | undefined): ForwardOptions | string {
  const [from, ...to] = directive.args;
  const wrong = (line: number, text: string): string => `Corefile:${line} - Error during parsing: ${text}`;
  if (from === undefined || to.length === 0) return wrong(directive.line, "Wrong argument count or unexpected line ending after 'forward'");
  const upstreams: { ip: string; port: number }[] = [];
  for (const word of to) {
    if (word.startsWith("/")) {
      const text = readFile(word);
      if (text === undefined) return wrong(directive.line, `not an IP address or file: "${word}"`);
      for (const ip of parseResolvConf(text).nameservers) upstreams.push({ ip, port: 53 });
      continue;
    }
    const match = /^(?:dns:\/\/)?(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)|([0-9a-fA-F:]+))(?::(\d+))?$/.exec(word);
    const ip = match?.[1] ?? match?.[2] ?? match?.[3];
    if (match === null || ip === undefined) return wrong(directive.line, `not an IP address or file: "${word}"`);
    upstreams.push({ ip, port: Number(match[4] ?? 53) });
  }
  let except: readonly string[] = [];
  let forceTcp = false;
  let policy: ForwardOptions["policy"] = "random";
  for (const { name, args, line } of directive.block) {
    switch (name) {
      case "except":
        except = args.map((zone) => absoluteName(zone.toLowerCase()));
        break;
      case "force_tcp":
        forceTcp = true;
        break;
      case "policy": {
        const given = args[0];
        if (given !== "random" && given !== "round_robin" && given !== "sequential") return wrong(line, `unknown policy '${given ?? ""}'`);
        policy = given;
        break;
      }
      case "prefer_udp":
      case "expire":
      case "max_fails":
      case "tls":
      case "tls_servername":
      case "health_check":
      case "max_concurrent":
      case "next":
      case "failfast_all_unhealthy_upstreams":
        break;
      default:
        return wrong(line, `unknown property '${name}'`);
    }
  }
  return { from: absoluteName(from.toLowerCase()), except, upstreams, forceTcp, policy };
}

const readTimeoutUs = 2_000_000;
const deadlineUs = 5_000_000;

/** Sends the question on and hands the answer back as it came. @source coredns plugin/forward/forward.go: two seconds a try, five in all */
export function forwardPlugin(context: PluginContext, options: ForwardOptions): Plugin {
  const { sys } = context;
  let turn = 0;
  const order = (): ForwardOptions["upstreams"] => {
    if (options.policy === "sequential") return options.upstreams;
    if (options.policy === "random") return sys.random.shuffle(options.upstreams);
    const start = turn++ % options.upstreams.length;
    return [...options.upstreams.slice(start), ...options.upstreams.slice(0, start)];
  };
  const ask = function* (query: Query): Run<Reply> {
    const endUs = sys.nowUs() + deadlineUs;
    const upstreams = order();
    let failure = "";
    for (let index = 0; sys.nowUs() < endUs && index < upstreams.length * 3; index++) {
      const upstream = upstreams[index % upstreams.length] as ForwardOptions["upstreams"][number];
      const { edns } = query.message;
      const sent: DnsMessage = {
        ...dnsQuery(sys.random.below(65536), query.question, {
          recursionDesired: query.message.recursionDesired,
          ...(edns === undefined ? {} : { edns }),
        }),
      };
      const result = yield* exchange(sys, [upstream], [sent], {
        timeoutUs: Math.min(readTimeoutUs, endUs - sys.nowUs()),
        useTcp: options.forceTcp || query.protocol === "tcp",
        ignoreTruncation: true,
      });
      if (result.ok) {
        const message = result.messages[0] as DnsMessage;
        return { ok: true, message: { ...message, id: query.message.id, questions: [query.question] } };
      }
      const where = `${options.forceTcp ? "tcp" : "udp"} ${sys.host.addresses()[0] ?? ""}:${32_768 + sys.random.below(28_232)}->${upstream.ip}:${upstream.port}`;
      failure =
        result.error === "timeout"
          ? `read ${where}: i/o timeout`
          : result.error === "refused"
            ? `read ${where}: read: connection refused`
            : `dial udp ${upstream.ip}:${upstream.port}: connect: network is unreachable`;
    }
    return { ok: false, failure, rcode: "SERVFAIL" };
  };
  return (next) =>
    function* (query) {
      const name = query.question.name.toLowerCase();
      if (!isInZone(name, options.from) || options.except.some((zone) => isInZone(name, zone))) return yield* next(query);
      return yield* ask(query);
    };
}
