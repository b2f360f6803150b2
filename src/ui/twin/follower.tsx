import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Asked } from "../../graph/twin.ts";
import type { RecordEntry } from "../../playground/protocol.ts";
import { setLanguage } from "../app/language.ts";
import { setMotion } from "../app/motion.ts";
import { setTheme } from "../app/theme.ts";
import { follow, followNothing, showHop, startPlayback, stepHop, usePlayback } from "../graph/playback.ts";
import { onUpdate, send, startWorker } from "../store/link-to-worker.ts";
import { startSession } from "../store/session.ts";
import { onHops, usePage } from "../store/store.ts";
import { takeTerminalUpdate } from "../terminal/transcript.ts";
import { lookAt, lookNow, startHistory } from "../time/look.ts";
import { useParting } from "./parting-hop.ts";
import { TwinPage } from "./TwinPage.tsx";
import { takeWays } from "./ways.ts";
import { type FromTwin, type ToTwin, twinPort, twinReady } from "./wire.ts";

/** New connections stand among so many of the last, at least. */
const newMax = 200;
/** Hops are told in few messages. */
const tellEveryMs = 100;

/** This page is the second picture of another one: it draws, keeps nothing, and goes only as far as the other one's clock. */
export function startFollower(): void {
  startWorker(takeTerminalUpdate);
  startSession();
  startHistory();
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const isFromPage = event.source === window.parent && event.origin === window.location.origin;
    const [port] = event.ports;
    if (isFromPage && event.data === twinPort && port !== undefined) followPage(port);
  });
  createRoot(document.getElementById("root") as HTMLElement).render(
    <StrictMode>
      <TwinPage />
    </StrictMode>,
  );
  window.parent.postMessage(twinReady, window.location.origin);
}

function followPage(port: MessagePort): void {
  /** Entries to be given to the cluster when their time comes, in its order. */
  let coming: readonly RecordEntry[] = [];
  let limitUs = 0;
  let isAnswered = false;
  /** The cluster that was asked for last is the one that tells. */
  let isOpened = false;
  let asked = new Asked();
  /** Entries that were given and have not come back as recorded: what is recorded beside them was done in this picture. */
  let given: string[] = [];
  let film: Extract<ToTwin, { type: "film" }> | undefined;
  let parting: Extract<ToTwin, { type: "parting" }> | undefined;
  const touched = new Set<string>();

  const post = (message: FromTwin) => port.postMessage(message);
  const bodyOf = ([, kind, body]: RecordEntry) => JSON.stringify([kind, body]);

  /** One step further: the next entry when its time has come, else time up to it, or up to the page's. */
  const go = () => {
    const { nowUs } = usePage.getState();
    if (!isAnswered || !isOpened) return;
    for (let next = coming[0]; next !== undefined && next[0] * 1000 <= nowUs; next = coming[0]) {
      coming = coming.slice(1);
      given.push(bodyOf(next));
      send({ type: "enter", entry: next });
    }
    const toUs = Math.min(limitUs, Math.round((coming[0]?.[0] ?? Number.POSITIVE_INFINITY) * 1000));
    if (toUs <= nowUs) return;
    isAnswered = false;
    send({ type: "advance", toUs });
  };

  const showFilm = () => {
    if (film === undefined) return;
    const id = film.number === undefined ? undefined : asked.idOf(film.number);
    if (id === undefined) {
      if (usePlayback.getState().connection !== undefined) followNothing();
      return;
    }
    if (usePlayback.getState().connection !== id) {
      follow(id);
      usePlayback.setState({ isPlaying: false });
    }
    const { at, stops, isPlaying } = usePlayback.getState();
    const wanted = Math.min(film.at, stops.length - 1);
    if (film.playsOn && at < stops.length - 1) usePlayback.setState({ isPlaying: true });
    else if (isPlaying || wanted < 0) return;
    else if (wanted === at + 1) stepHop(1);
    else if (wanted !== at) showHop(id, wanted);
  };

  const showParting = () => {
    const connection = parting === undefined ? undefined : asked.idOf(parting.number);
    useParting.setState({ connection, index: parting?.index });
  };

  const tell = () => {
    const ways = takeWays(touched, asked);
    if (ways.length > 0) post({ type: "ways", ways });
  };

  const take = (message: ToTwin) => {
    switch (message.type) {
      case "open": {
        const { text, record, toUs, proxyMode } = message;
        limitUs = toUs;
        isAnswered = false;
        coming = record.filter(([timeMs]) => timeMs * 1000 > toUs);
        const past = record.filter(([timeMs]) => timeMs * 1000 <= toUs);
        given = past.map(bodyOf);
        isOpened = false;
        usePage.setState({ text, isReplaying: past.length > 0 });
        send({ type: "open", text, record: past, ...(proxyMode === undefined ? {} : { proxyMode }) });
        return;
      }
      case "clock":
        limitUs = Math.max(limitUs, message.toUs);
        go();
        return;
      case "enter":
        coming = [...coming, ...message.entries].sort((a, b) => a[0] - b[0]);
        go();
        return;
      case "film":
        film = message;
        usePlayback.setState({ speed: message.speed, ...(message.playsOn ? {} : { isPlaying: false }) });
        showFilm();
        return;
      case "parting":
        parting = message;
        showParting();
        return;
      case "past":
        if (message.atUs === undefined) lookNow();
        else lookAt(message.atUs);
        return;
      case "look": {
        const { theme, language, motion, isPresenting, page } = message.look;
        setTheme(theme);
        void setLanguage(language);
        setMotion(motion);
        if (isPresenting) document.documentElement.dataset["present"] = "";
        usePage.setState(page);
        return;
      }
    }
  };

  onUpdate((update) => {
    switch (update.type) {
      case "opened":
        asked = new Asked();
        isOpened = true;
        isAnswered = true;
        useParting.setState({ connection: undefined, index: undefined });
        go();
        return;
      case "text":
        post({ type: "text", text: update.text });
        return;
      case "recorded":
        for (const entry of update.entries) {
          const known = given.indexOf(bodyOf(entry));
          if (known >= 0) given.splice(known, 1);
          asked.line(entry, known < 0);
        }
        post({ type: "recorded", entries: update.entries });
        return;
      case "time":
        if (!update.running) {
          isAnswered = true;
          go();
        }
        if (isOpened) post({ type: "time", nowUs: update.nowUs });
        return;
      case "crashed":
        post({ type: "crashed", message: update.message });
        return;
    }
  });
  // Before the playback hears of them: what the page follows does not fly.
  onHops((ids) => {
    for (const connection of usePage.getState().connections.slice(-ids.length - newMax)) asked.add(connection);
    for (const id of ids) touched.add(id);
    showFilm();
    showParting();
  });
  startPlayback(false);
  window.setInterval(tell, tellEveryMs);
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    const isUsed = event.target instanceof Element && event.target.closest("button, input, .menu, .inspector") !== null;
    if (event.key === "Escape" && usePage.getState().selection?.kind === "object") usePage.setState({ selection: undefined });
    else if (!isUsed || event.key === "F6" || event.key === "Escape") {
      if (event.key === "F6") event.preventDefault();
      post({ type: "key", key: event.key });
    }
  });
  port.onmessage = (event: MessageEvent<ToTwin>) => take(event.data);
}
