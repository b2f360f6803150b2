import { useEffect, useState } from "react";
import { say } from "../../messages/catalogue.ts";
import { usePlayback } from "../graph/playback.ts";
import { useLanguage } from "./language.ts";

/** At most one sentence in this time: a reader's voice keeps up. */
const pauseMs = 1000;

/** The film for those who hear it: each hop that is shown as a sentence, politely. */
export function Announcer() {
  const { sentences } = useLanguage();
  const hop = usePlayback((s) => s.stops[s.at]?.hop);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (hop === undefined || sentences === undefined) return;
    const handle = window.setTimeout(
      () => setSaid(`${hop.at}: ${hop.source} → ${hop.destination}. ${say(sentences.reasons, hop.reason.code, hop.reason.args)}`),
      pauseMs,
    );
    return () => window.clearTimeout(handle);
  }, [hop, sentences]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
