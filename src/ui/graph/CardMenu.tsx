import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { commands } from "../terminal/commands.ts";
import { commandsFor } from "./card-commands.ts";

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
  const shown = usePage((s) => s.tabs.shown);
  const offered = commandsFor(at.id, client);
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
          usePage.setState({ selection: { kind: "object", id: at.id } });
          onClose();
        }}
      >
        {ui.menuInspect}
      </button>
      {offered.map(({ label, command, isDraft }) => (
        <button
          type="button"
          role="menuitem"
          key={command}
          onClick={() => {
            commands.type(shown, command, isDraft !== true);
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
