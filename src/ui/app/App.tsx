import { lazy, Suspense, useEffect, useState } from "react";
import { Group, Panel, Separator, useDefaultLayout } from "react-resizable-panels";
import { say } from "../../messages/catalogue.ts";
import { EditorPane } from "../editor/EditorPane.tsx";
import { isRevealWaiting } from "../editor/reveal.ts";
import { Timeline } from "../graph/Timeline.tsx";
import { Inspector } from "../inspector/Inspector.tsx";
import { keep, load } from "../store/keep.ts";
import { usePage } from "../store/store.ts";
import { TerminalPane } from "../terminal/TerminalPane.tsx";
import { Pictures } from "../twin/Pictures.tsx";
import { useTwin } from "../twin/twin-state.ts";
import { Announcer } from "./Announcer.tsx";
import { useDialog } from "./dialogs.ts";
import { Header } from "./Header.tsx";
import { useLanguage } from "./language.ts";
import { bringZone, useZones } from "./zones.ts";

const HopStrip = lazy(() => import("../graph/HopStrip.tsx").then(({ HopStrip }) => ({ default: HopStrip })));
const Palette = lazy(() => import("./Palette.tsx"));
const KeysHelp = lazy(() => import("./KeysHelp.tsx"));
const FileDialog = lazy(() => import("../editor/FileDialog.tsx").then(({ FileDialog }) => ({ default: FileDialog })));
const Lit = lazy(() => import("../explain/Lit.tsx").then(({ Lit }) => ({ default: Lit })));

export function App() {
  // A text that the server does not take needs its editor all the more.
  const isDrawn = usePage((s) => (s.summary === undefined ? s.problems.length > 0 : s.objects.size > 0));
  const isReady = useLater(isDrawn);
  const isNarrow = useMedia("(max-width: 760px)");
  const isMedium = useMedia("(max-width: 1040px)");
  useBehind();
  return (
    <>
      <Header />
      <Notices />
      {isNarrow ? <OneZone isReady={isReady} /> : isMedium ? <TwoZones isReady={isReady} /> : <Panes isReady={isReady} />}
      <Dialogs />
      {isReady && (
        <Suspense fallback={null}>
          <FileDialog />
          <Lit />
        </Suspense>
      )}
      <Announcer />
    </>
  );
}

function Dialogs() {
  const dialog = useDialog((s) => s.dialog);
  return (
    <Suspense fallback={null}>
      {dialog === "palette" && <Palette />}
      {dialog === "keys" && <KeysHelp />}
    </Suspense>
  );
}

/** All zones side by side; their sizes are remembered. */
function Panes({ isReady }: { isReady: boolean }) {
  const { ui } = useLanguage();
  const across = useDefaultLayout({ id: "kubehop.panes", storage: panesStorage });
  const isTwin = useTwin((s) => s.subject !== undefined);
  return (
    <main className={isTwin ? "has-twin" : ""}>
      <Group orientation="horizontal" className="panes" {...across}>
        <Panel defaultSize="26%" minSize="170px" collapsible id="editor">
          <EditorPane isReady={isReady} />
        </Panel>
        <Separator className="separator" aria-label={ui.resize} />
        <Panel defaultSize="50%" minSize="300px" id="centre">
          <Centre isReady={isReady} />
        </Panel>
        <Separator className="separator" aria-label={ui.resize} />
        <Panel defaultSize="24%" minSize="190px" collapsible id="inspector">
          <Inspector />
        </Panel>
      </Group>
    </main>
  );
}

/** The picture, its times, and the terminal beneath. */
function Centre({ isReady }: { isReady: boolean }) {
  const { ui } = useLanguage();
  const down = useDefaultLayout({ id: "kubehop.centre", storage: panesStorage });
  return (
    <Group orientation="vertical" {...down}>
      <Panel defaultSize="69%" minSize="150px" id="graph">
        <div className="stack">
          <Pictures />
          <Timeline />
          <Times isReady={isReady} />
        </div>
      </Panel>
      <Separator className="separator across" aria-label={ui.resize} />
      <Panel defaultSize="31%" minSize="90px" id="terminal">
        <div className="beside">
          <TwinWords />
          <TerminalPane isReady={isReady} />
        </div>
      </Panel>
    </Group>
  );
}

const TimeBar = lazy(() => import("../time/TimeBar.tsx"));

/** Comes after the first picture, into the room that is kept for it. */
function Times({ isReady }: { isReady: boolean }) {
  const place = <div className="time-bar-place" />;
  return isReady ? (
    <Suspense fallback={place}>
      <TimeBar />
    </Suspense>
  ) : (
    place
  );
}

const TwinHops = lazy(() => import("../twin/TwinHops.tsx").then((module) => ({ default: module.TwinHops })));

/** In a twin run: both courses in words. */
function TwinWords() {
  const isTwin = useTwin((s) => s.subject !== undefined);
  return isTwin ? (
    <Suspense fallback={null}>
      <TwinHops />
    </Suspense>
  ) : null;
}

const panesStorage = {
  getItem: (name: string) => load(name) ?? null,
  setItem: (name: string, value: string) => keep(name, value),
};

/** An old projector: text and explanation share a column, so that neither is a strip. What is looked at comes to the front. */
function TwoZones({ isReady }: { isReady: boolean }) {
  const { ui } = useLanguage();
  const side = useZones((s) => s.side);
  const selection = usePage((s) => s.selection);
  useEffect(() => {
    if (selection === undefined || isRevealWaiting()) return;
    if (document.querySelector(".editor-host")?.contains(document.activeElement) !== true) bringZone("inspector");
  }, [selection]);
  return (
    <main>
      <Group orientation="horizontal" className="panes">
        <Panel defaultSize="36%" minSize="200px" collapsible id="side">
          <div className="stack">
            <span className="side-tabs">
              {(["editor", "inspector"] as const).map((name) => (
                <button type="button" key={name} aria-pressed={side === name} onClick={() => bringZone(name)}>
                  {name === "editor" ? ui.paneEditor : ui.paneInspector}
                </button>
              ))}
            </span>
            <div className="side-body">{side === "editor" ? <EditorPane isReady={isReady} /> : <Inspector />}</div>
          </div>
        </Panel>
        <Separator className="separator" aria-label={ui.resize} />
        <Panel defaultSize="64%" minSize="300px" id="centre">
          <Centre isReady={isReady} />
        </Panel>
      </Group>
    </main>
  );
}

/** A narrow screen: one zone at a time. The terminal stays alive beneath the others. */
function OneZone({ isReady }: { isReady: boolean }) {
  const { ui } = useLanguage();
  const zone = useZones((s) => s.front);
  return (
    <main className="narrow">
      {zone === "editor" && <EditorPane isReady={isReady} />}
      {zone === "graph" && (
        <div className="stack">
          <Pictures />
          <Suspense fallback={null}>
            <HopStrip />
          </Suspense>
          <TwinWords />
          <Timeline />
          <Times isReady={isReady} />
        </div>
      )}
      {zone === "terminal" && <TerminalPane isReady={isReady} />}
      {zone === "inspector" && <Inspector />}
      <nav className="zones" aria-label={ui.zones}>
        {(["editor", "graph", "terminal", "inspector"] as const).map((name) => (
          <button type="button" key={name} aria-pressed={zone === name} onClick={() => bringZone(name)}>
            {{ editor: ui.paneEditor, graph: ui.paneGraph, terminal: ui.paneTerminal, inspector: ui.paneInspector }[name]}
          </button>
        ))}
      </nav>
    </main>
  );
}

/** The editor and the terminal come after the first graph, when the browser has nothing better to do. */
function useLater(isDrawn: boolean): boolean {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!isDrawn || isReady) return;
    const idle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, 50));
    const handle = idle(() => setReady(true), { timeout: 600 });
    return () => (window.cancelIdleCallback ?? window.clearTimeout)(handle);
  }, [isDrawn, isReady]);
  return isReady;
}

/** Pieces of their own, fetched right after the first drawing: keys that act on the page, with all that they can do; and who keeps what is done. */
function useBehind(): void {
  useEffect(() => {
    const stops: (() => void)[] = [];
    let isGone = false;
    const begin = (start: () => () => void) => {
      if (!isGone) stops.push(start());
    };
    void import("./keys.ts").then(({ listenToKeys }) => begin(listenToKeys));
    void import("../store/keep-course.ts").then(({ startKeeping }) => begin(startKeeping));
    return () => {
      isGone = true;
      for (const stop of stops) stop();
    };
  }, []);
}

function useMedia(asked: string): boolean {
  const [isMet, setMet] = useState(() => window.matchMedia(asked).matches);
  useEffect(() => {
    const media = window.matchMedia(asked);
    const change = () => setMet(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, [asked]);
  return isMet;
}

function Notices() {
  const { ui, sentences } = useLanguage();
  const crash = usePage((s) => s.crash);
  const linkProblem = usePage((s) => s.linkProblem);
  return (
    <>
      {linkProblem !== undefined && (
        <div className="notice" role="alert">
          <span>
            {ui.badLink}. {sentences === undefined ? "" : say(sentences.problems, linkProblem, {})} {ui.badLinkKept}
          </span>
          <button type="button" className="btn small" onClick={() => usePage.setState({ linkProblem: undefined })}>
            {ui.close}
          </button>
        </div>
      )}
      {crash !== undefined && (
        <div className="notice" role="alert">
          <span>{ui.crashed}</span>
          <details>
            <summary>{ui.crashedReport}</summary>
            <code>{crash}</code>
          </details>
          <button type="button" className="btn small" onClick={() => usePage.setState({ crash: undefined })}>
            {ui.close}
          </button>
        </div>
      )}
    </>
  );
}
