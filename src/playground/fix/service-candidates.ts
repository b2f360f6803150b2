import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { asItems, asText, asTexts, specOf } from "../explain/fields.ts";
import type { Look } from "../explain/look.ts";
import { editDistance, nearest } from "../explain/nearest.ts";
import { portNames, portNumbers, sourceOf, templatePath } from "../explain/pod-source.ts";
import { nameOf } from "../explain/text-index.ts";
import type { Candidate } from "./candidate.ts";
import type { RequestTarget } from "./request-target.ts";
import type { TextEdit } from "./text-edit.ts";

type Loose = Readonly<Record<string, unknown>>;

/** Namespaces whose objects are the cluster's own: nobody's mistake is in them. */
export const ownNamespaces: readonly string[] = ["kube-system", "ingress-nginx", "kube-public", "kube-node-lease"];

/** Every small change of a Service that might be meant. */
export function serviceCandidates(look: Look, service: KubernetesObject, target: RequestTarget, home: string): readonly Candidate[] {
  if (service.metadata.namespace === "default" && service.metadata.name === "kubernetes") return [];
  return [
    ...selectorCandidates(look, service),
    ...portCandidates(look, service, target),
    ...nameCandidates(look, service, target, home),
    ...reachCandidates(service, target),
  ];
}

function idOf(object: KubernetesObject): string {
  return nameOf(object as unknown as Loose);
}

function set(object: string, path: readonly (string | number)[], value: unknown): TextEdit {
  return { op: "set", object, path, value };
}

interface Workload {
  readonly owner: KubernetesObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** What could be selected: each owner's template, and pods without owner. */
function workloadsOf(look: Look, namespace: string): readonly Workload[] {
  const owners = ["Deployment", "ReplicationController", "StatefulSet", "DaemonSet", "ReplicaSet"].flatMap((kind) =>
    look.list(kind, namespace).filter((owner) => owner.metadata.ownerReferences === undefined),
  );
  const templates = owners.map((owner) => ({
    owner,
    labels: asTexts((specOf(owner)["template"] as { metadata?: { labels?: unknown } } | undefined)?.metadata?.labels),
  }));
  const pods = look.list("Pod", namespace).filter((pod) => pod.metadata.ownerReferences === undefined);
  return [...templates, ...pods.map((pod) => ({ owner: pod, labels: pod.metadata.labels ?? {} }))];
}

function selectorCandidates(look: Look, service: KubernetesObject): readonly Candidate[] {
  const id = idOf(service);
  const selector = asTexts(specOf(service)["selector"]);
  const keys = Object.keys(selector);
  if (keys.length === 0) return [];
  return workloadsOf(look, service.metadata.namespace as string).flatMap(({ owner, labels }): readonly Candidate[] => {
    const wrong = keys.filter((key) => labels[key] !== selector[key]);
    if (wrong.length === 0 || Object.keys(labels).length === 0) return [];
    const edits: TextEdit[] = [];
    const counter: TextEdit[] = [];
    let size = 0;
    for (const key of wrong) {
      const value = selector[key] as string;
      const has = labels[key];
      const renamed = Object.keys(labels).find(
        (other) => !keys.includes(other) && (labels[other] === value || editDistance(other, key) <= 2),
      );
      if (has !== undefined) {
        edits.push(set(id, ["spec", "selector", key], has));
        size += editDistance(value, has);
      } else if (renamed !== undefined) {
        edits.push({ op: "remove", object: id, path: ["spec", "selector", key] }, set(id, ["spec", "selector", renamed], labels[renamed]));
        size += editDistance(key, renamed) + editDistance(value, labels[renamed] as string);
      } else {
        edits.push({ op: "remove", object: id, path: ["spec", "selector", key] });
        size += 6;
      }
      if (owner.kind === "Pod") counter.push(set(idOf(owner), ["metadata", "labels", key], value));
    }
    const args = { service: service.metadata.name, labels: wrong.map((key) => `${key}=${labels[key] ?? ""}`).join(",") };
    // A removal and an addition in one block map can't both be placed by offsets of the same text; a whole new selector can.
    const isRename = edits.some((edit) => edit.op === "remove") && edits.length > 1;
    const whole = Object.fromEntries(
      Object.entries(labels).filter(([key]) => keys.includes(key) || edits.some((edit) => edit.op === "set" && edit.path.at(-1) === key)),
    );
    const given = isRename ? [set(id, ["spec", "selector"], whole)] : edits;
    return [
      { touches: "selector", said: { code: "fix.selector", args }, edits: given, size },
      ...(counter.length === 0
        ? []
        : [
            {
              touches: "labels" as const,
              said: {
                code: "fix.labels",
                args: { pod: owner.metadata.name, labels: wrong.map((key) => `${key}=${selector[key]}`).join(",") },
              },
              edits: counter,
              size: size + 1,
            },
          ]),
    ];
  });
}

/** The pods that a Service selects now, else those it would most likely mean. */
function podsOf(look: Look, service: KubernetesObject): readonly KubernetesObject[] {
  const selector = Object.entries(asTexts(specOf(service)["selector"]));
  const all = look.list("Pod", service.metadata.namespace).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const chosen = all.filter((pod) => selector.length > 0 && selector.every(([key, value]) => pod.metadata.labels?.[key] === value));
  return chosen.length > 0 ? chosen : all;
}

function portCandidates(look: Look, service: KubernetesObject, target: RequestTarget): readonly Candidate[] {
  const id = idOf(service);
  const pods = podsOf(look, service);
  const ports = asItems(specOf(service)["ports"]);
  const numbers = new Set<number>();
  const names = new Set<string>();
  for (const pod of pods) {
    for (const number of portNumbers(pod as unknown as Loose)) numbers.add(number);
    for (const name of portNames(pod as unknown as Loose)) names.add(name);
    for (const one of look.listening(idOf(pod))) if (!one.ip.startsWith("127.")) numbers.add(one.port);
  }
  const asked = target.ports.filter((port) => port < 30_000);
  return ports.flatMap((port, i): readonly Candidate[] => {
    const at = ["spec", "ports", i];
    const current = port["targetPort"] ?? port["port"];
    const name = service.metadata.name;
    const candidates: Candidate[] = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
      if (`${current}` === `${number}`) continue;
      const size = typeof current === "string" ? 3 : editDistance(`${current}`, `${number}`);
      candidates.push({
        touches: "target-port",
        said: { code: "fix.target-port", args: { service: name, port: number } },
        edits: [set(id, [...at, "targetPort"], number)],
        size,
      });
    }
    if (typeof current === "string") {
      for (const other of [...names].sort()) {
        if (other === current) continue;
        candidates.push({
          touches: "target-port",
          said: { code: "fix.target-port", args: { service: name, port: other } },
          edits: [set(id, [...at, "targetPort"], other)],
          size: editDistance(other, current),
        });
      }
    }
    for (const wanted of asked) {
      if (ports.some((one) => one["port"] === wanted)) continue;
      candidates.push({
        touches: "service-port",
        said: { code: "fix.service-port", args: { service: name, port: wanted } },
        edits: [set(id, [...at, "port"], wanted)],
        size: editDistance(`${port["port"]}`, `${wanted}`),
      });
      if (port["targetPort"] === undefined || port["targetPort"] === port["port"]) continue;
    }
    const protocol = asText(port["protocol"]) || "TCP";
    if (protocol !== "TCP")
      candidates.push({
        touches: "protocol",
        said: { code: "fix.protocol", args: { service: name, protocol: "TCP" } },
        edits: [set(id, [...at, "protocol"], "TCP")],
        size: 1,
      });
    return candidates;
  });
}

/** The host's words as a Service would be called by them: `web`, `web.shop`, `web.shop.svc.cluster.local`. */
function nameCandidates(look: Look, service: KubernetesObject, target: RequestTarget, home: string): readonly Candidate[] {
  const { name, namespace } = service.metadata;
  const id = idOf(service);
  const candidates: Candidate[] = [];
  for (const host of target.hosts) {
    if (/^[\d.]+$/.test(host) || host.startsWith("[")) continue;
    const [first, second] = host.split(".") as [string, string | undefined];
    const wantedNamespace = second === undefined || second === "svc" ? home : second;
    const isDns1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(first);
    if (first !== name && isDns1035 && nearest(first, [name]) === name && wantedNamespace === namespace) {
      if (look.find("Service", wantedNamespace, first) === undefined)
        candidates.push({
          touches: "service-name",
          said: { code: "fix.service-name", args: { service: name, name: first } },
          edits: [set(id, ["metadata", "name"], first)],
          size: editDistance(first, name),
        });
      candidates.push({
        touches: "command",
        said: { code: "fix.command", args: { name } },
        edits: [],
        command: `\u0000${host}\u0000${[name, ...host.split(".").slice(1)].join(".")}`,
        size: editDistance(first, name) + 1,
      });
    }
    if (first === name && wantedNamespace !== namespace) {
      if (look.find("Namespace", undefined, wantedNamespace) !== undefined)
        candidates.push({
          touches: "service-namespace",
          said: { code: "fix.service-namespace", args: { service: name, namespace: wantedNamespace } },
          edits: [set(id, ["metadata", "namespace"], wantedNamespace)],
          size: 1,
        });
      candidates.push({
        touches: "command",
        said: { code: "fix.command", args: { name: `${name}.${namespace}` } },
        edits: [],
        command: `\u0000${host}\u0000${name}.${namespace}`,
        size: 2,
      });
    }
  }
  return candidates;
}

function reachCandidates(service: KubernetesObject, target: RequestTarget): readonly Candidate[] {
  const id = idOf(service);
  const spec = specOf(service);
  const { name } = service.metadata;
  const type = asText(spec["type"]) || "ClusterIP";
  const ports = asItems(spec["ports"]);
  const candidates: Candidate[] = [];
  for (const policy of ["externalTrafficPolicy", "internalTrafficPolicy"]) {
    if (spec[policy] === "Local")
      candidates.push({
        touches: "traffic-policy",
        said: { code: "fix.traffic-policy", args: { service: name, field: policy } },
        edits: [set(id, ["spec", policy], "Cluster")],
        size: 1,
      });
  }
  if (Array.isArray(spec["loadBalancerSourceRanges"]))
    candidates.push({
      touches: "source-ranges",
      said: { code: "fix.source-ranges", args: { service: name } },
      edits: [{ op: "remove", object: id, path: ["spec", "loadBalancerSourceRanges"] }],
      size: 2,
    });
  for (const wanted of target.ports.filter((port) => port >= 30_000 && port <= 32_767)) {
    if (ports.some((port) => port["nodePort"] === wanted)) continue;
    ports.slice(0, 4).forEach((port, i) => {
      const edit = set(id, ["spec", "ports", i, "nodePort"], wanted);
      if (type === "ClusterIP")
        candidates.push({
          touches: "service-type",
          said: { code: "fix.service-type", args: { service: name, type: "NodePort" } },
          edits: [set(id, ["spec", "type"], "NodePort"), edit],
          size: 3,
        });
      else
        candidates.push({
          touches: "node-port",
          said: { code: "fix.node-port", args: { service: name, port: wanted } },
          edits: [edit],
          size: editDistance(`${port["nodePort"] ?? ""}`, `${wanted}`),
        });
    });
  }
  return candidates;
}

/** Probes and replicas of whatever runs pods. */
export function workloadCandidates(look: Look, namespace: string): readonly Candidate[] {
  const seen = new Set<string>();
  const candidates: Candidate[] = [];
  for (const { owner } of workloadsOf(look, namespace)) {
    const id = idOf(owner);
    if (seen.has(id)) continue;
    seen.add(id);
    if (specOf(owner)["replicas"] === 0)
      candidates.push({
        touches: "replicas",
        said: { code: "fix.replicas", args: { workload: owner.metadata.name } },
        edits: [set(id, ["spec", "replicas"], 1)],
        size: 1,
      });
    candidates.push(...probeCandidates(look, owner));
  }
  return candidates;
}

function probeCandidates(look: Look, owner: KubernetesObject): readonly Candidate[] {
  const id = idOf(owner);
  const base = templatePath(owner.kind);
  const pod = (base.length === 0 ? owner : specOf(owner)["template"]) as unknown as Loose;
  const candidates: Candidate[] = [];
  const running = look.list("Pod", owner.metadata.namespace).filter((one) => sourceOf(look, one).id === id);
  const listening = running.flatMap((one) =>
    look
      .listening(idOf(one))
      .filter((two) => two.protocol === "tcp")
      .map((two) => two.port),
  );
  const known = [...new Set([...portNumbers(pod), ...listening])].sort((a, b) => a - b);
  asItems(specOf(pod)["containers"]).forEach((container, c) => {
    for (const kind of ["readinessProbe", "livenessProbe", "startupProbe"] as const) {
      const probe = container[kind] as Loose | undefined;
      if (probe === undefined) continue;
      const touches = kind === "readinessProbe" ? "readiness" : "liveness";
      const at = [...base, "spec", "containers", c, kind];
      for (const way of ["httpGet", "tcpSocket"]) {
        const given = probe[way] as Loose | undefined;
        if (given === undefined) continue;
        for (const port of [...known, ...portNames(pod)]) {
          if (given["port"] === port) continue;
          candidates.push({
            touches,
            said: { code: "fix.probe-port", args: { workload: owner.metadata.name, probe: kind, port } },
            edits: [set(id, [...at, way, "port"], port)],
            size: editDistance(`${given["port"]}`, `${port}`),
          });
        }
        for (const path of ["/", "/healthz", "/hostname"]) {
          if (way !== "httpGet" || (given["path"] ?? "/") === path) continue;
          candidates.push({
            touches,
            said: { code: "fix.probe-path", args: { workload: owner.metadata.name, probe: kind, path } },
            edits: [set(id, [...at, way, "path"], path)],
            size: 2 + editDistance(asText(given["path"]), path) / 10,
          });
        }
        if (given["scheme"] === "HTTPS")
          candidates.push({
            touches,
            said: { code: "fix.probe-scheme", args: { workload: owner.metadata.name, probe: kind } },
            edits: [set(id, [...at, way, "scheme"], "HTTP")],
            size: 1,
          });
      }
      candidates.push({
        touches,
        said: { code: "fix.probe-remove", args: { workload: owner.metadata.name, probe: kind } },
        edits: [{ op: "remove", object: id, path: at }],
        size: 20,
      });
    }
  });
  return candidates;
}
