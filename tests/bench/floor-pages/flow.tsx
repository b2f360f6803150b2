import "reactflow/dist/style.css";
import { memo, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Handle, type Node, Position, ReactFlow } from "reactflow";

/** The floor of the page's figures: React Flow with memoised cards of two handles, 30 or as many as `?nodes=` says, and nothing else. */
const Card = memo(({ data }: { data: { label: string } }) => (
  <div>
    <Handle type="target" position={Position.Left} />
    {data.label}
    <Handle type="source" position={Position.Right} />
  </div>
));

const nodeTypes = { card: Card };
const count = Number(new URLSearchParams(window.location.search).get("nodes") ?? 30);
const perRow = Math.ceil(Math.sqrt(count * 1.2));
const first: Node[] = Array.from({ length: count }, (_, i) => ({
  id: `${i}`,
  type: "card",
  position: { x: (i % perRow) * 140, y: Math.floor(i / perRow) * 90 },
  data: { label: `card ${i}` },
}));

declare global {
  interface Window {
    bareMountedMs?: number;
    bareUpdate?: (label: string) => Promise<number>;
  }
}

const painted = (): Promise<number> =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))));

function Page() {
  const [nodes, setNodes] = useState(first);
  useEffect(() => {
    void painted().then((ms) => {
      window.bareMountedMs = ms;
    });
    window.bareUpdate = async (label) => {
      const start = performance.now();
      setNodes((before) => before.map((node) => (node.id === "7" ? { ...node, data: { label } } : node)));
      return (await painted()) - start;
    };
  }, []);
  return <ReactFlow nodes={nodes} edges={[]} nodeTypes={nodeTypes} minZoom={0.1} fitView />;
}

createRoot(document.getElementById("root") as HTMLElement).render(<Page />);
