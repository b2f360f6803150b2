import { usePlayback } from "../graph/playback.ts";
import { archive } from "../store/store.ts";
import "./explain.css";

/** A node's rules as its own tool prints them; those that the followed packet has met here so far are lit. */
export default function LitRules({ text, node }: { text: string; node: string }) {
  const { connection, at } = usePlayback();
  const hops = connection === undefined ? [] : archive.hops(connection);
  const met = new Set(hops.slice(0, at + 1).flatMap((hop) => (hop.at === `node/${node}` ? [...hop.rules, hop.rule ?? ""] : [])));
  met.delete("");
  return (
    <>
      {text.split("\n").map((line, i) => (
        <span key={`${i}${line}`} className={met.has(line.trim()) ? "met" : ""}>
          {line}
          {"\n"}
        </span>
      ))}
    </>
  );
}
