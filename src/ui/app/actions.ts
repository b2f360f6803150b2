import type { enUi } from "../../messages/en-ui.ts";
import { foldHere } from "../graph/fold.ts";
import { openTool, showSystem, tidy, toggleTool, unpinAll } from "../graph/graph-tools.ts";
import { replay, setPaused, setSpeed, skip, stepHop, stepPacket, togglePlay, usePlayback } from "../graph/playback.ts";
import { toggleDrawer } from "../load/drawer.ts";
import { restart } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { focusZone } from "./focus.ts";
import { setLanguage, useLanguage } from "./language.ts";
import { isMotionReduced, setMotion } from "./motion.ts";
import { changeSpeed } from "./speed.ts";
import { currentTheme, setTheme } from "./theme.ts";

/** Everything that can be done from the keyboard: one table for the keys, their help and the palette. */
export interface Action {
  readonly label: keyof typeof enUi;
  /** The key that does it outside of the editor and the terminal. */
  readonly key?: string;
  /** Another one, for the same. */
  readonly otherKey?: string;
  /** With Ctrl (or Cmd) held: `Z`, `Shift+Z`. */
  readonly chord?: string;
  readonly run: () => void;
}

/** Behind the first picture, or when first asked for. */
const time = () => import("../time/control.ts");
const twin = () => import("../twin/twin.ts");

export const actions: readonly Action[] = [
  { label: "playPause", key: " ", run: togglePlay },
  { label: "nextHop", key: ".", run: () => stepHop(1) },
  { label: "previousHop", key: ",", run: () => stepHop(-1) },
  { label: "nextPacket", key: "]", run: () => stepPacket(1) },
  { label: "previousPacket", key: "[", run: () => stepPacket(-1) },
  { label: "nextEvent", key: "n", otherKey: ">", run: () => void time().then(({ runTo }) => runTo("event")) },
  { label: "previousEvent", key: "<", run: () => void time().then(({ previousEvent }) => previousEvent()) },
  { label: "untilFailure", key: "f", run: () => void time().then(({ runTo }) => runTo("failure")) },
  { label: "untilReady", run: () => void time().then(({ runTo }) => runTo("ready")) },
  { label: "someSecondsOn", run: () => void time().then(({ runTo }) => runTo("time")) },
  { label: "undo", chord: "Z", run: () => void time().then(({ undo }) => undo()) },
  { label: "redo", chord: "Shift+Z", run: () => void time().then(({ redo }) => redo()) },
  { label: "replay", key: "a", run: replay },
  { label: "skip", key: "Escape", run: skip },
  { label: "usualSpeed", key: "0", run: () => setSpeed(1) },
  { label: "faster", key: "+", run: () => changeSpeed(1) },
  { label: "slower", key: "-", run: () => changeSpeed(-1) },
  {
    label: "switchView",
    key: "v",
    run: () => usePage.setState((s) => ({ view: s.view === "logical" ? "physical" : "logical", pins: {} })),
  },
  { label: "showNoise", key: "d", run: () => usePage.setState((s) => ({ showsNoise: !s.showsNoise })) },
  { label: "showSystem", key: "y", run: () => showSystem(!usePage.getState().showsSystem) },
  { label: "openLoad", key: "o", run: () => toggleDrawer("load") },
  { label: "openLanes", key: "w", run: () => toggleDrawer("lanes") },
  { label: "compareCourses", key: "c", run: () => void twin().then(({ toggleTwin }) => toggleTwin()) },
  { label: "tryBeside", run: () => void twin().then(({ tryBeside }) => tryBeside()) },
  { label: "tryBesideFromStart", run: () => void twin().then(({ tryBesideFromStart }) => tryBesideFromStart()) },
  { label: "find", key: "/", run: () => openTool("find") },
  { label: "filter", key: "k", run: () => toggleTool("filter") },
  { label: "foldHere", key: "z", run: foldHere },
  { label: "tidy", run: tidy },
  { label: "unpinAll", run: unpinAll },
  { label: "goEditor", key: "e", run: () => focusZone(".editor") },
  { label: "goGraph", key: "g", run: () => focusZone(".graph") },
  { label: "goTerminal", key: "t", run: () => focusZone(".terminal") },
  { label: "goHops", key: "h", run: () => focusZone(".inspector") },
  // What the button does, with what it says.
  { label: "share", key: "s", run: () => document.querySelector<HTMLElement>(".share-button")?.click() },
  { label: "theme", run: () => setTheme(currentTheme() === "dark" ? "light" : "dark") },
  { label: "languageLabel", run: () => void setLanguage(useLanguage.getState().language === "en" ? "zh" : "en") },
  { label: "motion", run: () => setMotion(isMotionReduced() ? "full" : "reduced") },
  {
    label: "restartCluster",
    key: "r",
    run: () => {
      setPaused(false);
      usePlayback.setState({ isPlaying: false });
      restart();
    },
  },
];
