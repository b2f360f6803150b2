import { query } from "../store/link-to-worker.ts";
import { showText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { type LookState, useLook } from "./look.ts";

/** The editor shows the text that the cluster ran on at the moment that is looked at. */
function followText(): void {
  void follow(useLook.getState(), undefined);
  useLook.subscribe((look, before) => void follow(look, before.restUs));
}

async function follow({ atUs, restUs, isOtherText }: LookState, beforeUs: number | undefined): Promise<void> {
  if (atUs === undefined) {
    if (!isOtherText) return;
    useLook.setState({ isOtherText: false });
    showText(usePage.getState().text);
    return;
  }
  if (restUs === undefined || restUs === beforeUs) return;
  const text = await query<string | undefined>({ kind: "text" });
  if (text === undefined || useLook.getState().restUs !== restUs) return;
  const isOther = text !== usePage.getState().text;
  if (!isOther && !useLook.getState().isOtherText) return;
  useLook.setState({ isOtherText: isOther });
  showText(text);
}

followText();
