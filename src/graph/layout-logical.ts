import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { GraphEdge, GraphModel, GraphNode, Lane } from "./model.ts";
import { asFields, asList, asText, keyOf, portsText, specOf, statusOf } from "./objects.ts";
import { countsOf } from "./pod-facts.ts";
import type { ServiceView, World } from "./project.ts";
import { compactCard, fullCard, type Notebook, type Room } from "./rows.ts";
import { slotCount } from "./slots.ts";

/** Sizes in canvas pixels at zoom 1. */
/** A Service has its address and port in one line, as its type is when the picture fits a small screen. */
const box = { width: 208, height: 66, gap: 16 };
const outsideBox = { width: 126, height: 52, gap: 18 };
const columnGap = 32;
const rowGap = 24;
/** Above the first box stand the titles of the columns. */
const top = 34;

/** Pods that no Service selects have a row of their own. */
const lonely = "lonely";

/** Of few Services each has room for more lines of pods from the start. */
const linesFor = { full: 3, compact: 2, grouped: 1 } as const;
const servicesMax = { fullMax: 2, compactMax: 4 };

function roomFor(lines: number): Room {
  const compactLines = Math.floor((rowHeight(lines) + compactCard.gap) / (compactCard.height + compactCard.gap));
  return { lines, compactLines, fullMax: Math.max(3, lines * 2), compactMax: compactLines * 5 };
}

function rowHeight(lines: number): number {
  return Math.max(box.height, lines * (fullCard.height + fullCard.gap) - fullCard.gap);
}

/** Objects as they refer to each other: client, Ingress, Service, pod. */
export function layoutLogical(world: World, notes: Notebook): GraphModel {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const selected = new Set(world.services.flatMap(({ pods }) => pods));
  const alone = world.pods.filter((pod) => !selected.has(pod));
  const given = notes.places("services", [...world.services.map(({ id }) => id), ...(alone.length === 0 ? [] : [lonely])]);
  const room = roomFor(linesFor[notes.crowd("rows", given.size, servicesMax)]);
  const height = rowHeight(room.lines);
  const yOf = (id: string) => top + (given.get(id) ?? 0) * (height + rowGap);

  const entries = entriesOf(world);
  // The column of entries stays open once it was.
  const hasEntries = entries.length > 0 || notes.had("entry");
  if (hasEntries) notes.crowds.set("entry", "full");
  const entryX = outsideBox.width + columnGap;
  const serviceX = hasEntries ? entryX + box.width + columnGap : entryX;
  const podX = serviceX + box.width + columnGap;

  // A pod stands beside the Service that was there first.
  const order = world.services.toSorted((a, b) => (given.get(a.id) ?? 0) - (given.get(b.id) ?? 0));
  const shown = new Set(world.pods);
  const placed = new Set<KubernetesObject>();
  const place = (name: string, pods: readonly KubernetesObject[]) => {
    for (const card of notes.row(name, pods, room).nodes) nodes.push({ ...card, x: podX + card.x, y: yOf(name) + card.y });
  };
  for (const service of order) {
    const own = service.pods.filter((pod) => shown.has(pod) && !placed.has(pod));
    for (const pod of own) placed.add(pod);
    nodes.push(serviceNode(service, serviceX, yOf(service.id), notes.isCollapsed(service.id)));
    place(service.id, own);
  }
  if (alone.length > 0) place(lonely, alone);
  for (const service of order) {
    const targets = new Set<string>();
    for (const pod of service.pods) {
      const id = `pod/${keyOf(pod)}`;
      if (shown.has(pod)) targets.add(notes.aliases.get(id) ?? id);
      // What is filtered away on purpose still gets its packets: they end at its Service.
      else if (world.isSaid(pod) && !notes.aliases.has(id)) notes.aliases.set(id, service.id);
    }
    for (const target of targets) {
      edges.push({ id: `selects:${service.id}:${target}`, source: service.id, target, kind: "selects", isFaint: false });
    }
  }

  placeEntries(entries, nodes, edges, entryX, notes, new Map(order.map(({ id }) => [id, yOf(id) + box.height / 2])));
  placeOutside(world, nodes, edges);
  const lanes: readonly Lane[] = [
    { code: "outside", count: world.summary.clients.length + world.summary.external.length, x: 0, y: 6 },
    ...(hasEntries ? [{ code: "entry" as const, count: entries.length, x: entryX, y: 6 }] : []),
    { code: "services", count: world.services.length, x: serviceX, y: 6 },
    { code: "pods", count: world.pods.length, x: podX, y: 6 },
  ];
  return {
    nodes,
    edges,
    lanes,
    width: Math.max(podX + 2 * fullCard.width + fullCard.gap, ...nodes.map((node) => node.x + node.width)),
    height: Math.max(top + slotCount(given) * (height + rowGap) - rowGap, ...nodes.map((node) => node.y + node.height)),
    aliases: notes.aliases,
    grids: new Map(), // no frames: each card is moved freely
    memory: notes.memory(),
  };
}

function serviceNode(service: ServiceView, x: number, y: number, isCollapsed: boolean): GraphNode {
  const { ready, total } = countsOf(service.pods);
  return {
    id: service.id,
    type: "service",
    x,
    y,
    width: box.width,
    height: box.height,
    name: service.object.metadata.name,
    namespace: service.object.metadata.namespace ?? "default",
    kind: service.type,
    address: service.type === "ExternalName" ? asText(specOf(service.object)["externalName"]) : service.clusterIP,
    ports: portsText(service.object),
    ready,
    total,
    isHeadless: service.isHeadless,
    isCollapsed,
  };
}

interface Entry {
  /** Without its place. */
  readonly node: GraphNode;
  /** Services that it leads to. */
  readonly targets: readonly string[];
}

/** Ingresses and load balancers. */
function entriesOf(world: World): readonly Entry[] {
  const ingresses = world.ingresses.map((ingress): Entry => {
    const spec = specOf(ingress);
    const namespace = ingress.metadata.namespace ?? "default";
    const rules = asList(spec["rules"]);
    const backends = [
      ...rules.flatMap((rule) => asList(asFields(rule["http"])["paths"]).map((path) => asFields(path["backend"]))),
      asFields(spec["defaultBackend"]),
    ];
    const names = backends.map((backend) => asText(asFields(backend["service"])["name"])).filter((name) => name !== "");
    const hosts = rules.map((rule) => asText(rule["host"]) || "*");
    const address = asList(asFields(statusOf(ingress)["loadBalancer"])["ingress"]).map((i) => asText(i["ip"]) || asText(i["hostname"]));
    return {
      targets: [...new Set(names)].map((name) => `service/${namespace}/${name}`),
      node: {
        id: `ingress/${keyOf(ingress)}`,
        type: "ingress",
        x: 0,
        y: 0,
        width: box.width,
        height: box.height,
        name: ingress.metadata.name,
        namespace,
        hosts: [...new Set(hosts)].join(", "),
        address: address.join(", "),
        className: asText(spec["ingressClassName"]),
      },
    };
  });
  const balancers = world.services
    .filter(({ type }) => type === "LoadBalancer")
    .map(
      (service): Entry => ({
        targets: [service.id],
        node: {
          id: `lb/${keyOf(service.object)}`,
          type: "loadBalancer",
          x: 0,
          y: 0,
          width: box.width,
          height: outsideBox.height,
          name: service.object.metadata.name,
          ip: service.loadBalancerIp,
          service: service.id,
        },
      }),
    );
  return [...ingresses, ...balancers];
}

/** Each beside the Services that it leads to, or as near as those that were there before leave room. */
function placeEntries(
  entries: readonly Entry[],
  nodes: GraphNode[],
  edges: GraphEdge[],
  x: number,
  notes: Notebook,
  centres: ReadonlyMap<string, number>,
): void {
  const given = notes.places(
    "entries",
    entries.map(({ node }) => node.id),
  );
  const taken: { readonly from: number; readonly to: number }[] = [];
  for (const { node, targets } of entries.toSorted((a, b) => (given.get(a.node.id) ?? 0) - (given.get(b.node.id) ?? 0))) {
    const ys = targets.flatMap((target) => centres.get(target) ?? []);
    let y = ys.length === 0 ? top : Math.max(top, ys.reduce((a, b) => a + b, 0) / ys.length - node.height / 2);
    for (;;) {
      const blocker = taken.find(({ from, to }) => y < to + box.gap && from < y + node.height + box.gap);
      if (blocker === undefined) break;
      y = blocker.to + box.gap;
    }
    taken.push({ from: y, to: y + node.height });
    nodes.push({ ...node, x, y });
    for (const target of targets) {
      if (centres.has(target)) {
        edges.push({ id: `routes:${node.id}:${target}`, source: node.id, target, kind: "routes", isFaint: false });
      }
    }
  }
}

function placeOutside(world: World, nodes: GraphNode[], edges: GraphEdge[]): void {
  let y = top;
  const place = (node: (box: { x: number; y: number; width: number; height: number }) => GraphNode) => {
    nodes.push(node({ x: 0, y, width: outsideBox.width, height: outsideBox.height }));
    y += outsideBox.height + outsideBox.gap;
  };
  for (const client of world.clients) {
    place((at) => ({ ...at, id: `client/${client.name}`, type: "client", name: client.name, ip: client.ips.join(", ") }));
  }
  for (const host of world.external) {
    place((at) => ({ ...at, id: `external/${host.name}`, type: "external", name: host.name, ip: host.ip }));
  }
  const [first] = world.clients;
  if (first === undefined) return;
  // A client reaches what has an address outside: load balancers, Ingresses, node ports.
  for (const node of nodes) {
    const isReachable = node.type === "loadBalancer" || node.type === "ingress" || (node.type === "service" && node.kind === "NodePort");
    if (isReachable)
      edges.push({ id: `wire:${first.name}:${node.id}`, source: `client/${first.name}`, target: node.id, kind: "wire", isFaint: true });
  }
}
