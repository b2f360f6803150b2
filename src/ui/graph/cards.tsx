import { memo } from "react";
import { Handle, type NodeProps, type NodeTypes, Position } from "reactflow";
import type { GraphNode } from "../../graph/model.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { usePlayback } from "./playback.ts";

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
  const acting = usePlayback((s) => {
    const stop = s.stops[s.at];
    return stop?.box === box.id ? stop.hop.object : undefined;
  });
  return (
    <div className="card rules" title={ui.everyNode}>
      <b>
        {ui.rules}{" "}
        <span className="faint">
          {ui.rulesKernel} · {box.mode}
        </span>
      </b>
      {box.services.map((service) => (
        <span className={`rule-row ${service.id === acting ? "is-acting" : ""}`} key={service.id}>
          <span className="pill" title={service.label}>
            {middle(service.label, 15)}
          </span>
          <code>{service.address}</code>
        </span>
      ))}
      {box.services.length === 0 && <span className="faint small">{ui.rulesEmpty}</span>}
      {box.more > 0 && (
        <span className="faint small">
          + {box.more} {ui.rulesMore}
        </span>
      )}
      <RulesCaption id={box.id} />
      <Wires />
    </div>
  );
}

/** What these rules did with the packet that is looked at; else that they stand on every node. */
function RulesCaption({ id }: { id: string }) {
  const { ui } = useLanguage();
  // One text, so that the card is drawn again only when it changes.
  const did = usePlayback((s) => {
    const packet = s.stops[s.at]?.hop.packet;
    let found = "";
    for (let i = 0; i <= s.at; i++) {
      const stop = s.stops[i];
      if (stop === undefined || stop.box !== id || stop.hop.packet !== packet) continue;
      const { action, source, destination } = stop.hop;
      if (action === "dnat" || action === "unsnat") found = `${action} ${destination}`;
      else if (action === "snat" || action === "undnat") found = `${action} ${source}`;
      else if (action === "drop" || action === "reject") found = action;
      else if (found === "") found = "pass";
    }
    return found;
  });
  const [action, address] = did.split(" ");
  const words = {
    "": ui.rulesSame,
    dnat: ui.didDnat,
    unsnat: ui.didUnsnat,
    snat: ui.didSnat,
    undnat: ui.didUndnat,
    drop: ui.didDrop,
    reject: ui.didReject,
    pass: ui.didPass,
  }[action as ""];
  return (
    <span className={`caption ${did === "" ? "" : "is-live"}`}>
      {did === "" && <Icon name="pen" size={11} />} {words} {address !== undefined && <code>{address}</code>}
    </span>
  );
}

function PodCard({ data: { box } }: CardProps<"pod">) {
  const { ui } = useLanguage();
  const share = usePage((s) => shareOf(s.answered, box.namespace, box.name));
  if (box.size === "compact") {
    return (
      <div className={`card pod compact ${box.isReady ? "is-ready" : ""}`} title={`${box.namespace}/${box.name} ${box.ip} ${box.status}`}>
        <span className="dot" /> {middle(box.name, 16)}
        {share > 0 && <span className="share" style={{ width: `${share}%` }} />}
        <Wires />
      </div>
    );
  }
  const isRunning = box.status === "Running";
  return (
    <div className={`card pod ${box.isTerminating ? "terminating" : ""}`} title={`${box.namespace}/${box.name}`}>
      <span className="pod-row">
        <b>{middle(box.name, isRunning && box.isReady ? 17 : 12)}</b>
        {isRunning ? (
          <span className={`chip ${box.isReady ? "ok" : "warn"}`}>
            {box.ready}
            {box.isReady ? "" : ` ${ui.notReady}`}
          </span>
        ) : (
          <span className="chip warn">{box.status}</span>
        )}
      </span>
      <span className="pod-row">
        <code>{box.ip === "" ? "—" : box.ip}</code>
        <PodSees id={`pod/${box.namespace}/${box.name}`} />
        {box.restarts > 0 && (
          <span className="restarts" title={`${box.restarts} ${ui.restarts}`}>
            ↻{box.restarts}
          </span>
        )}
      </span>
      {share > 0 && <span className="share" title={`${Math.round(share)} %`} style={{ width: `${share}%` }} />}
      <Wires />
    </div>
  );
}

/** Its part of all answered connections, in percent. */
function shareOf(answered: ReadonlyMap<string, number>, namespace: string, name: string): number {
  const own = answered.get(`pod/${namespace}/${name}`);
  if (own === undefined) return 0;
  let all = 0;
  for (const count of answered.values()) all += count;
  return (100 * own) / all;
}

/** Which client a pod takes the followed connection to come from: after masquerade it is not who asked. */
function PodSees({ id }: { id: string }) {
  const { ui } = useLanguage();
  const source = usePlayback((s) => {
    for (let i = 0; i <= s.at; i++) {
      const hop = s.stops[i]?.hop;
      if (hop?.at === id && hop.action === "receive" && hop.packet === 1) return hop.source;
    }
    return undefined;
  });
  if (source === undefined) return null;
  return (
    <span className="sees">
      {ui.podSees} <code>{source.slice(0, source.lastIndexOf(":"))}</code>
    </span>
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
