import { type ComponentType, lazy, Suspense } from "react";
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
