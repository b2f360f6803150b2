import { useEffect, useState } from "react";
import { asFields, keyOf, selects, sorted, specOf } from "../../graph/objects.ts";
import { answeredBy, sharesOf } from "../../graph/shares.ts";
import { say } from "../../messages/catalogue.ts";
import type { HopRecord } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { showHop, usePlayback } from "../graph/playback.ts";
import { query } from "../store/link-to-worker.ts";
import { archive, usePage } from "../store/store.ts";

/** What was clicked, and why it happened. */
export function Inspector() {
  const { ui } = useLanguage();
  const selection = usePage((s) => s.selection);
  return (
    <section className="inspector" aria-label={ui.inspector}>
      {selection === undefined && <p className="empty">{ui.inspectorEmpty}</p>}
      {selection?.kind === "connection" && <ConnectionPanel connection={selection.connection} />}
      {selection?.kind === "object" && <ObjectPanel id={selection.id} />}
    </section>
  );
}

function useHops(connection: string): readonly HopRecord[] {
  // The film's stops change exactly when hops of the followed connection come in.
  usePlayback((s) => s.stops);
  return archive.hops(connection);
}

function ConnectionPanel({ connection }: { connection: string }) {
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
            <li key={hop.sequence} className={i === shownIndex ? "now" : i < shownIndex ? "" : "later"}>
              <button type="button" aria-current={i === shownIndex ? "step" : undefined} onClick={() => showHop(connection, i)}>
                <span className={`bullet ${hop.action}`} />
                <span className="hop-text">
                  <b>
                    {placeName(hop.at)} <span className="faint">{hop.action}</span>
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
      {shown !== undefined && (
        <div className="why" aria-live="polite">
          <h3>{ui.why}</h3>
          <p>{sentences === undefined ? shown.reason.code : say(sentences.reasons, shown.reason.code, shown.reason.args)}</p>
        </div>
      )}
      {shown?.rule !== undefined && (
        <>
          <h3>{ui.theRule}</h3>
          <pre className="rule">{shown.rule}</pre>
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
      <Shares destination={info.destination} />
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
  const objects = usePage((s) => s.objects);
  const answered = connections
    .filter((c) => c.destination === destination && c.purpose === "traffic")
    .flatMap((c) => answeredBy(archive.hops(c.id)) ?? []);
  if (answered.length < 2) return null;
  const ip = destination.slice(0, destination.lastIndexOf(":"));
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

function ObjectPanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const nowSecond = usePage((s) => Math.floor(s.nowUs / 1_000_000));
  const [text, setText] = useState<{ readonly title: string; readonly body: string }[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void nowSecond; // asked anew each simulated second, so that what is shown is what is
    const show = async () => {
      const parts = await Promise.all(questions(id).map(async ({ title, asked }) => ({ title, body: await query<string>(asked) })));
      if (isCurrent) setText(parts.filter((part) => part.body !== ""));
    };
    void show();
    return () => {
      isCurrent = false;
    };
  }, [id, nowSecond]);
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
      {text.map((part, i) => (
        <details key={part.title} open={i === 0}>
          <summary>{titles[part.title]}</summary>
          <pre className="rule">{part.body}</pre>
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

function placeName(place: string): string {
  return place.replace(/^(pod|service|ingress|lb)\/default\//, "").replace(/^(node|client|external|rules|pod|service|ingress|lb)\//, "");
}

function milliseconds(us: number): string {
  return `${Math.round(us / 10) / 100} ms`;
}
