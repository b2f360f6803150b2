import { useEffect, useState } from "react";
import { useLanguage } from "../app/language.ts";
import { usePlayback } from "../graph/playback.ts";
import { onTranscript, transcriptOf } from "../terminal/transcript.ts";

/** So many of the last lines are shown. */
const linesMax = 3;
const terminal = 1;

/** What the same command said in the other cluster's terminal: its last lines. And how far its film is. */
export function TwinOutput() {
  const { ui } = useLanguage();
  const [text, setText] = useState("");
  useEffect(() => {
    const read = () => setText(lastLines(transcriptOf(terminal).text));
    read();
    return onTranscript(terminal, read);
  }, []);
  const at = usePlayback((s) => s.at);
  const count = usePlayback((s) => s.stops.length);
  if (text === "" && count === 0) return null;
  return (
    <section className="twin-output" aria-label={ui.terminal}>
      <pre>{text}</pre>
      {count > 0 && <span className="hop-count">{ui.hopOf.replace("{at}", `${at + 1}`).replace("{count}", `${count}`)}</span>}
    </section>
  );
}

function lastLines(text: string): string {
  const plain = text
    .slice(-4000)
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, "")
    .replaceAll("\r", "");
  return plain.trimEnd().split("\n").slice(-linesMax).join("\n");
}
