import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  BackgroundVariant,
  type Edge,
  getViewportForBounds,
  MiniMap,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStoreApi,
  ViewportPortal,
} from "reactflow";
import type { GraphModel, GraphNode, Lane, Slots } from "../../graph/model.ts";
import { project } from "../../graph/project.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { useShownObjects } from "../time/look.ts";
import { CardMenu, type MenuAt } from "./CardMenu.tsx";
import { nodeTypes } from "./cards.tsx";
import { Geometry } from "./geometry.ts";
import { PacketLayer } from "./PacketLayer.tsx";
import { follow, setBoxes, showHop, usePlayback } from "./playback.ts";
import { spotAt } from "./spots.ts";

/**
 * Namespaces of the cluster's own programs: hidden until asked for, so that a beginner's picture is the beginner's cluster. Who uses an
 * Ingress wants to see its controller, and who watches DNS its servers: their packets go there.
 */
function hiddenNamespaces(shows: { readonly system: boolean; readonly noise: boolean; readonly ingress: boolean }): readonly string[] {
  if (shows.system) return none;
  return ["kube-public", "kube-node-lease", ...(shows.noise ? [] : ["kube-system"]), ...(shows.ingress ? [] : ["ingress-nginx"])];
}

const none: readonly string[] = [];
const farZoom = 0.56;
/** A picture of so many boxes gets a map. */
const mapFrom = 70;

export function GraphPane() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}

function Graph() {
  const { ui } = useLanguage();
  const summary = usePage((s) => s.summary);
  const objects = useShownObjects();
  const view = usePage((s) => s.view);
  const showsSystem = usePage((s) => s.showsSystem);
  const showsNoise = usePage((s) => s.showsNoise);
  const hasIngress = usePage((s) => (s.objects.get("Ingress")?.size ?? 0) > 0);
  const hidden = useMemo(
    () => hiddenNamespaces({ system: showsSystem, noise: showsNoise, ingress: hasIngress }),
    [showsSystem, showsNoise, hasIngress],
  );
  const pins = usePage((s) => s.pins);
  const selected = usePage((s) => (s.selection?.kind === "object" ? s.selection.id : undefined));
  const current = usePlayback((s) => s.stops[s.at]?.box);
  const [menu, setMenu] = useState<MenuAt | undefined>();
  const sectionRef = useRef<HTMLElement>(null);

  const slots = useRef<{ key: string; slots: Slots }>({ key: "", slots: new Map() });
  const model = useMemo<GraphModel | undefined>(() => {
    if (summary === undefined) return undefined;
    // Places are kept as long as the same picture grows; another view, or "tidy", begins anew.
    const key = `${view} ${hidden.length} ${summary.name} ${Object.keys(pins).length === 0}`;
    const before = slots.current.key === key ? slots.current.slots : new Map<string, number>();
    const made = project(summary, objects, { view, hiddenNamespaces: hidden, pins, slots: before });
    slots.current = { key, slots: made.slots };
    return made;
  }, [summary, objects, view, hidden, pins]);
  const geometry = useMemo(() => (model === undefined ? undefined : new Geometry(model)), [model]);
  useEffect(() => {
    if (geometry !== undefined) setBoxes(geometry.boxOf);
  }, [geometry]);

  const kept = useRef(new Map<string, Node>());
  const nodes = useMemo(() => {
    const next = new Map<string, Node>();
    const list = (model?.nodes ?? []).map((box) => {
      const node = flowNode(box, selected, current);
      // A box that did not change stays the same object, so that React draws only what did.
      const before = kept.current.get(box.id);
      const same = before !== undefined && JSON.stringify(before) === JSON.stringify(node) ? before : node;
      next.set(box.id, same);
      return same;
    });
    kept.current = next;
    return list;
  }, [model, selected, current]);
  const edges = useMemo<Edge[]>(
    () =>
      (model?.edges ?? []).map((edge) => ({
        id: edge.id,
        source: edge.source,
        target: edge.target,
        className: `edge ${edge.kind} ${edge.isFaint ? "faint" : ""}`,
        focusable: false,
      })),
    [model],
  );

  const select = useCallback((_: unknown, node: Node) => usePage.setState({ selection: { kind: "object", id: node.id } }), []);
  const pin = useCallback(
    (_: unknown, node: Node) =>
      usePage.setState((s) => ({ pins: { ...s.pins, [node.id]: [Math.round(node.position.x), Math.round(node.position.y)] } })),
    [],
  );
  const openMenu = useCallback((event: MouseEvent, node: Node) => {
    event.preventDefault();
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    // The menu key has no pointer: the menu opens at the card.
    const isPointer = event.clientX !== 0 || event.clientY !== 0;
    setMenu({ id: node.id, x: isPointer ? event.clientX : rect.left + 20, y: isPointer ? event.clientY : rect.top + 20 });
  }, []);
  /** Packets lie on a canvas that lets clicks through: one near a packet is the packet's. */
  const clickPacket = useCallback((event: MouseEvent) => {
    const flow = sectionRef.current?.querySelector(".react-flow");
    // Cards, wires and the ground let a packet through that lies on them; buttons do not.
    if (flow === null || flow === undefined || (event.target as Element).closest("button, a, .react-flow__minimap") !== null) return;
    const rect = flow.getBoundingClientRect();
    const spot = spotAt(event.clientX - rect.left, event.clientY - rect.top);
    if (spot === undefined) return;
    event.stopPropagation();
    event.preventDefault();
    if (spot.hop === undefined) follow(spot.connection);
    else showHop(spot.connection, spot.hop);
  }, []);
  /** From far away names grow and details give way. */
  const farOrNear = useCallback((_: unknown, { zoom }: { zoom: number }) => {
    sectionRef.current?.classList.toggle("is-far", zoom < farZoom);
  }, []);
  const pointPacket = useCallback((event: MouseEvent) => {
    const section = sectionRef.current;
    const rect = section?.querySelector(".react-flow")?.getBoundingClientRect();
    if (section === null || rect === undefined) return;
    section.classList.toggle("on-packet", spotAt(event.clientX - rect.left, event.clientY - rect.top) !== undefined);
  }, []);

  return (
    <section
      ref={sectionRef}
      className="graph"
      aria-label={ui.graphLabel}
      onClickCapture={clickPacket}
      onMouseMove={pointPacket}
      onKeyDown={walkCards}
    >
      {model === undefined ? (
        <p className="empty">{ui.loading}</p>
      ) : (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          onNodeClick={select}
          onNodeDragStop={pin}
          onNodeContextMenu={openMenu}
          nodesConnectable={false}
          edgesFocusable={false}
          // Its keys would take Space and Shift away from the editor, whose field it does not know as one.
          deleteKeyCode={null}
          panActivationKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          zoomActivationKeyCode={null}
          minZoom={0.15}
          maxZoom={2}
          nodeDragThreshold={4}
          onMove={farOrNear}
          disableKeyboardA11y
          proOptions={{ hideAttribution: false }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--dot)" />
          <Fit model={model} fitKey={`${summary?.name} ${summary?.seed} ${view} ${hidden.length}`} />
          <Lanes lanes={model.lanes} />
          {model.nodes.length >= mapFrom && <MiniMap pannable zoomable ariaLabel={ui.miniMap} nodeStrokeWidth={6} />}
          {geometry !== undefined && <PacketLayer geometry={geometry} />}
        </ReactFlow>
      )}
      {menu !== undefined && <CardMenu at={menu} onClose={() => setMenu(undefined)} />}
    </section>
  );
}

/** Shows the whole picture when another one opens and while its pane changes size, until the user moves it; afterwards when asked. */
function Fit({ model, fitKey }: { model: GraphModel; fitKey: string }) {
  const { ui } = useLanguage();
  const flow = useReactFlow();
  const store = useStoreApi();
  const hasPins = usePage((s) => Object.keys(s.pins).length > 0);
  const isOwn = useRef(false);
  const fit = useCallback(
    (durationMs: number) => {
      const { width, height } = store.getState();
      if (width === 0 || height === 0) return;
      const bounds = { x: 0, y: 0, width: model.width, height: model.height };
      void flow.setViewport(getViewportForBounds(bounds, width, height, 0.15, 1.25, fitPadding), { duration: durationMs });
    },
    [model.width, model.height, flow, store],
  );
  const newest = useRef(fit);
  newest.current = fit;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when another picture opens.
  useEffect(() => {
    isOwn.current = false;
    newest.current(0);
    return store.subscribe((state, before) => {
      if (!isOwn.current && (state.width !== before.width || state.height !== before.height)) newest.current(0);
    });
  }, [fitKey, store]);
  // A picture that outgrows its pane is fitted again, unless the user looks at a place of their own.
  useEffect(() => {
    if (!isOwn.current) fit(200);
  }, [fit]);
  useEffect(() => {
    const pane = store.getState().domNode;
    const moved = () => {
      isOwn.current = true;
    };
    pane?.addEventListener("wheel", moved, { passive: true });
    pane?.addEventListener("pointerdown", moved);
    return () => {
      pane?.removeEventListener("wheel", moved);
      pane?.removeEventListener("pointerdown", moved);
    };
  }, [store]);
  return (
    <div className="graph-tools">
      {hasPins && (
        <button type="button" className="btn small" onClick={() => usePage.setState({ pins: {} })}>
          {ui.tidy}
        </button>
      )}
      <span className="zoom">
        <button type="button" aria-label={ui.zoomIn} title={ui.zoomIn} onClick={() => zoom(flow, isOwn, 1.25)}>
          <Icon name="plus" />
        </button>
        <button type="button" aria-label={ui.zoomOut} title={ui.zoomOut} onClick={() => zoom(flow, isOwn, 0.8)}>
          <Icon name="minus" />
        </button>
        <button
          type="button"
          aria-label={ui.fit}
          title={ui.fit}
          onClick={() => {
            isOwn.current = false;
            fit(200);
          }}
        >
          <Icon name="fit" />
        </button>
      </span>
    </div>
  );
}

const fitPadding = { top: "8px", left: "18px", right: "18px", bottom: "16px" } as const;

function zoom(flow: ReturnType<typeof useReactFlow>, isOwn: { current: boolean }, factor: number): void {
  isOwn.current = true;
  void flow.zoomTo(flow.getZoom() * factor, { duration: 120 });
}

function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  const { ui } = useLanguage();
  return (
    <ViewportPortal>
      {lanes.map((lane) => (
        <span key={lane.code} className="lane" style={{ left: lane.x }}>
          {ui[lane.code]}
          {lane.code === "outside"
            ? ""
            : ` · ${lane.count}${lane.code === "cluster" ? ` ${lane.count === 1 ? ui.nodeCount : ui.nodesCount}` : ""}`}
        </span>
      ))}
    </ViewportPortal>
  );
}

/** Enter looks into a card; arrows go to the nearest card in their direction. */
function walkCards(event: KeyboardEvent): void {
  const card = (event.target as Element).closest<HTMLElement>(".react-flow__node");
  if (card === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") {
    usePage.setState({ selection: { kind: "object", id: card.dataset["id"] ?? "" } });
    event.preventDefault();
    return;
  }
  const direction = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const)[event.key];
  if (direction === undefined) return;
  event.preventDefault();
  const from = centreOf(card);
  let best: HTMLElement | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const other of document.querySelectorAll<HTMLElement>(".react-flow__node")) {
    if (other === card) continue;
    const to = centreOf(other);
    const ahead = (to.x - from.x) * direction[0] + (to.y - from.y) * direction[1];
    if (ahead < 4) continue;
    const aside = Math.abs((to.x - from.x) * direction[1]) + Math.abs((to.y - from.y) * direction[0]);
    if (ahead + 2 * aside < bestCost) {
      bestCost = ahead + 2 * aside;
      best = other;
    }
  }
  best?.focus();
}

function centreOf(element: HTMLElement): { readonly x: number; readonly y: number } {
  const rect = element.getBoundingClientRect();
  return { x: rect.left + rect.width / 2, y: rect.top + rect.height / 2 };
}

function flowNode(box: GraphNode, selected: string | undefined, current: string | undefined): Node {
  const isSelected = box.id === selected;
  const isCurrent = box.id === current;
  return {
    id: box.id,
    type: box.type,
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    data: { box },
    ...(box.parent === undefined ? {} : { parentId: box.parent, extent: "parent" as const }),
    draggable: box.parent === undefined,
    className: `${isSelected ? "is-selected" : ""} ${isCurrent ? "is-current" : ""}`,
    style: { width: box.width, height: box.height },
    zIndex: box.type === "node" ? 0 : 1,
    ariaRole: "button",
  };
}
