import type { Run } from "../machine/syscall.ts";
import { type DnsMessage, type DnsRecord, dnsPayload, dnsResponse, messageSize } from "../protocols/dns.ts";
import { cacheOptions, cachePlugin } from "./cache.ts";
import type { Directive, ServerBlock } from "./corefile.ts";
import { forwardOptions, forwardPlugin } from "./forward.ts";
import { hostsOptions, hostsPlugin } from "./hosts.ts";
import { kubernetesOptions, kubernetesPlugin } from "./kubernetes.ts";
import { type Handler, noNextPlugin, type Plugin, type PluginContext, type Query, type Reply } from "./plugin.ts";
import { rewritePlugin, rewriteRule } from "./rewrite.ts";

/** The order in which plugins are asked, whatever the order in the file: the order is the meaning. @source coredns plugin.cfg */
const pluginOrder = [
  "bind",
  "ready",
  "health",
  "prometheus",
  "errors",
  "log",
  "loadbalance",
  "cache",
  "rewrite",
  "hosts",
  "kubernetes",
  "loop",
  "reload",
  "forward",
] as const;

/** Plugins that parse and then do nothing that can be seen from here. */
const quietPlugins = ["bufsize", "debug", "pprof", "cancel", "root", "metadata", "minimal", "any", "nsid", "tls", "import"];

export function isKnownPlugin(name: string): boolean {
  return (pluginOrder as readonly string[]).includes(name) || quietPlugins.includes(name);
}

export type ChainResult = { readonly ok: true; readonly handler: Handler } | { readonly ok: false; readonly error: string };

/** Puts the plugins of a server block together. */
export function buildChain(context: PluginContext, block: ServerBlock): ChainResult {
  const zones = block.zones.map((entry) => entry.zone);
  const readFile = (path: string): string | undefined => {
    const file = context.sys.files.read(path);
    return file.ok ? file.value : undefined;
  };
  const byName = (name: string): readonly Directive[] => block.directives.filter((directive) => directive.name === name);
  let whole: Handler = noNextPlugin;
  const resolveOutside = (query: Query): Run<Reply> => whole(query);
  const plugins: Plugin[] = [];
  for (const name of pluginOrder) {
    const directives = byName(name);
    const directive = directives[0];
    if (directive === undefined) continue;
    const made = makePlugin(name, directive, directives);
    if (typeof made === "string") return { ok: false, error: made };
    if (made !== undefined) plugins.push(...made);
  }
  // What answering costs counts inside `log`, which tells it.
  const afterLog = ["log", "errors", "prometheus"].filter((name) => byName(name).length > 0).length;
  plugins.splice(afterLog, 0, costPlugin(context));
  whole = plugins.reduceRight<Handler>((next, plugin) => plugin(next), noNextPlugin);
  return { ok: true, handler: whole };

  function makePlugin(
    name: (typeof pluginOrder)[number],
    directive: Directive,
    all: readonly Directive[],
  ): readonly Plugin[] | string | undefined {
    switch (name) {
      case "errors":
        return [errorsPlugin(context)];
      case "log":
        return [logPlugin(context)];
      case "prometheus":
        return [countingPlugin(context)];
      case "loadbalance":
        return [loadbalancePlugin(context)];
      case "cache": {
        const options = cacheOptions(directive, zones);
        return typeof options === "string" ? options : [cachePlugin(context, options)];
      }
      case "rewrite": {
        const rules = all.map(rewriteRule);
        const wrong = rules.find((rule) => typeof rule === "string");
        return typeof wrong === "string" ? wrong : [rewritePlugin(rules.filter((rule) => typeof rule !== "string"))];
      }
      case "hosts":
        return [hostsPlugin(hostsOptions(directive, zones, readFile))];
      case "kubernetes": {
        const plugins: Plugin[] = [];
        for (const one of all) {
          const options = kubernetesOptions(one, zones);
          if (typeof options === "string") return options;
          plugins.push(kubernetesPlugin(context, options, resolveOutside));
        }
        return plugins;
      }
      case "forward": {
        const plugins: Plugin[] = [];
        for (const one of all) {
          const options = forwardOptions(one, readFile);
          if (typeof options === "string") return options;
          plugins.push(forwardPlugin(context, options));
        }
        return plugins;
      }
      case "bind":
      case "ready":
      case "health":
      case "loop":
      case "reload":
        return undefined;
    }
  }
}

function costPlugin({ sys }: PluginContext): Plugin {
  return (next) =>
    function* (query) {
      yield* sys.work(100);
      return yield* next(query);
    };
}

/** `[ERROR] plugin/errors: 2 nosuch.com. A: read udp …: i/o timeout` */
function errorsPlugin({ sys }: PluginContext): Plugin {
  return (next) =>
    function* (query) {
      const reply = yield* next(query);
      if (!reply.ok) yield* sys.out(`[ERROR] plugin/errors: 2 ${query.question.name} ${query.question.type}: ${reply.failure}\n`);
      return reply;
    };
}

/** `[INFO] CLIENTIP:PORT - ID "A IN NAME. udp SIZE false BUFSIZE" RCODE qr,aa,rd RSIZE 0.000123s` @source coredns plugin/log, CommonLogFormat */
function logPlugin({ sys }: PluginContext): Plugin {
  return (next) =>
    function* (query) {
      const startUs = sys.nowUs();
      const reply = yield* next(query);
      const { message, question } = query;
      const answer = reply.ok ? reply.message : dnsResponse(message, { rcode: reply.rcode });
      const flags = [
        ["qr", true],
        ["aa", answer.isAuthoritative],
        ["tc", answer.isTruncated],
        ["rd", answer.recursionDesired],
        ["ra", answer.recursionAvailable],
      ] as const;
      const shown = flags.filter(([, isSet]) => isSet).map(([flag]) => flag);
      const asked = `${question.type} IN ${question.name} ${query.protocol} ${dnsPayload(message).bytes} ${message.edns?.isDnssecOk ?? false} ${query.protocol === "tcp" ? 65_535 : (message.edns?.udpSize ?? 512)}`;
      const us = sys.nowUs() - startUs;
      const seconds = `${Math.floor(us / 1_000_000)}.${`${us % 1_000_000}`.padStart(6, "0")}`;
      yield* sys.out(
        `[INFO] ${query.client} - ${message.id} "${asked}" ${answer.rcode} ${shown.join(",")} ${messageSize(answer)} ${seconds}s\n`,
      );
      return reply;
    };
}

function countingPlugin({ metrics }: PluginContext): Plugin {
  return (next) =>
    function* (query) {
      const { type } = query.question;
      metrics.requests.set(`${query.protocol} ${type}`, (metrics.requests.get(`${query.protocol} ${type}`) ?? 0) + 1);
      const reply = yield* next(query);
      const rcode = reply.ok ? reply.message.rcode : reply.rcode;
      metrics.responses.set(rcode, (metrics.responses.get(rcode) ?? 0) + 1);
      return reply;
    };
}

/** CNAMEs first, then the rest, then addresses and MX in random order. @source coredns plugin/loadbalance/loadbalance.go, roundRobin */
function loadbalancePlugin({ sys }: PluginContext): Plugin {
  const shuffled = (records: readonly DnsRecord[]): readonly DnsRecord[] => {
    if (records.length < 2) return records;
    const aliases = records.filter((record) => record.type === "CNAME");
    const addresses = records.filter((record) => record.type === "A" || record.type === "AAAA");
    const mail = records.filter((record) => record.type === "MX");
    const rest = records.filter((record) => !["CNAME", "A", "AAAA", "MX"].includes(record.type));
    return [
      ...aliases,
      ...rest,
      ...(addresses.length > 1 ? sys.random.shuffle(addresses) : addresses),
      ...(mail.length > 1 ? sys.random.shuffle(mail) : mail),
    ];
  };
  return (next) =>
    function* (query) {
      const reply = yield* next(query);
      if (!reply.ok || reply.message.rcode !== "NOERROR") return reply;
      const { message } = reply;
      const mixed: DnsMessage = {
        ...message,
        answers: shuffled(message.answers),
        authority: shuffled(message.authority),
        additional: shuffled(message.additional),
      };
      return { ok: true, message: mixed };
    };
}
