import type { GraphEdge, GraphModel, GraphNode, ServicePill } from "./model.ts";
import { asList, asText, keyOf, nodeState, podFacts, specOf } from "./objects.ts";
import type { ServiceView, World } from "./project.ts";
import { giveSlots, slotCount } from "./slots.ts";

/** Sizes in canvas pixels at zoom 1. */
const outside = { width: 132, height: 52, gap: 18 };
const frame = { x: 190, title: 32, padding: 12, gap: 12 };
const rules = { width: 236, base: 50, row: 22, shownMax: 6 };
const podFull = { width: 196, height: 46, gap: 8 };
const podCompact = { width: 132, height: 30, gap: 6 };
const columnGap = 52;
/** Above the first box stand the titles of the columns. */
const top = 34;

/** Above this many on one node, cards shrink; above the second they become groups with counts. */
const podsFullMax = 6;
const podsCompactMax = 40;
/** A frame has room for so many pods from the start, so that scaling a little moves nothing. */
const roomForPods = 2;

/** Machines as they stand: clients outside, nodes as frames with their Service rules and their pods inside. */
export function layoutPhysical(world: World): GraphModel {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const pills = servicePills(world.services);
  const byNode = new Map<string, typeof world.pods>();
  for (const pod of world.pods) {
    const name = String(specOf(pod)["nodeName"] ?? "");
    byNode.set(name, [...(byNode.get(name) ?? []), pod]);
  }

  let y = top;
  let width = 0;
  const slots = new Map<string, number>();
  for (const machine of world.summary.nodes) {
    const placed = placePods(byNode.get(machine.name) ?? [], `node/${machine.name}`, world, slots);
    const shown = pills.slice(0, rules.shownMax);
    const rulesHeight = rules.base + Math.max(1, shown.length) * rules.row;
    const room = roomForPods * (podFull.height + podFull.gap) - podFull.gap;
    const inner = Math.max(rulesHeight, placed.height, room);
    const frameHeight = frame.title + inner + frame.padding;
    const frameWidth = frame.padding + rules.width + columnGap + Math.max(placed.width, podFull.width) + frame.padding;
    nodes.push({
      id: `node/${machine.name}`,
      type: "node",
      x: frame.x,
      y,
      width: frameWidth,
      height: frameHeight,
      name: machine.name,
      ip: machine.ips.join(", "),
      state: nodeState(world.nodes?.get(machine.name)),
      pods: (byNode.get(machine.name) ?? []).length,
    });
    nodes.push({
      id: `rules/${machine.name}`,
      type: "rules",
      parent: `node/${machine.name}`,
      x: frame.padding,
      y: frame.title,
      width: rules.width,
      height: rulesHeight,
      node: machine.name,
      mode: world.summary.proxyMode,
      services: shown,
      more: pills.length - shown.length,
    });
    for (const pod of placed.nodes) {
      nodes.push({ ...pod, parent: `node/${machine.name}`, x: frame.padding + rules.width + columnGap + pod.x, y: frame.title + pod.y });
      edges.push({ id: `wire:${machine.name}:${pod.id}`, source: `rules/${machine.name}`, target: pod.id, kind: "wire", isFaint: true });
    }
    y += frameHeight + frame.gap;
    width = Math.max(width, frame.x + frameWidth);
  }
  const clusterHeight = y - frame.gap;

  const waiting = byNode.get("") ?? [];
  if (waiting.length > 0) {
    waiting.forEach((pod, i) => {
      const facts = podFacts(pod, "full");
      nodes.push({
        id: `pod/${keyOf(pod)}`,
        type: "pod",
        ...facts,
        x: frame.x + i * (podFull.width + podFull.gap),
        y,
        width: podFull.width,
        height: podFull.height,
      });
    });
    y += podFull.height + frame.gap;
  }

  placeOutside(world, nodes, edges, clusterHeight);
  return {
    nodes,
    edges,
    lanes: [
      { code: "outside", count: world.summary.clients.length + world.summary.external.length, x: 0 },
      { code: "cluster", count: world.summary.nodes.length, x: frame.x },
    ],
    width,
    height: Math.max(y, clusterHeight),
    slots,
  };
}

function servicePills(services: readonly ServiceView[]): readonly ServicePill[] {
  return services
    .filter((service) => !service.isHeadless && service.type !== "ExternalName" && service.clusterIP !== "")
    .map((service) => ({
      id: service.id,
      label: service.object.metadata.name,
      address: addressText(service),
    }));
}

/** `:30123 · 10.111.249.153:80`: where the rules take packets in. */
function addressText(service: ServiceView): string {
  const ports = asList(specOf(service.object)["ports"]);
  const nodePorts = ports.flatMap((port) => (port["nodePort"] === undefined ? [] : [`:${asText(port["nodePort"])}`]));
  const own = `${service.clusterIP}:${ports.map((port) => asText(port["port"])).join(",")}`;
  return [nodePorts.join(" "), own].filter(Boolean).join(" · ");
}

interface Placed {
  readonly nodes: readonly GraphNode[];
  readonly width: number;
  readonly height: number;
}

function placePods(pods: World["pods"], parent: string, world: World, slots: Map<string, number>): Placed {
  if (pods.length > podsCompactMax) return placeGroups(pods, parent);
  const given = giveSlots(
    pods.map((pod) => `pod/${keyOf(pod)}`),
    world.options.slots ?? new Map(),
  );
  for (const [id, slot] of given) slots.set(id, slot);
  const count = slotCount(given);
  const size = count > podsFullMax ? "compact" : "full";
  const box = size === "full" ? podFull : podCompact;
  // Columns fill one after the other: a pod stays where it is when a second column opens.
  const rows = size === "full" ? Math.max(roomForPods, Math.ceil(count / 2)) : Math.max(4, Math.ceil(count / 4));
  const nodes = pods.map((pod): GraphNode => {
    const id = `pod/${keyOf(pod)}`;
    const slot = given.get(id) ?? 0;
    return {
      id,
      type: "pod",
      ...podFacts(pod, size),
      x: Math.floor(slot / rows) * (box.width + box.gap),
      y: (slot % rows) * (box.height + box.gap),
      width: box.width,
      height: box.height,
    };
  });
  const columns = Math.ceil(count / rows);
  return {
    nodes,
    width: Math.max(0, columns * (box.width + box.gap) - box.gap),
    height: Math.max(0, Math.min(rows, count) * (box.height + box.gap) - box.gap),
  };
}

/** One box for each owner, with counts. */
function placeGroups(pods: World["pods"], parent: string): Placed {
  const groups = new Map<string, string[]>();
  const ready = new Map<string, number>();
  for (const pod of pods) {
    const facts = podFacts(pod, "compact");
    const name = facts.owner?.replace(/^[^/]*\//, "") ?? facts.name;
    groups.set(name, [...(groups.get(name) ?? []), `pod/${keyOf(pod)}`]);
    ready.set(name, (ready.get(name) ?? 0) + (facts.isReady ? 1 : 0));
  }
  const names = [...groups.keys()].sort((a, b) => (a < b ? -1 : 1));
  const nodes = names.map((name, i): GraphNode => {
    return {
      id: `group/${parent}/${name}`,
      type: "podGroup",
      name,
      pods: groups.get(name) ?? [],
      ready: ready.get(name) ?? 0,
      x: (i % 2) * (podFull.width + podFull.gap),
      y: Math.floor(i / 2) * (podFull.height + podFull.gap),
      width: podFull.width,
      height: podFull.height,
    };
  });
  return {
    nodes,
    width: Math.min(2, names.length) * (podFull.width + podFull.gap) - podFull.gap,
    height: Math.ceil(names.length / 2) * (podFull.height + podFull.gap) - podFull.gap,
  };
}

/** Clients, load balancers and outside hosts in one column, spread over the cluster's height. */
function placeOutside(world: World, nodes: GraphNode[], edges: GraphEdge[], clusterHeight: number): void {
  const balancers = world.services.filter((service) => service.type === "LoadBalancer" && service.loadBalancerIp !== undefined);
  const count = world.summary.clients.length + balancers.length + world.summary.external.length;
  const step = outside.height + outside.gap;
  let y = Math.max(top, top + (clusterHeight - top - count * step) / 3);
  const place = (node: (box: { x: number; y: number; width: number; height: number }) => GraphNode) => {
    nodes.push(node({ x: 0, y, width: outside.width, height: outside.height }));
    y += step;
  };
  for (const client of world.summary.clients) {
    place((box) => ({ ...box, id: `client/${client.name}`, type: "client", name: client.name, ip: client.ips.join(", ") }));
    for (const machine of world.summary.nodes) {
      edges.push({
        id: `wire:${client.name}:${machine.name}`,
        source: `client/${client.name}`,
        target: `rules/${machine.name}`,
        kind: "wire",
        isFaint: true,
      });
    }
  }
  for (const service of balancers) {
    const id = `lb/${keyOf(service.object)}`;
    place((box) => ({
      ...box,
      id,
      type: "loadBalancer",
      name: service.object.metadata.name,
      ip: service.loadBalancerIp,
      service: service.id,
    }));
    for (const machine of world.summary.nodes) {
      edges.push({ id: `wire:${id}:${machine.name}`, source: id, target: `rules/${machine.name}`, kind: "wire", isFaint: true });
    }
  }
  for (const host of world.summary.external) {
    place((box) => ({ ...box, id: `external/${host.name}`, type: "external", name: host.name, ip: host.ip }));
  }
}
