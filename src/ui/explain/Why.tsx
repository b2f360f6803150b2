import type {
  Affinity,
  ChainLink,
  Ending,
  IngressRoutes,
  Membership,
  PodFactsAnswer,
  ProbeCounter,
  Query,
  ServiceFacts,
} from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { placeName } from "../inspector/words.ts";
import { useAnswer } from "./answer.ts";
import "./explain.css";
import { light, show, showEnding } from "./explain.ts";
import { useSay } from "./said.ts";

/** Of longer thresholds the words tell. */
const dotsMax = 10;

/** A connection that failed: the cause, and the way from this hop to the line of YAML. */
export function ConnectionWhy({ connection, hop }: { connection: string; hop: number }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const ending = useAnswer<Ending>({ kind: "ending", connection });
  const because = ending?.cause.args["why"];
  return (
    <>
      {ending?.isFailure === true && (
        <div className="cause">
          <h3>{ui.cause}</h3>
          {ending.text !== undefined && <code>{ending.text}</code>}
          <p>
            {sayIt(ending.cause)} {typeof because === "string" && because !== "" && sayIt({ code: because, args: ending.cause.args })}
          </p>
          <button type="button" className="btn small" onClick={() => showEnding(ending)}>
            {ui.showMe}
          </button>
        </div>
      )}
      <Chain asked={{ kind: "chain", from: "hop", connection, hop }} />
    </>
  );
}

/** What an object is in the story: a Service's ways and members, a pod from the inside, an Ingress's routes; and the chain that it is a link of. */
export function ObjectWhy({ id }: { id: string }) {
  const kind = id.slice(0, id.indexOf("/"));
  return (
    <>
      {kind === "service" && <ServicePanel id={id} />}
      {kind === "pod" && <PodPanel id={id} />}
      {kind === "ingress" && <IngressPanel id={id} />}
      <Chain asked={{ kind: "chain", from: "object", object: id }} />
    </>
  );
}

function Chain({ asked }: { asked: Query }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const links = useAnswer<readonly ChainLink[]>(asked) ?? [];
  if (links.length === 0) return null;
  const words: Readonly<Record<ChainLink["kind"], string>> = {
    packet: ui.chainPacket,
    rule: ui.chainRule,
    service: "Service",
    slice: "EndpointSlice",
    pod: "Pod",
    condition: ui.chainCondition,
    probe: ui.chainProbe,
    policy: "NetworkPolicy",
    ingress: "Ingress",
    text: ui.chainText,
  };
  return (
    <>
      <h3>{ui.chain}</h3>
      <ol className="chain" onPointerLeave={() => light([])}>
        {links.map((link, i) => (
          <li key={`${i}${link.kind}${link.label}`} className={link.isWell ? "" : "ill"}>
            <button
              type="button"
              onPointerEnter={() => light([link.shown])}
              onFocus={() => light([link.shown])}
              onBlur={() => light([])}
              onClick={() => show([link.shown])}
            >
              <b>{words[link.kind]}</b>
              <code>{link.label}</code>
              {link.said !== undefined && link.kind !== "packet" && <span className="muted">{sayIt(link.said)}</span>}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}

function ServicePanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const facts = useAnswer<ServiceFacts>({ kind: "service", object: id });
  if (facts === undefined) return null;
  return (
    <>
      <h3>{ui.ways}</h3>
      <ul className="ways">
        {facts.ways.map((way) => (
          <li key={`${way.from.code}${way.address}`}>
            <span className={`chip ${way.isOpen ? "ok" : "warn"}`}>{way.isOpen ? ui.wayOpen : ui.wayClosed}</span>
            <span>
              {sayIt(way.from)} {way.address !== "" && <code>{way.address}</code>}
              {way.why !== undefined && <span className="muted"> {sayIt(way.why)}</span>}
            </span>
          </li>
        ))}
      </ul>
      <h3>{ui.members}</h3>
      {facts.pods.length === 0 && <p className="faint">{ui.noPods}</p>}
      <ul className="members">
        {facts.pods.map((member) => (
          <MemberRow key={member.pod} member={member} />
        ))}
      </ul>
      {facts.affinity !== undefined && <AffinityList affinity={facts.affinity} />}
      {facts.policies.length > 0 && (
        <>
          <h3>{ui.policies}</h3>
          <ul className="ways">
            {facts.policies.map(({ policy, said }) => (
              <li key={policy}>
                <code>{placeName(policy.replace(/^networkpolicy\/(default\/)?/, ""))}</code> <span className="muted">{sayIt(said)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function AffinityList({ affinity }: { affinity: Affinity }) {
  const sayIt = useSay();
  const { clients, timeoutSeconds } = affinity;
  return (
    <>
      <h3>{sayIt({ code: "affinity.title", args: {} })}</h3>
      <p className="faint small">{sayIt({ code: "affinity.rule", args: { seconds: timeoutSeconds } })}</p>
      {clients.length === 0 && <p className="muted">{sayIt({ code: "affinity.empty", args: {} })}</p>}
      <ul className="affinity">
        {clients.map(({ node, client, name, pod, virtual, leftSeconds }) => (
          <li
            key={`${node} ${client} ${pod} ${virtual ?? ""}`}
            onPointerEnter={() => light([{ object: pod }])}
            onPointerLeave={() => light([])}
          >
            <span>
              <b>{node}</b> <span title={client}>{name === "" ? client : placeName(name)}</span> →{" "}
              {pod.startsWith("pod/") ? (
                <button type="button" className="place" onClick={() => show([{ object: pod }])}>
                  {placeName(pod)}
                </button>
              ) : (
                <code>{pod}</code>
              )}
              {virtual !== undefined && <code className="faint"> {virtual}</code>}
            </span>
            <span className="left">{sayIt({ code: "affinity.left", args: { seconds: leftSeconds } })}</span>
            <span className="meter" aria-hidden="true">
              <i style={{ width: `${Math.min(100, (100 * leftSeconds) / timeoutSeconds)}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function MemberRow({ member }: { member: Membership }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  return (
    <li onPointerEnter={() => light([member.shown])} onPointerLeave={() => light([])}>
      <span className={`chip ${member.isIn ? "ok" : "warn"}`}>{member.isIn ? ui.memberIn : ui.memberOut}</span>
      <button type="button" className="place" onClick={() => show([member.shown])}>
        {placeName(member.pod)}
      </button>
      <span className="muted">{sayIt(member.why)}</span>
    </li>
  );
}

/** How many of the same in a row, of how many that count, as dots and in words. */
function ProbeRow({ probe }: { probe: ProbeCounter }) {
  const sayIt = useSay();
  const { kind, container, count, threshold, isFailing } = probe;
  const dots = Array.from({ length: Math.min(threshold, dotsMax) }, (_, i) => i < count);
  return (
    <li className={isFailing ? "ill" : ""}>
      <b>{sayIt({ code: `probe.${kind}`, args: {} })}</b> <code className="muted">{container}</code>
      <span className="dots" aria-hidden="true">
        {dots.map((isMet, i) => (
          <i key={`${i}${isMet}`} className={isMet ? "full" : ""} />
        ))}
      </span>
      <span>{sayIt(probe.said)}</span>
      <span className="faint small">{sayIt(probe.next)}</span>
    </li>
  );
}

function PodPanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const facts = useAnswer<PodFactsAnswer>({ kind: "pod", object: id });
  if (facts === undefined) return null;
  return (
    <>
      {facts.counters.length > 0 && (
        <>
          <h3>{sayIt({ code: "probe.title", args: {} })}</h3>
          <ul className="probe-counters">
            {facts.counters.map((one) => (
              <ProbeRow key={`${one.container}${one.kind}`} probe={one} />
            ))}
          </ul>
        </>
      )}
      {facts.probes.length > 0 && (
        <>
          <h3>{ui.probeTimes}</h3>
          <ol className="probe-times">
            {facts.probes.map((one) => (
              <li key={`${one.atMs}${one.reason}${one.message}`} className={one.isWell ? "" : "ill"}>
                <code>{clock(one.atMs)}</code>
                <b>{one.reason}</b>
                {one.count > 1 && <span className="faint">×{one.count}</span>}
                <span className="muted">{one.message}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {facts.listening.length > 0 && (
        <p className="small">
          {ui.listening} <code>{facts.listening.join("  ")}</code>
        </p>
      )}
      {facts.resolvConf !== "" && (
        <details>
          <summary>/etc/resolv.conf</summary>
          <pre className="rule">{facts.resolvConf}</pre>
        </details>
      )}
      {facts.environment.length > 0 && (
        <details>
          <summary>
            {ui.environment} · {facts.environment.length}
          </summary>
          <pre className="rule">{facts.environment.map(({ name, value }) => `${name}=${value}`).join("\n")}</pre>
        </details>
      )}
    </>
  );
}

function IngressPanel({ id }: { id: string }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const routes = useAnswer<IngressRoutes>({ kind: "ingress", object: id });
  if (routes === undefined) return null;
  return (
    <>
      <h3>{ui.routeTable}</h3>
      {routes.problem !== undefined && <p className="chip warn">{sayIt(routes.problem)}</p>}
      <ul className="ways">
        {routes.routes.map((route) => (
          <li key={`${route.host}${route.path}`} onPointerEnter={() => light([route.shown])} onPointerLeave={() => light([])}>
            <button type="button" className="place" onClick={() => show([route.shown])}>
              {route.host}
              {route.path} → {route.backend}
            </button>
            <code>{route.endpoints.join("  ")}</code>
            {route.problem !== undefined && <span className="chip warn">{sayIt(route.problem)}</span>}
          </li>
        ))}
      </ul>
      {routes.decisions.length > 0 && (
        <details open>
          <summary>{ui.decisions}</summary>
          {routes.decisions
            .toReversed()
            .slice(0, 5)
            .map((lines, i) => (
              <pre className="rule" key={`${i}${lines[0]}`}>
                {lines.join("\n")}
              </pre>
            ))}
        </details>
      )}
    </>
  );
}

/** `00:41` of simulated time; what was before loading is a day old and says nothing. */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${`${Math.floor(seconds / 60)}`.padStart(2, "0")}:${`${seconds % 60}`.padStart(2, "0")}`;
}
