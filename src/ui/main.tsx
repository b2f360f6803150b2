import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "reactflow/dist/style.css";
import "./tokens.css";
import "./styles.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { LinkView, RecordEntry } from "../playground/protocol.ts";
import { App } from "./app/App.tsx";
import { firstExample } from "./app/examples.ts";
import { startLanguage } from "./app/language.ts";
import { startWatchdog } from "./app/recover.ts";
import { firstTheme, showTheme } from "./app/theme.ts";
import { startExplain } from "./explain/explain.ts";
import { startPlayback } from "./graph/playback.ts";
import { startLoads } from "./load/load.ts";
import { startDriver } from "./store/driver.ts";
import { keepNothing, load } from "./store/keep.ts";
import { ask, startWorker } from "./store/link-to-worker.ts";
import { courseKey, isOfMoment, keepOwnText, open, savedText, startSession } from "./store/session.ts";
import { usePage } from "./store/store.ts";
import { startDifferences } from "./sync/differences.ts";
import { takeTerminalUpdate } from "./terminal/transcript.ts";
import { startHistory } from "./time/look.ts";

const wishes = new URLSearchParams(window.location.search);
/** This page is the second picture of another one, which leads it. */
const isTwin = wishes.has("twin") && window.parent !== window;
if (isTwin) keepNothing();
showTheme(firstTheme());
if (wishes.get("present") === "1") document.documentElement.dataset["present"] = "";
if (isTwin) void import("./twin/follower.tsx").then(({ startFollower }) => startFollower());
else startPage();
startLanguage();

function startPage(): void {
  startWorker(takeTerminalUpdate);
  startSession();
  startDriver();
  startPlayback();
  startHistory();
  startLoads();
  startExplain();
  startDifferences();
  startWatchdog();
  void openFirst();
  createRoot(document.getElementById("root") as HTMLElement).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

type ReadLink = { readonly text: string; readonly record: readonly RecordEntry[]; readonly view: LinkView } | { readonly problem: string };

/** What this tab had open under this address; what the address says; what was here before; else the tutorial's cluster. */
async function openFirst(): Promise<void> {
  const fragment = window.location.hash;
  // Only a tab that is loaded again has anything to take up.
  if (load(courseKey, true) !== undefined && (await import("./store/keep-course.ts")).resumeCourse()) return;
  if (/^#k\d+:/.test(fragment)) {
    const read = await ask<ReadLink>({ type: "readLink", fragment });
    if ("text" in read) {
      keepOwnText();
      open(read.text, read.record, read.view);
      if (isOfMoment(read.view)) void import("./time/open-moment.ts").then(({ openMoment }) => openMoment(read.text, read.view));
      return;
    }
    usePage.setState({ linkProblem: read.problem });
  }
  open(savedText() ?? firstExample);
}
