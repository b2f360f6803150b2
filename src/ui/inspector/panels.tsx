import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { hostAndPort } from "../../graph/address-change.ts";
import { endingOf } from "../../graph/ending.ts";
import { asFields, keyOf, selects, sorted, specOf } from "../../graph/objects.ts";
import { answeredBy, sharesOf } from "../../graph/shares.ts";
import { simplificationAt } from "../../graph/simplified.ts";
import { say } from "../../messages/catalogue.ts";
import type { ConnectionInfo, HopRecord } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { useSay } from "../explain/said.ts";
import { showHop, usePlayback } from "../graph/playback.ts";
import { query } from "../store/link-to-worker.ts";
import { archive, usePage } from "../store/store.ts";
import { LaterHops } from "../time/LaterHops.tsx";
import { shownHops, useAskedAt, useLook, useShownObjects } from "../time/look.ts";
import "./panels.css";
import { SequenceDiagram } from "./SequenceDiagram.tsx";
import { hopWords, placeName } from "./words.ts";

const ConnectionWhy = lazy(() => import("../explain/Why.tsx").then((why) => ({ default: why.ConnectionWhy })));
const ObjectWhy = lazy(() => import("../explain/Why.tsx").then((why) => ({ default: why.ObjectWhy })));

const PacketLayers = lazy(() => import("../explain/PacketLayers.tsx"));
const LitRules = lazy(() => import("../explain/LitRules.tsx"));

function useHops(connection: string): readonly HopRecord[] {
  // The film's stops change exactly when hops of the followed connection come in.
  usePlayback((s) => s.stops);
  useLook((s) => s.atUs);
  return shownHops(connection);
}

/** A connection: its packets, its hops, and why each happened. */
export function ConnectionPanel({ connection }: { connection: string }) {
  const { ui, sentences } = useLanguage();
  const info = usePage((s) => s.connections.find((c) => c.id === connection));
  const hops = useHops(connection);
  const { at, connection: followed } = usePlayback();
  if (info === undefined) return <p className="empty">{ui.inspectorEmpty}</p>;
  const shownIndex = followed === connection ? Math.min(at, hops.length - 1) : 0;
  const shown = hops[shownIndex];
  const packet = shown?.packet ?? 1;
  const packets = [...new Set(hops.map((hop) => hop.packet))];
  return (
    <>
      <header className="panel-head">
        <h2>
          {info.id} <span className="faint">{info.protocol.toUpperCase()}</span>
        </h2>
        <code>
          {info.source} → {info.destination}
        </code>
        {hops.length > 0 && <EndingLine info={info} hops={hops} />}
      </header>
      <nav className="packets" aria-label={ui.packetsOf}>
        {packets.map((number) => {
          const first = hops.findIndex((hop) => hop.packet === number);
          const hop = hops[first] as HopRecord;
          const isReply = hop.at !== info.opener;
          return (
            <button
              type="button"
              key={number}
              className={`packet ${isReply ? "reply" : "request"} ${number === packet ? "on" : ""}`}
              aria-pressed={number === packet}
              onClick={() => showHop(connection, first)}
            >
              {isReply ? "←" : "→"} {hop.summary ?? hop.flags ?? hop.protocol}
            </button>
          );
        })}
      </nav>
      <ol className="hops">
        {hops.map((hop, i) =>
          hop.packet === packet ? (
            <li key={hop.sequence} data-hop={i} className={i === shownIndex ? "now" : i < shownIndex ? "" : "later"}>
              <button type="button" aria-current={i === shownIndex ? "step" : undefined} onClick={() => showHop(connection, i)}>
                <span className={`bullet ${hop.action}`} />
                <span className="hop-text">
                  <b>
                    {placeName(hop.at)} <span className="faint">{ui[hopWords[hop.action]]}</span>
                  </b>
                  <code>
                    <Change before={hop.fromSource} after={hop.source} /> → <Change before={hop.fromDestination} after={hop.destination} />
                  </code>
                </span>
                <code className="faint">{milliseconds(hop.timeUs - info.openedUs)}</code>
              </button>
            </li>
          ) : null,
        )}
      </ol>
      <LaterHops count={archive.hops(connection).length - hops.length} />
      {shown !== undefined && (
        <div className="why">
          <h3>{ui.why}</h3>
          <p>{sentences === undefined ? shown.reason.code : say(sentences.reasons, shown.reason.code, shown.reason.args)}</p>
          <OnRealCluster hop={shown} next={hops[shownIndex + 1]} />
        </div>
      )}
      {shown !== undefined && (
        <Suspense fallback={null}>
          <PacketLayers connection={connection} sequence={shown.sequence} />
        </Suspense>
      )}
      {shown?.rule !== undefined && (
        <>
          <h3>{ui.theRule}</h3>
          <pre className="rule">
            <RuleText text={shown.rule} />
          </pre>
        </>
      )}
      {shown !== undefined && shown.rules.length > 1 && (
        <details>
          <summary>
            {ui.rulesMatched} · {shown.rules.length}
          </summary>
          <pre className="rule">{shown.rules.join("\n")}</pre>
        </details>
      )}
      {shown !== undefined && (
        <Suspense fallback={null}>
          <ConnectionWhy connection={connection} hop={shownIndex} />
        </Suspense>
      )}
      {shown !== undefined && (
        <details>
          <summary>{ui.sequence}</summary>
          <SequenceDiagram info={info} hops={hops} packet={packet} label={ui.sequence} />
        </details>
      )}
      <Shares destination={info.destination} />
    </>
  );
}

/** Where a real cluster is not so simple, it is said in one line. */
function OnRealCluster({ hop, next }: { hop: HopRecord; next: HopRecord | undefined }) {
  const sayIt = useSay();
  const nodes = usePage((s) => s.summary?.nodes);
  const nodeIps = useMemo(() => new Set(nodes?.flatMap(({ ips }) => ips)), [nodes]);
  const simplification = simplificationAt(hop, next, nodeIps);
  return simplification === undefined ? null : <p className="real muted small">{sayIt({ code: `real.${simplification}`, args: {} })}</p>;
}

function EndingLine({ info, hops }: { info: ConnectionInfo; hops: readonly HopRecord[] }) {
  const { ui } = useLanguage();
  const ending = endingOf(info, hops);
  switch (ending.type) {
    case "answered":
      return <span className="chip ok">{ui.endAnswered.replace("{by}", placeName(ending.by))}</span>;
    case "refused":
      return <span className="chip bad">{ui.endRefused.replace("{at}", placeName(ending.at))}</span>;
    case "lost":
      return <span className="chip bad">{ui.endLost.replace("{at}", placeName(ending.at))}</span>;
    case "open":
      return <span className="chip">{ui.endOpen}</span>;
  }
}

/** A rule as its own tool prints it, with what decides in it marked: chance, and where it goes. */
function RuleText({ text }: { text: string }) {
  const parts = text.split(/(-m statistic --mode random --probability [\d.]+|--to-destination \S+|-j (?:MASQUERADE|REJECT|DROP)\b)/);
  return (
    <>
      {parts.map((part, i) =>
        // Every second part is what the pattern caught.
        i % 2 === 1 ? <mark key={`${i}${part}`}>{part}</mark> : part,
      )}
    </>
  );
}

function Change({ before, after }: { before: string; after: string }) {
  if (before === after) return <>{after}</>;
  return (
    <>
      <s>{before}</s> <em>{after}</em>
    </>
  );
}

/** How the connections to one address were spread, beside what chance alone would give. */
function Shares({ destination }: { destination: string }) {
  const { ui } = useLanguage();
  const connections = usePage((s) => s.connections);
  const objects = useShownObjects();
  const atUs = useLook((s) => s.atUs);
  const answered = connections
    .filter((c) => c.destination === destination && c.purpose === "traffic" && (atUs === undefined || c.openedUs <= atUs))
    .flatMap((c) => answeredBy(shownHops(c.id)) ?? []);
  if (answered.length < 2) return null;
  const ip = hostAndPort(destination).host;
  const service = sorted(objects, "Service").find((s) => specOf(s)["clusterIP"] === ip);
  const candidates =
    service === undefined
      ? [...new Set(answered)]
      : sorted(objects, "Pod")
          .filter(
            (pod) =>
              pod.metadata.namespace === service.metadata.namespace && selects(asFields(specOf(service)["selector"]), pod.metadata.labels),
          )
          .map((pod) => `pod/${keyOf(pod)}`);
  const shares = sharesOf(answered, candidates);
  const scale = Math.max(...shares.map((share) => Math.max(share.count, share.high)), 1);
  return (
    <>
      <h3>
        {ui.whoAnswers} · {answered.length} {ui.connectionsCount}
      </h3>
      <ul className="shares">
        {shares.map((share) => (
          <li key={share.place}>
            <code>{placeName(share.place)}</code>
            <span className="meter">
              <i style={{ width: `${(100 * share.count) / scale}%` }} />
              {share.high > 0 && (
                <i
                  className="band"
                  style={{ left: `${(100 * share.low) / scale}%`, width: `${(100 * (share.high - share.low)) / scale}%` }}
                />
              )}
            </span>
            <code>{share.count}</code>
          </li>
        ))}
      </ul>
      <p className="faint small">{ui.expectedBand}</p>
    </>
  );
}

/** An object or a machine, with what can be asked of it. */
export function ObjectPanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const askedAt = useAskedAt();
  const [text, setText] = useState<{ readonly title: string; readonly body: string }[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void askedAt; // asked anew each simulated second, so that what is shown is what is
    const show = async () => {
      const parts = await Promise.all(
        questions(id).map(async ({ title, asked }) => ({ title, body: await query<string | undefined>(asked) })),
      );
      if (isCurrent) setText(parts.flatMap(({ title, body }) => (body === undefined || body === "" ? [] : [{ title, body }])));
    };
    void show();
    return () => {
      isCurrent = false;
    };
  }, [id, askedAt]);
  const titles: Readonly<Record<string, string>> = {
    describe: ui.describe,
    rules: ui.nodeRules,
    conntrack: ui.conntrack,
    routes: ui.routes,
    yaml: ui.objectYaml,
  };
  return (
    <>
      <header className="panel-head">
        <h2>{placeName(id)}</h2>
        <code>{id}</code>
      </header>
      <Suspense fallback={null}>
        <ObjectWhy id={id} />
      </Suspense>
      {text.map((part, i) => (
        <details key={part.title} open={i === 0}>
          <summary>{titles[part.title]}</summary>
          {part.title === "rules" ? (
            <Suspense fallback={<pre className="rule">{part.body}</pre>}>
              <LitRules text={part.body} node={id.slice(id.indexOf("/") + 1)} />
            </Suspense>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys must be able to come here (axe: scrollable-region-focusable)
            <pre className="rule is-wide" tabIndex={0}>
              {part.body}
            </pre>
          )}
        </details>
      ))}
    </>
  );
}

function questions(id: string): readonly { readonly title: string; readonly asked: Parameters<typeof query>[0] }[] {
  const [kind, ...rest] = id.split("/");
  const name = rest.join("/");
  if (kind === "rules" || kind === "node") {
    const node = [
      { title: "rules", asked: { kind: "rules", node: name } as const },
      { title: "conntrack", asked: { kind: "conntrack", node: name } as const },
      { title: "routes", asked: { kind: "routes", place: `node/${name}` } as const },
    ];
    return kind === "rules" ? node : [{ title: "describe", asked: { kind: "describe", object: id } }, ...node];
  }
  if (kind === "client" || kind === "external") return [{ title: "routes", asked: { kind: "routes", place: id } }];
  const object = kind === "lb" ? `service/${name}` : id;
  return [
    { title: "describe", asked: { kind: "describe", object } },
    { title: "yaml", asked: { kind: "yaml", object } },
  ];
}

function milliseconds(us: number): string {
  return `${Math.round(us / 10) / 100} ms`;
}
