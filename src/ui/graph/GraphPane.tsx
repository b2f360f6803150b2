import { type KeyboardEvent, lazy, type MouseEvent, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  BackgroundVariant,
  type Edge,
  MiniMap,
  type Node,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  useStore,
  ViewportPortal,
} from "reactflow";
import type { GraphModel, Lane } from "../../graph/model.ts";
import { withPin } from "../../graph/pins.ts";
import { zoomLook, zoomMin } from "../../graph/zoom.ts";
import { useLanguage } from "../app/language.ts";
import { typeZoom } from "../app/type-size.ts";
import { usePage } from "../store/store.ts";
import type { MenuAt } from "./CardMenu.tsx";
import { nodeTypes } from "./cards.tsx";
import { toggleFold } from "./fold.ts";
import "./graph.css";
import { GraphTools } from "./GraphTools.tsx";
import { lookInto, openTool, useTools } from "./graph-tools.ts";
import { follow, showHop } from "./playback.ts";
import { spotAt } from "./spots.ts";
import { useLongPress } from "./use-long-press.ts";
import { type Dragged, plainRole, useFlowNodes, usePicture, useSliding } from "./use-picture.ts";
import { walkCards } from "./walk-cards.ts";

// Packets come after the first picture.
const PacketLayer = lazy(() => import("./PacketLayer.tsx"));
const CardMenu = lazy(() => import("./CardMenu.tsx").then(({ CardMenu }) => ({ default: CardMenu })));

/** A picture of so many boxes gets a map, when some of it is out of sight. */
const mapFrom = 30;

export function GraphPane() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}

function Graph() {
  const { ui } = useLanguage();
  const picture = usePicture();
  // Nothing runs yet, and will not before the text is mended.
  const isStuck = usePage((s) => s.summary === undefined && s.problems.length > 0);
  const [dragged, setDragged] = useState<Dragged | undefined>();
  const nodes = useFlowNodes(picture, dragged);
  const isFinding = useTools((s) => s.found !== undefined);
  const [menu, setMenu] = useState<MenuAt | undefined>();
  const sectionRef = useRef<HTMLElement>(null);
  useSliding(picture, sectionRef);
  const edges = useMemo<Edge[]>(
    () =>
      (picture?.model.edges ?? []).map((edge) => ({
        id: edge.id,
        source: edge.source,
        target: edge.target,
        className: `edge ${edge.kind} ${edge.isFaint ? "faint" : ""}`,
        focusable: false,
        ariaLabel: `${edge.source} → ${edge.target}`,
        domAttributes: plainRole,
      })),
    [picture],
  );

  const select = useCallback((event: MouseEvent, node: Node) => {
    if ((event.target as Element).closest(".fold") !== null) toggleFold(node.id);
    else lookInto(node.id);
  }, []);
  const drag = useCallback((changes: readonly NodeChange[]) => {
    for (const change of changes) {
      if (change.type === "position" && change.dragging === true && change.position) setDragged({ id: change.id, ...change.position });
    }
  }, []);
  const pin = useCallback((_: unknown, node: Node) => {
    usePage.setState((s) => ({ pins: withPin(s.pins, node.id, [node.position.x, node.position.y]) }));
    setDragged(undefined);
  }, []);
  const openMenu = useCallback((event: MouseEvent, node: Node) => {
    event.preventDefault();
    const rect = (event.currentTarget as HTMLElement).getBoundingClientRect();
    // The menu key has no pointer: the menu opens at the card.
    const isPointer = event.clientX !== 0 || event.clientY !== 0;
    setMenu({ id: node.id, x: isPointer ? event.clientX : rect.left + 20, y: isPointer ? event.clientY : rect.top + 20 });
  }, []);
  const openMenuByTouch = useCallback((card: HTMLElement, at: { readonly x: number; readonly y: number }) => {
    setMenu({ id: card.dataset["id"] ?? "", ...at });
  }, []);
  useLongPress(sectionRef, openMenuByTouch);
  /** Packets lie on a canvas that lets clicks through: one near a packet is the packet's. */
  const clickPacket = useCallback((event: MouseEvent) => {
    const flow = sectionRef.current?.querySelector(".react-flow");
    // Cards, wires and the ground let a packet through that lies on them; buttons do not.
    const isControl = (event.target as Element).closest("button, a, .react-flow__minimap, .graph-panel") !== null;
    if (flow === null || flow === undefined || isControl) return;
    const rect = flow.getBoundingClientRect();
    const spot = spotAt(event.clientX - rect.left, event.clientY - rect.top);
    if (spot === undefined) return;
    event.stopPropagation();
    event.preventDefault();
    if (spot.hop === undefined) follow(spot.connection);
    else showHop(spot.connection, spot.hop);
  }, []);
  /** The user looks at a place of their own: the picture is not fitted again. */
  const isOwnView = useRef(false);
  const moved = useCallback((event: unknown, { zoom }: { zoom: number }) => {
    // Only what the user does comes with an event.
    if (event !== null) isOwnView.current = true;
    applyZoom(sectionRef.current, zoom);
  }, []);
  const pointPacket = useCallback((event: MouseEvent) => {
    const section = sectionRef.current;
    const rect = section?.querySelector(".react-flow")?.getBoundingClientRect();
    if (section === null || rect === undefined) return;
    section.classList.toggle("on-packet", spotAt(event.clientX - rect.left, event.clientY - rect.top) !== undefined);
  }, []);
  const press = useCallback((event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "f") {
      event.preventDefault();
      openTool("find");
    } else walkCards(event);
  }, []);
  useEffect(() => applyZoom(sectionRef.current, 1), []);

  return (
    <section
      ref={sectionRef}
      className={`graph ${isFinding ? "is-finding" : ""}`}
      aria-label={ui.graphLabel}
      onClickCapture={clickPacket}
      onMouseMove={pointPacket}
      onKeyDown={press}
    >
      {picture === undefined ? (
        <p className="empty">{isStuck ? ui.notStarted : ui.loading}</p>
      ) : (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          onNodeClick={select}
          onNodesChange={drag}
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
          minZoom={zoomMin}
          maxZoom={2}
          nodeDragThreshold={4}
          onMove={moved}
          disableKeyboardA11y
          proOptions={{ hideAttribution: false }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--dot)" />
          <GraphTools model={picture.model} fitKey={picture.key} isOwnView={isOwnView} />
          <Lanes lanes={picture.model.lanes} />
          {picture.model.nodes.length >= mapFrom && <PictureMap model={picture.model} />}
          <Suspense fallback={null}>
            <PacketLayer model={picture.model} />
          </Suspense>
        </ReactFlow>
      )}
      {menu !== undefined && (
        <Suspense fallback={null}>
          <CardMenu at={menu} onClose={() => setMenu(undefined)} />
        </Suspense>
      )}
    </section>
  );
}

/** From far away details give way, and type grows against the zoom, so that what is left can be read. */
function applyZoom(section: HTMLElement | null, zoom: number): void {
  if (section === null) return;
  const { detail, least } = zoomLook(typeZoom(zoom));
  const text = `${least}px`;
  if (section.dataset["detail"] === detail && section.style.getPropertyValue("--least") === text) return;
  section.dataset["detail"] = detail;
  section.style.setProperty("--least", text);
}

function PictureMap({ model }: { model: GraphModel }) {
  const { ui } = useLanguage();
  const isCut = useStore(({ transform: [x, y, zoom], width, height }) => {
    const margin = 8;
    return x < -margin || y < -margin || x + model.width * zoom > width + margin || y + model.height * zoom > height + margin;
  });
  return isCut ? <MiniMap pannable zoomable ariaLabel={ui.miniMap} nodeStrokeWidth={6} style={{ width: 150, height: 100 }} /> : null;
}

function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  const { ui } = useLanguage();
  return (
    <ViewportPortal>
      {lanes.map((lane) => (
        <span key={lane.code} className={`lane ${lane.code}`} style={{ left: lane.x, top: lane.y }}>
          {ui[lane.code]}
          {lane.code === "outside"
            ? ""
            : ` · ${lane.count}${lane.code === "cluster" ? ` ${lane.count === 1 ? ui.nodeCount : ui.nodesCount}` : ""}`}
        </span>
      ))}
    </ViewportPortal>
  );
}
