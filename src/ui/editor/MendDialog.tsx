import { useEffect, useMemo, useRef } from "react";
import "../app/dialog.css";
import { useLanguage } from "../app/language.ts";
import { useSay } from "../explain/said.ts";
import { setText } from "../store/session.ts";
import { lineDiff, nearDifferences } from "./line-diff.ts";

/** Nothing is corrected silently: the mend is shown as a diff and applied only when asked. */
export function MendDialog({ before, after, onClose }: { before: string; after: string; onClose: () => void }) {
  const { ui } = useLanguage();
  const sayIt = useSay();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const rows = useMemo(() => nearDifferences(lineDiff(before.split("\n"), after.split("\n"))), [before, after]);
  return (
    <dialog ref={ref} className="dialog" aria-label={ui.mendTitle} onClose={onClose}>
      <h2>{ui.mendTitle}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre className="diff" tabIndex={0}>
        {rows.map((row, i) =>
          row.kind === "gap" ? (
            <div key={`${i}`} className="gap">
              ⋯ {sayIt({ code: "mend.leftOut", args: { count: row.count } })}
            </div>
          ) : (
            <div key={`${i}${row.text}`} className={row.kind}>
              {row.kind === "removed" ? "- " : row.kind === "added" ? "+ " : "  "}
              {row.text}
            </div>
          ),
        )}
      </pre>
      <div className="dialog-buttons">
        <button type="button" className="btn" onClick={onClose}>
          {ui.cancel}
        </button>
        <button
          type="button"
          className="btn primary"
          onClick={() => {
            setText(after);
            onClose();
          }}
        >
          {ui.mendApply}
        </button>
      </div>
    </dialog>
  );
}
