import { useEffect, useState } from "react";
import { useLanguage } from "../app/language.ts";
import { onTranscript, transcriptOf } from "../terminal/transcript.ts";

/** So many of the last lines are shown. */
const linesMax = 3;
const terminal = 1;

/** The last lines of the other cluster's terminal: what the same command said there. */
export function TwinOutput() {
  const { ui } = useLanguage();
  const [text, setText] = useState("");
  useEffect(() => {
    const read = () => setText(lastLines(transcriptOf(terminal).text));
    read();
    return onTranscript(terminal, read);
  }, []);
  if (text === "") return null;
  return (
    <section className="twin-output" aria-label={ui.terminal}>
      <pre>{text}</pre>
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
