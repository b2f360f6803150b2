import { formatLabels } from "../../cluster/api/labels.ts";
import type { KubernetesObject } from "../../cluster/api/meta.ts";
import type { Ending, Said, Shown } from "../protocol.ts";
import { shown } from "./ending-parts.ts";
import { asTexts, specOf } from "./fields.ts";
import type { Look } from "./look.ts";
import { labelSets, membersOf, nearLabel } from "./membership.ts";
import { nearest } from "./nearest.ts";
import { nameOf } from "./text-index.ts";

type Loose = Readonly<Record<string, unknown>>;

/** Why a Service has no endpoint, in the order in which a person would look. */
export function noEndpointsOf(
  look: Look,
  service: KubernetesObject,
  make: (code: string, args: Said["args"], show: readonly Shown[]) => Ending,
): Ending {
  const id = nameOf(service as unknown as Loose);
  const namespace = service.metadata.namespace as string;
  const spec = specOf(service);
  const selector = asTexts(spec["selector"]);
  if (Object.keys(selector).length === 0) {
    const near = nearest(
      service.metadata.name,
      look
        .list("Endpoints", namespace)
        .map((endpoints) => endpoints.metadata.name)
        .filter((other) => look.find("Service", namespace, other) === undefined),
    );
    return make("ending.no-selector", { near: near ?? "" }, [
      shown(id, look.text.place(id, ["spec"], "key")),
      ...(near === undefined
        ? []
        : [shown(`endpoints/${namespace}/${near}`, look.text.place(`endpoints/${namespace}/${near}`, ["metadata", "name"]))]),
    ]);
  }
  const members = membersOf(look, service);
  const chosen = members.filter((member) => member.why.code !== "pod.labels");
  if (chosen.length === 0) {
    const sets = labelSets(look, namespace);
    const workload = emptyWorkload(look, namespace, selector);
    if (workload !== undefined)
      return make("ending.no-replicas", { workload }, [shown(workload, look.text.place(workload, ["spec", "replicas"]))]);
    const near = nearLabel(selector, sets);
    const key = Object.keys(selector)[0] as string;
    return make("ending.selector", { selector: formatLabels(selector), near: near === undefined ? "" : `${near.key}=${near.value}` }, [
      shown(id, look.text.place(id, ["spec", "selector", key])),
    ]);
  }
  const first = chosen.find((member) => !member.isIn) ?? chosen[0];
  const codes: Readonly<Record<string, string>> = {
    "pod.terminating": "ending.terminating",
    "pod.no-address": "ending.not-running",
    "pod.not-running": "ending.not-running",
    "pod.port-name": "ending.port-name",
    "pod.not-ready": "ending.not-ready",
  };
  const code = codes[first?.why.code ?? ""] ?? "ending.no-endpoints";
  return make(
    code,
    { pod: first?.pod ?? "", ...first?.why.args },
    first === undefined ? [shown(id, undefined)] : [first.shown, shown(id, undefined)],
  );
}

/** A workload whose pods the selector would match, if it had any. */
function emptyWorkload(look: Look, namespace: string, selector: Readonly<Record<string, string>>): string | undefined {
  for (const kind of ["Deployment", "ReplicationController", "StatefulSet", "ReplicaSet"]) {
    for (const owner of look.list(kind, namespace)) {
      const labels = asTexts(((specOf(owner)["template"] ?? {}) as { metadata?: { labels?: unknown } }).metadata?.labels);
      const isMeant = Object.entries(selector).every(([key, value]) => labels[key] === value);
      if (isMeant && specOf(owner)["replicas"] === 0) return nameOf(owner as unknown as Loose);
    }
  }
  return undefined;
}
