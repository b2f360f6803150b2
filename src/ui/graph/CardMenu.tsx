import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import type { Filters } from "../../graph/filter.ts";
import { withNamespace, withObject } from "../../graph/filter-choices.ts";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { typeAtHome } from "../terminal/type-at-home.ts";
import "./card-menu.css";
import { commandsFor } from "./card-commands.ts";
import { drawnBox } from "./drawn.ts";
import { foldingOf, toggleFold } from "./fold.ts";
import { lookInto } from "./graph-tools.ts";

export interface MenuAt {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

/** What can be done with a card: looked into, used, broken, mended. */
export function CardMenu({ at, onClose }: { at: MenuAt; onClose: () => void }) {
  const { ui } = useLanguage();
  const ref = useRef<HTMLDivElement>(null);
  const client = usePage((s) => s.summary?.clients[0]?.name ?? "");
  const proxyMode = usePage((s) => s.summary?.proxyMode);
  const offered = commandsFor(at.id, client, proxyMode);
  const box = drawnBox(at.id);
  const folding = foldingOf(box);
  const namespace = box !== undefined && "namespace" in box ? box.namespace : undefined;
  const canHide = box !== undefined && ["pod", "service", "ingress", "client", "external"].includes(box.type);
  const isPinned = usePage((s) => s.pins[at.id] !== undefined);
  const foldWords: Readonly<Record<string, string>> = { pod: ui.foldWorkload, service: ui.foldPods };
  const done = (act: () => void) => {
    act();
    onClose();
  };
  useLayoutEffect(() => {
    const menu = ref.current;
    if (menu === null) return;
    // Never off the screen.
    menu.style.left = `${Math.max(4, Math.min(at.x, window.innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.max(4, Math.min(at.y, window.innerHeight - menu.offsetHeight - 8))}px`;
    menu.querySelector("button")?.focus();
  }, [at]);
  useEffect(() => {
    const before = document.activeElement;
    const away = (event: PointerEvent) => {
      if (!ref.current?.contains(event.target as globalThis.Node)) onClose();
    };
    window.addEventListener("pointerdown", away, true);
    return () => {
      window.removeEventListener("pointerdown", away, true);
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
    };
  }, [onClose]);
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const items = [...(ref.current?.querySelectorAll("button") ?? [])];
    const index = items.indexOf(document.activeElement as HTMLButtonElement);
    items[(index + step + items.length) % items.length]?.focus();
  };
  return (
    <div ref={ref} className="menu" role="menu" aria-label={at.id} tabIndex={-1} onKeyDown={press}>
      <button
        type="button"
        role="menuitem"
        onClick={() => {
          lookInto(at.id);
          onClose();
        }}
      >
        {ui.menuInspect}
      </button>
      {folding !== undefined && (
        <button type="button" role="menuitem" onClick={() => done(() => toggleFold(at.id))}>
          <span>{folding.isFolded ? ui.unfold : (foldWords[box?.type ?? ""] ?? ui.fold)}</span>
          <kbd>Z</kbd>
        </button>
      )}
      {isPinned && (
        <button type="button" role="menuitem" onClick={() => done(() => unpin(at.id))}>
          {ui.unpin}
        </button>
      )}
      {canHide && (
        <button type="button" role="menuitem" onClick={() => done(() => filter((filters) => withObject(filters, at.id, false)))}>
          {ui.hide}
        </button>
      )}
      {namespace !== undefined && (
        <button type="button" role="menuitem" onClick={() => done(() => filter((filters) => withNamespace(filters, namespace, false)))}>
          <span>{ui.hideNamespace}</span>
          <code>{namespace}</code>
        </button>
      )}
      {offered.map(({ label, command, isDraft }) => (
        <button
          type="button"
          role="menuitem"
          key={command}
          onClick={() => {
            typeAtHome(command, isDraft !== true);
            onClose();
          }}
        >
          <span>{ui[label]}</span>
          <code>{command}</code>
        </button>
      ))}
    </div>
  );
}

function filter(change: (filters: Filters) => Filters): void {
  usePage.setState((s) => ({ filters: change(s.filters) }));
}

/** It goes back to where the layout has it. */
function unpin(id: string): void {
  usePage.setState(({ pins }) => ({ pins: Object.fromEntries(Object.entries(pins).filter(([pinned]) => pinned !== id)) }));
}
