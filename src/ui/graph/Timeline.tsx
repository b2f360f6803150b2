import { type KeyboardEvent, useMemo, useState } from "react";
import type { ConnectionInfo } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { DrawerButtons, Drawers } from "../load/Drawers.tsx";
import { archive, usePage } from "../store/store.ts";
import { commands } from "../terminal/commands.ts";
import { useLook } from "../time/look.ts";
import { showSystem } from "./graph-tools.ts";
import { follow, usePlayback } from "./playback.ts";

/** How many of the latest connections the track shows. */
const shownMax = 120;

/** Connections in the order in which they were opened; each mark can be played again. */
export function Timeline() {
  const { ui } = useLanguage();
  const connections = usePage((s) => s.connections);
  const showsNoise = usePage((s) => s.showsNoise);
  const followed = usePlayback((s) => s.connection);
  const at = usePlayback((s) => s.at);
  const count = usePlayback((s) => s.stops.length);
  const [pointed, setPointed] = useState<ConnectionInfo | undefined>();
  const atUs = useLook((s) => s.atUs);
  const shown = useMemo(
    () =>
      connections
        .filter((c) => showsNoise || (c.purpose === "traffic" && (c.session !== 0 || c.parent !== undefined)))
        // Looking back, only what had been opened by then.
        .filter((c) => atUs === undefined || c.openedUs <= atUs)
        .slice(-shownMax),
    [connections, showsNoise, atUs],
  );
  // One stop for Tab in the whole track; arrows go from mark to mark.
  const focusable = shown.some((c) => c.id === followed) ? followed : shown.at(-1)?.id;
  return (
    <>
      <Drawers />
      <section className="timeline" aria-label={ui.timelineLabel}>
        <span className="muted timeline-name">{ui.timelineLabel}</span>
        {shown.length === 0 ? (
          <Invitation />
        ) : (
          <span
            className="track"
            onKeyDown={walkMarks}
            onMouseLeave={() => setPointed(undefined)}
            role="toolbar"
            aria-label={ui.timelineLabel}
          >
            {shown.map((c) => (
              <button
                type="button"
                key={c.id}
                className={`mark ${c.purpose} ${archive.hasFailed(c.id, atUs) ? "failed" : ""} ${c.id === followed ? "is-followed" : ""}`}
                aria-label={`${c.id} → ${c.destination}${archive.hasFailed(c.id, atUs) ? ` · ${ui.markFailed}` : ""}`}
                aria-current={c.id === followed}
                tabIndex={c.id === focusable ? 0 : -1}
                onMouseEnter={() => setPointed(c)}
                onFocus={() => setPointed(c)}
                onBlur={() => setPointed(undefined)}
                onClick={() => follow(c.id)}
              />
            ))}
          </span>
        )}
        {/* Beside the bar, not in it: the marks must not move away from the pointer. */}
        {pointed !== undefined && <code className="mark-tip">{`${pointed.id} → ${pointed.destination}`}</code>}
        {count > 0 && <span className="muted hop-count">{ui.hopOf.replace("{at}", `${at + 1}`).replace("{count}", `${count}`)}</span>}
        <label className="toggle">
          <input type="checkbox" checked={showsNoise} onChange={(e) => usePage.setState({ showsNoise: e.target.checked })} /> {ui.showNoise}
        </label>
        <ShowSystem />
        <DrawerButtons />
      </section>
    </>
  );
}

function ShowSystem() {
  const { ui } = useLanguage();
  const showsSystem = usePage((s) => s.showsSystem);
  return (
    <label className="toggle">
      <input type="checkbox" checked={showsSystem} onChange={(e) => showSystem(e.target.checked)} /> {ui.showSystem}
    </label>
  );
}

/** Nothing has happened yet: a first request is one click away. */
function Invitation() {
  const { ui } = useLanguage();
  const node = usePage((s) => s.summary?.nodes[0]?.name);
  const address = usePage((s) => {
    for (const service of s.objects.get("Service")?.values() ?? []) {
      const { clusterIP, ports } = (service as { spec?: { clusterIP?: string; ports?: readonly { port: number }[] } }).spec ?? {};
      const isSystem = service.metadata.namespace !== "default" || service.metadata.name === "kubernetes";
      if (isSystem || clusterIP === undefined || clusterIP === "" || clusterIP === "None") continue;
      const port = ports?.[0]?.port;
      return port === 80 ? clusterIP : `${clusterIP}:${port}`;
    }
    return undefined;
  });
  const isReading = usePage((s) => s.terminals.get(s.tabs.shown)?.prompt !== undefined);
  const line = `at ${node} -- curl -s ${address}`;
  return (
    <span className="faint track is-empty">
      {node === undefined || address === undefined ? (
        ui.timelineEmpty
      ) : (
        <>
          {ui.timelineTry}{" "}
          <button type="button" className="try" disabled={!isReading} onClick={() => commands.run(line)}>
            {line}
          </button>
        </>
      )}
    </span>
  );
}

function walkMarks(event: KeyboardEvent): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const mark = document.activeElement;
  const next = step === 1 ? mark?.nextElementSibling : mark?.previousElementSibling;
  if (next instanceof HTMLElement) next.focus();
}
