import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { serve } from "../../scripts/serve.mjs";
import { buildPage, builtPage } from "./sizes.mjs";

const root = join(import.meta.dirname, "../..");
const barePages = join(root, "node_modules", ".cache", "kubehop-bare");

/** One Chromium session with our page and the floors' pages served beside each other; `run` gets it, and all of it ends with `run`. */
export async function inBrowser(run, more = []) {
  await buildPage();
  await build({
    configFile: false,
    root: join(import.meta.dirname, "floor-pages"),
    logLevel: "error",
    base: "./",
    worker: { format: "es" },
    build: {
      outDir: barePages,
      emptyOutDir: true,
      target: "es2022",
      rolldownOptions: { input: ["flow.html", "transfer.html"].map((name) => join(import.meta.dirname, "floor-pages", name)) },
    },
  });
  const floors = await serve(barePages, 0);
  const ours = await serve(builtPage, 0);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox", "--disable-gpu", ...more] });
  try {
    return await run({ browser, ours: ours.url, floors: floors.url });
  } finally {
    await browser.close();
    await floors.stop();
    await ours.stop();
  }
}

function chromiumPath() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined) throw new Error("No Chromium was found: name it in the variable CHROMIUM.");
  return found;
}

/** A page as a first visitor has it: nothing cached, nothing stored. `text`: what their editor held. */
export async function freshPage(browser, url, { text, script } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  if (text !== undefined) await page.addInitScript((value) => localStorage.setItem("kubehop.text", value), text);
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(url);
  return { page, close: () => context.close() };
}

/** Pods run and their terminal reads. */
export async function ready(page) {
  // From far away a pod's details are not drawn.
  await page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ state: "attached", timeout: 60_000 });
  await page.locator(".terminal-host .xterm").first().waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector(".terminal-host .xterm-rows")?.textContent.includes("$"), undefined, {
    timeout: 60_000,
  });
}

export async function typeLine(page, text) {
  await page.locator(".terminal-host:visible").click();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** Frames a second over so many milliseconds. */
export function framesPerSecond(page, ms) {
  return page.evaluate(
    (span) =>
      new Promise((done) => {
        let count = 0;
        let start;
        const tick = (now) => {
          start ??= now;
          if (now - start >= span) done((count * 1000) / (now - start));
          else {
            count++;
            requestAnimationFrame(tick);
          }
        };
        requestAnimationFrame(tick);
      }),
    ms,
  );
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function p95(values) {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
}
