import { say } from "../../messages/catalogue.ts";
import { Icon } from "../app/icons.tsx";
import { useLanguage } from "../app/language.ts";
import { hopWords, placeName } from "../inspector/words.ts";
import { useLook } from "../time/look.ts";
import "./hop-strip.css";
import { stepHop, usePlayback } from "./playback.ts";

/** The hop that is shown in one sentence, and the steps before and after it under the thumbs, where there is no room for the inspector. */
export function HopStrip() {
  const { ui, sentences } = useLanguage();
  const hop = usePlayback((s) => s.stops[s.at]?.hop);
  const at = usePlayback((s) => s.at);
  const count = usePlayback((s) => s.stops.length);
  const isBack = useLook((s) => s.atUs !== undefined);
  if (hop === undefined || sentences === undefined) return null;
  return (
    <div className="hop-strip">
      <button type="button" aria-label={ui.previousHop} disabled={at === 0} onClick={() => stepHop(-1)}>
        <Icon name="stepBack" size={20} />
      </button>
      <p>
        <b>{placeName(hop.at)}</b> <span className="muted">{ui[hopWords[hop.action]]}</span>
        <span className="hop-words">{say(sentences.reasons, hop.reason.code, hop.reason.args)}</span>
      </p>
      <button type="button" aria-label={ui.nextHop} disabled={at >= count - 1 && !isBack} onClick={() => stepHop(1)}>
        <Icon name="stepForward" size={20} />
      </button>
    </div>
  );
}
