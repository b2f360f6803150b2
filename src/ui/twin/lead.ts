import { create } from "zustand";
import { Asked, type Course, isTyped, settledUs, type Twins, togetherWith, twinsOf, withWay } from "../../graph/twin.ts";
import type { RecordEntry } from "../../playground/protocol.ts";
import { actions } from "../app/actions.ts";
import { focusZone, nextZone } from "../app/focus.ts";
import { useLanguage } from "../app/language.ts";
import { useMotion } from "../app/motion.ts";
import { currentTheme, onTheme } from "../app/theme.ts";
import { type PlaybackState, showHop, usePlayback } from "../graph/playback.ts";
import { setBrake } from "../store/driver.ts";
import { onUpdate } from "../store/link-to-worker.ts";
import { openedEntries, openedTimeUs } from "../store/session.ts";
import { archive, onHops, usePage } from "../store/store.ts";
import { useBranches } from "../time/branches.ts";
import { useLook } from "../time/look.ts";
import { useParting } from "./parting-hop.ts";
import { closeTwin, compareWith, openTwin, otherBranch } from "./twin.ts";
import { type TwinSubject, useTwin } from "./twin-state.ts";
import { takeWays } from "./ways.ts";
import { type FromTwin, sharedLooks, type ToTwin } from "./wire.ts";

/** What the list of hops shows. */
interface LeadState {
  readonly twins: Twins;
  /** The request that is followed, by its number. */
  readonly followed: number | undefined;
  readonly leftText: string;
}

const nothing: LeadState = { twins: { rows: [], parting: undefined }, followed: undefined, leftText: "" };

export const useLead = create<LeadState>(() => nothing);

/** Four looks a second are enough for a list. */
const compareEveryMs = 250;
/** A twin that says nothing for so long although it should run is given up. */
const silenceMsMax = 15_000;
/** It still loads, or repeats what has been: a slow machine takes its time for that. */
const openingMsMax = 60_000;

/** Leads the twin behind this port, until what it gives is called. The page's clock, keys, commands, film and looks go to it; hops come back. */
export function leadTwin(port: MessagePort, given: TwinSubject): () => void {
  let subject = given;
  /** Another scenario's cluster has nothing to be held against. */
  const scenario = usePage.getState().summary?.name;
  /** Whose record beside it is. */
  let branch = useBranches.getState().current;
  /** What was typed before it came beside the twin, or before the moment to which it went back, was not for both. */
  let togetherFromUs = usePage.getState().nowUs;
  /** The twin's own record, as far as it has come. */
  let itsRecord: readonly RecordEntry[] = [];
  let isReplaying = usePage.getState().isReplaying;
  let asked = new Asked();
  let left: Course = new Map();
  let right: Course = new Map();
  const touched = new Set<string>();
  let compared: { readonly left: Course; readonly right: Course; readonly shownUs: number } | undefined;
  /** Moments that the twin was allowed to come to and has not told of. */
  let allowed: number[] = [];
  let heardMs = performance.now();
  let twinNowUs = 0;
  const aloneAt = new Set<number>();

  const post = (message: ToTwin) => port.postMessage(message);
  const postLook = () => {
    const page = usePage.getState();
    post({
      type: "look",
      look: {
        theme: currentTheme(),
        language: useLanguage.getState().language,
        motion: useMotion.getState().choice,
        isPresenting: document.documentElement.dataset["present"] !== undefined,
        page: Object.fromEntries(sharedLooks.map((name) => [name, page[name]])) as Pick<typeof page, (typeof sharedLooks)[number]>,
      },
    });
  };
  const postClock = (toUs: number) => {
    if (toUs <= (allowed.at(-1) ?? twinNowUs)) return;
    if (allowed.length === 0) heardMs = performance.now();
    allowed.push(toUs);
    post({ type: "clock", toUs });
  };
  const open = (toUs: number, beside: readonly RecordEntry[]) => {
    const { text, proxyMode } = subject;
    const record = togetherWith(subject.record, togetherFromUs, beside, ([timeMs]) => aloneAt.has(timeMs));
    allowed = [];
    twinNowUs = 0;
    heardMs = performance.now();
    left = new Map();
    itsRecord = [];
    useTwin.setState({ status: "opening" });
    useLead.setState({ leftText: text });
    post({ type: "open", text, record, toUs, ...(proxyMode === undefined ? {} : { proxyMode }) });
    if (toUs > 0) allowed.push(toUs);
  };
  const isRepeating = () => usePage.getState().nowUs < subject.untilUs;

  const count = () => {
    const { record, connections } = usePage.getState();
    asked = new Asked();
    right = new Map();
    for (const entry of record) asked.line(entry, aloneAt.has(entry[0]));
    for (const connection of connections) {
      asked.add(connection);
      touched.add(connection.id);
    }
  };

  const opened = () => {
    isReplaying = true;
    if (usePage.getState().summary?.name !== scenario) {
      closeTwin();
      return;
    }
    const { branches, current } = useBranches.getState();
    // Who goes back to the course beside this one changes places with it.
    if (subject.branch !== undefined && subject.branch === current) {
      const other = otherBranch();
      if (other === undefined) closeTwin();
      else compareWith(other);
      return;
    }
    if (!branches.some((branch) => branch.id === subject.branch)) subject = { ...subject, branch: undefined };
    if (branch !== current) {
      // What it did beside the other branch stays its own.
      const later = subject.record.filter(([timeMs]) => timeMs * 1000 > twinNowUs);
      subject = { ...subject, record: [...itsRecord, ...later], untilUs: Math.max(subject.untilUs, twinNowUs) };
      branch = current;
      togetherFromUs = openedTimeUs();
    }
    togetherFromUs = Math.min(togetherFromUs, openedTimeUs());
    // Started anew here, it starts anew there: with the text that it has come to.
    if (openedTimeUs() === 0 && !usePage.getState().isReplaying) {
      subject = { ...subject, text: useLead.getState().leftText, record: [], untilUs: 0 };
    }
    count();
    open(0, openedEntries());
  };

  const recorded = (entries: readonly RecordEntry[]) => {
    const isAlone = !isReplaying && !isRepeating() && !useTwin.getState().goesToBoth;
    if (isAlone) for (const [timeMs, kind] of entries) if (kind === "line") aloneAt.add(timeMs);
    for (const entry of entries) asked.line(entry, aloneAt.has(entry[0]));
    if (isReplaying || isAlone || isRepeating()) return;
    const typed = entries.filter(isTyped);
    if (typed.length === 0) return;
    post({ type: "enter", entries: typed });
  };

  const postPast = () => post({ type: "past", atUs: useLook.getState().atUs });

  const take = (message: FromTwin) => {
    heardMs = performance.now();
    switch (message.type) {
      case "time":
        twinNowUs = message.nowUs;
        allowed = allowed.filter((us) => us > twinNowUs);
        if (allowed.length > 0 || useTwin.getState().status === "running") return;
        useTwin.setState({ status: "running" });
        // While it opened it had no past to look at.
        postPast();
        return;
      case "ways":
        for (const { number, ...way } of message.ways) left = withWay(left, number, way);
        return;
      case "recorded":
        itsRecord = [...itsRecord, ...message.entries];
        return;
      case "text":
        useLead.setState({ leftText: message.text });
        return;
      case "key":
        if (message.key === "Escape") focusZone(".twin");
        else if (message.key === "F6") nextZone(1);
        else actions.find(({ key, otherKey }) => key === message.key || otherKey === message.key)?.run();
        return;
      case "crashed":
        useTwin.setState({ status: "lost" });
        return;
    }
  };

  const postFilm = (state: PlaybackState, before?: PlaybackState) => {
    const number = state.connection === undefined ? undefined : asked.numberOf(state.connection);
    const isAtEnd = state.at === state.stops.length - 1;
    const playsOn = isAtEnd && before?.isPlaying === true && !state.isPlaying && !state.isPaused;
    post({ type: "film", number, at: state.at, speed: state.speed, playsOn });
  };

  const compare = () => {
    for (const { number, ...way } of takeWays(touched, asked)) right = withWay(right, number, way);
    const untilUs = useLook.getState().atUs ?? Math.min(usePage.getState().nowUs, twinNowUs);
    const { connection } = usePlayback.getState();
    const followed = connection === undefined ? undefined : asked.numberOf(connection);
    // A list of hops is drawn anew only when there is news.
    const shownUs = Math.min(untilUs, settledUs(left, right));
    const isNews = compared?.left !== left || compared.right !== right || compared.shownUs !== shownUs;
    compared = { left, right, shownUs };
    const told = useLead.getState();
    const twins = isNews ? twinsOf(left, right, shownUs) : told.twins;
    if (isNews || told.followed !== followed) useLead.setState({ twins, followed });
    const parting = twins.rows.find((row) => row.parts && row.number === followed);
    const before = useParting.getState();
    if (before.connection === connection && before.index === parting?.index) return;
    useParting.setState({ connection, index: parting?.index });
    if (followed !== undefined) post({ type: "parting", number: followed, index: parting?.index });
  };

  goToHop = (number, index) => {
    const id = asked.idOf(number);
    const count = id === undefined ? 0 : archive.hops(id).length;
    if (id !== undefined && count > 0) showHop(id, Math.min(index, count - 1));
    post({ type: "film", number, at: index, speed: usePlayback.getState().speed, playsOn: false });
  };

  port.onmessage = (event: MessageEvent<FromTwin>) => take(event.data);
  const stops = [
    onUpdate((update) => {
      if (update.type === "opened") opened();
      if (update.type === "text") {
        isReplaying = false;
        // A replay tells of lines and of what they did in one breath.
        count();
      }
      if (update.type === "recorded") recorded(update.entries);
      if (update.type === "hops") for (const connection of update.connections) asked.add(connection);
      if (update.type === "time") postClock(update.nowUs);
    }),
    onHops((ids) => {
      for (const id of ids) touched.add(id);
    }),
    usePlayback.subscribe((state, before) => {
      if (state.connection !== before.connection || state.at !== before.at || state.isPlaying !== before.isPlaying) postFilm(state, before);
    }),
    usePage.subscribe((state, before) => {
      if (sharedLooks.some((name) => state[name] !== before[name])) postLook();
    }),
    useLook.subscribe(({ atUs }, before) => {
      if (atUs !== before.atUs) postPast();
    }),
    useLanguage.subscribe(postLook),
    useMotion.subscribe(postLook),
    onTheme(postLook),
  ];
  const timer = window.setInterval(() => {
    compare();
    const patienceMs = useTwin.getState().status === "opening" ? openingMsMax : silenceMsMax;
    if (allowed.length > 0 && !document.hidden && performance.now() - heardMs > patienceMs) useTwin.setState({ status: "lost" });
  }, compareEveryMs);
  // One clock: the page waits for its twin, one step at the most ahead of it.
  setBrake(() => allowed.length <= 1 || useTwin.getState().status === "lost");

  postLook();
  count();
  open(usePage.getState().nowUs, usePage.getState().record);
  postFilm(usePlayback.getState());
  postPast();

  return () => {
    for (const stop of stops) stop();
    window.clearInterval(timer);
    setBrake(() => true);
    port.close();
    keepCourse(subject, itsRecord, twinNowUs);
    goToHop = () => undefined;
    useLead.setState(nothing);
    useParting.setState({ connection: undefined, index: undefined });
  };
}

/** Shows a hop in both pictures; set while a twin is led. */
let goToHop: (number: number, index: number) => void = () => undefined;

export function showTwinHop(number: number, index: number): void {
  goToHop(number, index);
}

/** What a branch did while it ran beside the page belongs to it: who goes to it finds it there. */
function keepCourse({ branch, untilUs }: TwinSubject, record: readonly RecordEntry[], nowUs: number): void {
  // It has not come as far as it had been.
  if (branch === undefined || nowUs < untilUs) return;
  useBranches.setState(({ branches }) => ({
    branches: branches.map((known) => (known.id === branch ? { ...known, record, nowUs } : known)),
  }));
}

/** The same twin from the beginning, in another frame. */
export function reopenTwin(): void {
  const { subject } = useTwin.getState();
  if (subject !== undefined) openTwin(subject);
}
