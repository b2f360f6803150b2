import { useEffect, useRef } from "react";
import { actions } from "./actions.ts";
import "./dialog.css";
import { closeDialog } from "./dialogs.ts";
import { useLanguage } from "./language.ts";
import { keyName, keysOf } from "./Palette.tsx";
import { setSingleKeys, useSingleKeys } from "./single-keys.ts";

/** All keys, on the page itself. */
export default function KeysHelp() {
  const { ui } = useLanguage();
  const ref = useRef<HTMLDialogElement>(null);
  const areOn = useSingleKeys((s) => s.areOn);
  useEffect(() => ref.current?.showModal(), []);
  const everywhere = [
    ["Ctrl+Shift+P", ui.palette],
    ["F6", ui.keyZones],
    ["← ↑ → ↓", ui.keyWalk],
    ["Enter", ui.menuInspect],
    ["Shift+← ↑ → ↓", ui.keyMoveCard],
    ["Ctrl+Enter", ui.keyApply],
    ["Ctrl+M", ui.keyTabMoves],
    ["Shift+Tab", ui.leaveTerminal],
    ["Ctrl+C", ui.keyInterrupt],
  ] as const;
  return (
    <dialog ref={ref} className="dialog" aria-label={ui.keysHelp} onClose={closeDialog}>
      <h2>{ui.keysHelp}</h2>
      <dl className="keys">
        {everywhere.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
        {actions.map((action) =>
          action.key === undefined && action.chord === undefined ? null : (
            <div key={action.label}>
              <dt>
                <kbd>{keysOf(action)}</kbd> {action.otherKey !== undefined && <kbd>{keyName(action.otherKey)}</kbd>}
              </dt>
              <dd>{ui[action.label]}</dd>
            </div>
          ),
        )}
      </dl>
      <label className="toggle">
        <input type="checkbox" checked={areOn} onChange={(event) => setSingleKeys(event.target.checked)} />
        {ui.keysWhere}
      </label>
      <div className="dialog-buttons">
        <button type="button" className="btn primary" onClick={() => ref.current?.close()}>
          {ui.close}
        </button>
      </div>
    </dialog>
  );
}
