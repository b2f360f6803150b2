import { say } from "../../messages/catalogue.ts";
import { useLanguage } from "../app/language.ts";
import { usePlayback } from "./playback.ts";

/** The hop that is shown in one sentence, where there is no room for the inspector beside the picture. */
export function HopStrip() {
  const { sentences } = useLanguage();
  const hop = usePlayback((s) => s.stops[s.at]?.hop);
  if (hop === undefined || sentences === undefined) return null;
  return (
    <p className="hop-strip">
      <b>{hop.at.replace(/^[a-z]+\/(default\/)?/, "")}</b> {say(sentences.reasons, hop.reason.code, hop.reason.args)}
    </p>
  );
}
