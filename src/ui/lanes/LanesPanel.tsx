import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { systemNamespaces } from "../../graph/filter.ts";
import {
  axisOf,
  countMarks,
  densityOf,
  type Lane,
  LaneBook,
  type LaneMoment,
  type LaneState,
  type LaneWindow,
  type LostReason,
  lanesFor,
  lanesWithin,
  lostSigns,
  type RequestMark,
  staleBands,
} from "../../graph/lanes.ts";
import { useLanguage } from "../app/language.ts";
import { useSay } from "../explain/said.ts";
import { follow } from "../graph/playback.ts";
import { Drawer } from "../load/DrawerFrame.tsx";
import { useLoad } from "../load/load.ts";
import { followLoad } from "../load/run-load.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { usePage } from "../store/store.ts";
import "../time/branches.ts";
import { history, lookAt, useLook } from "../time/look.ts";
import { ConnectionMarks, loadMarks } from "./request-marks.ts";
import "./lanes.css";

type Ui = ReturnType<typeof useLanguage.getState>["ui"];

/** Seconds that the window shows. */
const windows = [30, 120, 600] as const;
const refreshMs = 250;
/** Columns of answered requests on a lane. */
const columns = 240;
/** As many signs of lost requests have room side by side. */
const signsMax = 50;
/** Lost requests that the table tells of, one by one; the newest. */
const lostMax = 80;

/** Moments nearer than this part of the window would cover each other. */
const closeShare = 0.025;

/** What is drawn, at one moment; made anew four times a second, never a request at a time. */
interface Picture {
  readonly lanes: readonly Lane[];
  readonly marks: readonly RequestMark[];
  readonly window: LaneWindow;
}

/** Lives of pods and nodes as lanes of time, with the requests that they answered or lost. */
export default function LanesPanel() {
  const { ui } = useLanguage();
  const [seconds, setSeconds] = useState<number>(30);
  const [isTable, setTable] = useState(false);
  const picture = usePicture(seconds);
  const tools = (
    <>
      <fieldset className="segments small">
        <legend className="visually-hidden">{ui.lanesWindow}</legend>
        {windows.map((choice) => (
          <button type="button" key={choice} aria-pressed={choice === seconds} onClick={() => setSeconds(choice)}>
            {choice < 60 ? `${choice} s` : `${choice / 60} min`}
          </button>
        ))}
      </fieldset>
      <button type="button" className="btn small" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
        {ui.lanesAsTable}
      </button>
    </>
  );
  return (
    <Drawer name="lanes" title={ui.openLanes} tools={tools}>
      {picture === undefined ? null : isTable ? <LanesTable {...picture} /> : <LanesPicture {...picture} />}
    </Drawer>
  );
}

function usePicture(seconds: number): Picture | undefined {
  const [picture, setPicture] = useState<Picture | undefined>();
  const wanted = useRef(seconds);
  wanted.current = seconds;
  const refresh = useRef<() => void>(() => undefined);
  useEffect(() => {
    let book = new LaneBook();
    book.add(history.objects.between(0, Number.MAX_SAFE_INTEGER));
    book.addSteps(history.steps.all);
    const connections = new ConnectionMarks();
    const stopUpdates = onUpdate((update) => {
      if (update.type === "opened") book = new LaneBook();
      if (update.type === "objects") book.add(update.events);
      if (update.type === "steps") book.addSteps(update.steps);
    });
    const stopLoad = followLoad();
    refresh.current = () => setPicture(pictureOf(book, connections, wanted.current));
    refresh.current();
    const timer = window.setInterval(() => refresh.current(), refreshMs);
    return () => {
      window.clearInterval(timer);
      stopUpdates();
      stopLoad();
      connections.close();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another window is another picture, at once.
  useEffect(() => refresh.current(), [seconds]);
  return picture;
}

function pictureOf(book: LaneBook, connections: ConnectionMarks, seconds: number): Picture {
  const { nowUs, selection, objects, showsSystem } = usePage.getState();
  const { marks, lost } = useLoad.getState();
  const { atUs } = useLook.getState();
  const spanUs = seconds * 1_000_000;
  // Who looks back further than the window reaches sees the window around that moment.
  const toUs = atUs !== undefined && atUs < nowUs - spanUs ? Math.min(nowUs, atUs + spanUs / 2) : Math.max(nowUs, spanUs);
  const shown: LaneWindow = { fromUs: toUs - spanUs, toUs };
  const selected = selection?.kind === "object" ? selection.id : undefined;
  const service = selected?.startsWith("service/") === true ? objects.get("Service")?.get(selected.slice("service/".length)) : undefined;
  const lanes = lanesWithin(lanesFor(book.lanes(), selected, service, showsSystem ? [] : systemNamespaces), shown);
  const all = [...loadMarks(marks, lost), ...connections.marks()];
  return { lanes, marks: all.filter(({ timeUs }) => isWithin(timeUs, shown)), window: shown };
}

function LanesPicture({ lanes, marks, window: shown }: Picture) {
  const { ui } = useLanguage();
  const atUs = useLook((s) => s.atUs);
  const nowUs = usePage((s) => Math.floor(s.nowUs / 250_000) * 250_000);
  const span = shown.toUs - shown.fromUs;
  const left = (us: number) => `${(100 * (us - shown.fromUs)) / span}%`;
  const ids = new Set(lanes.map(({ id }) => id));
  const astray = marks.filter((mark) => mark.lost !== undefined && !ids.has(mark.lane));
  const counts = countMarks(marks, shown);
  return (
    <div className="lanes-scroll">
      <div className="lanes-rows">
        <span className="lanes-axis" aria-hidden="true">
          {axisOf(shown)
            .filter((us) => us <= shown.toUs - span * 0.05)
            .map((us) => (
              <i key={us} style={{ left: left(us) }}>
                {clock(us)}
              </i>
            ))}
        </span>
        {lanes.length === 0 && <p className="faint lanes-empty">{ui.lanesEmpty}</p>}
        {lanes.map((lane) => (
          <LaneRow key={lane.id} lane={lane} marks={marks} shown={shown} count={counts.get(lane.id)} nowUs={nowUs} />
        ))}
        {astray.length > 0 && (
          <div className="life">
            <span className="life-name faint">{ui.lanesAstray}</span>
            <span className="life-track">
              <LostMarks marks={astray} shown={shown} left={left} />
            </span>
          </div>
        )}
        {atUs !== undefined && isWithin(atUs, shown) && (
          <span className="lanes-cursor" aria-hidden="true">
            <i style={{ left: left(atUs) }} />
          </span>
        )}
      </div>
      <Legend />
    </div>
  );
}

function LaneRow({
  lane,
  marks,
  shown,
  count,
  nowUs,
}: {
  lane: Lane;
  marks: readonly RequestMark[];
  shown: LaneWindow;
  count: { readonly answered: number; readonly lost: number } | undefined;
  nowUs: number;
}) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const span = shown.toUs - shown.fromUs;
  const left = (us: number) => `${(100 * (us - shown.fromUs)) / span}%`;
  const isNode = lane.id.startsWith("node/");
  const lost = marks.filter((mark) => mark.lane === lane.id && mark.lost !== undefined);
  const spans = lane.spans.filter(({ fromUs, toUs }) => fromUs <= shown.toUs && (toUs ?? nowUs) >= shown.fromUs);
  return (
    <div className={`life ${isNode ? "is-node" : ""} ${lane.goneUs === undefined ? "" : "is-gone"}`}>
      <button
        type="button"
        className="life-name"
        title={lane.id}
        onClick={() => usePage.setState({ selection: { kind: "object", id: lane.id } })}
      >
        <span className="visually-hidden">{summary(ui, lane, count)}</span>
        <b aria-hidden="true">{shortName(lane)}</b>
        {count !== undefined && (
          <span className="faint" aria-hidden="true">
            {count.answered > 0 && count.answered} {count.lost > 0 && <em>−{count.lost}</em>}
          </span>
        )}
      </button>
      {/* The keyboard has the slider of the time line for this; a click here is the short way. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
      <span className="life-track" onClick={(event) => lookThere(event, shown)}>
        {spans.map(({ state, fromUs, toUs }) => {
          const from = Math.max(fromUs, shown.fromUs);
          const to = Math.min(toUs ?? nowUs, shown.toUs);
          return (
            <span
              key={fromUs}
              className={`life-span ${state}`}
              style={{ left: left(from), width: `${(100 * Math.max(0, to - from)) / span}%` }}
              title={`${stateText(ui, state, isNode)} · ${clock(fromUs)} – ${toUs === undefined ? "" : clock(toUs)}`}
            >
              {(to - from) / span > 0.1 && <span>{stateText(ui, state, isNode)}</span>}
            </span>
          );
        })}
        {staleBands(lane.stale, shown, nowUs).map((band) => (
          <i
            key={band.fromUs}
            className="life-stale"
            style={{ left: left(band.fromUs), width: `${(100 * (band.toUs - band.fromUs)) / span}%` }}
            title={`${clock(band.fromUs)} – ${clock(band.toUs)} ${sayIt({ code: "lane.stale", args: { nodes: band.nodes.join(", ") } })}`}
            aria-hidden="true"
          >
            {(band.toUs - band.fromUs) / span > 0.1 && <span>{band.nodes.join(", ")}</span>}
          </i>
        ))}
        {!isNode && <Answered marks={marks} lane={lane.id} shown={shown} />}
        {besideEachOther(
          lane.moments.filter(({ timeUs }) => isWithin(timeUs, shown) && timeUs <= (lane.goneUs ?? nowUs)),
          span,
        ).map(({ moment, place }) => (
          <i
            key={`${moment.kind} ${moment.timeUs} ${moment.detail}`}
            className={`life-moment ${moment.kind}`}
            style={{ left: left(moment.timeUs), marginLeft: place * 12 - 5.5 }}
            title={`${clock(moment.timeUs)} ${momentText(ui, moment)} · ${moment.detail}`}
            aria-hidden="true"
          >
            {momentSign[moment.kind]}
          </i>
        ))}
        <LostMarks marks={lost} shown={shown} left={left} />
      </span>
    </div>
  );
}

/** Signs of moments that are too close to each other stand side by side, in their order. */
function besideEachOther(
  moments: readonly LaneMoment[],
  spanUs: number,
): readonly { readonly moment: LaneMoment; readonly place: number }[] {
  let place = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  return moments
    .toSorted((a, b) => a.timeUs - b.timeUs)
    .map((moment) => {
      place = moment.timeUs - lastUs < spanUs * closeShare ? place + 1 : 0;
      if (place === 0) lastUs = moment.timeUs;
      return { moment, place };
    });
}

/** Answered requests: one path, however many they are. */
function Answered({ marks, lane, shown }: { marks: readonly RequestMark[]; lane: string; shown: LaneWindow }) {
  const parts = densityOf(marks, lane, shown, columns);
  const most = Math.max(1, ...parts);
  const path = parts.map((count, i) => (count === 0 ? "" : `M${i + 0.5} 8V${8 - Math.max(2, (7 * count) / most)}`)).join("");
  return path === "" ? null : (
    <svg className="life-answered" viewBox={`0 0 ${columns} 8`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** Lost requests: a sign for those of one moment and reason. Tab comes to the newest of a lane, arrows go from one to the other. */
function LostMarks({ marks, shown, left }: { marks: readonly RequestMark[]; shown: LaneWindow; left: (us: number) => string }) {
  const { ui } = useLanguage();
  const signs = lostSigns(marks, shown, signsMax);
  return signs.map((mark, i) => {
    const { timeUs, connection, count } = mark;
    const times = count === 1 ? "" : ` × ${count}`;
    const text = `${clock(timeUs)} ${ui.lanesLost}: ${reasonText(ui, mark.lost as LostReason)}${times}`;
    return (
      <button
        type="button"
        key={`${timeUs} ${i}`}
        className="life-lost"
        style={{ left: left(timeUs) }}
        title={text}
        aria-label={text}
        tabIndex={i === signs.length - 1 ? 0 : -1}
        onKeyDown={walk}
        onClick={(event) => {
          event.stopPropagation();
          if (connection === undefined) lookAt(timeUs);
          else follow(connection);
        }}
      />
    );
  });
}

function walk(event: KeyboardEvent<HTMLButtonElement>): void {
  const { nextElementSibling: next, previousElementSibling: previous } = event.currentTarget;
  const to = { ArrowLeft: previous, ArrowRight: next }[event.key];
  if (!(to instanceof HTMLButtonElement)) return;
  event.preventDefault();
  to.focus();
}

function lookThere(event: MouseEvent<HTMLElement>, { fromUs, toUs }: LaneWindow): void {
  const { left, width } = event.currentTarget.getBoundingClientRect();
  lookAt(fromUs + ((toUs - fromUs) * (event.clientX - left)) / Math.max(1, width));
}

function Legend() {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const states: readonly LaneState[] = ["pending", "starting", "notReady", "ready", "terminating"];
  const moments: readonly LaneMoment["kind"][] = ["intoEndpoints", "outOfEndpoints", "preStop", "sigterm", "killed", "exited"];
  return (
    <p className="lanes-legend">
      {states.map((state) => (
        <span key={state}>
          <i className={`life-span ${state}`} aria-hidden="true" /> {stateText(ui, state, false)}
        </span>
      ))}
      {moments.map((kind) => (
        <span key={kind}>
          <i className={`life-moment ${kind}`} aria-hidden="true">
            {momentSign[kind]}
          </i>{" "}
          {momentText(ui, { kind })}
        </span>
      ))}
      <span>
        <i className="life-stale" aria-hidden="true" /> {sayIt({ code: "lane.stale-rules", args: {} })}
      </span>
      <span>
        <i className="life-lost" aria-hidden="true" /> {ui.lanesLost}
      </span>
    </p>
  );
}

/** The same in words: what happened on each lane, line by line. */
function LanesTable({ lanes, marks, window: shown }: Picture) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const nowUs = usePage((s) => Math.floor(s.nowUs / 250_000) * 250_000);
  const counts = countMarks(marks, shown);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section className="lanes-scroll" tabIndex={0} aria-label={ui.lanesAsTable}>
      <table className="lanes-table">
        <thead>
          <tr>
            <th scope="col">{ui.lanesTime}</th>
            <th scope="col">{ui.lanesWhat}</th>
          </tr>
        </thead>
        {lanes.map((lane) => {
          const isNode = lane.id.startsWith("node/");
          const rows = [
            ...lane.spans.map(({ state, fromUs }) => ({ timeUs: fromUs, text: stateText(ui, state, isNode), isLost: false })),
            ...lane.moments.map((moment) => ({
              timeUs: moment.timeUs,
              text: `${momentText(ui, moment)} · ${moment.detail}`,
              isLost: false,
            })),
            ...staleBands(lane.stale, shown, nowUs).map(({ fromUs, toUs, nodes }) => ({
              timeUs: fromUs,
              text: `${sayIt({ code: "lane.stale", args: { nodes: nodes.join(", ") } })} – ${clock(toUs)}`,
              isLost: false,
            })),
            ...(lane.goneUs === undefined ? [] : [{ timeUs: lane.goneUs, text: ui.lanesGone, isLost: false }]),
            ...marks
              .filter((mark) => mark.lane === lane.id && mark.lost !== undefined)
              .slice(-lostMax)
              .map(({ timeUs, lost }) => ({ timeUs, text: `${ui.lanesLost}: ${reasonText(ui, lost as LostReason)}`, isLost: true })),
          ]
            .filter(({ timeUs }) => isWithin(timeUs, shown))
            .sort((a, b) => a.timeUs - b.timeUs);
          return (
            <tbody key={lane.id}>
              <tr>
                <th scope="rowgroup" colSpan={2}>
                  {summary(ui, lane, counts.get(lane.id))}
                </th>
              </tr>
              {rows.map(({ timeUs, text, isLost }, i) => (
                <tr key={`${timeUs} ${i}`} className={isLost ? "is-lost" : ""}>
                  <td>{clock(timeUs)}</td>
                  <td>{text}</td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}

const momentSign: Readonly<Record<LaneMoment["kind"], string>> = {
  intoEndpoints: "+",
  outOfEndpoints: "−",
  preStop: "P",
  sigterm: "T",
  killed: "K",
  exited: "E",
  restarted: "R",
};

function stateText(ui: Ui, state: LaneState, isNode: boolean): string {
  if (isNode) return state === "ready" ? "Ready" : "NotReady";
  return {
    pending: ui.lanePending,
    starting: ui.laneStarting,
    notReady: ui.laneNotReady,
    ready: ui.laneReady,
    terminating: ui.laneTerminating,
    ended: ui.laneEnded,
  }[state];
}

function momentText(ui: Ui, { kind }: { readonly kind: LaneMoment["kind"] }): string {
  return {
    intoEndpoints: ui.laneIntoEndpoints,
    outOfEndpoints: ui.laneOutOfEndpoints,
    preStop: "preStop",
    sigterm: "SIGTERM",
    killed: "SIGKILL",
    exited: ui.laneExited,
    restarted: ui.laneRestarted,
  }[kind];
}

function reasonText(ui: Ui, reason: LostReason): string {
  if (reason.type === "said") return reason.text;
  return (reason.type === "refused" ? ui.endRefused : ui.endLost).replace("{at}", reason.at);
}

function summary(ui: Ui, lane: Lane, count: { readonly answered: number; readonly lost: number } | undefined): string {
  const state = lane.spans.at(-1)?.state;
  const now = lane.goneUs !== undefined ? ui.lanesGone : state === undefined ? "" : stateText(ui, state, lane.id.startsWith("node/"));
  const requests =
    count === undefined ? "" : ` · ${ui.lanesCounts.replace("{answered}", `${count.answered}`).replace("{lost}", `${count.lost}`)}`;
  return `${lane.name}: ${now}${requests}`;
}

/** Pods of a family share their beginning; the end tells them apart. */
function shortName({ name }: Lane): string {
  return name.length <= 15 ? name : `${name.slice(0, 5)}…${name.slice(-9)}`;
}

function isWithin(us: number, { fromUs, toUs }: LaneWindow): boolean {
  return us >= fromUs && us <= toUs;
}

/** `1:05.2` */
function clock(us: number): string {
  const tenths = Math.floor(us / 100_000);
  const rest = tenths % 600;
  return `${Math.floor(tenths / 600)}:${`${Math.floor(rest / 10)}`.padStart(2, "0")}${rest % 10 === 0 ? "" : `.${rest % 10}`}`;
}
