import { useLanguage } from "../app/language.ts";
import { usePlayback } from "../graph/playback.ts";
import { useParting } from "./parting-hop.ts";

/**
 * Frames the box in which the followed request parts from the other picture's, once the film has come there. A rule of style that is there
 * while it is needed, so that the picture has not to be drawn anew.
 */
export function Parting() {
  const { ui } = useLanguage();
  const { connection, index } = useParting();
  const box = usePlayback((s) => (index !== undefined && s.connection === connection && s.at >= index ? s.stops[index]?.box : undefined));
  if (box === undefined) return null;
  const card = `.react-flow__node[data-id="${CSS.escape(box)}"]`;
  return (
    <style>{`
      ${card} > * { outline: 3px dashed var(--warn); outline-offset: 3px; border-radius: 10px; }
      ${card}::before {
        content: ${JSON.stringify(ui.twinPartsHere)}; position: absolute; left: 4px; top: calc(100% + 7px); z-index: 3; padding: 2px 10px;
        border-radius: 99px; background: var(--warn); color: var(--surface); font: 600 15px / 20px var(--sans); white-space: nowrap;
      }
    `}</style>
  );
}
