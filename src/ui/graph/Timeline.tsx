import { useMemo } from "react";
import { useLanguage } from "../app/language.ts";
import { archive, usePage } from "../store/store.ts";
import { follow, usePlayback } from "./playback.ts";

/** How many of the latest connections the track shows. */
const shownMax = 120;

/** Connections in the order in which they were opened; each mark can be played again. */
export function Timeline() {
  const { ui } = useLanguage();
  const connections = usePage((s) => s.connections);
  const showsNoise = usePage((s) => s.showsNoise);
  const { connection: followed, at, stops } = usePlayback();
  const shown = useMemo(
    () =>
      connections.filter((c) => showsNoise || (c.purpose === "traffic" && (c.session !== 0 || c.parent !== undefined))).slice(-shownMax),
    [connections, showsNoise],
  );
  return (
    <section className="timeline" aria-label={ui.timelineLabel}>
      <span className="muted">{ui.timelineLabel}</span>
      {shown.length === 0 ? (
        <span className="faint track">{ui.timelineEmpty}</span>
      ) : (
        <span className="track">
          {shown.map((c) => (
            <button
              type="button"
              key={c.id}
              className={`mark ${c.purpose} ${endingOf(c.id)} ${c.id === followed ? "is-followed" : ""}`}
              aria-label={`${c.id} ${c.destination}`}
              title={`${c.id} → ${c.destination}`}
              onClick={() => follow(c.id)}
            />
          ))}
        </span>
      )}
      <label className="toggle">
        <input type="checkbox" checked={showsNoise} onChange={(e) => usePage.setState({ showsNoise: e.target.checked })} /> {ui.showNoise}
      </label>
      {stops.length > 0 && (
        <span className="muted hop-count">{ui.hopOf.replace("{at}", `${at + 1}`).replace("{count}", `${stops.length}`)}</span>
      )}
    </section>
  );
}

function endingOf(connection: string): "failed" | "" {
  return archive.hasFailed(connection) ? "failed" : "";
}
