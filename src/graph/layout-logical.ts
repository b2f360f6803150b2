import type { GraphEdge, GraphModel, GraphNode } from "./model.ts";
import { asFields, asList, asText, keyOf, podFacts, portsText, specOf, statusOf } from "./objects.ts";
import type { ServiceView, World } from "./project.ts";
import { giveSlots, slotCount } from "./slots.ts";

const column = { outside: 0, entry: 184, services: 414, pods: 664 };
const box = { width: 190, height: 66, gap: 16 };
const outsideBox = { width: 132, height: 52, gap: 18 };
const podBox = { width: 196, height: 46, gap: 10 };
const podCompact = { width: 132, height: 30, gap: 6 };
/** Above the first box stand the titles of the columns. */
const top = 34;

/** Above this many pods of one Service their cards shrink. */
const podsFullMax = 8;

/** Objects as they refer to each other: client, Ingress, Service, pod. */
export function layoutLogical(world: World): GraphModel {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const placedPods = new Set<string>();
  let y = top;
  const slots = new Map<string, number>();
  const serviceCentre = new Map<string, number>();

  for (const service of world.services) {
    const own = service.pods.filter((pod) => !placedPods.has(keyOf(pod)));
    const podsHeight = placePods(own, y, nodes, world, slots);
    for (const pod of own) placedPods.add(keyOf(pod));
    const height = Math.max(box.height, podsHeight);
    // Beside its first pod, not in the middle of them all: it must not move when one more comes.
    nodes.push(serviceNode(service, y));
    serviceCentre.set(service.id, y + box.height / 2);
    for (const pod of service.pods) {
      edges.push({
        id: `selects:${service.id}:${keyOf(pod)}`,
        source: service.id,
        target: `pod/${keyOf(pod)}`,
        kind: "selects",
        isFaint: false,
      });
    }
    y += height + box.gap + 8;
  }
  const lonely = world.pods.filter((pod) => !placedPods.has(keyOf(pod)));
  y += placePods(lonely, y, nodes, world, slots) + box.gap;

  placeEntries(world, nodes, edges, serviceCentre);
  placeOutside(world, nodes, edges);
  const hasEntries = nodes.some((node) => node.type === "ingress" || node.type === "loadBalancer");
  return {
    nodes,
    edges,
    lanes: [
      { code: "outside", count: world.summary.clients.length + world.summary.external.length, x: column.outside },
      ...(hasEntries
        ? [
            {
              code: "entry" as const,
              count: nodes.filter((n) => n.type === "ingress" || n.type === "loadBalancer").length,
              x: column.entry,
            },
          ]
        : []),
      { code: "services", count: world.services.length, x: column.services },
      { code: "pods", count: world.pods.length, x: column.pods },
    ],
    width: Math.max(column.pods + podBox.width, ...nodes.map((node) => node.x + node.width)),
    height: y,
    slots,
  };
}

function serviceNode(service: ServiceView, y: number): GraphNode {
  const ready = service.pods.filter((pod) => podFacts(pod, "full").isReady).length;
  const spec = specOf(service.object);
  return {
    id: service.id,
    type: "service",
    x: column.services,
    y,
    width: box.width,
    height: box.height,
    name: service.object.metadata.name,
    namespace: service.object.metadata.namespace ?? "default",
    kind: service.type,
    address: service.type === "ExternalName" ? asText(spec["externalName"]) : service.clusterIP,
    ports: portsText(service.object),
    ready,
    total: service.pods.length,
    isHeadless: service.isHeadless,
  };
}

/** Pods in the last column from `y` down; gives the height they take. */
function placePods(pods: World["pods"], y: number, nodes: GraphNode[], world: World, slots: Map<string, number>): number {
  if (pods.length === 0) return 0;
  const given = giveSlots(
    pods.map((pod) => `pod/${keyOf(pod)}`),
    world.options.slots ?? new Map(),
  );
  for (const [id, slot] of given) slots.set(id, slot);
  const count = slotCount(given);
  const isFull = count <= podsFullMax;
  const size = isFull ? podBox : podCompact;
  const columns = isFull ? 1 : 4;
  for (const pod of pods) {
    const id = `pod/${keyOf(pod)}`;
    const slot = given.get(id) ?? 0;
    nodes.push({
      id,
      type: "pod",
      ...podFacts(pod, isFull ? "full" : "compact"),
      x: column.pods + (slot % columns) * (size.width + size.gap),
      y: y + Math.floor(slot / columns) * (size.height + size.gap),
      width: size.width,
      height: size.height,
    });
  }
  return Math.ceil(count / columns) * (size.height + size.gap) - size.gap;
}

/** Ingresses and load balancers stand beside the Services that they lead to. */
function placeEntries(world: World, nodes: GraphNode[], edges: GraphEdge[], centres: ReadonlyMap<string, number>): void {
  const wanted: { node: GraphNode; y: number }[] = [];
  for (const ingress of world.ingresses) {
    const spec = specOf(ingress);
    const namespace = ingress.metadata.namespace ?? "default";
    const rules = asList(spec["rules"]);
    const id = `ingress/${keyOf(ingress)}`;
    const targets = new Set<string>();
    const backends = [
      ...rules.flatMap((rule) => asList(asFields(rule["http"])["paths"]).map((path) => asFields(path["backend"]))),
      asFields(spec["defaultBackend"]),
    ];
    for (const backend of backends) {
      const name = asText(asFields(backend["service"])["name"]);
      if (name !== "") targets.add(`service/${namespace}/${name}`);
    }
    for (const target of targets) {
      if (centres.has(target)) edges.push({ id: `routes:${id}:${target}`, source: id, target, kind: "routes", isFaint: false });
    }
    const hosts = rules.map((rule) => asText(rule["host"]) || "*");
    const address = asList(asFields(statusOf(ingress)["loadBalancer"])["ingress"]).map((i) => asText(i["ip"]) || asText(i["hostname"]));
    const ys = [...targets].flatMap((target) => centres.get(target) ?? []);
    wanted.push({
      y: ys.length === 0 ? top : ys.reduce((a, b) => a + b, 0) / ys.length - box.height / 2,
      node: {
        id,
        type: "ingress",
        x: column.entry,
        y: 0,
        width: box.width,
        height: box.height,
        name: ingress.metadata.name,
        namespace,
        hosts: [...new Set(hosts)].join(", "),
        address: address.join(", "),
        className: asText(spec["ingressClassName"]),
      },
    });
  }
  for (const service of world.services) {
    if (service.type !== "LoadBalancer") continue;
    const id = `lb/${keyOf(service.object)}`;
    edges.push({ id: `routes:${id}`, source: id, target: service.id, kind: "routes", isFaint: false });
    wanted.push({
      y: (centres.get(service.id) ?? top) - outsideBox.height / 2,
      node: {
        id,
        type: "loadBalancer",
        x: column.entry,
        y: 0,
        width: box.width,
        height: outsideBox.height,
        name: service.object.metadata.name,
        ip: service.loadBalancerIp,
        service: service.id,
      },
    });
  }
  let free = top;
  for (const { node, y: wish } of wanted.sort((a, b) => a.y - b.y)) {
    const y = Math.max(free, wish);
    nodes.push({ ...node, y });
    free = y + node.height + box.gap;
  }
}

function placeOutside(world: World, nodes: GraphNode[], edges: GraphEdge[]): void {
  const step = outsideBox.height + outsideBox.gap;
  let y = top;
  for (const client of world.summary.clients) {
    nodes.push({
      id: `client/${client.name}`,
      type: "client",
      x: column.outside,
      y,
      width: outsideBox.width,
      height: outsideBox.height,
      name: client.name,
      ip: client.ips.join(", "),
    });
    y += step;
  }
  for (const host of world.summary.external) {
    nodes.push({
      id: `external/${host.name}`,
      type: "external",
      x: column.outside,
      y,
      width: outsideBox.width,
      height: outsideBox.height,
      name: host.name,
      ip: host.ip,
    });
    y += step;
  }
  const first = world.summary.clients[0];
  if (first === undefined) return;
  // A client reaches what has an address outside: load balancers, Ingresses, node ports.
  for (const node of nodes) {
    const isReachable = node.type === "loadBalancer" || node.type === "ingress" || (node.type === "service" && node.kind === "NodePort");
    if (isReachable)
      edges.push({ id: `wire:${first.name}:${node.id}`, source: `client/${first.name}`, target: node.id, kind: "wire", isFaint: true });
  }
}
