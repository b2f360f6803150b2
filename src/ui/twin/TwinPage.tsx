import { useLanguage } from "../app/language.ts";
import { GraphPane } from "../graph/GraphPane.tsx";
import { ObjectDrawer } from "./ObjectDrawer.tsx";
import { Parting } from "./Parting.tsx";
import { TwinOutput } from "./TwinOutput.tsx";
import "./twin-page.css";

/** What stands in the frame: the other cluster's picture, what its terminal said last, and the card that was clicked. */
export function TwinPage() {
  const { ui } = useLanguage();
  return (
    <main className="twin-page">
      <h1 className="visually-hidden">{ui.twinOther}</h1>
      <GraphPane />
      <TwinOutput />
      <ObjectDrawer />
      <Parting />
    </main>
  );
}
