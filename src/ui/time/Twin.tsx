import { useEffect, useMemo, useRef } from "react";
import { stepsOf, type TwinRow, type TwinStep, twinsOf } from "../../graph/twin.ts";
import { say } from "../../messages/catalogue.ts";
import { useLanguage } from "../app/language.ts";
import { hopWords, placeName } from "../inspector/words.ts";
import { archive, usePage } from "../store/store.ts";
import { type Branch, useBranches } from "./branches.ts";
import { useLook } from "./look.ts";

/** Two courses of events side by side, hop by hop, up to the moment that is shown; the first hop in which they part is framed. */
export function Twin({ other, onClose }: { other: Branch; onClose: () => void }) {
  const { ui, sentences } = useLanguage();
  const current = useBranches((s) => s.current);
  const connections = usePage((s) => s.connections);
  // Four looks a second are enough for a list.
  const headUs = usePage((s) => Math.ceil(s.nowUs / 250_000) * 250_000);
  const atUs = useLook((s) => s.atUs) ?? headUs;
  // biome-ignore lint/correctness/useExhaustiveDependencies: hops come in as time passes; the archive does not tell.
  const steps = useMemo(() => stepsOf(connections, (id) => archive.hops(id)), [connections, headUs]);
  const { rows, parting } = useMemo(() => twinsOf(other.steps, steps, atUs), [other.steps, steps, atUs]);
  const framed = useRef<HTMLTableRowElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the framed row is another one when the parting moves.
  useEffect(() => framed.current?.scrollIntoView({ block: "center" }), [parting]);
  const reason = parting === undefined ? undefined : (rows[parting]?.right ?? rows[parting]?.left)?.hop.reason;
  return (
    <section className="twin" aria-label={ui.twin}>
      <header>
        <b>{ui.twin}</b>
        <span className={parting === undefined ? "chip ok" : "chip warn"}>{parting === undefined ? ui.twinSame : ui.twinParts}</span>
        {reason !== undefined && sentences !== undefined && (
          <span className="muted twin-why">{say(sentences.reasons, reason.code, reason.args)}</span>
        )}
        <button type="button" className="btn small" onClick={onClose}>
          {ui.close}
        </button>
      </header>
      {rows.length === 0 ? (
        <p className="empty">{ui.twinEmpty}</p>
      ) : (
        <div className="twin-rows">
          <table>
            <thead>
              <tr>
                <th scope="col">{ui.twinCourse.replace("{id}", `${other.id}`)}</th>
                <th scope="col">{ui.twinCourse.replace("{id}", `${current}`)}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                <tr
                  key={i}
                  ref={i === parting ? framed : undefined}
                  className={`${i === parting ? "parting" : ""} ${row.differs ? "differs" : ""} ${startsConnection(rows, i) ? "starts" : ""}`}
                >
                  <Step step={row.left} />
                  <Step step={row.right} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function startsConnection(rows: readonly TwinRow[], i: number): boolean {
  const number = (row: TwinRow | undefined) => (row?.left ?? row?.right)?.number;
  return number(rows[i]) !== number(rows[i - 1]);
}

function Step({ step }: { step: TwinStep | undefined }) {
  const { ui } = useLanguage();
  if (step === undefined) return <td className="faint">—</td>;
  const { hop } = step;
  return (
    <td>
      <b>{placeName(hop.at)}</b> <span className="muted">{ui[hopWords[hop.action]]}</span>{" "}
      <code>
        {hop.source} → {hop.destination}
      </code>
    </td>
  );
}
