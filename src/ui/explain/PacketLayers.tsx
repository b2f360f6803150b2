import type { PacketField, PacketLayer } from "../../playground/protocol.ts";
import { useAnswer } from "./answer.ts";
import { useSay } from "./said.ts";

/** What is in the packet at this hop, layer by layer; what the hop changed is marked. */
export default function PacketLayers({ connection, sequence }: { connection: string; sequence: number }) {
  const sayIt = useSay();
  const layers = useAnswer<readonly PacketLayer[]>({ kind: "packet", connection, sequence });
  if (layers === undefined) return null;
  return (
    <details className="layers">
      <summary>{sayIt({ code: "packet.layers", args: {} })}</summary>
      {layers.map((layer) => (
        <section key={layer.protocol} className="layer">
          <h4>{layer.protocol}</h4>
          {layer.fields.length > 0 && (
            <dl>
              {layer.fields.map((field, i) => (
                <Row key={`${i}${field.name}`} field={field} words={sayIt({ code: `packet.${field.name}`, args: {} })} />
              ))}
            </dl>
          )}
          {layer.text !== undefined && <pre>{layer.text}</pre>}
        </section>
      ))}
    </details>
  );
}

function Row({ field, words }: { field: PacketField; words: string }) {
  return (
    <div className={field.before === undefined ? "" : "changed"}>
      <dt>{words}</dt>
      <dd>
        {field.before !== undefined && (
          <>
            <s>{field.before}</s>{" "}
          </>
        )}
        {field.value}
      </dd>
    </div>
  );
}
