import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { ConnectionRecord, HopRecord } from "../../cluster/index.ts";
import type { Ending, Said, Shown } from "../protocol.ts";
import { explainHttp } from "./ending-http.ts";
import { ending, ipOf, place, portOf, shown } from "./ending-parts.ts";
import { asItems, asText, specOf, statusOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { nearest } from "./nearest.ts";
import { noEndpointsOf } from "./no-endpoints.ts";
import { policyIds } from "./policy-ids.ts";
import { nameOf } from "./text-index.ts";

type Loose = Readonly<Record<string, unknown>>;

/**
 * How a connection ended, told apart as the user would want to know it: what the kernel or the program says, the cause in one sentence, and
 * where to look. Reads hops and objects; computes no path of its own.
 */
export function explainEnding(look: Look, connection: ConnectionRecord): Ending {
  const { info, hops } = connection;
  const dead = hops.findLastIndex((hop) => (hop.action === "drop" || hop.action === "reject") && hop.packet <= lastPacketOf(hops));
  if (isOpened(connection)) return { connection: info.id, ...(explainHttp(look, connection) ?? explainTalk(look, connection)) };
  if (dead < 0) return ending(connection, isOver(hops) ? "ending.no-answer" : "ending.under-way", {}, undefined, [], !isOver(hops));
  return { ...explainDeath(look, connection, dead), connection: info.id };
}

function lastPacketOf(hops: readonly HopRecord[]): number {
  return hops.at(-1)?.packet ?? 0;
}

/** The opener heard an answer that was no refusal. */
function isOpened({ info, hops }: ConnectionRecord): boolean {
  return hops.some(
    (hop) =>
      hop.action === "receive" &&
      hop.at === info.opener &&
      (info.protocol === "tcp"
        ? hop.reason.code === "received-handshake"
        : hop.reason.code === "received-datagram" || hop.reason.code === "received-echo-reply"),
  );
}

/** Nothing is on its way any more: the last hop is an end. */
function isOver(hops: readonly HopRecord[]): boolean {
  const last = hops.at(-1);
  return last !== undefined && ["receive", "drop", "reject"].includes(last.action);
}

/** The handshake went well, but no answer of HTTP came. */
function explainTalk(look: Look, connection: ConnectionRecord): Ending {
  const { info, hops } = connection;
  const server = serverOf(connection);
  const at = hops.findLastIndex((hop) => hop.at === server);
  const show = server === undefined ? [] : [{ object: server, connection: info.id, hop: at }];
  const tls = hops.filter((hop) => hop.action === "send" && hop.summary?.startsWith("TLS"));
  const alert = tls.find((hop) => hop.summary?.startsWith("TLS Alert"));
  if (alert !== undefined) {
    const host =
      tls
        .find((hop) => hop.summary?.startsWith("TLS ClientHello"))
        ?.summary?.slice("TLS ClientHello".length)
        .trim() ?? "";
    return ending(connection, "ending.tls-untrusted", { host }, "SSL certificate problem", [...show, ...secretPlaces(look)]);
  }
  const isSealed = tls.some((hop) => hop.at === info.opener && hop.summary === "TLS data (sealed)");
  if (tls.some((hop) => hop.summary?.startsWith("TLS ServerHello")) && !isSealed && isClosedByOpener(connection)) {
    const host =
      tls
        .find((hop) => hop.summary?.startsWith("TLS ClientHello"))
        ?.summary?.slice("TLS ClientHello".length)
        .trim() ?? "";
    return ending(connection, "ending.tls-name", { host }, "no alternative certificate subject name matches target host name", [
      ...show,
      ...secretPlaces(look),
    ]);
  }
  const asked = hops.some((hop) => hop.at === info.opener && hop.action === "send" && hop.reason.code === "send-data");
  const answered = hops.some((hop) => hop.at === info.opener && hop.action === "receive" && hop.reason.code === "received-data");
  if (!asked || answered || info.protocol !== "tcp")
    return ending(connection, "ending.answered", { by: place(server) }, undefined, show, false);
  if (isClosedByOpener(connection)) return ending(connection, "ending.slow", { by: place(server) }, "Operation timed out", show);
  const closed = hops.some(
    (hop) => hop.at === info.opener && hop.action === "receive" && ["received-fin", "received-reset"].includes(hop.reason.code),
  );
  if (closed) return ending(connection, "ending.empty", { by: place(server) }, "Empty reply from server", show);
  return ending(connection, "ending.under-way", {}, undefined, show, false);
}

function isClosedByOpener({ info, hops }: ConnectionRecord): boolean {
  const first = hops.find((hop) => hop.action === "send" && (hop.reason.code === "send-fin" || hop.reason.code === "send-reset"));
  return first?.at === info.opener;
}

function secretPlaces(look: Look): readonly Shown[] {
  return look.text.objects
    .filter(({ object }) => object["kind"] === "Ingress" && asItems(specOf(object)["tls"]).length > 0)
    .map(({ id }) => shown(id, look.text.place(id, ["spec", "tls"], "key")));
}

/** A packet died before anybody answered. */
function explainDeath(look: Look, connection: ConnectionRecord, index: number): Ending {
  const { info, hops } = connection;
  const hop = hops[index] as HopRecord;
  const { code, args } = hop.reason;
  const at: Shown = { connection: info.id, hop: index };
  const refused = "Connection refused";
  const timedOut = "Connection timed out";
  const make = (name: string, more: Said["args"], text: string, show: readonly Shown[]): Ending =>
    ending(connection, name, { destination: info.destination, ...more }, text, [...show, at]);
  switch (code) {
    case "kube-proxy.no-endpoints":
    case "kube-proxy.reject":
      return explainNoEndpoints(look, connection, hop, at);
    case "kube-proxy.no-local-endpoints": {
      const service = hop.object ?? "";
      return make("ending.no-local-endpoint", { service, node: place(hop.at) }, timedOut, [
        shown(
          service,
          look.text.place(service, ["spec", "externalTrafficPolicy"]) ?? look.text.place(service, ["spec", "internalTrafficPolicy"]),
        ),
      ]);
    }
    case "kube-proxy.source-range-drop":
    case "kube-proxy.ipvs-source-out-of-range": {
      const service = hop.object ?? "";
      return make("ending.source-range", { service, source: info.source }, timedOut, [
        shown(service, look.text.place(service, ["spec", "loadBalancerSourceRanges"], "key")),
      ]);
    }
    case "policy-denies-ingress":
    case "policy-denies-egress": {
      const pod = asText(args["pod"]);
      const policies = asText(args["policies"]).split(/, */);
      const show = policyIds(look, hop).map((id) => shown(id, look.text.place(id, ["spec"], "key")));
      return make(
        code === "policy-denies-ingress" ? "ending.policy-in" : "ending.policy-out",
        { pod, policies: policies.join(", ") },
        timedOut,
        show,
      );
    }
    case "port-closed":
      return explainClosedPort(look, connection, hop, at);
    case "kube-proxy.cluster-ip-wrong-port":
      return wrongServicePort(look, connection, at, refused) ?? make("ending.refused", {}, refused, []);
    case "node-firewall":
      return make("ending.node-firewall", {}, timedOut, scenarioPlace(look));
    case "no-healthy-target":
      return make("ending.no-healthy-target", {}, timedOut, serviceShown(look, serviceOfAddress(look, ipOf(info.destination))));
    case "machine-off":
    case "interface-down":
    case "link-gone":
      return make("ending.machine-off", { machine: place(hop.at) }, timedOut, [{ object: hop.at }]);
    case "netem-loss":
      return make("ending.link-loss", { machine: place(hop.at) }, timedOut, [{ object: hop.at }]);
    case "ttl-exceeded":
      return wentRound(hops, index)
        ? make("ending.loop", { machine: place(hop.at) }, "Time to live exceeded", [{ object: hop.at }])
        : ending(connection, "ending.ttl", { machine: place(hop.at) }, undefined, [{ object: hop.at }, at], false);
    case "no-route":
      return make("ending.no-route", { machine: place(hop.at) }, "No route to host", []);
    case "range-not-routed":
    case "no-such-address": {
      const service = serviceOfAddress(look, ipOf(info.destination));
      if (service !== undefined && isInside(info.opener))
        return wrongServicePort(look, connection, at, timedOut) ?? make("ending.no-address", {}, timedOut, []);
      if (service !== undefined)
        return make("ending.cluster-ip-outside", { service: nameOf(service as unknown as Loose) }, timedOut, serviceShown(look, service));
      return make("ending.no-address", {}, timedOut, []);
    }
    case "kube-proxy.cluster-ip-unallocated":
      return make("ending.no-address", {}, timedOut, []);
    default:
      return hop.action === "reject"
        ? make("ending.refused", {}, refused, [])
        : make("ending.dropped", { at: place(hop.at) }, timedOut, []);
  }
}

/** Its packet came by the same router twice, so it is no short-lived one that traceroute sent. */
function wentRound(hops: readonly HopRecord[], index: number): boolean {
  const { packet } = hops[index] as HopRecord;
  const routers = hops.flatMap((hop) => (hop.packet === packet && hop.action === "forward" ? [hop.at] : []));
  return new Set(routers).size < routers.length;
}

/** The rule said no since the Service has no endpoint: which of the many reasons is it? */
function explainNoEndpoints(look: Look, connection: ConnectionRecord, hop: HopRecord, at: Shown): Ending {
  const id = hop.object ?? "";
  const [, namespace, name] = id.split("/") as [string, string, string];
  const service = look.find("Service", namespace, name);
  const make = (code: string, args: Said["args"], show: readonly Shown[]): Ending =>
    ending(connection, code, { service: id, ...args }, "Connection refused", [...show, at]);
  if (service === undefined) return make("ending.no-endpoints", {}, [{ object: id }]);
  return noEndpointsOf(look, service, make);
}

/** The kernel of a machine refused: a pod whose app listens elsewhere, or a node port that is none. */
function explainClosedPort(look: Look, connection: ConnectionRecord, hop: HopRecord, at: Shown): Ending {
  const { info, hops } = connection;
  const port = Number(portOf(hop.destination));
  const refused = "Connection refused";
  if (hop.at.startsWith("pod/")) {
    const listening = look.listening(hop.at).filter((one) => one.protocol === info.protocol);
    const local = listening.find((one) => one.port === port && one.ip.startsWith("127."));
    const ports = [...new Set(listening.map((one) => one.port))].sort((a, b) => a - b);
    const service = hops.find((one) => one.action === "dnat" && one.object?.startsWith("service/"))?.object;
    const show: Shown[] = [{ object: hop.at }];
    if (service !== undefined) {
      const [, namespace, name] = service.split("/") as [string, string, string];
      const written = specOf(look.find("Service", namespace, name));
      const asked = Number(portOf(info.destination));
      const index = asItems(written["ports"]).findIndex((one) => one["port"] === asked || one["nodePort"] === asked);
      const path = ["spec", "ports", Math.max(0, index)];
      const item = (asItems(
        look.text.find(service)?.object["spec"] === undefined ? [] : asItems(specOf(look.text.find(service)?.object)["ports"]),
      )[Math.max(0, index)] ?? {}) as Loose;
      show.unshift(shown(service, look.text.place(service, [...path, item["targetPort"] === undefined ? "port" : "targetPort"])));
    }
    if (local !== undefined) return ending(connection, "ending.local-only", { pod: place(hop.at), port }, refused, [...show, at]);
    return ending(
      connection,
      service === undefined ? "ending.pod-port-closed" : "ending.target-port",
      { pod: place(hop.at), port, ports: ports.join(", "), service: service ?? "" },
      refused,
      [...show, at],
    );
  }
  if (hop.at.startsWith("node/")) {
    const known = look
      .list("Service")
      .flatMap((service) =>
        asItems(specOf(service)["ports"]).flatMap((one) =>
          typeof one["nodePort"] === "number" ? [{ service, port: one["nodePort"] }] : [],
        ),
      );
    const near =
      nearest(
        `${port}`,
        known.map((one) => `${one.port}`),
      ) ?? (known.length === 1 ? `${known[0]?.port}` : undefined);
    const service = known.find((one) => `${one.port}` === near)?.service;
    return ending(connection, "ending.no-node-port", { port, near: near ?? "", node: place(hop.at) }, refused, [
      ...serviceShown(look, service),
      at,
    ]);
  }
  return ending(connection, "ending.port-closed", { machine: place(hop.at), port }, refused, [{ object: hop.at }, at]);
}

/** The address is a Service's, but it has no such port: which ones has it? */
function wrongServicePort(look: Look, connection: ConnectionRecord, at: Shown, text: string): Ending | undefined {
  const { info } = connection;
  const service = serviceOfAddress(look, ipOf(info.destination));
  if (service === undefined) return undefined;
  const id = nameOf(service as unknown as Loose);
  const ports = asItems(specOf(service)["ports"]).map((port) => `${asText(port["port"])}/${asText(port["protocol"]) || "TCP"}`);
  return ending(
    connection,
    "ending.service-port",
    { service: id, port: `${portOf(info.destination)}/${info.protocol.toUpperCase()}`, ports: ports.join(", ") },
    text,
    [shown(id, look.text.place(id, ["spec", "ports", 0, "port"])), at],
  );
}

export function serviceOfAddress(look: Look, ip: string): KubernetesObject | undefined {
  return look.list("Service").find((service) => {
    const spec = specOf(service);
    const addresses = [
      ...((spec["clusterIPs"] ?? [spec["clusterIP"]]) as readonly unknown[]),
      ...((spec["externalIPs"] ?? []) as readonly unknown[]),
    ];
    const balanced = asItems((statusOf(service)["loadBalancer"] as Loose | undefined)?.["ingress"]).map((one) => one["ip"]);
    return [...addresses, ...balanced].includes(ip);
  });
}

function serviceShown(look: Look, service: KubernetesObject | undefined): readonly Shown[] {
  if (service === undefined) return [];
  const id = nameOf(service as unknown as Loose);
  return [shown(id, look.text.place(id, ["spec", "type"]) ?? look.text.place(id, ["spec"], "key"))];
}

function scenarioPlace(look: Look): readonly Shown[] {
  const { scenario } = look.text;
  const document = scenario.scenarioDocument === undefined ? undefined : scenario.documents[scenario.scenarioDocument];
  return document === undefined ? [] : [{ place: { line: document.firstLine, column: 1, endLine: document.firstLine, endColumn: 1 } }];
}

/** Where the connection's first packet was let in, if anywhere. */
export function serverOf({ info, hops }: ConnectionRecord): string | undefined {
  return hops.find((hop) => hop.packet === 1 && hop.action === "receive" && hop.at !== info.opener)?.at;
}

function isInside(opener: string): boolean {
  return opener.startsWith("pod/") || opener.startsWith("node/");
}
