import { memo, type ReactNode } from "react";
import { Handle, type NodeProps, type NodeTypes, Position } from "reactflow";
import { hostAndPort } from "../../graph/address-change.ts";
import type { Counts, GraphNode, PodState, ServicePill } from "../../graph/model.ts";
import { labelOf } from "../../graph/objects.ts";
import type { CardShare } from "../../graph/shares.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { usePlayback } from "./playback.ts";

export type CardData<T extends GraphNode["type"] = GraphNode["type"]> = {
  readonly box: Extract<GraphNode, { type: T }>;
  /** Its part of its Service's connections. */
  readonly share?: CardShare | undefined;
  readonly isPinned?: boolean;
};
type CardProps<T extends GraphNode["type"]> = NodeProps & { readonly data: CardData<T> };

/**
 * Names of a kind share their beginnings: where there is no room for all of it the middle gives way, and the telling end stays. The style
 * does the cutting, so that nothing is drawn anew while one zooms.
 */
function Name({ text, ends = "alike", children }: { text: string; ends?: "telling" | "alike" | "common"; children?: ReactNode }) {
  const cut = cutOf(text, ends);
  return (
    <b className={cut < text.length && ends === "alike" ? "name is-cut" : "name"}>
      {cut === text.length ? (
        <span>{text}</span>
      ) : (
        <>
          <span aria-hidden="true">{text.slice(0, cut)}</span>
          <span aria-hidden="true">{text.slice(cut)}</span>
          <span className="visually-hidden">{text}</span>
        </>
      )}
      {children}
    </b>
  );
}

/**
 * Where the end begins that stays: of pods' names, which share all but their ends, before the last part; of others the last letters; of
 * hosts, whose ends are common, nowhere. A name of few letters is not cut.
 */
function cutOf(text: string, ends: "telling" | "alike" | "common"): number {
  const { length } = text;
  if (ends === "common") return length;
  if (ends === "alike") return length > 14 ? length - 4 : length;
  if (length <= 10) return length;
  const last = text.lastIndexOf("-");
  return length - last <= 8 ? last : length - 5;
}

function Wires() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** It stands where the user put it. */
function Pin({ isPinned }: { isPinned: boolean | undefined }) {
  return isPinned === true ? <i className="pin" /> : null;
}

/** A sign that folds or unfolds a card; the pane hears of the click, and keys and the menu do the same. */
function Fold({ isFolded }: { isFolded: boolean }) {
  const { ui } = useLanguage();
  return (
    <span className="fold" aria-hidden="true" title={`${isFolded ? ui.unfold : ui.fold} (Z)`}>
      <Icon name={isFolded ? "plus" : "minus"} size={12} />
    </span>
  );
}

function ClientCard({ data: { box, isPinned } }: CardProps<"client">) {
  return (
    <div className="card client">
      <Name text={box.name} />
      <code className="details">{box.ip}</code>
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

function ExternalCard({ data: { box, isPinned } }: CardProps<"external">) {
  return (
    <div className="card external" title={box.name}>
      <Name text={box.name} ends="common" />
      <code className="details">{box.ip}</code>
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

function LoadBalancerCard({ data: { box, isPinned } }: CardProps<"loadBalancer">) {
  return (
    <div className="card load-balancer">
      <Name text={box.name}>
        <em>LB</em>
      </Name>
      <code className="details">{box.ip ?? "<pending>"}</code>
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

function NodeFrame({ data: { box, isPinned } }: CardProps<"node">) {
  const { ui } = useLanguage();
  return (
    <div className={`frame ${box.state} ${box.isCollapsed ? "is-collapsed" : ""}`}>
      <span className="frame-title">
        {box.name}
        {box.zone !== "" && <small className="details">{box.zone}</small>}
        {box.state === "notReady" && <span className="chip bad">{ui.nodeNotReady}</span>}
        {box.state === "cordoned" && <span className="chip warn">{ui.cordoned}</span>}
        {box.isCollapsed && <Ready counts={box} />}
      </span>
      <span className="frame-side">
        <code className="details">{box.ip}</code>
        <Fold isFolded={box.isCollapsed} />
      </span>
      <Pin isPinned={isPinned} />
      {box.isCollapsed && <Wires />}
    </div>
  );
}

/** `4/5 ready`, and restarts if there are any. */
function Ready({ counts: { ready, total, restarts } }: { counts: Counts }) {
  const { ui } = useLanguage();
  return (
    <>
      <span className={`chip ${ready === total ? "ok" : "warn"}`}>
        {ready}/{total} {ui.podsReady}
      </span>
      <Restarts count={restarts} />
    </>
  );
}

function Restarts({ count }: { count: number }) {
  const { ui } = useLanguage();
  return count === 0 ? null : (
    <span className="restarts" title={`${count} ${ui.restarts}`}>
      ↻{count}
    </span>
  );
}

/** So many Services have a line each, with their addresses; of more there are so many names. */
const linesMax = 2;
const namesMax = 4;
const narrowBelow = 160;

function RulesCard({ data: { box } }: CardProps<"rules">) {
  const { ui } = useLanguage();
  const acting = usePlayback((s) => {
    const stop = s.stops[s.at];
    return stop?.box === box.id ? stop.hop.object : undefined;
  });
  const { services } = box;
  const hasLines = services.length <= linesMax;
  const shown = hasLines ? services : withActing(services, acting);
  return (
    <div
      className={`card rules ${services.length === 1 ? "has-one" : ""} ${box.width < narrowBelow ? "is-narrow" : ""}`}
      title={ui.everyNode}
    >
      <b className="name">
        <span>{ui.rules}</span>
        <em>
          {services.length > shown.length && `+${services.length - shown.length} `}
          <span className="mode">{box.mode}</span>
        </em>
      </b>
      <span className={hasLines ? "rule-lines" : "rule-names"}>
        {shown.map((service) => (
          <span
            className={`rule-row ${service.id === acting ? "is-acting" : ""}`}
            key={service.id}
            data-id={service.id}
            title={service.address}
          >
            <span className="pill">{service.label}</span>
            {hasLines && service.address.split(" · ").map((address) => <code key={address}>{address}</code>)}
          </span>
        ))}
        {services.length === 0 && <span className="faint small">{ui.rulesEmpty}</span>}
      </span>
      <RulesCaption id={box.id} />
      <Wires />
    </div>
  );
}

/** The first few; the one whose rule decides now stands before them all, so that it is seen from far away too. */
function withActing(services: readonly ServicePill[], acting: string | undefined): readonly ServicePill[] {
  const one = services.find(({ id }) => id === acting);
  return (one === undefined ? services : [one, ...services.filter((other) => other !== one)]).slice(0, namesMax);
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

/** In these the status says more than the address. */
const wordy: ReadonlySet<PodState> = new Set(["starting", "failing", "terminating", "done"]);

function PodCard({ data: { box, share, isPinned } }: CardProps<"pod">) {
  const { ui } = useLanguage();
  const { name, namespace, status, state } = box;
  const title = `${namespace}/${name} ${box.ip} ${status}`;
  if (box.size === "compact") {
    return (
      <div className={`card pod compact ${state}`} title={title}>
        <i className="dot" />
        <Name text={name} ends="telling" />
        {state === "failing" && <span className="status">{status}</span>}
        <Restarts count={box.restarts} />
        <Bar share={share} />
        <Pin isPinned={isPinned} />
        <Wires />
      </div>
    );
  }
  return (
    <div className={`card pod ${state}`} title={title}>
      <span className="pod-row">
        <i className="dot" />
        <Name text={name} ends="telling" />
        <span className={`chip ${box.isReady ? "ok" : state === "failing" ? "bad" : "warn"}`}>{box.ready}</span>
      </span>
      <span className="pod-row details">
        {!wordy.has(state) && <code>{box.ip}</code>}
        {state !== "ready" && <span className="status">{state === "notReady" ? ui.notReady : status}</span>}
        {namespace !== "default" && <span className="status is-namespace">{namespace}</span>}
        <PodSees id={`pod/${namespace}/${name}`} />
        <Restarts count={box.restarts} />
      </span>
      <Bar share={share} />
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

/** Its share as a bar; the dashed band is where chance alone would put it. */
function Bar({ share }: { share: CardShare | undefined }) {
  const { ui } = useLanguage();
  if (share === undefined) return null;
  const { count, total, low, high, scale, hasBand } = share;
  const part = (value: number) => `${(100 * value) / scale}%`;
  const words = ui.shareOf.replace("{count}", `${count}`).replace("{total}", `${total}`);
  const chance = hasBand ? ` · ${ui.shareBand.replace("{low}", `${low}`).replace("{high}", `${high}`)}` : "";
  return (
    <span className="share" title={`${words}${chance}`}>
      <i style={{ width: part(count) }} />
      {hasBand && high > 0 && <i className="band" style={{ left: part(low), width: part(high - low) }} />}
    </span>
  );
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
      {ui.podSees} <code>{hostAndPort(source).host}</code>
    </span>
  );
}

function PodGroupCard({ data: { box, isPinned } }: CardProps<"podGroup">) {
  const { ui } = useLanguage();
  const { ready, total } = box;
  const count = <span className={`count chip ${ready === total ? "ok" : "warn"}`}>{ready === total ? total : `${ready}/${total}`}</span>;
  return (
    <div className={`card pod group ${box.size}`} title={`${box.namespace}/${box.name} ${ready}/${total}`}>
      <span className="pod-row">
        <Name text={box.name === "" ? ui.barePods : box.name} />
        {count}
        <Fold isFolded />
      </span>
      {box.size === "full" && (
        <span className="pod-row details">
          <Ready counts={box} />
          {box.namespace !== "default" && <span className="status">{box.namespace}</span>}
        </span>
      )}
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

function HiddenSign({ data: { box } }: CardProps<"hidden">) {
  const { ui } = useLanguage();
  return (
    <span className="card hidden-sign" title={ui.showAll}>
      {ui.hiddenCount.replace("{count}", `${box.count}`)}
      <Wires />
    </span>
  );
}

function ServiceCard({ data: { box, isPinned } }: CardProps<"service">) {
  const { ui } = useLanguage();
  return (
    <div className="card service" title={box.isHeadless ? ui.headless : ui.everyNode}>
      <span className="pod-row">
        <Name text={labelOf(box)} />
        {box.total > 1 && <Fold isFolded={box.isCollapsed} />}
      </span>
      <code className="details">{`${box.address} ${box.ports}`}</code>
      <span className="pod-row">
        {box.kind !== "ExternalName" && (
          <span className={box.total === 0 || box.ready === 0 ? "chip warn" : "chip ok"}>
            {box.total === 0 ? ui.noPods : `${box.ready}/${box.total} ${ui.podsReady}`}
          </span>
        )}
        {box.kind !== "ClusterIP" && <span className="status">{box.kind}</span>}
      </span>
      <Pin isPinned={isPinned} />
      <Wires />
    </div>
  );
}

function IngressCard({ data: { box, isPinned } }: CardProps<"ingress">) {
  return (
    <div className="card ingress" title={box.hosts}>
      <Name text={box.name}>
        <em>Ingress</em>
      </Name>
      <span className="small details">{box.hosts}</span>
      <code className="details">{box.address === "" ? "—" : box.address}</code>
      <Pin isPinned={isPinned} />
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
  hidden: HiddenSign,
  service: ServiceCard,
  ingress: IngressCard,
};

export const nodeTypes: NodeTypes = Object.fromEntries(Object.entries(cards).map(([type, card]) => [type, memo(card as never)]));
