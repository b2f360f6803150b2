import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { serve } from "../../scripts/serve.mjs";
import { buildPage, builtPage } from "./sizes.mjs";

const root = join(import.meta.dirname, "../..");
const bareFolder = join(root, "node_modules", ".cache", "kubehop-bare");
const rounds = 12;

/** What a user waits for, in Chromium, beside a bare React Flow page in the same session. Reports; no test waits on it. */
export async function pageRows() {
  await buildPage();
  await build({
    configFile: false,
    root: join(import.meta.dirname, "bare-flow"),
    logLevel: "error",
    base: "./",
    build: { outDir: bareFolder, emptyOutDir: true },
  });
  const bare = await serve(bareFolder, 0);
  const ours = await serve(builtPage, 0);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const floor = await measureBare(browser, bare.url);
    const openings = [];
    for (let i = 0; i < 5; i++) openings.push(await measureOpening(browser, ours.url));
    const { edits, markers } = await measureEditing(browser, ours.url);
    const opening = median(openings);
    return [
      {
        goal: "G14",
        what: "edit posted until the graph is painted, p95, beside one label changed in bare React Flow",
        unit: "ms",
        value: p95(edits),
        floor: floor.updateMs,
        ratio: p95(edits) / floor.updateMs,
        gate: 2,
      },
      {
        goal: "G14",
        what: "edit posted until the graph is painted, p95, of 100 ms",
        unit: "ms",
        value: p95(edits),
        ratio: p95(edits) / 100,
        gate: 1,
      },
      {
        goal: "G14",
        what: "key until the marker stands, p95, of 100 ms",
        unit: "ms",
        value: p95(markers),
        ratio: p95(markers) / 100,
        gate: 1,
      },
      {
        goal: "G18",
        what: "navigation until the first packet is on the screen, of 2 s",
        unit: "ms",
        value: opening,
        ratio: opening / 2000,
        gate: 1,
      },
      {
        goal: "G18",
        what: "navigation until the first packet, beside a bare React Flow page's mount",
        unit: "ms",
        value: opening,
        floor: floor.mountMs,
        ratio: opening / floor.mountMs,
        gate: 4,
      },
    ];
  } finally {
    await browser.close();
    await bare.stop();
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

async function measureBare(browser, url) {
  const page = await browser.newPage();
  const mounts = [];
  for (let i = 0; i < 5; i++) {
    await page.goto(url);
    await page.waitForFunction(() => window.bareMountedMs !== undefined);
    mounts.push(await page.evaluate(() => window.bareMountedMs));
  }
  const updates = [];
  for (let i = 0; i < rounds; i++) updates.push(await page.evaluate((label) => window.bareUpdate(label), `round ${i}`));
  await page.close();
  return { mountMs: median(mounts), updateMs: median(updates) };
}

/** A first visit: the invitation is clicked as soon as it can be, and the film's first frame ends the time. */
async function measureOpening(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => {
      document.querySelector(".try:enabled")?.click();
      if (document.querySelector(".hop-count") !== null) requestAnimationFrame(() => (window.packetMs = performance.now()));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(url);
  await page.waitForFunction(() => window.packetMs !== undefined, undefined, { timeout: 30_000 });
  const ms = await page.evaluate(() => window.packetMs);
  await context.close();
  return ms;
}

async function measureEditing(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.times = {};
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message?.type === "edit") window.times.posted = performance.now();
      return post.call(this, message, ...rest);
    };
    window.addEventListener("keydown", () => (window.times.key = performance.now()), true);
  });
  await page.goto(url);
  await page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ timeout: 30_000 });
  const field = page.locator(".monaco-editor .native-edit-context, .monaco-editor textarea.inputarea").first();
  await field.waitFor({ state: "attached", timeout: 30_000 });
  await page.waitForTimeout(1500);

  // The Service's port, between 80 and 81: one card's text changes on every node.
  await find(page, field, "port: 80 ");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  const edits = [];
  for (let i = 0; i < rounds; i++) {
    const port = i % 2 === 0 ? "81" : "80";
    const shown = page.evaluate(
      (text) =>
        new Promise((done) => {
          const isThere = () => document.querySelector(".react-flow__node-rules code")?.textContent?.endsWith(`:${text}`);
          const observer = new MutationObserver(() => {
            if (!isThere()) return;
            observer.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - window.times.posted)));
          });
          observer.observe(document.querySelector(".react-flow"), { subtree: true, childList: true, characterData: true });
        }),
      port,
    );
    await page.keyboard.press("Backspace");
    await page.keyboard.type(port[1]);
    edits.push(await shown);
    await page.waitForTimeout(500);
  }

  // A key too many, and back.
  await find(page, field, "kind: Service");
  await page.keyboard.press("Home");
  const markers = [];
  for (let i = 0; i < rounds; i++) {
    const shown = page.evaluate(
      () =>
        new Promise((done) => {
          const observer = new MutationObserver(() => {
            if (document.querySelector(".problems li.error") === null) return;
            observer.disconnect();
            requestAnimationFrame(() => done(performance.now() - window.times.key));
          });
          observer.observe(document.querySelector(".pane.editor"), { subtree: true, childList: true });
        }),
    );
    await page.keyboard.press("Tab");
    markers.push(await shown);
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() => document.querySelector(".problems li.error") === null);
    await page.waitForTimeout(300);
  }
  await context.close();
  return { edits, markers };
}

async function find(page, field, text) {
  await field.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function p95(values) {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1];
}
