import { actions } from "./actions.ts";
import { openKeysHelp, openPalette, useDialog } from "./dialogs.ts";
import { nextZone } from "./focus.ts";
import { isSingleKey, useSingleKeys } from "./single-keys.ts";

/** Single keys act only outside of the editor, the terminal and fields; F6 goes from zone to zone. */
export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    const isTypingHere = isTyping(event.target);
    const isControl = event.ctrlKey || event.metaKey;
    if (event.key === "F6") {
      event.preventDefault();
      nextZone(event.shiftKey ? -1 : 1);
    } else if (isControl && ((event.shiftKey && event.key.toLowerCase() === "p") || (event.key === "k" && !isTypingHere))) {
      event.preventDefault();
      openPalette();
    } else if (!event.altKey && !isTypingHere && !isAnswering()) {
      if (event.key === " " && isControlElement(event.target)) return;
      if (!isControl && isSingleKey(event.key) && !useSingleKeys.getState().areOn) return;
      const chord = `${event.shiftKey ? "Shift+" : ""}${event.key.toUpperCase()}`;
      const action = isControl
        ? actions.find((candidate) => candidate.chord === chord)
        : event.key === "?"
          ? { run: openKeysHelp }
          : actions.find(({ key, otherKey }) => key === event.key || otherKey === event.key);
      if (action === undefined) return;
      event.preventDefault();
      action.run();
    }
  };
  window.addEventListener("keydown", press, true);
  return () => window.removeEventListener("keydown", press, true);
}

/** A dialog or a menu has the keys, also one that is still on its way. */
function isAnswering(): boolean {
  return useDialog.getState().dialog !== undefined || document.querySelector("dialog[open], .menu") !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest(".editor-host, input:not([type=checkbox], [type=range]), textarea, select") !== null
  );
}

/** A focused button has its own meaning for Space. */
function isControlElement(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, summary, input, [role=separator]") !== null;
}
