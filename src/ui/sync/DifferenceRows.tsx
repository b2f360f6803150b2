import type { Difference } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { reveal } from "../editor/reveal.ts";
import { adopt, reapply } from "./differences.ts";

/** How many stand there at once; a dozen objects made by a loop must not push the text away. */
const rowsMax = 5;

export default function DifferenceRows({ differences }: { differences: readonly Difference[] }) {
  const { ui } = useLanguage();
  return (
    <section className="differences" aria-label={ui.differences}>
      <ul>
        {differences.slice(0, rowsMax).map((one) => (
          <Row key={`${one.kind}${one.object}${one.path?.join(".") ?? ""}`} difference={one} />
        ))}
      </ul>
      {differences.length > rowsMax && <p className="faint small">+ {differences.length - rowsMax}</p>}
    </section>
  );
}

function Row({ difference }: { difference: Difference }) {
  const { ui } = useLanguage();
  const { kind, object, place, path } = difference;
  const by = byWhom(difference);
  return (
    <li>
      <span>
        {place === undefined ? (
          <code>{shortName(object)}</code>
        ) : (
          <button type="button" className="place" onClick={() => reveal(place)}>
            {shortName(object)}
          </button>
        )}{" "}
        {kind === "changed" && (
          <>
            <code>{path?.join(".")}</code> {ui.liveIs}
            <b>{difference.live}</b>
            {ui.textIs}
            <b>{difference.text}</b>
          </>
        )}
        {kind === "missing" && ui.notInCluster}
        {kind === "extra" && ui.notInText}
        {by !== "" && <span className="muted"> ({by})</span>}
      </span>
      <span className="difference-buttons">
        {kind !== "missing" && (
          <button type="button" className="btn small" onClick={() => void adopt(difference)}>
            {kind === "extra" ? ui.addToText : ui.takeOver}
          </button>
        )}
        {kind !== "extra" && (
          <button type="button" className="btn small" onClick={() => reapply(difference)}>
            {ui.reapply}
          </button>
        )}
      </span>
    </li>
  );
}

/** `kubectl-edit, 00:41: kubectl edit svc kubia`: the field's manager, when, and the line if it was typed here. */
export function byWhom({ manager, by, atMs }: Difference): string {
  if (atMs === undefined) return "";
  const seconds = Math.floor(atMs / 1000);
  const at = `${`${Math.floor(seconds / 60)}`.padStart(2, "0")}:${`${seconds % 60}`.padStart(2, "0")}`;
  const command = by === undefined || by.length <= 48 ? by : `${by.slice(0, 47)}…`;
  if (manager === undefined) return [command, at].filter((part) => part !== undefined).join(", ");
  return command === undefined ? `${manager}, ${at}` : `${manager}, ${at}: ${command}`;
}

/** `replicationcontroller/kubia`, as kubectl says it; a namespace that is not default stays. */
function shortName(object: string): string {
  return object.replace(/^([^/]+)\/default\//, "$1/");
}
