import { formatLabels, matchesLabels } from "../../cluster/api/labels.ts";
import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Problem } from "../../scenario/problem.ts";
import { asItems, asText, asTexts, specOf, statusOf, valueAt } from "./fields.ts";
import type { Look } from "./look.ts";
import { labelSets, nearLabel } from "./membership.ts";
import { nearest } from "./nearest.ts";
import { backendOf, backendProblem, problemOfClass } from "./pod-facts.ts";
import { portNames, portNumbers, templatePath } from "./pod-source.ts";
import type { Path, WrittenObject } from "./text-index.ts";

type Loose = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/** Of how many pods behind a Service the sockets are looked at. */
const podsAsked = 10;

/** Something the API server takes without a word, and that can hardly be meant: what, and at which field. */
interface Doubt {
  readonly code: string;
  readonly args: Problem["args"];
  readonly object: WrittenObject;
  readonly path: Path;
  readonly part?: "key" | "value";
}

/** Pods of each namespace by their labels, gathered once: a text may hold a thousand Services, and a cluster a thousand pods. */
class PodLabels {
  readonly #look: Look;
  readonly #sets = new Map<string, readonly Labels[]>();
  readonly #pods = new Map<string, ReadonlyMap<string, readonly KubernetesObject[]>>();

  constructor(look: Look) {
    this.#look = look;
  }

  /** Label sets that pods have, or would have, each once. */
  sets(namespace: string): readonly Labels[] {
    const known = this.#sets.get(namespace);
    if (known !== undefined) return known;
    const distinct = [...new Map(labelSets(this.#look, namespace).map((labels) => [formatLabels(labels), labels])).values()];
    this.#sets.set(namespace, distinct);
    return distinct;
  }

  selected(namespace: string, selector: Labels): readonly KubernetesObject[] {
    let byLabel = this.#pods.get(namespace);
    if (byLabel === undefined) {
      const made = new Map<string, KubernetesObject[]>();
      for (const pod of this.#look.list("Pod", namespace)) {
        for (const [key, value] of Object.entries(pod.metadata.labels ?? {})) {
          const label = `${key}=${value}`;
          const same = made.get(label);
          if (same === undefined) made.set(label, [pod]);
          else same.push(pod);
        }
      }
      byLabel = made;
      this.#pods.set(namespace, made);
    }
    const [first] = Object.entries(selector);
    return (byLabel.get(`${first?.[0]}=${first?.[1]}`) ?? []).filter((pod) => matchesLabels(selector, pod.metadata.labels));
  }
}

/** Valid but suspicious parts of the user's text, each with its place and (in its sentence) a remedy. Follows the cluster as it changes. */
export function suspicions(look: Look): readonly Problem[] {
  const pods = new PodLabels(look);
  const doubts = [...duplicates(look), ...look.text.objects.flatMap((object) => doubtsOf(look, pods, object))];
  return doubts.flatMap(({ code, args, object, path, part }): readonly Problem[] => {
    const place = look.text.place(object.id, path, part);
    return place === undefined ? [] : [{ code, severity: "warning", ...place, args, document: object.document }];
  });
}

function doubtsOf(look: Look, pods: PodLabels, written: WrittenObject): readonly Doubt[] {
  switch (written.object["kind"]) {
    case "Service":
      return serviceDoubts(look, pods, written);
    case "Ingress":
      return ingressDoubts(look, written);
    case "Endpoints":
      return endpointsDoubts(look, written);
    case "NetworkPolicy":
      return policyDoubts(pods, written);
    case "Pod":
    case "Deployment":
    case "ReplicationController":
    case "ReplicaSet":
    case "StatefulSet":
    case "DaemonSet":
      return workloadDoubts(written);
    default:
      return [];
  }
}

function serviceDoubts(look: Look, pods: PodLabels, object: WrittenObject): readonly Doubt[] {
  const namespace = namespaceOf(object);
  const spec = specOf(object.object);
  const selector = asTexts(spec["selector"]);
  const ports = asItems(spec["ports"]);
  const doubts: Doubt[] = [];
  if (Object.keys(selector).length > 0) {
    const sets = pods.sets(namespace);
    if (!sets.some((labels) => matchesLabels(selector, labels))) {
      const near = nearLabel(selector, sets);
      const args = { selector: formatLabels(selector), namespace, near: near === undefined ? "" : `${near.key}=${near.value}` };
      doubts.push({ code: "selector.no-match", args, object, path: ["spec", "selector", wrongKey(selector, sets)], part: "value" });
    } else doubts.push(...targetDoubts(look, pods.selected(namespace, selector), object, ports));
  }
  return doubts;
}

/** The key of the selector that no pod answers to. */
function wrongKey(selector: Labels, sets: readonly Labels[]): string {
  const keys = Object.keys(selector);
  return keys.find((key) => !sets.some((labels) => labels[key] === selector[key])) ?? (keys[0] as string);
}

/** A targetPort that nobody declares and nobody listens on. */
function targetDoubts(look: Look, selected: readonly KubernetesObject[], object: WrittenObject, ports: readonly Loose[]): readonly Doubt[] {
  const namespace = namespaceOf(object);
  // A few of them will do: they come from one template.
  const pods = selected.filter((pod) => pod.metadata.deletionTimestamp === undefined).slice(0, podsAsked);
  const loose = pods.map((pod) => pod as unknown as Loose);
  const isStarting = pods.some((pod) => asText(statusOf(pod)["phase"]) === "Pending");
  if (pods.length === 0 || isStarting) return [];
  return ports.flatMap((port, i): readonly Doubt[] => {
    const target = port["targetPort"] ?? port["port"];
    const protocol = (asText(port["protocol"]) || "TCP").toLowerCase();
    const path = ["spec", "ports", i, port["targetPort"] === undefined ? "port" : "targetPort"];
    if (typeof target === "string" && !/^\d+$/.test(target)) {
      const names = loose.flatMap(portNames);
      if (names.includes(target)) return [];
      return [
        {
          code: "warn.port-name",
          args: { port: target, known: [...new Set(names)].sort().join(", "), near: nearest(target, names) ?? "" },
          object,
          path,
        },
      ];
    }
    const number = Number(target);
    if (loose.some((pod) => portNumbers(pod).includes(number))) return [];
    const listening = pods
      .flatMap((pod) => look.listening(`pod/${namespace}/${pod.metadata.name}`))
      .filter((one) => one.protocol === protocol);
    if (listening.some((one) => one.port === number && !one.ip.startsWith("127."))) return [];
    const declared = loose.flatMap(portNumbers);
    // A pod that has not started yet listens on nothing, and says nothing about what it will do.
    if (listening.length === 0 && declared.length === 0) return [];
    const known = [...new Set([...declared, ...listening.map((one) => one.port)])].sort((a, b) => a - b).join(", ");
    return [{ code: "warn.target-port", args: { port: number, known }, object, path }];
  });
}

function ingressDoubts(look: Look, object: WrittenObject): readonly Doubt[] {
  const live = look.find("Ingress", namespaceOf(object), nameIn(object));
  const spec = specOf(object.object);
  const annotations = asTexts(valueAt(object.object, ["metadata", "annotations"]));
  const className = asText(spec["ingressClassName"]) || (annotations["kubernetes.io/ingress.class"] ?? "");
  const doubts: Doubt[] = [];
  const classProblem = problemOfClass(look, className);
  if (classProblem !== undefined) {
    const path =
      className === "" ? ["spec"] : spec["ingressClassName"] === undefined ? ["metadata", "annotations"] : ["spec", "ingressClassName"];
    doubts.push({ ...classProblem, object, path, part: className === "" ? "key" : "value" });
  }
  if (live === undefined) return doubts;
  asItems(spec["rules"]).forEach((rule, r) => {
    asItems(valueAt(rule, ["http", "paths"])).forEach((path, p) => {
      const backend = backendOf(path);
      if (backend.name === "") return;
      const found = backendProblem(look, live, backend);
      if (found === undefined) return;
      const field = found.code === "warn.ingress-service" ? ["name"] : ["port"];
      doubts.push({ ...found, object, path: ["spec", "rules", r, "http", "paths", p, "backend", "service", ...field] });
    });
  });
  asItems(spec["tls"]).forEach((tls, i) => {
    const secret = asText(tls["secretName"]);
    if (secret === "" || look.find("Secret", namespaceOf(object), secret) !== undefined) return;
    const near = nearest(
      secret,
      look.list("Secret", namespaceOf(object)).map((one) => one.metadata.name),
    );
    doubts.push({ code: "warn.ingress-secret", args: { secret, near: near ?? "" }, object, path: ["spec", "tls", i, "secretName"] });
  });
  return doubts;
}

function endpointsDoubts(look: Look, object: WrittenObject): readonly Doubt[] {
  const name = nameIn(object);
  const namespace = namespaceOf(object);
  const service = look.find("Service", namespace, name);
  if (service === undefined) {
    const without = look.list("Service", namespace).filter((one) => Object.keys(asTexts(specOf(one)["selector"])).length === 0);
    const near = nearest(
      name,
      without.map((one) => one.metadata.name),
    );
    return [{ code: "warn.endpoints-name", args: { name, near: near ?? "" }, object, path: ["metadata", "name"] }];
  }
  const wanted = asItems(specOf(service)["ports"]);
  const given = asItems(object.object["subsets"]).flatMap((subset) => asItems(subset["ports"]));
  if (given.length === 0 || wanted.some((port) => given.some((one) => asText(one["name"]) === asText(port["name"])))) return [];
  return [
    {
      code: "warn.endpoints-port",
      args: { names: wanted.map((port) => asText(port["name"]) || "(none)").join(", ") },
      object,
      path: ["subsets"],
      part: "key",
    },
  ];
}

function policyDoubts(pods: PodLabels, object: WrittenObject): readonly Doubt[] {
  const selector = asTexts(valueAt(object.object, ["spec", "podSelector", "matchLabels"]));
  if (Object.keys(selector).length === 0) return [];
  const sets = pods.sets(namespaceOf(object));
  if (sets.some((labels) => matchesLabels(selector, labels))) return [];
  const near = nearLabel(selector, sets);
  const args = {
    selector: formatLabels(selector),
    namespace: namespaceOf(object),
    near: near === undefined ? "" : `${near.key}=${near.value}`,
  };
  return [{ code: "warn.policy-no-match", args, object, path: ["spec", "podSelector", "matchLabels", wrongKey(selector, sets)] }];
}

function workloadDoubts(object: WrittenObject): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (valueAt(object.object, ["spec", "replicas"]) === 0)
    doubts.push({ code: "warn.replicas-zero", args: {}, object, path: ["spec", "replicas"] });
  const base = templatePath(String(object.object["kind"]));
  const pod = valueAt(object.object, base) as Loose | undefined;
  if (pod === undefined || pod === null) return doubts;
  asItems(specOf(pod)["containers"]).forEach((container, c) => {
    const numbers = asItems(container["ports"]).map((port) => port["containerPort"]);
    const names = asItems(container["ports"])
      .map((port) => asText(port["name"]))
      .filter((name) => name !== "");
    for (const kind of ["readinessProbe", "livenessProbe", "startupProbe"]) {
      for (const way of ["httpGet", "tcpSocket"]) {
        const port = valueAt(container, [kind, way, "port"]);
        if (port === undefined) continue;
        const path = [...base, "spec", "containers", c, kind, way, "port"];
        const isName = typeof port === "string" && !/^\d+$/.test(port);
        if (isName && !names.includes(port)) {
          doubts.push({
            code: "warn.probe-port-name",
            args: { probe: kind, port, known: names.join(", "), near: nearest(port, names) ?? "" },
            object,
            path,
          });
        } else if (!isName && numbers.length > 0 && !numbers.includes(Number(port))) {
          doubts.push({ code: "warn.probe-port", args: { probe: kind, port: Number(port), known: numbers.join(", ") }, object, path });
        }
      }
    }
  });
  return doubts;
}

/** Two documents of one kind and name: the later one wins, and the earlier one was written for nothing. */
function duplicates(look: Look): readonly Doubt[] {
  const first = new Map<string, WrittenObject>();
  const doubts: Doubt[] = [];
  for (const object of look.text.objects) {
    const before = first.get(object.id);
    if (before === undefined) first.set(object.id, object);
    else doubts.push({ code: "warn.duplicate", args: { name: object.id, first: before.document + 1 }, object, path: ["metadata", "name"] });
  }
  return doubts;
}

function namespaceOf({ object }: WrittenObject): string {
  return asText(valueAt(object, ["metadata", "namespace"])) || "default";
}

function nameIn({ object }: WrittenObject): string {
  return asText(valueAt(object, ["metadata", "name"]));
}
