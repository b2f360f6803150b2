import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
];

/** An installed Chromium: $CHROMIUM, the usual places, the PATH. Tests never skip silently: without one this says how to get one. */
export function chromiumPath(): string {
  const inPath = (process.env["PATH"] ?? "")
    .split(":")
    .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)));
  for (const path of [process.env["CHROMIUM"], ...places, ...inPath]) {
    if (path === undefined || path === "") continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not there; look on
    }
  }
  throw new Error("No Chromium was found. Install one (Debian: apt-get install chromium), or name it in the variable CHROMIUM.");
}

export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
