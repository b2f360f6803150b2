import { useEffect, useMemo, useRef } from "react";
import { type FilterKind, isFiltering, noFilters } from "../../graph/filter.ts";
import { type Choice, filterChoices, withKind, withNamespace, withObject } from "../../graph/filter-choices.ts";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { useShownObjects } from "../time/look.ts";
import { closeTools } from "./graph-tools.ts";
import "./graph-panels.css";
import { useShows } from "./use-picture.ts";

function useChoices() {
  const objects = useShownObjects();
  const summary = usePage((s) => s.summary);
  const filters = usePage((s) => s.filters);
  const shows = useShows();
  return useMemo(() => filterChoices(objects, summary, filters, shows), [objects, summary, filters, shows]);
}

function showAll(): void {
  usePage.setState({ filters: noFilters });
}

/** What is in the picture, by namespace and kind; each box says how many it is about. */
export default function FilterPanel() {
  const { ui } = useLanguage();
  const ref = useRef<HTMLElement>(null);
  const filters = usePage((s) => s.filters);
  const showsNoise = usePage((s) => s.showsNoise);
  const { namespaces, kinds, hidden } = useChoices();
  useEffect(() => {
    const before = document.activeElement;
    const panel = ref.current;
    panel?.querySelector("input")?.focus();
    const away = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!panel?.contains(target) && target.closest(".graph-tools") === null) closeTools();
    };
    window.addEventListener("pointerdown", away, true);
    return () => {
      window.removeEventListener("pointerdown", away, true);
      const hasKeys = document.activeElement === document.body || panel?.contains(document.activeElement) === true;
      if (hasKeys && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const names: Readonly<Record<FilterKind, string>> = {
    Pod: "Pod",
    Service: "Service",
    Ingress: "Ingress",
    client: ui.filterClients,
    external: ui.filterExternal,
  };
  return (
    <section
      ref={ref}
      className="graph-panel filter"
      aria-label={ui.filter}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        closeTools();
      }}
    >
      <fieldset>
        <legend>{ui.filterNamespaces}</legend>
        {namespaces.map((choice) => (
          <Check
            key={choice.name}
            choice={choice}
            onChange={(isShown) => usePage.setState({ filters: withNamespace(filters, choice.name, isShown) })}
          >
            <code>{choice.name}</code>
          </Check>
        ))}
      </fieldset>
      <fieldset>
        <legend>{ui.filterKinds}</legend>
        {kinds.map((choice) => (
          <Check
            key={choice.name}
            choice={choice}
            onChange={(isShown) => usePage.setState({ filters: withKind(filters, choice.name, isShown) })}
          >
            {names[choice.name]}
          </Check>
        ))}
      </fieldset>
      {filters.objects.length > 0 && (
        <fieldset>
          <legend>{ui.filterObjects}</legend>
          {filters.objects.map((id) => (
            <label key={id}>
              <input type="checkbox" checked={false} onChange={() => usePage.setState({ filters: withObject(filters, id, true) })} />
              <code title={id}>{id.replace(/^([a-z]+)\/default\//, "$1/")}</code>
            </label>
          ))}
        </fieldset>
      )}
      <fieldset>
        <legend>{ui.filterFlows}</legend>
        <label>
          <input type="checkbox" checked={showsNoise} onChange={(event) => usePage.setState({ showsNoise: event.target.checked })} />
          <span>{ui.showNoise}</span>
        </label>
      </fieldset>
      <footer>
        <span role="status">{ui.hiddenCount.replace("{count}", `${hidden}`)}</span>
        <button type="button" className="btn small" disabled={!isFiltering(filters)} onClick={showAll}>
          {ui.showAll}
        </button>
      </footer>
    </section>
  );
}

function Check({ choice, onChange, children }: { choice: Choice; onChange: (isShown: boolean) => void; children: React.ReactNode }) {
  return (
    <label>
      <input type="checkbox" checked={choice.isShown} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span> <span className="faint">{choice.count}</span>
    </label>
  );
}

/** That something is left out is always said, beside the way back. */
export function HiddenNote() {
  const { ui } = useLanguage();
  const { hidden } = useChoices();
  return (
    <p className="graph-panel hidden-note">
      {ui.hiddenCount.replace("{count}", `${hidden}`)}
      <button type="button" className="btn small" onClick={showAll}>
        {ui.showAll}
      </button>
    </p>
  );
}
