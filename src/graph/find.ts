import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { GraphModel, GraphNode } from "./model.ts";
import { asText, type ObjectsByKind, specOf } from "./objects.ts";
import { podFacts } from "./pod-facts.ts";

export interface Found {
  /** The box to look at: the thing's own, or its group's. */
  readonly box: string;
  /** `pod/default/kubia-x` */
  readonly id: string;
  readonly name: string;
}

export interface Findings {
  /** From left to right, each column from top to bottom. */
  readonly found: readonly Found[];
  /** How many match that are filtered away. */
  readonly hidden: number;
}

/**
 * What carries all the words: in its name, namespace, kind, address, status or labels (`app=kubia`). Upper and lower case are the same.
 */
export function findInGraph(model: GraphModel, objects: ObjectsByKind, wanted: string): Findings {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return { found: [], hidden: 0 };
  const matches = (text: string) => {
    const low = text.toLowerCase();
    return words.every((word) => low.includes(word));
  };
  const boxes = new Map(model.nodes.map((node) => [node.id, node]));
  const found: Found[] = [];
  let hidden = 0;
  for (const [kind, prefix] of searched) {
    for (const [key, object] of objects.get(kind) ?? []) {
      if (!matches(textOf(object))) continue;
      const id = `${prefix}/${key}`;
      const box = boxes.has(id) ? id : (model.aliases.get(id) ?? ruleOf(model, id));
      if (box === undefined || box.startsWith("hidden/")) hidden++;
      else found.push({ box, id, name: object.metadata.name });
    }
  }
  for (const box of model.nodes) {
    if (!byObject.has(box.type) && matches(textOfBox(box)))
      found.push({ box: box.id, id: box.id, name: "name" in box ? box.name : box.id });
  }
  const at = ({ box }: Found) => placeOf(boxes, box);
  return { found: found.sort((a, b) => at(a).x - at(b).x || at(a).y - at(b).y || (a.id < b.id ? -1 : 1)), hidden };
}

/** Physically a Service is nothing but rules: those of the first node stand for it. */
function ruleOf(model: GraphModel, service: string): string | undefined {
  return model.nodes.find((node) => node.type === "rules" && node.services.some(({ id }) => id === service))?.id;
}

const searched = [
  ["Pod", "pod"],
  ["Service", "service"],
  ["Ingress", "ingress"],
] as const;

/** Found by their objects; rules and signs are not looked for. */
const byObject: ReadonlySet<GraphNode["type"]> = new Set(["pod", "podGroup", "service", "ingress", "rules", "hidden"]);

function textOf(object: KubernetesObject): string {
  const { name, namespace, labels = {} } = object.metadata;
  const own = [object.kind, namespace, name, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  if (object.kind === "Pod") {
    const { ip, status, node } = podFacts(object);
    own.push(ip, status, node);
  }
  const spec = specOf(object);
  return [...own, asText(spec["clusterIP"]), asText(spec["type"])].filter(Boolean).join(" ");
}

function textOfBox(box: GraphNode): string {
  const { name = "", ip = "" } = box as { readonly name?: string; readonly ip?: string };
  return `${name} ${ip} ${box.type}`;
}

function placeOf(boxes: ReadonlyMap<string, GraphNode>, id: string): { readonly x: number; readonly y: number } {
  const box = boxes.get(id);
  if (box === undefined) return { x: 0, y: 0 };
  const parent = box.parent === undefined ? undefined : boxes.get(box.parent);
  return { x: box.x + (parent?.x ?? 0), y: box.y + (parent?.y ?? 0) };
}
