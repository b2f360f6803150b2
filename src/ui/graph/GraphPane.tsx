import { useCallback, useEffect, useMemo, useRef } from "react";
import { Background, BackgroundVariant, Controls, type Edge, type Node, ReactFlow, ReactFlowProvider, useReactFlow } from "reactflow";
import type { GraphModel, GraphNode } from "../../graph/model.ts";
import { project } from "../../graph/project.ts";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { nodeTypes } from "./cards.tsx";
import { Geometry } from "./geometry.ts";
import { PacketLayer } from "./PacketLayer.tsx";
import { setBoxes, usePlayback } from "./playback.ts";

/** Namespaces of the cluster's own programs: hidden until asked for, so that a beginner's picture is the beginner's cluster. */
const systemNamespaces = ["kube-system", "kube-public", "kube-node-lease", "ingress-nginx"];
const none: readonly string[] = [];

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
  const objects = usePage((s) => s.objects);
  const view = usePage((s) => s.view);
  const showsSystem = usePage((s) => s.showsSystem);
  const pins = usePage((s) => s.pins);
  const selected = usePage((s) => (s.selection?.kind === "object" ? s.selection.id : undefined));
  const current = usePlayback((s) => s.stops[s.at]?.box);

  const model = useMemo<GraphModel | undefined>(
    () =>
      summary === undefined
        ? undefined
        : project(summary, objects, { view, hiddenNamespaces: showsSystem ? none : systemNamespaces, pins }),
    [summary, objects, view, showsSystem, pins],
  );
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

  const flow = useReactFlow();
  const fittedFor = useRef("");
  useEffect(() => {
    // Fit when another cluster or view opens; afterwards the user's own viewport is left alone.
    const key = `${summary?.name} ${summary?.seed} ${view} ${model === undefined}`;
    if (model === undefined || model.nodes.length === 0 || fittedFor.current === key) return;
    fittedFor.current = key;
    requestAnimationFrame(() => void flow.fitView({ padding: 0.06, maxZoom: 1.25 }));
  }, [model, summary, view, flow]);

  const select = useCallback((_: unknown, node: Node) => usePage.setState({ selection: { kind: "object", id: node.id } }), []);
  const pin = useCallback(
    (_: unknown, node: Node) =>
      usePage.setState((s) => ({ pins: { ...s.pins, [node.id]: [Math.round(node.position.x), Math.round(node.position.y)] } })),
    [],
  );
  const hasPins = Object.keys(pins).length > 0;

  return (
    <section className="graph" aria-label={ui.graphLabel}>
      {model === undefined ? (
        <p className="empty">{ui.loading}</p>
      ) : (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          onNodeClick={select}
          onNodeDragStop={pin}
          nodesConnectable={false}
          edgesFocusable={false}
          deleteKeyCode={null}
          minZoom={0.15}
          maxZoom={2}
          disableKeyboardA11y
          proOptions={{ hideAttribution: false }}
        >
          <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} color="var(--dot)" />
          <Controls showInteractive={false} fitViewOptions={{ padding: 0.06 }} />
          {geometry !== undefined && <PacketLayer geometry={geometry} />}
        </ReactFlow>
      )}
      <div className="graph-tools">
        <label className="toggle">
          <input type="checkbox" checked={showsSystem} onChange={(e) => usePage.setState({ showsSystem: e.target.checked })} />{" "}
          {ui.showSystem}
        </label>
        {hasPins && (
          <button type="button" className="btn small" onClick={() => usePage.setState({ pins: {} })}>
            {ui.tidy}
          </button>
        )}
      </div>
    </section>
  );
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
    ariaLabel: box.id,
  };
}
