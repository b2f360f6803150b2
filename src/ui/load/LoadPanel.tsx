import { useEffect, useMemo, useState } from "react";
import { type LoadWish, loadTargets } from "../../graph/load-targets.ts";
import { type LoadShare, sharesOfLoad } from "../../graph/load-theory.ts";
import type { LoadSnapshot } from "../../playground/protocol.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { Drawer } from "./DrawerFrame.tsx";
import { isLoadRunning, useLoad } from "./load.ts";
import { followLoad, startLoad, stopLoad } from "./run-load.ts";
import "./load.css";

const durations = [10, 30, 60, 300, undefined] as const;
const rateMax = 2000;

/** The load generator: from where, whereto, how much; and who answers, beside what theory says. */
export default function LoadPanel() {
  const { ui } = useLanguage();
  const snapshot = useLoad((s) => s.snapshot);
  useEffect(followLoad, []);
  return (
    <Drawer name="load" title={ui.openLoad}>
      <div className="load-body">
        <LoadForm />
        {snapshot === undefined ? <p className="faint load-empty">{ui.loadEmpty}</p> : <LoadResults load={snapshot} />}
      </div>
    </Drawer>
  );
}

function LoadForm() {
  const { ui } = useLanguage();
  const objects = usePage((s) => s.objects);
  const summary = usePage((s) => s.summary);
  const isRunning = useLoad(isLoadRunning);
  const targets = useMemo(() => loadTargets(objects, summary), [objects, summary]);
  const [ownUrl, setUrl] = useState<string | undefined>();
  const [ownPlace, setPlace] = useState<string | undefined>();
  const [rate, setRate] = useState(50);
  const [keepsAlive, setKeepsAlive] = useState(false);
  const [seconds, setSeconds] = useState<number | undefined>(30);
  const places = [
    ...(summary?.clients ?? []).map(({ name }) => `client/${name}`),
    ...(summary?.nodes ?? []).map(({ name }) => `node/${name}`),
  ];
  const url = ownUrl ?? targets[0]?.url ?? "";
  const target = targets.find((one) => one.url === url);
  const place = ownPlace ?? (target?.isInside === true ? places.find((one) => one.startsWith("node/")) : places[0]) ?? "";
  const isUnreachable = target?.isInside === true && place.startsWith("client/");
  const wish: LoadWish = { place, url, rate: Math.max(1, Math.min(rateMax, rate || 1)), keepsAlive, seconds };
  return (
    <form
      className="load-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRunning) stopLoad();
        else if (url !== "") startLoad(wish);
      }}
    >
      <label>
        <span>{ui.loadTarget}</span>
        <select value={target?.url ?? ""} onChange={(event) => setUrl(event.target.value || undefined)}>
          {target === undefined && <option value="">{ui.loadOtherUrl}</option>}
          {targets.map((one) => (
            <option key={one.label + one.url} value={one.url}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <label className="load-url">
        <span>URL</span>
        <input type="text" value={url} spellCheck={false} onChange={(event) => setUrl(event.target.value)} />
      </label>
      <label>
        <span>{ui.loadFrom}</span>
        <select value={place} onChange={(event) => setPlace(event.target.value)}>
          {places.map((one) => (
            <option key={one} value={one}>
              {one.replace(/^(client|node)\//, "")}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{ui.loadRate}</span>
        <input
          type="number"
          min={1}
          max={rateMax}
          value={rate === 0 ? "" : rate}
          onChange={(event) => setRate(Math.floor(Number(event.target.value)))}
        />
      </label>
      <label>
        <span>{ui.loadConnections}</span>
        <select value={keepsAlive ? "keep" : "new"} onChange={(event) => setKeepsAlive(event.target.value === "keep")}>
          <option value="new">{ui.loadNewEach}</option>
          <option value="keep">{ui.loadKeep}</option>
        </select>
      </label>
      <label>
        <span>{ui.loadDuration}</span>
        <select value={seconds ?? 0} onChange={(event) => setSeconds(Number(event.target.value) || undefined)}>
          {durations.map((one) => (
            <option key={one ?? 0} value={one ?? 0}>
              {one === undefined ? ui.loadUntilStopped : one < 60 ? `${one} s` : `${one / 60} min`}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className={`btn ${isRunning ? "" : "primary"}`}>
        <Icon name={isRunning ? "pause" : "play"} size={14} /> {isRunning ? ui.loadStop : ui.loadStart}
      </button>
      {isUnreachable && <p className="load-warning">{ui.loadInsideOnly}</p>}
    </form>
  );
}

function LoadResults({ load }: { load: LoadSnapshot }) {
  const { ui } = useLanguage();
  const shares = useMemo(() => sharesOfLoad(load), [load]);
  const most = shares.reduce((max, { requests, failed: lost, band }) => Math.max(max, requests + lost, band?.high ?? 0), 1);
  const failed = load.failures.reduce((sum, [, count]) => sum + count, 0);
  const answered = load.requests - failed;
  return (
    <div className="load-results">
      <table className="load-shares">
        <caption className="visually-hidden">{ui.loadShares}</caption>
        <thead>
          <tr>
            <th scope="col">{ui.loadPod}</th>
            <th scope="col">
              <span className="visually-hidden">{ui.loadBar}</span>
              <span className="faint load-theory">{theoryText(ui, load)}</span>
            </th>
            <th scope="col" className="number">
              {ui.loadRequests}
            </th>
            <th scope="col" className="number">
              {ui.loadBand}
            </th>
          </tr>
        </thead>
        <tbody>
          {shares.map((share) => (
            <ShareRow key={share.pod} share={share} most={most} total={answered} />
          ))}
        </tbody>
      </table>
      <dl className="load-facts">
        <Fact name={ui.loadRequests} value={`${load.requests}`} note={`${load.perSecond}/s`} />
        <Fact name={ui.loadOpened} value={`${load.connections}`} />
        <Fact
          name={ui.loadCodes}
          value={load.codes.map(([status, count]) => `${status} × ${count}`).join(", ") || "–"}
          isBad={load.codes.some(([status]) => status >= 500)}
        />
        <Fact name={ui.loadFailed} value={`${failed}`} isBad={failed > 0} />
        {load.failures.map(([reason, count]) => (
          <Fact key={reason} name={ui.loadReason} value={`${reason} × ${count}`} isBad />
        ))}
        <Fact name="p50" value={duration(load.latencyUs.p50)} />
        <Fact name="p95" value={duration(load.latencyUs.p95)} />
        <Fact name="p99" value={duration(load.latencyUs.p99)} />
        <Fact name={ui.loadTime} value={`${((load.endedUs ?? load.nowUs) / 1_000_000 - load.startedUs / 1_000_000).toFixed(1)} s`} />
      </dl>
      <code className="load-command faint">{load.command}</code>
    </div>
  );
}

type Ui = ReturnType<typeof useLanguage.getState>["ui"];

/** What the rules make of the choice, in one sentence. */
function theoryText(ui: Ui, { choice, keepsAlive }: LoadSnapshot): string {
  const sentence = {
    random: ui.loadTheoryRandom,
    "round-robin": ui.loadTheoryInTurn,
    affinity: ui.loadTheoryAffinity,
    none: ui.loadTheoryNone,
  }[choice];
  return keepsAlive && choice !== "none" ? `${sentence} ${ui.loadTheoryKeep}` : sentence;
}

function ShareRow({ share, most, total }: { share: LoadShare; most: number; total: number }) {
  const { ui } = useLanguage();
  const { pod, requests, failed, band, isInBand } = share;
  const percent = (count: number) => `${(100 * count) / most}%`;
  return (
    <tr className={isInBand ? "" : "is-outside"}>
      <th scope="row" title={pod}>
        {pod.startsWith("pod/") ? (
          <button type="button" className="load-pod" onClick={() => usePage.setState({ selection: { kind: "object", id: pod } })}>
            {middle(pod.replace(/^pod\/(default\/)?/, ""))}
          </button>
        ) : (
          pod
        )}
      </th>
      <td>
        <span className="load-bar" aria-hidden="true">
          <i style={{ width: percent(requests) }} />
          {failed > 0 && <s style={{ left: percent(requests), width: percent(failed) }} />}
          {band !== undefined && <b style={{ left: percent(band.low), width: percent(band.high - band.low) }} />}
          {band !== undefined && <u style={{ left: percent(band.expected) }} />}
        </span>
      </td>
      <td className="number">
        {requests}
        {failed > 0 && <span className="load-outside"> −{failed}</span>}{" "}
        <span className="faint">{total === 0 ? "" : `${((100 * requests) / total).toFixed(1)} %`}</span>
      </td>
      <td className="number">
        {band === undefined ? "–" : `${Math.round(band.low)}–${Math.round(band.high)}`}
        {!isInBand && <span className="load-outside"> {ui.loadOutside}</span>}
      </td>
    </tr>
  );
}

function Fact({ name, value, note, isBad = false }: { name: string; value: string; note?: string; isBad?: boolean }) {
  return (
    <div className={isBad ? "is-bad" : ""}>
      <dt>{name}</dt>
      <dd>
        {value} {note !== undefined && <span className="faint">{note}</span>}
      </dd>
    </div>
  );
}

/** Names share their beginnings: the middle goes first. */
function middle(name: string): string {
  return name.length <= 24 ? name : `${name.slice(0, 10)}…${name.slice(-12)}`;
}

function duration(us: number): string {
  if (us < 1000) return `${us} µs`;
  return us < 1_000_000 ? `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms` : `${(us / 1_000_000).toFixed(2)} s`;
}
