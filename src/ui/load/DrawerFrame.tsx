import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { type DrawerName, mayTakeKeys, toggleDrawer } from "./drawer.ts";

/** The frame of a drawer: its name, its tools, and what closes it. It takes the keys when it opens; Escape closes it. */
export function Drawer({ name, title, tools, children }: { name: DrawerName; title: string; tools?: ReactNode; children: ReactNode }) {
  const { ui } = useLanguage();
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!mayTakeKeys()) return;
    const before = document.activeElement;
    const drawer = ref.current;
    drawer?.focus();
    return () => {
      const hasKeys = document.activeElement === document.body || drawer?.contains(document.activeElement) === true;
      if (hasKeys && before instanceof HTMLElement && before.isConnected) before.focus();
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
