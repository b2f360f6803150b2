import { query } from "../store/link-to-worker.ts";
import { showText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { useLook } from "./look.ts";

/** The editor shows the text that the cluster ran on at the moment that is looked at. */
function followText(): void {
  useLook.subscribe(async ({ atUs, restUs, isOtherText }, before) => {
    if (atUs === undefined) {
      if (!isOtherText) return;
      useLook.setState({ isOtherText: false });
      showText(usePage.getState().text);
      return;
    }
    if (restUs === undefined || restUs === before.restUs) return;
    const text = await query<string | undefined>({ kind: "text" });
    if (text === undefined || useLook.getState().restUs !== restUs) return;
    const isOther = text !== usePage.getState().text;
    if (!isOther && !useLook.getState().isOtherText) return;
    useLook.setState({ isOtherText: isOther });
    showText(text);
  });
}

followText();
