import { useTimeWords } from "../time/words.ts";
import { useActionName } from "./action-name.ts";
import { redo, undo, useUndo } from "./undo.ts";

const arrows = { undo: "M6.5 3L2.5 7l4 4M3 7h6.5a4 4 0 0 1 0 8H8", redo: "M9.5 3l4 4-4 4M13 7H6.5a4 4 0 0 0 0 8H8" } as const;

/** The one undo over text, commands and picture, and its way back. */
export function UndoButtons() {
  const words = useTimeWords();
  const name = useActionName();
  const { log, isTravelling } = useUndo();
  const last = log.done.at(-1);
  const next = log.undone.at(-1)?.action;
  const title = (word: string, action: typeof last, key: string) => `${word}${action === undefined ? "" : `: ${name(action)}`} (${key})`;
  return (
    <span className="time-undo">
      {(["undo", "redo"] as const).map((way) => {
        const action = way === "undo" ? last : next;
        return (
          <button
            type="button"
            key={way}
            className="btn small icon-only"
            aria-label={words(way)}
            title={title(words(way), action, way === "undo" ? "Ctrl+Z" : "Ctrl+Shift+Z")}
            disabled={action === undefined || isTravelling}
            onClick={way === "undo" ? undo : redo}
          >
            <svg width="15" height="15" viewBox="0 0 16 18" aria-hidden="true">
              <path d={arrows[way]} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
            </svg>
          </button>
        );
      })}
    </span>
  );
}
