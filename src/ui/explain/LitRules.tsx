import { useState } from "react";
import { linesToShow } from "../../graph/rule-lines.ts";
import { usePlayback } from "../graph/playback.ts";
import { archive } from "../store/store.ts";
import "./explain.css";
import { useSay } from "./said.ts";

/** A node's rules as its own tool prints them; those that the followed packet has met here so far are lit, and can be looked at alone. */
export default function LitRules({ text, node }: { text: string; node: string }) {
  const sayIt = useSay();
  const [isMetOnly, setMetOnly] = useState(false);
  const [wanted, setWanted] = useState("");
  const { connection, at } = usePlayback();
  const hops = connection === undefined ? [] : archive.hops(connection);
  const met = new Set(hops.slice(0, at + 1).flatMap((hop) => (hop.at === `node/${node}` ? [...hop.rules, hop.rule ?? ""] : [])));
  met.delete("");
  const { lines, left } = linesToShow(text, { met, isMetOnly: isMetOnly && met.size > 0, wanted });
  return (
    <>
      <div className="rules-bar">
        <input
          type="search"
          value={wanted}
          placeholder={sayIt({ code: "rules.filter", args: {} })}
          aria-label={sayIt({ code: "rules.filter", args: {} })}
          onChange={(event) => setWanted(event.target.value)}
        />
        {met.size > 0 && (
          <label>
            <input type="checkbox" checked={isMetOnly} onChange={(event) => setMetOnly(event.target.checked)} />
            {sayIt({ code: "rules.metOnly", args: { count: met.size } })}
          </label>
        )}
      </div>
      <pre className="rule lines">
        {lines.map(({ line, number, isMet }) => (
          <span key={number} className={isMet ? "met" : ""}>
            {line}
            {"\n"}
          </span>
        ))}
        {left > 0 && <i>{sayIt({ code: "rules.left", args: { count: left } })}</i>}
      </pre>
    </>
  );
}
