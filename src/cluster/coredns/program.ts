import type { KubernetesObject } from "../api/meta.ts";
import { type ApiClient, apiClientService } from "../apiclient/client.ts";
import type { Datagram, DatagramSocket, Program, ProgramEntry, Run, Stream, Sys } from "../machine/syscall.ts";
import { Signal } from "../machine/syscall.ts";
import { Bell } from "../protocols/bell.ts";
import { type DnsMessage, type DnsPayload, dnsPayload, dnsResponse, isInZone, truncateMessage } from "../protocols/dns.ts";
import { isPayload } from "../protocols/duplex.ts";
import { type HttpRequest, type HttpResponse, httpResponse } from "../protocols/http.ts";
import { httpDate } from "../protocols/http-date.ts";
import { serveHttp } from "../protocols/http-server.ts";
import { parseResolvConf } from "../protocols/resolv-conf.ts";
import { buildChain, isKnownPlugin } from "./chain.ts";
import { parseCorefile, type ServerBlock } from "./corefile.ts";
import { watchKubernetes } from "./kubernetes-data.ts";
import { createMetrics, type Handler, type Metrics, type PluginContext, type Query } from "./plugin.ts";

/** How long after a change of the ConfigMap the mounted file follows, and how often the reload plugin looks. @source kubelet's sync period; coredns plugin/reload */
const mountLagUs = 60_000_000;
const reloadPeriodUs = 30_000_000;

interface ServedBlock {
  readonly zones: ServerBlock["zones"];
  readonly handler: Handler;
}

interface Running {
  readonly blocks: readonly ServedBlock[];
  readonly ports: readonly number[];
  readonly directives: ServerBlock["directives"];
}

/** `coredns -conf /etc/coredns/Corefile`: watches the API and answers on port 53, UDP and TCP. @source CoreDNS 1.11.3 */
function* runCoredns(sys: Sys): Program {
  const client = sys.service(apiClientService);
  if (client === undefined) {
    yield* sys.err(
      "plugin/kubernetes: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined\n",
    );
    return 1;
  }
  const context: PluginContext = { sys, data: watchKubernetes(client, () => sys.dateMs()), metrics: createMetrics() };
  const first = load(context, corefileOf(client));
  if (!first.ok) {
    yield* sys.out(`${first.error}\n`);
    return 1;
  }
  const loop = loopOf(sys, first.running);
  if (loop !== undefined) {
    yield* sys.out(loop);
    return 1;
  }
  let running = first.running;
  yield* sys.out(
    `${running.blocks.flatMap((block) => block.zones.map((entry) => `${entry.zone}:${entry.port}\n`)).join("")}CoreDNS-1.11.3\nlinux/amd64, go1.21.11, a6338e9\n`,
  );
  for (const port of running.ports) startPort(sys, port, () => running);
  startHttp(sys, running, context.metrics);
  try {
    let text = corefileOf(client);
    const changed = new Bell();
    client.informer("ConfigMap").onEvent((event) => {
      if (event.object.metadata.namespace === "kube-system" && event.object.metadata.name === "coredns") changed.ring();
    });
    for (;;) {
      yield* changed.wait();
      if (corefileOf(client) === text) continue;
      yield* sys.sleep(mountLagUs);
      yield* sys.sleep(reloadPeriodUs - (sys.nowUs() % reloadPeriodUs));
      text = corefileOf(client);
      if (!running.directives.some((directive) => directive.name === "reload")) continue;
      yield* sys.out("[INFO] Reloading\n");
      const next = load(context, text);
      if (next.ok) {
        running = next.running;
        yield* sys.out("[INFO] Reloading complete\n");
      } else yield* sys.out(`[ERROR] Restart failed: ${next.error}\n`);
    }
  } catch (signal) {
    if (!(signal instanceof Signal) || signal.name !== "SIGTERM") throw signal;
    yield* sys.out("[INFO] SIGTERM: Shutting down servers then terminating\n");
    const lameduck = running.directives.find((directive) => directive.name === "health")?.block.find((line) => line.name === "lameduck")
      ?.args[0];
    const seconds = Number(/^(\d+)s$/.exec(lameduck ?? "")?.[1] ?? 0);
    if (seconds > 0) {
      yield* sys.out(`[INFO] plugin/health: Going into lameduck mode for ${seconds}s\n`);
      yield* sys.sleep(seconds * 1_000_000);
    }
    return 0;
  }
}

/** What the ConfigMap says; a cluster without one has an empty Corefile. */
function corefileOf(client: ApiClient): string {
  const map = client.get<KubernetesObject & { readonly data?: Readonly<Record<string, string>> }>("ConfigMap", "kube-system", "coredns");
  return map?.data?.Corefile ?? "";
}

function load(
  context: PluginContext,
  text: string,
): { readonly ok: true; readonly running: Running } | { readonly ok: false; readonly error: string } {
  const parsed = parseCorefile(text, isKnownPlugin);
  if (!parsed.ok) return { ok: false, error: parsed.error.startsWith("Corefile") ? `/etc/coredns/${parsed.error}` : parsed.error };
  const blocks: ServedBlock[] = [];
  for (const server of parsed.servers) {
    const chain = buildChain(context, server);
    if (!chain.ok) return { ok: false, error: `/etc/coredns/${chain.error}` };
    blocks.push({ zones: server.zones, handler: chain.handler });
  }
  const ports = [...new Set(parsed.servers.flatMap((server) => server.zones.map((entry) => entry.port)))];
  return { ok: true, running: { blocks, ports, directives: parsed.servers.flatMap((server) => server.directives) } };
}

/** A forwarder that leads back to this very server. @source coredns plugin/loop */
function loopOf(sys: Sys, running: Running): string | undefined {
  if (!running.directives.some((directive) => directive.name === "loop")) return undefined;
  for (const directive of running.directives) {
    if (directive.name !== "forward") continue;
    const targets = directive.args.slice(1).flatMap((word) => {
      if (!word.startsWith("/")) return [word];
      const file = sys.files.read(word);
      return file.ok ? parseResolvConf(file.value).nameservers : [];
    });
    const local = targets.find((target) => target.startsWith("127.") || target === "::1");
    if (local === undefined) continue;
    const source = `${local}:${32_768 + sys.random.below(28_232)}`;
    return `[FATAL] plugin/loop: Loop (${source} -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO ${sys.random.uint32()}${sys.random.uint32()}.${sys.random.uint32()}${sys.random.uint32()}."\n`;
  }
  return undefined;
}

function startPort(sys: Sys, port: number, running: () => Running): void {
  const bound = sys.udp(port);
  if (bound.ok) sys.thread(`udp-${port}`, serveUdp(sys, bound.socket, port, running));
  const listening = sys.listen(port);
  if (!listening.ok) return;
  const { listener } = listening;
  sys.thread(
    `tcp-${port}`,
    (function* (): Run<void> {
      for (;;) sys.thread("tcp", serveTcp(yield* listener.accept(), port, running));
    })(),
  );
}

function* serveUdp(sys: Sys, socket: DatagramSocket, port: number, running: () => Running): Run<void> {
  for (;;) {
    const datagram = yield* socket.receive();
    if (typeof datagram === "string" || datagram.payload.kind !== "dns") continue;
    const { message } = datagram.payload as DnsPayload;
    if (!message.isResponse) sys.thread("query", answerUdp(socket, datagram, message, port, running()));
  }
}

function* answerUdp(socket: DatagramSocket, datagram: Datagram, message: DnsMessage, port: number, running: Running): Run<void> {
  const answer = yield* answerQuery(message, datagram.from.text, "udp", port, running);
  const fitted = truncateMessage(answer, message.edns?.udpSize ?? 512);
  yield* socket.send(datagram.from, dnsPayload(fitted), { inReplyTo: datagram, purpose: "dns" });
}

function* serveTcp(stream: Stream, port: number, running: () => Running): Run<void> {
  for (;;) {
    const received = yield* stream.receive(10_000_000);
    if (!isPayload(received) || received.kind !== "dns") break;
    const answer = yield* answerQuery((received as DnsPayload).message, stream.remote.text, "tcp", port, running());
    if ((yield* stream.send(dnsPayload(answer, "tcp"))) !== undefined) break;
  }
  stream.close();
}

/** The block with the longest matching zone answers. @source coredns core/dnsserver/server.go, ServeDNS */
function* answerQuery(message: DnsMessage, client: string, protocol: "udp" | "tcp", port: number, running: Running): Run<DnsMessage> {
  const question = message.questions[0];
  if (question === undefined) return dnsResponse(message, { rcode: "SERVFAIL" });
  const name = question.name.toLowerCase();
  let best: { readonly zone: string; readonly handler: Handler } | undefined;
  for (const block of running.blocks) {
    for (const entry of block.zones) {
      if (entry.port !== port || !isInZone(name, entry.zone)) continue;
      if (best === undefined || entry.zone.length > best.zone.length) best = { zone: entry.zone, handler: block.handler };
    }
  }
  if (best === undefined) return dnsResponse(message, { rcode: "REFUSED" });
  const query: Query = { message, question, client, protocol };
  const reply = yield* best.handler(query);
  if (!reply.ok) return dnsResponse(message, { rcode: reply.rcode });
  return { ...reply.message, id: message.id };
}

/** `health` on 8080, `ready` on 8181, `prometheus` on 9153. */
function startHttp(sys: Sys, running: Running, metrics: Metrics): void {
  const ports: readonly (readonly [plugin: string, port: number, path: string, body: () => string])[] = [
    ["health", 8080, "/health", () => "OK"],
    ["ready", 8181, "/ready", () => "OK"],
    ["prometheus", 9153, "/metrics", () => metricsText(metrics)],
  ];
  for (const [plugin, otherwise, path, body] of ports) {
    const directive = running.directives.find((candidate) => candidate.name === plugin);
    if (directive === undefined) continue;
    const port = Number(/:(\d+)$/.exec(directive.args[0] ?? "")?.[1] ?? otherwise);
    const listening = sys.listen(port);
    if (!listening.ok) continue;
    const respond = function* (request: HttpRequest): Run<HttpResponse> {
      yield* sys.work(1);
      return request.target.split("?")[0] === path ? plain(sys, 200, body()) : plain(sys, 404, "404 page not found\n");
    };
    sys.thread(
      plugin,
      (function* (): Run<void> {
        for (;;) {
          const stream = yield* listening.listener.accept();
          sys.thread("http", serveHttp(stream, { idleUs: 180_000_000, badRequest: () => plain(sys, 400, "400 Bad Request") }, respond));
        }
      })(),
    );
  }
}

function plain(sys: Sys, status: number, body: string): HttpResponse {
  return httpResponse({
    status,
    headers: [
      ["Date", httpDate(sys.dateMs())],
      ["Content-Length", `${body.length}`],
      ["Content-Type", "text/plain; charset=utf-8"],
    ],
    body,
  });
}

/** @source coredns plugin/metrics README */
function metricsText(metrics: Metrics): string {
  const lines: string[] = [
    "# HELP coredns_dns_requests_total Counter of DNS requests made per zone, protocol and family.",
    "# TYPE coredns_dns_requests_total counter",
  ];
  for (const [key, count] of [...metrics.requests].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const [protocol, type] = key.split(" ");
    lines.push(`coredns_dns_requests_total{family="1",proto="${protocol}",server="dns://:53",type="${type}",view="",zone="."} ${count}`);
  }
  lines.push("# HELP coredns_dns_responses_total Counter of response status codes.", "# TYPE coredns_dns_responses_total counter");
  for (const [rcode, count] of [...metrics.responses].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`coredns_dns_responses_total{plugin="",rcode="${rcode}",server="dns://:53",view="",zone="."} ${count}`);
  }
  lines.push(
    "# HELP coredns_cache_hits_total The count of cache hits.",
    "# TYPE coredns_cache_hits_total counter",
    `coredns_cache_hits_total{server="dns://:53",type="success",view="",zones="."} ${metrics.cacheHits}`,
  );
  lines.push(
    "# HELP coredns_cache_misses_total The count of cache misses.",
    "# TYPE coredns_cache_misses_total counter",
    `coredns_cache_misses_total{server="dns://:53",view="",zones="."} ${metrics.cacheMisses}`,
  );
  return `${lines.join("\n")}\n`;
}

export const corednsProgram: ProgramEntry = { name: "coredns", run: runCoredns, path: "/coredns", catches: ["SIGTERM"] };
