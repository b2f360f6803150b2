import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { reveal } from "../editor/reveal.ts";
import { setText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { formatted } from "./format.ts";
import "./sync.css";
import { templates, withTemplate } from "./templates.ts";

/** Beside the text's title: bring it into shape, and put a new object at its end. */
export function EditMenu() {
  const { ui } = useLanguage();
  return (
    <span className="edit-menu">
      <select
        aria-label={ui.insertTemplate}
        value=""
        onChange={(event) => {
          const { text } = usePage.getState();
          setText(withTemplate(text, event.target.value));
          reveal({ line: text.split("\n").length + 4, column: 1 });
        }}
      >
        <option value="" disabled hidden>
          + {ui.insertTemplate}
        </option>
        {templates.map(({ kind }) => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="btn small quiet"
        onClick={async () => {
          const { text } = usePage.getState();
          const shaped = await formatted(text);
          if (shaped !== text) setText(shaped);
        }}
      >
        {ui.format}
      </button>
      <button
        type="button"
        className="btn small quiet"
        aria-label={ui.tryBeside}
        title={ui.tryBeside}
        onClick={() => void import("../twin/twin.ts").then(({ tryBeside }) => tryBeside())}
      >
        <Icon name="beside" size={14} />
      </button>
    </span>
  );
}
