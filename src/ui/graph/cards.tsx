import { memo } from "react";
import { Handle, type NodeProps, type NodeTypes, Position } from "reactflow";
import type { GraphNode } from "../../graph/model.ts";
import { useLanguage } from "../app/language.ts";

type Data<T extends GraphNode["type"]> = { readonly box: Extract<GraphNode, { type: T }> };
type CardProps<T extends GraphNode["type"]> = NodeProps & { readonly data: Data<T> };

/** Long names share their beginnings: the middle gives way. */
export function middle(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.floor((length - 1) / 2);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}

function Wires() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function ClientCard({ data: { box } }: CardProps<"client">) {
  return (
    <div className="card client">
      <b>{middle(box.name, 18)}</b>
      <code>{box.ip}</code>
      <Wires />
    </div>
  );
}

function ExternalCard({ data: { box } }: CardProps<"external">) {
  return (
    <div className="card external" title={box.name}>
      <b>{middle(box.name, 18)}</b>
      <code>{box.ip}</code>
      <Wires />
    </div>
  );
}

function LoadBalancerCard({ data: { box } }: CardProps<"loadBalancer">) {
  return (
    <div className="card load-balancer">
      <b>
        {middle(box.name, 14)} <span className="faint">LB</span>
      </b>
      <code>{box.ip ?? "<pending>"}</code>
      <Wires />
    </div>
  );
}

function NodeFrame({ data: { box } }: CardProps<"node">) {
  const { ui } = useLanguage();
  return (
    <div className={`frame ${box.state}`}>
      <span className="frame-title">
        {box.name}
        {box.state === "notReady" && <span className="chip bad">{ui.nodeNotReady}</span>}
        {box.state === "cordoned" && <span className="chip warn">{ui.cordoned}</span>}
      </span>
      <code className="frame-ip">{box.ip}</code>
    </div>
  );
}

function RulesCard({ data: { box } }: CardProps<"rules">) {
  const { ui } = useLanguage();
  return (
    <div className="card rules" title={ui.everyNode}>
      <b>
        {ui.rules} <span className="faint">{ui.rulesKernel}</span>
      </b>
      {box.services.map((service) => (
        <span className="rule-row" key={service.id} data-object={service.id}>
          <span className="pill">{middle(service.label, 16)}</span>
          <code>{middle(service.address, 22)}</code>
        </span>
      ))}
      {box.services.length === 0 && <span className="faint small">{ui.rulesEmpty}</span>}
      {box.more > 0 && (
        <span className="faint small">
          + {box.more} {ui.rulesMore}
        </span>
      )}
      <span className="writer">✎ {ui.rulesWriter}</span>
      <Wires />
    </div>
  );
}

function PodCard({ data: { box } }: CardProps<"pod">) {
  const { ui } = useLanguage();
  if (box.size === "compact") {
    return (
      <div className={`card pod compact ${box.isReady ? "is-ready" : ""}`} title={`${box.namespace}/${box.name} ${box.ip} ${box.status}`}>
        <span className="dot" /> {middle(box.name, 16)}
        <Wires />
      </div>
    );
  }
  const isRunning = box.status === "Running";
  return (
    <div className={`card pod ${box.isTerminating ? "terminating" : ""}`}>
      <b title={`${box.namespace}/${box.name}`}>{middle(box.name, 21)}</b>
      <span className="pod-row">
        <code>{box.ip === "" ? "—" : box.ip}</code>
        {isRunning ? (
          <span className={`chip ${box.isReady ? "ok" : "warn"}`}>
            {box.ready}
            {box.isReady ? "" : ` ${ui.notReady}`}
          </span>
        ) : (
          <span className="chip warn">{box.status}</span>
        )}
      </span>
      {box.restarts > 0 && (
        <span className="restarts" title={`${box.restarts} ${ui.restarts}`}>
          ↻{box.restarts}
        </span>
      )}
      <Wires />
    </div>
  );
}

function PodGroupCard({ data: { box } }: CardProps<"podGroup">) {
  const { ui } = useLanguage();
  return (
    <div className="card pod group">
      <b>{middle(box.name, 21)}</b>
      <span className={`chip ${box.ready === box.pods.length ? "ok" : "warn"}`}>
        {box.ready}/{box.pods.length} {ui.podsReady}
      </span>
      <Wires />
    </div>
  );
}

function ServiceCard({ data: { box } }: CardProps<"service">) {
  const { ui } = useLanguage();
  return (
    <div className="card service" title={box.isHeadless ? ui.headless : ui.everyNode}>
      <b>
        {middle(box.name, 17)} <span className="faint">{box.kind === "ClusterIP" ? "" : box.kind}</span>
      </b>
      <code>{middle(`${box.address} ${box.ports}`, 26)}</code>
      {box.kind !== "ExternalName" && (
        <span className={box.total === 0 || box.ready === 0 ? "chip warn" : "chip ok"}>
          {box.total === 0 ? ui.noPods : `${box.ready}/${box.total} ${ui.podsReady}`}
        </span>
      )}
      <Wires />
    </div>
  );
}

function IngressCard({ data: { box } }: CardProps<"ingress">) {
  return (
    <div className="card ingress" title={box.hosts}>
      <b>
        {middle(box.name, 14)} <span className="faint">Ingress</span>
      </b>
      <span className="small">{middle(box.hosts, 26)}</span>
      <code>{box.address === "" ? "—" : box.address}</code>
      <Wires />
    </div>
  );
}

/** One card for each type of box: it does not compile until a new type has its card. */
type Cards = { readonly [T in GraphNode["type"]]: (props: CardProps<T>) => React.ReactNode };

const cards: Cards = {
  client: ClientCard,
  external: ExternalCard,
  loadBalancer: LoadBalancerCard,
  node: NodeFrame,
  rules: RulesCard,
  pod: PodCard,
  podGroup: PodGroupCard,
  service: ServiceCard,
  ingress: IngressCard,
};

export const nodeTypes: NodeTypes = Object.fromEntries(Object.entries(cards).map(([type, card]) => [type, memo(card as never)]));
