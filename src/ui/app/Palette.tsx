import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { keyOf, sorted } from "../../graph/objects.ts";
import { exampleTitles, exampleWords } from "../../messages/examples.ts";
import { lookTo } from "../graph/drawn.ts";
import { open } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { actions } from "./actions.ts";
import "./dialog.css";
import { closeDialog, openKeysHelp } from "./dialogs.ts";
import { examples, loadExample } from "./examples.ts";
import { useLanguage } from "./language.ts";

interface Entry {
  readonly id: string;
  readonly text: string;
  readonly note: string;
  /** Other words by which it is found. */
  readonly words?: string;
  readonly run: () => void;
}

const shownMax = 12;

/** Everything that the page can do or show, found by typing. */
export default function Palette() {
  const { ui } = useLanguage();
  const ref = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const entries = useEntries();
  useEffect(() => ref.current?.showModal(), []);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries
    .filter((entry) => words.every((word) => `${entry.text} ${entry.note} ${entry.words ?? ""}`.toLowerCase().includes(word)))
    .slice(0, shownMax);
  const chosen = Math.min(at, found.length - 1);
  const choose = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    ref.current?.close();
    entry.run();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((chosen + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setAt((chosen - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") choose(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={ref} className="dialog palette" aria-label={ui.palette} onClose={closeDialog}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[chosen] === undefined ? undefined : `palette-${chosen}`}
        aria-label={ui.palette}
        placeholder={ui.palettePlaceholder}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id="palette-list" className="palette-list" role="listbox" aria-label={ui.palette}>
        {found.map((entry, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field above, which owns this list.
          <div
            key={entry.id}
            id={`palette-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === chosen}
            className={i === chosen ? "on" : ""}
            onClick={() => choose(entry)}
            onMouseMove={() => setAt(i)}
          >
            <span>{entry.text}</span>
            <kbd>{entry.note}</kbd>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="faint">{ui.paletteNothing}</p>}
    </dialog>
  );
}

function useEntries(): readonly Entry[] {
  const { ui, language } = useLanguage();
  const objects = usePage((s) => s.objects);
  const summary = usePage((s) => s.summary);
  return useMemo(() => {
    const look = (id: string) => () => {
      usePage.setState({ selection: { kind: "object", id } });
      lookTo(id);
    };
    const own = actions.map(
      (action): Entry => ({
        id: action.label,
        text: ui[action.label],
        note: keysOf(action),
        run: action.run,
      }),
    );
    const help: Entry = { id: "keys", text: ui.keysHelp, note: "?", run: openKeysHelp };
    const scenarios = examples.map(
      (name): Entry => ({
        id: `example/${name}`,
        text: `${ui.openExample}: ${name}`,
        note: exampleTitles[name]?.[language] ?? "",
        words: exampleWords(name),
        run: () => void loadExample(name).then((text) => open(text)),
      }),
    );
    const kinds = [
      ["Pod", "pod"],
      ["Service", "service"],
      ["Ingress", "ingress"],
    ] as const;
    const things = kinds.flatMap(([kind, prefix]) =>
      sorted(objects, kind).map((object): Entry => {
        const id = `${prefix}/${keyOf(object)}`;
        return { id, text: object.metadata.name, note: `${kind} · ${object.metadata.namespace}`, run: look(id) };
      }),
    );
    const machines = [
      ...(summary?.nodes ?? []).map(({ name }): Entry => ({ id: `node/${name}`, text: name, note: "Node", run: look(`node/${name}`) })),
      ...(summary?.clients ?? []).map(
        ({ name }): Entry => ({ id: `client/${name}`, text: name, note: ui.client, run: look(`client/${name}`) }),
      ),
    ];
    return [...own, help, ...machines, ...things, ...scenarios];
  }, [ui, language, objects, summary]);
}

/** What is pressed for it. */
export function keysOf({ key, chord }: { readonly key?: string; readonly chord?: string }): string {
  return chord === undefined ? keyName(key) : `Ctrl+${chord}`;
}

export function keyName(key: string | undefined): string {
  if (key === undefined) return "";
  return { " ": "Space", Escape: "Esc" }[key] ?? key.toUpperCase();
}
