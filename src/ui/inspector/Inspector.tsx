import { lazy, Suspense } from "react";
import { useLanguage } from "../app/language.ts";
import { usePage } from "../store/store.ts";
import { useIsStale } from "../time/look.ts";

const ConnectionPanel = lazy(() => import("./panels.tsx").then((panels) => ({ default: panels.ConnectionPanel })));
const ObjectPanel = lazy(() => import("./panels.tsx").then((panels) => ({ default: panels.ObjectPanel })));
const GroupPanel = lazy(() => import("./GroupPanel.tsx"));

/** What was clicked, and why it happened. */
export function Inspector() {
  const { ui } = useLanguage();
  const selection = usePage((s) => s.selection);
  // Another moment is looked at than the one of which this tells.
  const isStale = useIsStale() && selection?.kind === "object";
  return (
    <section className={`inspector ${isStale ? "is-stale" : ""}`} aria-label={ui.inspector} aria-busy={isStale}>
      <h2 className="visually-hidden">{ui.inspector}</h2>
      {isStale && <p className="working">{ui.workingOut}</p>}
      {selection === undefined && <Legend />}
      <Suspense fallback={null}>
        {selection?.kind === "connection" && <ConnectionPanel connection={selection.connection} />}
        {selection?.kind === "object" &&
          (selection.id.startsWith("group/") ? <GroupPanel id={selection.id} /> : <ObjectPanel id={selection.id} />)}
      </Suspense>
    </section>
  );
}

/** Nothing is looked at yet: how to read the picture. */
function Legend() {
  const { ui } = useLanguage();
  const meanings = [
    ["request", ui.legendRequest],
    ["reply", ui.legendReply],
    ["dns", ui.legendDns],
    ["probe", ui.legendProbe],
    ["drop", ui.legendDrop],
  ] as const;
  return (
    <>
      <p className="invite">{ui.inspectorEmpty}</p>
      <h3>{ui.legend}</h3>
      <ul className="legend">
        {meanings.map(([meaning, words]) => (
          <li key={meaning}>
            <PacketSign meaning={meaning} /> {words}
          </li>
        ))}
        <li>
          <span className="pill">kubia</span> {ui.everyNode}
        </li>
      </ul>
      <p className="faint small">{ui.keysHint}</p>
    </>
  );
}

function PacketSign({ meaning }: { meaning: "request" | "reply" | "dns" | "probe" | "drop" }) {
  const colour = `var(--pk-${meaning})`;
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      {meaning === "request" && <circle cx="10" cy="10" r="8" fill={colour} />}
      {meaning === "request" && <path d="M8.5 6.8l3.7 3.2-3.7 3.2" fill="none" stroke="var(--surface)" strokeWidth="1.8" />}
      {meaning === "reply" && <circle cx="10" cy="10" r="6.5" fill="none" stroke={colour} strokeWidth="4" />}
      {meaning === "dns" && <rect x="3" y="3" width="14" height="14" fill={colour} />}
      {meaning === "dns" && (
        <text x="10" y="14" textAnchor="middle" fontSize="11" fontWeight="700" fill="var(--surface)">
          ?
        </text>
      )}
      {meaning === "probe" && <circle cx="10" cy="10" r="5" fill="none" stroke={colour} strokeWidth="2" strokeDasharray="2 2" />}
      {meaning === "drop" && <path d="M10 1l9 9-9 9-9-9z" fill={colour} />}
      {meaning === "drop" && <path d="M7 7l6 6M13 7l-6 6" stroke="var(--surface)" strokeWidth="1.8" />}
    </svg>
  );
}
