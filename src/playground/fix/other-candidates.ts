import type { KubernetesObject } from "../../cluster/api/meta.ts";
import { asFields, asItems, asText, asTexts, specOf, valueAt } from "../explain/fields.ts";
import type { Look } from "../explain/look.ts";
import { labelSets } from "../explain/membership.ts";
import { editDistance } from "../explain/nearest.ts";
import { portNumbers } from "../explain/pod-source.ts";
import { nameOf } from "../explain/text-index.ts";
import type { Candidate } from "./candidate.ts";
import type { RequestTarget } from "./request-target.ts";
import type { TextEdit } from "./text-edit.ts";

type Loose = Readonly<Record<string, unknown>>;

function set(object: string, path: readonly (string | number)[], value: unknown): TextEdit {
  return { op: "set", object, path, value };
}

/** Each peer that a policy names and each port: the caller instead, or the pod's real port. `caller` is the pod that asks, if it is one. */
export function policyCandidates(look: Look, policy: KubernetesObject, caller: KubernetesObject | undefined): readonly Candidate[] {
  const id = nameOf(policy as unknown as Loose);
  const { name, namespace } = policy.metadata;
  const spec = specOf(policy);
  const candidates: Candidate[] = [];
  const add = (edits: readonly TextEdit[], size: number, code: string, args: Candidate["said"]["args"]) =>
    candidates.push({ touches: "policy", said: { code, args: { policy: name, ...args } }, edits, size });
  const sets = labelSets(look, namespace as string);
  const ports = look
    .list("Pod", namespace)
    .flatMap((pod) => [...portNumbers(pod as unknown as Loose), ...look.listening(nameOf(pod as unknown as Loose)).map((one) => one.port)]);
  const known = [...new Set(ports)].sort((a, b) => a - b);
  for (const [direction, side] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    asItems(spec[direction]).forEach((rule, r) => {
      asItems(rule[side]).forEach((peer, p) => {
        const at = ["spec", direction, r, side, p];
        const wanted = asTexts(valueAt(peer, ["podSelector", "matchLabels"]));
        const others = direction === "ingress" && caller !== undefined ? [caller.metadata.labels ?? {}, ...sets] : sets;
        for (const [key, value] of Object.entries(wanted)) {
          for (const labels of others) {
            const has = labels[key];
            if (has === undefined || has === value) continue;
            add([set(id, [...at, "podSelector", "matchLabels", key], has)], editDistance(value, has), "fix.policy-peer", {
              labels: `${key}=${has}`,
            });
          }
        }
        if (
          direction === "ingress" &&
          caller !== undefined &&
          Object.keys(wanted).length > 0 &&
          Object.keys(caller.metadata.labels ?? {}).length > 0
        )
          add([set(id, [...at, "podSelector", "matchLabels"], caller.metadata.labels)], 8, "fix.policy-peer", {
            labels: Object.entries(caller.metadata.labels ?? {})
              .map(([k, v]) => `${k}=${v}`)
              .join(","),
          });
        const space = asTexts(valueAt(peer, ["namespaceSelector", "matchLabels"]));
        const home = caller === undefined ? undefined : look.find("Namespace", undefined, caller.metadata.namespace as string);
        for (const [key, value] of Object.entries(space)) {
          const has = home?.metadata.labels?.[key];
          if (has !== undefined && has !== value)
            add([set(id, [...at, "namespaceSelector", "matchLabels", key], has)], editDistance(value, has), "fix.policy-namespace", {
              labels: `${key}=${has}`,
            });
        }
      });
      asItems(rule["ports"]).forEach((port, p) => {
        for (const number of known) {
          if (port["port"] === number) continue;
          add(
            [set(id, ["spec", direction, r, "ports", p, "port"], number)],
            editDistance(asText(port["port"]), `${number}`),
            "fix.policy-port",
            { port: number },
          );
        }
      });
    });
  }
  const selector = asTexts(valueAt(spec, ["podSelector", "matchLabels"]));
  const types = (spec["policyTypes"] ?? ["Ingress"]) as readonly string[];
  if (types.includes("Ingress") && caller !== undefined) {
    const peer = { from: [{ podSelector: { matchLabels: caller.metadata.labels ?? {} } }] };
    const isFar = caller.metadata.namespace !== namespace;
    const far = { from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": caller.metadata.namespace } } }] };
    add([set(id, ["spec", "ingress", asItems(spec["ingress"]).length], isFar ? far : peer)], 10, "fix.policy-allow", {
      from: caller.metadata.name,
    });
  }
  if (types.includes("Egress")) {
    const dns = { ports: [{ port: 53, protocol: "UDP" }] };
    add([set(id, ["spec", "egress", asItems(spec["egress"]).length], dns)], 9, "fix.policy-dns", {});
    for (const labels of sets.slice(0, 6)) {
      if (Object.keys(labels).length > 0)
        add(
          [set(id, ["spec", "egress", asItems(spec["egress"]).length], { to: [{ podSelector: { matchLabels: labels } }] })],
          11,
          "fix.policy-allow-to",
          {
            labels: Object.entries(labels)
              .map(([k, v]) => `${k}=${v}`)
              .join(","),
          },
        );
    }
  }
  for (const [key, value] of Object.entries(selector)) {
    for (const labels of sets) {
      const has = labels[key];
      if (has !== undefined && has !== value)
        add([set(id, ["spec", "podSelector", "matchLabels", key], has)], 4 + editDistance(value, has), "fix.policy-selector", {
          labels: `${key}=${has}`,
        });
    }
  }
  add([{ op: "remove-object", object: id }], 30, "fix.policy-remove", {});
  return candidates;
}

export function ingressCandidates(look: Look, ingress: KubernetesObject, target: RequestTarget): readonly Candidate[] {
  const id = nameOf(ingress as unknown as Loose);
  const { name, namespace } = ingress.metadata;
  const spec = specOf(ingress);
  const candidates: Candidate[] = [];
  const current = asText(spec["ingressClassName"]);
  for (const { metadata } of look.list("IngressClass")) {
    if (metadata.name !== current)
      candidates.push({
        touches: "ingress-class",
        said: { code: "fix.ingress-class", args: { ingress: name, className: metadata.name } },
        edits: [set(id, ["spec", "ingressClassName"], metadata.name)],
        size: 1,
      });
  }
  const services = look.list("Service", namespace).filter((one) => !(namespace === "default" && one.metadata.name === "kubernetes"));
  asItems(spec["rules"]).forEach((rule, r) => {
    const host = asText(rule["host"]);
    for (const wanted of target.hosts) {
      if (wanted === host || /^[\d.]+$/.test(wanted) || !wanted.includes(".")) continue;
      candidates.push({
        touches: "ingress-host",
        said: { code: "fix.ingress-host", args: { ingress: name, host: wanted } },
        edits: [set(id, ["spec", "rules", r, "host"], wanted)],
        size: editDistance(host, wanted),
      });
    }
    asItems(valueAt(rule, ["http", "paths"])).forEach((path, p) => {
      const at = ["spec", "rules", r, "http", "paths", p];
      for (const wanted of new Set([...target.paths, "/"])) {
        if (asText(path["path"]) === wanted) continue;
        candidates.push({
          touches: "ingress-path",
          said: { code: "fix.ingress-path", args: { ingress: name, path: wanted } },
          edits: [set(id, [...at, "path"], wanted)],
          size: editDistance(asText(path["path"]), wanted),
        });
      }
      if (path["pathType"] === "Exact")
        candidates.push({
          touches: "ingress-path",
          said: { code: "fix.ingress-path-type", args: { ingress: name } },
          edits: [set(id, [...at, "pathType"], "Prefix")],
          size: 1,
        });
      const backend = asFields(valueAt(path, ["backend", "service"]));
      const port = asFields(backend["port"]);
      for (const service of services) {
        const to = service.metadata.name;
        const ports = asItems(specOf(service)["ports"]);
        const first = ports[0];
        if (first === undefined) continue;
        const fits = ports.some((one) => one["port"] === port["number"] || (port["name"] !== undefined && one["name"] === port["name"]));
        if (to === backend["name"]) {
          for (const one of ports) {
            if (one["port"] === port["number"]) continue;
            candidates.push({
              touches: "ingress-backend",
              said: { code: "fix.ingress-port", args: { ingress: name, port: asText(one["port"]) } },
              edits: [set(id, [...at, "backend", "service", "port"], { number: one["port"] })],
              size: fits ? 6 : 1,
            });
          }
          continue;
        }
        const edits = [
          set(id, [...at, "backend", "service", "name"], to),
          ...(fits ? [] : [set(id, [...at, "backend", "service", "port"], { number: first["port"] })]),
        ];
        candidates.push({
          touches: "ingress-backend",
          said: { code: "fix.ingress-service", args: { ingress: name, service: to } },
          edits,
          size: editDistance(asText(backend["name"]), to) + edits.length - 1,
        });
      }
    });
  });
  return candidates;
}

/** Endpoints written by hand must be named as their Service, and their ports too. */
export function endpointsCandidates(look: Look, endpoints: KubernetesObject): readonly Candidate[] {
  const id = nameOf(endpoints as unknown as Loose);
  if (look.text.find(id) === undefined) return [];
  const { name, namespace } = endpoints.metadata;
  const candidates: Candidate[] = [];
  const free = look.list("Service", namespace).filter((one) => Object.keys(asTexts(specOf(one)["selector"])).length === 0);
  for (const service of free) {
    const to = service.metadata.name;
    if (to === "kubernetes") continue;
    if (to !== name)
      candidates.push({
        touches: "endpoints",
        said: { code: "fix.endpoints-name", args: { endpoints: name, name: to } },
        edits: [set(id, ["metadata", "name"], to)],
        size: editDistance(name, to),
      });
    asItems((endpoints as unknown as Loose)["subsets"]).forEach((subset, s) => {
      asItems(subset["ports"]).forEach((port, p) => {
        const wanted = asItems(specOf(service)["ports"])
          .map((one) => one["targetPort"])
          .filter((one) => typeof one === "number" && one !== port["port"]);
        for (const number of wanted)
          candidates.push({
            touches: "endpoints",
            said: { code: "fix.endpoints-port", args: { endpoints: name, port: number as number } },
            edits: [set(id, ["subsets", s, "ports", p, "port"], number)],
            size: 2,
          });
        for (const one of asItems(specOf(service)["ports"])) {
          const portName = asText(one["name"]);
          if (portName !== "" && portName !== asText(port["name"]))
            candidates.push({
              touches: "endpoints",
              said: { code: "fix.endpoints-port", args: { endpoints: name, port: portName } },
              edits: [set(id, ["subsets", s, "ports", p, "name"], portName)],
              size: 3,
            });
        }
      });
    });
  }
  return candidates;
}

/** An alias for a name outside that nobody knows. `known` are the names that exist there. */
export function externalNameCandidates(service: KubernetesObject, known: readonly string[]): readonly Candidate[] {
  const spec = specOf(service);
  if (spec["type"] !== "ExternalName") return [];
  const id = nameOf(service as unknown as Loose);
  const current = asText(spec["externalName"]);
  return known
    .filter((name) => name !== current)
    .map((name) => ({
      touches: "external-name" as const,
      said: { code: "fix.external-name", args: { service: service.metadata.name, name } },
      edits: [set(id, ["spec", "externalName"], name)],
      size: editDistance(current, name),
    }));
}
