import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Cluster } from "../../cluster/index.ts";
import { parseRfc3339 } from "../../cluster/index.ts";
import type { IngressRoutes, PodFactsAnswer, Said, Shown } from "../protocol.ts";
import { shown } from "./ending-parts.ts";
import { asItems, asText, specOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { nearest } from "./nearest.ts";
import { probeCounter } from "./probe-counter.ts";
import { slicesOf } from "./service-facts.ts";
import { nameOf } from "./text-index.ts";

/** How many past decisions of a controller are shown. */
const decisionsShown = 10;

/** A pod from the inside: how it finds names, what it was given, what listens, what its probes met. */
export function podFacts(look: Look, cluster: Cluster, pod: KubernetesObject): PodFactsAnswer {
  const id = nameOf(pod as unknown as Record<string, unknown>);
  const machine = cluster.machine(id);
  const read = machine?.files.read("/etc/resolv.conf");
  return {
    pod: id,
    resolvConf: read?.ok === true ? read.value : "",
    environment: [...(machine?.env ?? [])].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    listening: look.listening(id).map((one) => `${one.ip}:${one.port}/${one.protocol.toUpperCase()}`),
    counters: (cluster.nodes.get(asText(specOf(pod)["nodeName"]))?.kubelet?.probesOf(pod) ?? []).map((state) =>
      probeCounter(state, cluster.queue.now()),
    ),
    probes: eventsOf(look, cluster, pod),
  };
}

function eventsOf(look: Look, cluster: Cluster, pod: KubernetesObject): PodFactsAnswer["probes"] {
  return look
    .list("Event", pod.metadata.namespace)
    .map((event) => event as unknown as Readonly<Record<string, unknown>>)
    .filter((event) => (event["involvedObject"] as { uid?: string } | undefined)?.uid === pod.metadata.uid)
    .map((event) => ({
      atMs: (parseRfc3339(asText(event["lastTimestamp"]) || asText(event["eventTime"])) ?? 0) - cluster.options.startMs,
      count: typeof event["count"] === "number" ? event["count"] : 1,
      reason: asText(event["reason"]),
      message: asText(event["message"]),
      isWell: event["type"] !== "Warning",
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** An Ingress as its controller reads it: each path, its backend and that backend's endpoints, and what was decided of late. */
export function ingressRoutes(look: Look, cluster: Cluster, ingress: KubernetesObject): IngressRoutes {
  const id = nameOf(ingress as unknown as Record<string, unknown>);
  const className = asText(specOf(ingress)["ingressClassName"]) || (ingress.metadata.annotations?.["kubernetes.io/ingress.class"] ?? "");
  const routes = asItems(specOf(ingress)["rules"]).flatMap((rule, r) =>
    asItems((rule["http"] as Record<string, unknown> | undefined)?.["paths"]).map((path, p) => {
      const backend = backendOf(path);
      const place = look.text.place(id, ["spec", "rules", r, "http", "paths", p, "path"]);
      const service = look.find("Service", ingress.metadata.namespace, backend.name);
      const problem = backendProblem(look, ingress, backend);
      return {
        host: asText(rule["host"]) || "*",
        path: asText(path["path"]) || "/",
        pathType: asText(path["pathType"]),
        backend: `${backend.name}:${backend.port}`,
        endpoints: service === undefined ? [] : endpointsOf(look, service, backend.port),
        ...(problem === undefined ? {} : { problem }),
        shown: shown(id, place) as Shown,
      };
    }),
  );
  const classProblem = problemOfClass(look, className);
  const own = `of ${ingress.metadata.namespace}/${ingress.metadata.name}`;
  return {
    ingress: id,
    className,
    ...(classProblem === undefined ? {} : { problem: classProblem }),
    routes,
    decisions: [...cluster.decisions.values()].filter((lines) => lines.some((line) => line.includes(own))).slice(-decisionsShown),
  };
}

export interface BackendName {
  readonly name: string;
  readonly port: string;
}

export function backendOf(path: Readonly<Record<string, unknown>>): BackendName {
  const service = ((path["backend"] ?? {}) as { service?: { name?: string; port?: { number?: number; name?: string } } }).service;
  return { name: service?.name ?? "", port: `${service?.port?.number ?? service?.port?.name ?? ""}` };
}

/** What is wrong with a backend that an Ingress names; undefined when it is well. */
export function backendProblem(look: Look, ingress: KubernetesObject, backend: BackendName): Said | undefined {
  const namespace = ingress.metadata.namespace;
  const service = look.find("Service", namespace, backend.name);
  if (service === undefined) {
    const names = look.list("Service", namespace).map((one) => one.metadata.name);
    return { code: "warn.ingress-service", args: { service: backend.name, near: nearest(backend.name, names) ?? "" } };
  }
  const ports = asItems(specOf(service)["ports"]);
  if (ports.some((port) => `${port["port"]}` === backend.port || port["name"] === backend.port)) return undefined;
  return {
    code: "warn.ingress-port",
    args: { service: backend.name, port: backend.port, ports: ports.map((port) => asText(port["port"])).join(", ") },
  };
}

/** undefined: a controller serves this class, or cares for Ingresses without one. */
export function problemOfClass(look: Look, className: string): Said | undefined {
  const classes = look.list("IngressClass");
  const names = classes.map((one) => one.metadata.name);
  if (className !== "") {
    return names.includes(className)
      ? undefined
      : { code: "warn.ingress-class", args: { className, known: names.sort().join(", "), near: nearest(className, names) ?? "" } };
  }
  const hasDefault = classes.some((one) => one.metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true");
  return hasDefault || names.length === 0 ? undefined : { code: "warn.ingress-no-class", args: { known: names.sort().join(", ") } };
}

function endpointsOf(look: Look, service: KubernetesObject, port: string): readonly string[] {
  const asked = asItems(specOf(service)["ports"]).find((one) => `${one["port"]}` === port || one["name"] === port);
  const name = asText(asked?.["name"]);
  return slicesOf(look, service)
    .flatMap((slice) => {
      const value = slice as unknown as Readonly<Record<string, unknown>>;
      const target = asItems(value["ports"]).find((one) => asText(one["name"]) === name)?.["port"];
      return asItems(value["endpoints"])
        .filter((row) => (row["conditions"] as { ready?: boolean } | undefined)?.ready !== false)
        .flatMap((row) => (row["addresses"] as readonly string[]).map((address) => `${address}:${asText(target)}`));
    })
    .sort();
}
