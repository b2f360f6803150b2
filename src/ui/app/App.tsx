import { useEffect, useState } from "react";
import { Group, Panel, Separator } from "react-resizable-panels";
import { EditorPane } from "../editor/EditorPane.tsx";
import { GraphPane } from "../graph/GraphPane.tsx";
import { Timeline } from "../graph/Timeline.tsx";
import { Inspector } from "../inspector/Inspector.tsx";
import { usePage } from "../store/store.ts";
import { TerminalPane } from "../terminal/TerminalPane.tsx";
import { Header } from "./Header.tsx";
import { listenToKeys } from "./keys.ts";
import { useLanguage } from "./language.ts";
import { recover } from "./recover.ts";

type Zone = "editor" | "graph" | "terminal" | "inspector";

export function App() {
  const { ui } = useLanguage();
  const isDrawn = usePage((s) => s.summary !== undefined && s.objects.size > 0);
  const isReady = useLater(isDrawn);
  const isNarrow = useNarrow();
  const [zone, setZone] = useState<Zone>("graph");
  useEffect(listenToKeys, []);
  return (
    <>
      <Header />
      <Notices />
      {isNarrow ? (
        <main className="narrow">
          {zone === "editor" && <EditorPane isReady={isReady} />}
          {zone === "graph" && (
            <div className="stack">
              <GraphPane />
              <Timeline />
            </div>
          )}
          <div className={zone === "terminal" ? "stack" : "visually-hidden"}>
            <TerminalPane isReady={isReady} />
          </div>
          {zone === "inspector" && <Inspector />}
          <nav className="zones">
            {(["editor", "graph", "terminal", "inspector"] as const).map((name) => (
              <button type="button" key={name} aria-pressed={zone === name} onClick={() => setZone(name)}>
                {{ editor: ui.paneEditor, graph: ui.paneGraph, terminal: ui.paneTerminal, inspector: ui.paneInspector }[name]}
              </button>
            ))}
          </nav>
        </main>
      ) : (
        <main>
          <Group orientation="horizontal" className="panes">
            <Panel defaultSize="26%" minSize="180px" id="editor">
              <EditorPane isReady={isReady} />
            </Panel>
            <Separator className="separator" />
            <Panel defaultSize="50%" minSize="320px" id="centre">
              <Group orientation="vertical">
                <Panel defaultSize="68%" minSize="160px" id="graph">
                  <div className="stack">
                    <GraphPane />
                    <Timeline />
                  </div>
                </Panel>
                <Separator className="separator across" />
                <Panel defaultSize="32%" minSize="100px" id="terminal">
                  <TerminalPane isReady={isReady} />
                </Panel>
              </Group>
            </Panel>
            <Separator className="separator" />
            <Panel defaultSize="24%" minSize="200px" collapsible id="inspector">
              <Inspector />
            </Panel>
          </Group>
        </main>
      )}
    </>
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

/** Below this width one zone stands at a time. */
const narrowQuery = "(max-width: 760px)";

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => window.matchMedia(narrowQuery).matches);
  useEffect(() => {
    const media = window.matchMedia(narrowQuery);
    const change = () => setNarrow(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return isNarrow;
}

function Notices() {
  const { ui } = useLanguage();
  const crash = usePage((s) => s.crash);
  const linkProblem = usePage((s) => s.linkProblem);
  useEffect(() => {
    if (crash !== undefined) recover();
  }, [crash]);
  return (
    <>
      {linkProblem !== undefined && (
        <div className="notice" role="alert">
          <span>
            {ui.badLink}: {linkProblem}
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
