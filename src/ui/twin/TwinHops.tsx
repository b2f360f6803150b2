import { useEffect, useRef } from "react";
import type { TwinRow } from "../../graph/twin.ts";
import { say } from "../../messages/catalogue.ts";
import type { HopRecord } from "../../playground/protocol.ts";
import { useLanguage } from "../app/language.ts";
import { usePlayback } from "../graph/playback.ts";
import { hopWords, placeName } from "../inspector/words.ts";
import { showTwinHop, useLead } from "./lead.ts";

/** Both courses hop by hop, request by request; the first hop in which they part is framed, and what each side's reason for it was is said. */
export function TwinHops() {
  const { ui } = useLanguage();
  const { twins, followed } = useLead();
  const { rows, parting } = twins;
  const at = usePlayback((s) => s.at);
  const framed = useRef<HTMLTableRowElement>(null);
  const here = rows.find((row) => row.parts && row.number === followed) ?? parting;
  const place = here === undefined ? "" : `${here.number} ${here.index}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the framed row is another one when the parting moves.
  useEffect(() => {
    framed.current?.scrollIntoView({ block: "center" });
  }, [place]);
  const shown = useRef<HTMLTableRowElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another hop is shown.
  useEffect(() => {
    shown.current?.scrollIntoView({ block: "nearest" });
  }, [followed, at]);
  return (
    <section className="twin" aria-label={ui.twin}>
      <header>
        {rows.length === 0 ? (
          <b>{ui.twin}</b>
        ) : (
          <span role="status" className={parting === undefined ? "chip ok" : "chip warn"}>
            {parting === undefined
              ? ui.twinSame
              : ui.twinPartsAt.replace("{number}", `${parting.number + 1}`).replace("{hop}", `${parting.index + 1}`)}
          </span>
        )}
        {parting !== undefined && (
          <button type="button" className="btn small" onClick={() => showTwinHop(parting.number, parting.index)}>
            {ui.twinShow}
          </button>
        )}
      </header>
      {rows.length === 0 ? (
        <p className="empty">{ui.twinEmpty}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
        <section className="twin-rows" tabIndex={0} aria-label={ui.twinHops}>
          <table>
            <colgroup>
              <col className="twin-number" />
              <col />
              <col />
            </colgroup>
            <tbody>
              {rows.map((row, i) => (
                <Row
                  key={`${row.number} ${row.index}`}
                  row={row}
                  isNow={row.number === followed && row.index === at}
                  isFirst={rows[i - 1]?.number !== row.number}
                  rowRef={row === here ? framed : row.number === followed && row.index === at ? shown : undefined}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Row({
  row,
  isNow,
  isFirst,
  rowRef,
}: {
  row: TwinRow;
  isNow: boolean;
  isFirst: boolean;
  rowRef: React.Ref<HTMLTableRowElement> | undefined;
}) {
  const { ui } = useLanguage();
  const { number, index, left, right, differs, parts } = row;
  return (
    <>
      {isFirst && (
        <tr className="starts">
          <th colSpan={3} scope="rowgroup">
            {ui.twinRequest.replace("{number}", `${number + 1}`)} <code>{(right ?? left)?.destination}</code>
          </th>
        </tr>
      )}
      <tr ref={rowRef} className={`${parts ? "parting" : ""} ${differs ? "differs" : ""} ${isNow ? "now" : ""}`}>
        <td>
          <button
            type="button"
            className="twin-number"
            aria-current={isNow ? "step" : undefined}
            aria-label={ui.twinHop.replace("{hop}", `${index + 1}`).replace("{number}", `${number + 1}`)}
            onClick={() => showTwinHop(number, index)}
          >
            {index + 1}
          </button>
        </td>
        <Hop hop={left} />
        <Hop hop={right} />
      </tr>
      {parts && (
        <tr className="twin-reasons">
          <td />
          <Reason hop={left} />
          <Reason hop={right} />
        </tr>
      )}
    </>
  );
}

function Hop({ hop }: { hop: HopRecord | undefined }) {
  const { ui } = useLanguage();
  if (hop === undefined) return <td className="faint">—</td>;
  return (
    <td>
      <b>{placeName(hop.at)}</b> <span className="muted">{ui[hopWords[hop.action]]}</span>{" "}
      <code>
        {hop.source} → {hop.destination}
      </code>
    </td>
  );
}

/** Why each side went the way it went. */
function Reason({ hop }: { hop: HopRecord | undefined }) {
  const { ui, sentences } = useLanguage();
  const words =
    hop === undefined ? ui.twinNothing : sentences === undefined ? "" : say(sentences.reasons, hop.reason.code, hop.reason.args);
  return <td>{words}</td>;
}
