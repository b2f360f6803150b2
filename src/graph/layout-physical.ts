import type { KubernetesObject } from "../cluster/api/meta.ts";
import type { GraphEdge, GraphModel, GraphNode, Grid, Lane, ServicePill } from "./model.ts";
import { asList, asText, keyOf, labelOf, nodeState, specOf } from "./objects.ts";
import { countsOf } from "./pod-facts.ts";
import type { ServiceView, World } from "./project.ts";
import { compactCard, fullCard, type Notebook, type Room } from "./rows.ts";

/** Sizes in canvas pixels at zoom 1. */
const outside = { width: 132, height: 52, gap: 18 };
const frame = { title: 30, padding: 10, gap: 10, columnGap: 20, collapsedHeight: 44 };
/** From one column outside of the cluster to the next. */
const columnWidth = outside.width + 26;
const rules = { width: 212, narrowWidth: 132, columnGap: 26 };
const chip = { width: 92, height: 22 };
/** Above the first box stand the titles of the columns. */
const top = 34;

/**
 * How many nodes stand in one column. The number of nodes is given with the scenario, so this does not change while one looks: a picture
 * about as wide as a screen.
 */
function columnsFor(nodes: number): number {
  return nodes <= 5 ? 1 : Math.round(Math.sqrt(0.45 * nodes));
}

/** Of few nodes each has room for more lines of pods; frames never grow in height, so that none moves another. */
function roomFor(nodes: number): Room {
  const lines = nodes === 1 ? 4 : nodes === 2 ? 3 : 2;
  const compactLines = Math.floor((innerHeight(lines) + compactCard.gap) / (compactCard.height + compactCard.gap));
  const isWide = columnsFor(nodes) === 1;
  return { lines, compactLines, fullMax: lines * (isWide ? 3 : 2), compactMax: compactLines * (isWide ? 5 : 3) };
}

function innerHeight(lines: number): number {
  return lines * (fullCard.height + fullCard.gap) - fullCard.gap;
}

/** Machines as they stand: clients outside, nodes as frames with their Service rules and their pods inside. */
export function layoutPhysical(world: World, notes: Notebook): GraphModel {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const grids = new Map<string, Grid>();
  const pills = servicePills(world);
  const byNode = groupByNode(world.pods);
  const hiddenByNode = groupByNode(world.hiddenPods);
  const machines = world.summary.nodes;
  const columns = columnsFor(machines.length);
  const perColumn = Math.ceil(machines.length / columns);
  const room = roomFor(machines.length);
  const height = frame.title + innerHeight(room.lines) + frame.padding;
  // Of many nodes each has less room; the rules are the same on all of them.
  const rulesWidth = columns === 1 ? rules.width : rules.narrowWidth;
  const podsX = frame.padding + rulesWidth + rules.columnGap;

  // The column of entries stays open once it was.
  const entries = balancersOf(world).length;
  const hasEntries = entries > 0 || notes.had("entry");
  if (hasEntries) notes.crowds.set("entry", "full");
  const clusterX = columnWidth * (hasEntries ? 2 : 1);
  let x = clusterX;
  let bottom = top;
  for (let column = 0; column < columns; column++) {
    const own = machines.slice(column * perColumn, (column + 1) * perColumn).map((machine) => {
      const isCollapsed = notes.isCollapsed(`node/${machine.name}`);
      const pods = byNode.get(machine.name) ?? [];
      return { machine, pods, isCollapsed, row: isCollapsed ? undefined : notes.row(`node/${machine.name}`, pods, room) };
    });
    // Frames of a column are equally wide, and have room for two columns of pods from the start.
    const podsWidth = Math.max(2 * fullCard.width + fullCard.gap, ...own.map(({ row }) => row?.width ?? 0));
    const width = podsX + podsWidth + frame.padding;
    let y = top;
    for (const { machine, pods, isCollapsed, row } of own) {
      const id = `node/${machine.name}`;
      const rulesId = `rules/${machine.name}`;
      nodes.push({
        id,
        type: "node",
        x,
        y,
        width,
        height: isCollapsed ? frame.collapsedHeight : height,
        name: machine.name,
        ip: machine.ips.join(", "),
        zone: machine.zone ?? "",
        state: nodeState(world.nodes?.get(machine.name)),
        isCollapsed,
        ...countsOf(pods),
      });
      const hidden = hiddenByNode.get(machine.name) ?? [];
      if (row === undefined) {
        notes.aliases.set(rulesId, id);
        for (const pod of [...pods, ...hidden]) notes.aliases.set(`pod/${keyOf(pod)}`, id);
      } else {
        nodes.push({
          id: rulesId,
          type: "rules",
          parent: id,
          x: frame.padding,
          y: frame.title,
          width: rulesWidth,
          height: innerHeight(room.lines),
          node: machine.name,
          mode: world.summary.proxyMode,
          services: pills,
        });
        const { step, lines } = row;
        // As many columns as the frame has room for: a card that is moved never makes it grow.
        const columns = Math.max(1, Math.floor((podsWidth + fullCard.gap) / step.x));
        grids.set(id, { x: podsX, y: frame.title, stepX: step.x, stepY: step.y, lines, columns });
        for (const card of row.nodes) {
          nodes.push({ ...card, parent: id, x: podsX + card.x, y: frame.title + card.y });
          edges.push(wire(rulesId, card.id));
        }
        const hiddenId = `hidden/${machine.name}`;
        // What is filtered away on purpose still gets its packets: they go to the sign that says so.
        const said = hidden.filter(world.isSaid);
        for (const pod of said) notes.aliases.set(`pod/${keyOf(pod)}`, hiddenId);
        if (said.length > 0) {
          nodes.push({
            id: hiddenId,
            type: "hidden",
            parent: id,
            x: podsX,
            y: 4,
            width: chip.width,
            height: chip.height,
            count: said.length,
          });
        }
      }
      y += (isCollapsed ? frame.collapsedHeight : height) + frame.gap;
    }
    bottom = Math.max(bottom, y - frame.gap);
    x += width + frame.columnGap;
  }
  const width = x - frame.columnGap;

  const lanes: Lane[] = [
    { code: "outside", count: world.summary.clients.length + world.summary.external.length, x: 0, y: 6 },
    ...(hasEntries ? [{ code: "entry" as const, count: entries, x: columnWidth, y: 6 }] : []),
    { code: "cluster", count: machines.length, x: clusterX, y: 6 },
  ];
  const waiting = byNode.get("") ?? [];
  let pictureHeight = bottom;
  if (waiting.length > 0) {
    const y = bottom + top;
    lanes.push({ code: "unscheduled", count: waiting.length, x: clusterX, y: bottom + 10 });
    const row = notes.row("unscheduled", waiting, { lines: 1, compactLines: 2, fullMax: 4, compactMax: 16 });
    for (const card of row.nodes) nodes.push({ ...card, x: clusterX + card.x, y: y + card.y });
    pictureHeight = y + row.height;
  }

  placeOutside(world, notes, nodes, edges, bottom);
  return {
    nodes,
    edges: withinPicture(edges, nodes, notes.aliases),
    lanes,
    width,
    height: pictureHeight,
    aliases: notes.aliases,
    grids,
    memory: notes.memory(),
  };
}

function groupByNode(pods: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject[]> {
  const byNode = new Map<string, KubernetesObject[]>();
  for (const pod of pods) {
    const name = asText(specOf(pod)["nodeName"]);
    const known = byNode.get(name);
    if (known === undefined) byNode.set(name, [pod]);
    else known.push(pod);
  }
  return byNode;
}

function wire(source: string, target: string): GraphEdge {
  return { id: `wire:${source}:${target}`, source, target, kind: "wire", isFaint: true };
}

/** Wires lead to what is drawn: to the node where its rules are not. */
function withinPicture(edges: readonly GraphEdge[], nodes: readonly GraphNode[], aliases: ReadonlyMap<string, string>): GraphEdge[] {
  const drawn = new Set(nodes.map(({ id }) => id));
  return edges.flatMap((edge) => {
    const target = aliases.get(edge.target) ?? edge.target;
    return drawn.has(edge.source) && drawn.has(target) ? [{ ...edge, target }] : [];
  });
}

function servicePills(world: World): readonly ServicePill[] {
  return world.services
    .filter((service) => !service.isHeadless && service.type !== "ExternalName" && service.clusterIP !== "")
    .map((service) => ({ id: service.id, label: labelOf(service.object.metadata), address: addressText(service) }));
}

/** `:30123 · 10.111.249.153:80`: where the rules take packets in. */
function addressText(service: ServiceView): string {
  const ports = asList(specOf(service.object)["ports"]);
  const nodePorts = ports.flatMap((port) => (port["nodePort"] === undefined ? [] : [`:${asText(port["nodePort"])}`]));
  const own = `${service.clusterIP}:${ports.map((port) => asText(port["port"])).join(",")}`;
  return [nodePorts.join(" "), own].filter(Boolean).join(" · ");
}

/**
 * Clients and outside hosts in one column, load balancers in the next, from the upper third of the cluster's height down. The first are given
 * with the scenario, and of the others each keeps its place.
 */
function placeOutside(world: World, notes: Notebook, nodes: GraphNode[], edges: GraphEdge[], bottom: number): void {
  const { clients, external, summary } = world;
  const step = outside.height + outside.gap;
  const first = Math.max(top, top + (bottom - top - (clients.length + external.length) * step) / 3);
  const boxAt = (x: number, row: number) => ({ x, y: first + row * step, width: outside.width, height: outside.height });
  clients.forEach(({ name, ips }, i) => {
    nodes.push({ ...boxAt(0, i), id: `client/${name}`, type: "client", name, ip: ips.join(", ") });
    for (const machine of summary.nodes) edges.push(wire(`client/${name}`, `rules/${machine.name}`));
  });
  external.forEach(({ name, ip }, i) => {
    nodes.push({ ...boxAt(0, clients.length + i), id: `external/${name}`, type: "external", name, ip });
  });
  const balancers = balancersOf(world);
  const given = notes.places(
    "entries",
    balancers.map((service) => balancerId(service)),
  );
  for (const service of balancers) {
    const id = balancerId(service);
    nodes.push({
      ...boxAt(columnWidth, given.get(id) ?? 0),
      id,
      type: "loadBalancer",
      name: service.object.metadata.name,
      ip: service.loadBalancerIp,
      service: service.id,
    });
    for (const { name } of clients) edges.push(wire(`client/${name}`, id));
    for (const machine of summary.nodes) edges.push(wire(id, `rules/${machine.name}`));
  }
}

/** Those that the cloud has given an address: before, there is no machine to draw. */
function balancersOf(world: World): readonly ServiceView[] {
  return world.services.filter((service) => service.type === "LoadBalancer" && service.loadBalancerIp !== undefined);
}

function balancerId({ object }: ServiceView): string {
  return `lb/${keyOf(object)}`;
}
