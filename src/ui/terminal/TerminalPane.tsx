import { lazy, Suspense } from "react";
import { say } from "../../messages/catalogue.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { useExplain } from "../explain/explain.ts";
import { currentSpeed } from "../store/driver.ts";
import { usePage } from "../store/store.ts";
import { useLook } from "../time/look.ts";
import { commands } from "./commands.ts";
import { addTerminal } from "./new-terminal.ts";
import { closeTerminal } from "./transcript.ts";

const Terminal = lazy(() => import("./Terminal.tsx"));
const Endings = lazy(() => import("../explain/Endings.tsx"));

export function TerminalPane({ isReady }: { isReady: boolean }) {
  const { ui, sentences } = useLanguage();
  const { open, shown } = usePage((s) => s.tabs);
  const show = (id: number) => usePage.setState((s) => ({ tabs: { ...s.tabs, shown: id } }));
  const terminals = usePage((s) => s.terminals);
  // What is said of the last line is later than what is looked at.
  const isBack = useLook((s) => s.atUs !== undefined);
  const hasEndings = useExplain((s) => (s.endings.get(shown)?.endings.length ?? 0) > 0) && !isBack;
  // What an ending explains already is not said twice.
  const hints = (isBack ? [] : (terminals.get(shown)?.hints ?? [])).filter(({ code }) => !hasEndings || !/^(dns|network)\./.test(code));
  usePage((s) => Math.floor(s.nowUs / 250_000)); // the waiting mark follows the clock
  const isFast = terminals.get(shown)?.busySinceMs !== undefined && currentSpeed(performance.now()) >= 30;
  return (
    <section className="terminal" aria-label={ui.terminal}>
      <div className="terminal-tabs">
        <span className="terminal-list">
          {open.map((id) => (
            <span key={id} className={`terminal-tab ${id === shown ? "on" : ""}`}>
              <button type="button" aria-pressed={id === shown} onClick={() => show(id)}>
                {placeOf(terminals.get(id)?.place) ?? `${ui.terminal} ${id}`}
              </button>
              {open.length > 1 && (
                <button
                  type="button"
                  aria-label={ui.closeTerminal}
                  onClick={() => {
                    const rest = open.filter((other) => other !== id);
                    usePage.setState({ tabs: { open: rest, shown: shown === id ? (rest[0] ?? 1) : shown } });
                    closeTerminal(id);
                  }}
                >
                  <Icon name="close" size={12} />
                </button>
              )}
            </span>
          ))}
        </span>
        <button type="button" className="terminal-new" aria-label={ui.newTerminal} onClick={() => addTerminal(true)}>
          <Icon name="plus" size={14} />
        </button>
        {isFast && <span className="waiting">{ui.waitingFast}</span>}
      </div>
      <div className="terminal-body">
        {isReady ? (
          <Suspense fallback={<p className="terminal-loading">{ui.terminalLoading}</p>}>
            {open.map((id) => (
              <Terminal key={id} id={id} isShown={id === shown} />
            ))}
          </Suspense>
        ) : (
          <p className="terminal-loading">{ui.terminalLoading}</p>
        )}
      </div>
      {hasEndings && (
        <Suspense fallback={null}>
          <Endings terminal={shown} />
        </Suspense>
      )}
      {hints.length > 0 && (
        <ul className="hints" aria-live="polite">
          {hints.map((hint) => (
            <li key={hint.code}>
              {sentences === undefined ? hint.text : say(sentences.hints, hint.code, hint.args)}{" "}
              {hint.command !== undefined && (
                <button type="button" className="chip-button" onClick={() => commands.type(shown, hint.command as string, false)}>
                  {hint.command}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function placeOf(place: string | undefined): string | undefined {
  return place === undefined || place === "" ? undefined : place.replace(/^(client|node)\//, "").replace(/^pod\/[^/]*\//, "");
}
