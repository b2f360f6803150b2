import { useMemo } from "react";
import { sequenceOf } from "../../graph/sequence.ts";
import type { ConnectionInfo, HopRecord } from "../../playground/protocol.ts";
import { showHop } from "../graph/playback.ts";

const rowHeight = 30;
const headHeight = 30;
const width = 300;
const margin = 34;

/** The whole connection at a glance: who sent what to whom, by way of which machines. A click on an arrow shows its first hop. */
export function SequenceDiagram({
  info,
  hops,
  packet,
  label,
}: {
  info: ConnectionInfo;
  hops: readonly HopRecord[];
  packet: number;
  label: string;
}) {
  const { columns, rows } = useMemo(() => sequenceOf(info, hops), [info, hops]);
  const x = (column: number) => (columns.length === 1 ? width / 2 : margin + (column * (width - 2 * margin)) / (columns.length - 1));
  const height = headHeight + rows.length * rowHeight;
  return (
    <svg className="sequence" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {columns.map((place, i) => (
        <g key={place}>
          <line x1={x(i)} y1={headHeight - 8} x2={x(i)} y2={height} className="lifeline" />
          <text x={x(i)} y={12} textAnchor="middle" className="who">
            {short(place)}
          </text>
        </g>
      ))}
      {rows.map((row, i) => {
        const y = headHeight + i * rowHeight + 20;
        const from = x(row.path[0] ?? 0);
        const to = x(row.path.at(-1) ?? 0);
        const end = to + (to >= from ? -2 : 2);
        const meaning = row.end === "drop" || row.end === "reject" ? "drop" : row.isReply ? "reply" : "request";
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the same packets are buttons in the list above
          <g key={row.packet} className={`arrow ${meaning} ${row.packet === packet ? "on" : ""}`} onClick={() => showHop(info.id, row.hop)}>
            <rect x="0" y={y - 19} width={width} height={rowHeight} className="hit" />
            <line x1={from} y1={y} x2={end} y2={y} />
            {row.path.slice(1, -1).map((column) => (
              <circle key={column} cx={x(column)} cy={y} r="2.5" />
            ))}
            {meaning === "drop" ? (
              <path d={`M${to - 4} ${y - 4}l8 8m0 -8l-8 8`} className="cross" />
            ) : (
              <path d={to >= from ? `M${to - 7} ${y - 4}l6 4l-6 4` : `M${to + 7} ${y - 4}l-6 4l6 4`} className="head" />
            )}
            <text x={(from + to) / 2} y={y - 5} textAnchor="middle">
              {row.label.length > 26 ? `${row.label.slice(0, 25)}…` : row.label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** The end of a pod's name tells it from its sisters. */
function short(place: string): string {
  const name = place.slice(place.lastIndexOf("/") + 1);
  return name.length <= 10 ? name : `…${name.slice(-8)}`;
}
