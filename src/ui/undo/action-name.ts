import { useTimeWords } from "../time/words.ts";
import { type Action, viewFields } from "./action-log.ts";

/** What was done, in a few words. */
export function useActionName(): (action: Action) => string {
  const words = useTimeWords();
  return (action) => {
    switch (action.kind) {
      case "view": {
        const field = viewFields.find((one) => one in action.after) ?? "view";
        const isFreed = field === "pins" && Object.keys(action.after["pins"] as object).length === 0;
        return words(isFreed ? "did.unpin" : `did.${field}`);
      }
      case "course":
        return words(action.isRestart ? "did.restart" : "did.open");
      case "entry": {
        const [, kind, body] = action.entry;
        if (kind === "line") return body.text.trim();
        if (kind === "reapply") return words("did.reapply", { object: body.object });
        if (kind === "file") return words("did.file", { path: body.path });
        return words("did.edit");
      }
    }
  };
}
