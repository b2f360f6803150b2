import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { GraphPane } from "../graph/GraphPane.tsx";
import { Inspector } from "../inspector/Inspector.tsx";
import { usePage } from "../store/store.ts";
import { Parting } from "./Parting.tsx";
import { TwinOutput } from "./TwinOutput.tsx";
import "./twin-page.css";

/** What stands in the frame: the other cluster's picture, what its terminal said last, and the card that was clicked. */
export function TwinPage() {
  const { ui } = useLanguage();
  const isLooking = usePage((s) => s.selection?.kind === "object");
  return (
    <main className="twin-page">
      <h1 className="visually-hidden">{ui.twinOther}</h1>
      <GraphPane />
      <TwinOutput />
      {isLooking && (
        <div className="twin-inspector">
          <button type="button" className="btn small" aria-label={ui.close} onClick={() => usePage.setState({ selection: undefined })}>
            <Icon name="close" size={14} />
          </button>
          <Inspector />
        </div>
      )}
      <Parting />
    </main>
  );
}
