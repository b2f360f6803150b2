import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { Inspector } from "../inspector/Inspector.tsx";
import { usePage } from "../store/store.ts";
import "./object-drawer.css";

/** The card that was clicked, over its own picture: each picture of a twin run has its inspector with it. */
export function ObjectDrawer() {
  const { ui } = useLanguage();
  const isLooking = usePage((s) => s.selection?.kind === "object");
  if (!isLooking) return null;
  return (
    <div className="object-drawer">
      <button type="button" className="btn small" aria-label={ui.close} onClick={() => usePage.setState({ selection: undefined })}>
        <Icon name="close" size={14} />
      </button>
      <Inspector />
    </div>
  );
}
