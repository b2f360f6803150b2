import { useState } from "react";
import type { Ending, Fix } from "../../playground/protocol.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { MendDialog } from "../editor/MendDialog.tsx";
import { usePage } from "../store/store.ts";
import { commands } from "../terminal/commands.ts";
import "./explain.css";
import { findFixes, showEnding, stopFixes, useExplain } from "./explain.ts";
import { useSay } from "./said.ts";

/** Under a command that went wrong: what the tool said, the cause in a sentence, where to look, and what would mend it. */
export default function Endings({ terminal }: { terminal: number }) {
  const { ui } = useLanguage();
  const found = useExplain((s) => s.endings.get(terminal));
  const report = useExplain((s) => s.fixes.get(terminal));
  if (found === undefined || found.endings.length === 0) return null;
  return (
    <section className="endings" aria-label={ui.cause} aria-live="polite">
      {found.endings.map((ending) => (
        <EndingRow key={JSON.stringify(ending.cause)} ending={ending} />
      ))}
      <div className="fix-bar">
        {report === undefined ? (
          <button type="button" className="chip-button" onClick={() => findFixes(terminal)}>
            {ui.findFix}
          </button>
        ) : (
          !report.isDone && (
            <>
              <progress max={Math.max(1, report.total)} value={report.tried} aria-label={ui.fixSearching} />
              <span>
                {ui.fixSearching} {report.tried}/{report.total}
              </span>
              <button type="button" className="chip-button" onClick={() => stopFixes(terminal)}>
                {ui.cancel}
              </button>
            </>
          )
        )}
        {report?.isDone === true && report.fixes.length === 0 && <span>{ui.fixNone}</span>}
      </div>
      {report !== undefined && report.fixes.length > 0 && (
        <ul className="fixes">
          {report.fixes.map((fix) => (
            <FixRow key={JSON.stringify(fix.said)} fix={fix} terminal={terminal} />
          ))}
        </ul>
      )}
    </section>
  );
}

function EndingRow({ ending }: { ending: Ending }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const because = ending.cause.args["why"];
  return (
    <p className="ending">
      <Icon name="warning" size={14} />
      <span>
        {ending.text !== undefined && <code>{ending.text}</code>} {sayIt(ending.cause)}
        {typeof because === "string" && because !== "" && ` ${sayIt({ code: because, args: ending.cause.args })}`}
      </span>
      {ending.show.length > 0 && (
        <button type="button" className="chip-button" onClick={() => showEnding(ending)}>
          {ui.showMe}
        </button>
      )}
    </p>
  );
}

function FixRow({ fix, terminal }: { fix: Fix; terminal: number }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const text = usePage((s) => s.text);
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <Icon name="pen" size={14} />
      <span>{sayIt(fix.said)}</span>
      {fix.text !== undefined && (
        <button type="button" className="chip-button" onClick={() => setOpen(true)}>
          {ui.fixShow}
        </button>
      )}
      {fix.command !== undefined && (
        <button type="button" className="chip-button" onClick={() => commands.type(terminal, fix.command as string, false)}>
          {fix.command}
        </button>
      )}
      {isOpen && fix.text !== undefined && <MendDialog before={text} after={fix.text} onClose={() => setOpen(false)} />}
    </li>
  );
}
