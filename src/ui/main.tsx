import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "reactflow/dist/style.css";
import "./tokens.css";
import "./styles.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { RecordEntry } from "../playground/protocol.ts";
import { App } from "./app/App.tsx";
import { firstExample } from "./app/examples.ts";
import { firstLanguage, setLanguage } from "./app/language.ts";
import { startWatchdog } from "./app/recover.ts";
import { firstTheme, setTheme } from "./app/theme.ts";
import { startPlayback } from "./graph/playback.ts";
import { startDriver } from "./store/driver.ts";
import { ask, startWorker } from "./store/link-to-worker.ts";
import { open, savedText } from "./store/session.ts";
import { usePage } from "./store/store.ts";

setTheme(firstTheme());
startWorker();
startDriver();
startPlayback();
startWatchdog();
void openFirst();
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void setLanguage(firstLanguage());

/** What the address says; else what was here before; else the tutorial's cluster. */
async function openFirst(): Promise<void> {
  const fragment = window.location.hash;
  if (/^#k\d+:/.test(fragment)) {
    const read = await ask<{ readonly text?: string; readonly record?: readonly RecordEntry[]; readonly problem?: string }>({
      type: "readLink",
      fragment,
    });
    if (read.text !== undefined) {
      open(read.text, read.record ?? []);
      return;
    }
    usePage.setState({ linkProblem: read.problem });
  }
  open(savedText() ?? firstExample);
}
