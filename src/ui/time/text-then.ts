import { query } from "../store/link-to-worker.ts";
import { showText } from "../store/session.ts";
import { usePage } from "../store/store.ts";
import { useLook } from "./look.ts";

/** Whether the editor shows an earlier text. */
let isThen = false;

/** The editor shows the text that the cluster ran on at the moment that is looked at. */
function followText(): void {
  useLook.subscribe(async ({ atUs, restUs }, before) => {
    if (atUs === undefined) {
      if (isThen) showText(usePage.getState().text);
      isThen = false;
      return;
    }
    if (restUs === undefined || restUs === before.restUs) return;
    const text = await query<string | undefined>({ kind: "text" });
    if (text === undefined || useLook.getState().restUs !== restUs) return;
    if (text === usePage.getState().text && !isThen) return;
    isThen = text !== usePage.getState().text;
    showText(text);
  });
}

followText();
