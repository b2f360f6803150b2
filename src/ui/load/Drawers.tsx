import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useRef } from "react";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { type DrawerName, toggleDrawer, useDrawer } from "./drawer.ts";
import "./drawers.css";

/** Their names on the buttons, and the keys that open them. */
const buttons = [
  { name: "load", short: "loadShort", label: "openLoad", key: "O" },
  { name: "lanes", short: "lanesShort", label: "openLanes", key: "W" },
] as const;

const panels: Readonly<Record<DrawerName, ComponentType>> = {
  load: lazy(() => import("./LoadPanel.tsx")),
  lanes: lazy(() => import("../lanes/LanesPanel.tsx")),
};

/** The drawer that is open, beneath the graph; each comes when it is first asked for. */
export function Drawers() {
  const open = useDrawer((s) => s.open);
  if (open === undefined) return null;
  const Panel = panels[open];
  return (
    <Suspense fallback={null}>
      <Panel />
    </Suspense>
  );
}

/** The frame of a drawer: its name, its tools, and what closes it. It takes the keys when it opens; Escape closes it. */
export function Drawer({ name, title, tools, children }: { name: DrawerName; title: string; tools?: ReactNode; children: ReactNode }) {
  const { ui } = useLanguage();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <section
      ref={ref}
      className={`drawer ${name}`}
      aria-label={title}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        toggleDrawer(name);
      }}
    >
      <header>
        <h2>{title}</h2>
        {tools}
        <button
          type="button"
          className="btn quiet small"
          aria-label={ui.close}
          title={`${ui.close} (Esc)`}
          onClick={() => toggleDrawer(name)}
        >
          <Icon name="close" size={14} />
        </button>
      </header>
      {children}
    </section>
  );
}

/** What opens them, at the end of the timeline. */
export function DrawerButtons() {
  const { ui } = useLanguage();
  const open = useDrawer((s) => s.open);
  return (
    <span className="drawer-buttons">
      {buttons.map(({ name, short, label, key }) => (
        <button
          type="button"
          key={name}
          className="btn small"
          aria-pressed={open === name}
          title={`${ui[label]} (${key})`}
          onClick={() => toggleDrawer(name)}
        >
          {ui[short]}
        </button>
      ))}
    </span>
  );
}
