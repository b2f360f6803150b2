import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { findInGraph } from "../../graph/find.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { useShownObjects } from "../time/look.ts";
import { lookTo, useDrawn } from "./drawn.ts";
import { closeTools, useTools } from "./graph-tools.ts";
import "./graph-panels.css";

/** Lights what matches and dims the rest; Enter walks from one to the next. */
export default function FindBar() {
  const { ui } = useLanguage();
  const [wanted, setWanted] = useState("");
  /** Index of the one that is looked at; before Enter is pressed, none. */
  const [at, setAt] = useState<number | undefined>();
  const ref = useRef<HTMLInputElement>(null);
  const model = useDrawn((s) => s.model);
  const objects = useShownObjects();
  const { found, hidden } = useMemo(
    () => (model === undefined ? { found: [], hidden: 0 } : findInGraph(model, objects, wanted)),
    [model, objects, wanted],
  );
  useEffect(() => ref.current?.focus(), []);
  const here = at === undefined ? undefined : found[at % Math.max(1, found.length)];
  useEffect(() => {
    useTools.setState({ found: wanted.trim() === "" ? undefined : new Set(found.map(({ box }) => box)), at: here?.box });
  }, [found, wanted, here]);
  const go = (step: 1 | -1) => {
    if (found.length === 0) return;
    const next = at === undefined ? (step === 1 ? 0 : found.length - 1) : (at + step + found.length) % found.length;
    setAt(next);
    const thing = found[next];
    if (thing !== undefined) lookTo(thing.box);
  };
  const leave = () => {
    closeTools();
    // Who has walked somewhere goes on from there.
    const card =
      here === undefined ? undefined : document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(here.box)}"]`);
    (card ?? document.querySelector<HTMLElement>(".graph .react-flow__node"))?.focus();
    if (here !== undefined) usePage.setState({ selection: { kind: "object", id: here.id } });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === "ArrowDown") go(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowUp") go(-1);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const said = [
    found.length === 0
      ? ui.findNothing
      : here === undefined
        ? `${found.length}`
        : ui.findAt.replace("{at}", `${(at ?? 0) + 1}`).replace("{count}", `${found.length}`),
    hidden > 0 ? ui.findHidden.replace("{count}", `${hidden}`) : "",
  ];
  return (
    <search className="graph-panel find">
      <Icon name="search" size={14} />
      <input
        ref={ref}
        type="text"
        aria-label={ui.find}
        placeholder={ui.findPlaceholder}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(undefined);
        }}
        onKeyDown={press}
      />
      <span className="faint" role="status">
        {wanted.trim() === "" ? "" : said.filter(Boolean).join(" · ")}
        {here !== undefined && <span className="visually-hidden"> {here.name}</span>}
      </span>
      <button type="button" className="btn quiet small" aria-label={ui.close} title={`${ui.close} (Esc)`} onClick={leave}>
        <Icon name="close" size={12} />
      </button>
    </search>
  );
}
