import { freshPage, inBrowser, median, p95 } from "./browser.mjs";

const rounds = 12;
const openings = 9;
/** A task of the main thread that is longer is felt. @source web.dev/articles/optimize-long-tasks */
const longTaskMs = 50;

/** What a user waits for, in Chromium, beside a bare React Flow page in the same session. Reports; no test waits on it. */
export function pageRows() {
  return inBrowser(async ({ browser, ours, floors }) => {
    const bareMs = [];
    const ourMs = [];
    // In turn, each a first visit with an empty cache: from navigation to what is seen.
    for (let i = 0; i < openings; i++) {
      bareMs.push(await bareMount(browser, floors));
      ourMs.push(await firstPacket(browser, ours));
    }
    const updateMs = await bareUpdate(browser, floors);
    const short = await measureEditing(browser, ours, undefined);
    const long = await measureEditing(browser, ours, longText());
    const opening = median(ourMs);
    const graph = (edits) => p95(edits);
    const row = (goal, what, value, floor, gate) => ({
      goal,
      what,
      unit: "ms",
      value,
      ...(floor.shown ? { floor: floor.ms } : {}),
      ratio: value / floor.ms,
      gate,
    });
    const of = (ms) => ({ ms, shown: false });
    const beside = (ms) => ({ ms, shown: true });
    return [
      row(
        "G14",
        "edit posted until the graph is painted, p95, beside one label changed in bare React Flow",
        graph(short.edits),
        beside(updateMs),
        2,
      ),
      row("G14", "edit posted until the graph is painted, p95, of 100 ms", graph(short.edits), of(100), 1),
      row("G14", "key until the marker stands, p95, of 100 ms", p95(short.markers), of(100), 1),
      row(
        "G15",
        "the same in a text of 10,000 lines: edit posted until painted, p95, beside the short text",
        graph(long.edits),
        beside(graph(short.edits)),
        2,
      ),
      row(
        "G15",
        "the same in a text of 10,000 lines: key until the marker stands, p95, beside the short text",
        p95(long.markers),
        beside(p95(short.markers)),
        2,
      ),
      row("G15", `longest task of the main thread meanwhile, of ${longTaskMs} ms`, long.longestTaskMs, of(longTaskMs), 1),
      row("G18", "navigation until the first packet is on the screen, of 2 s", opening, of(2000), 1),
      row(
        "G18",
        "navigation until the first packet, beside a bare React Flow page's first visit, median of both",
        opening,
        beside(median(bareMs)),
        4,
      ),
    ];
  });
}

async function bareMount(browser, floors) {
  const { page, close } = await freshPage(browser, `${floors}flow.html`);
  await page.waitForFunction(() => window.bareMountedMs !== undefined);
  const ms = await page.evaluate(() => window.bareMountedMs);
  await close();
  return ms;
}

async function bareUpdate(browser, floors) {
  const { page, close } = await freshPage(browser, `${floors}flow.html`);
  await page.waitForFunction(() => window.bareMountedMs !== undefined);
  const updates = [];
  for (let i = 0; i < rounds; i++) updates.push(await page.evaluate((label) => window.bareUpdate(label), `round ${i}`));
  await close();
  return median(updates);
}

/** A first visit: the invitation is clicked as soon as it can be, and the film's first frame ends the time. */
async function firstPacket(browser, url) {
  const { page, close } = await freshPage(browser, url, {
    script: () => {
      const look = () => {
        document.querySelector(".try:enabled")?.click();
        if (document.querySelector(".hop-count") !== null) requestAnimationFrame(() => (window.packetMs = performance.now()));
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
  });
  await page.waitForFunction(() => window.packetMs !== undefined, undefined, { timeout: 30_000 });
  const ms = await page.evaluate(() => window.packetMs);
  await close();
  return ms;
}

/** The tutorial's objects, and behind them ConfigMaps of 19 lines each: 10,000 lines in all, and the same picture. */
function longText() {
  const lines = Array.from({ length: 13 }, (_, i) => `  key-${i}: some words that nobody reads`).join("\n");
  const maps = Array.from(
    { length: 525 },
    (_, i) => `---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: words-${i}\ndata:\n${lines}\n`,
  );
  return shortText + maps.join("");
}

const shortText = `apiVersion: v1
kind: ReplicationController
metadata:
  name: kubia
spec:
  replicas: 3
  selector:
    app: kubia
  template:
    metadata:
      labels:
        app: kubia
    spec:
      containers:
      - name: kubia
        image: luksa/kubia
        ports:
        - containerPort: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  clusterIP: 10.111.249.153
  selector:
    app: kubia
  ports:
  - port: 80 # first
    targetPort: 8080
`;

async function measureEditing(browser, url, text) {
  const { page, close } = await freshPage(browser, url, {
    text: text ?? shortText,
    script: () => {
      window.times = {};
      window.longest = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
      }).observe({ type: "longtask", buffered: false });
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message?.type === "edit") window.times.posted = performance.now();
        return post.call(this, message, ...rest);
      };
      window.addEventListener("keydown", () => (window.times.key = performance.now()), true);
    },
  });
  await page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ timeout: 60_000 });
  const field = page.locator(".monaco-editor .native-edit-context, .monaco-editor textarea.inputarea").first();
  await field.waitFor({ state: "attached", timeout: 60_000 });
  await page.waitForTimeout(3000);

  // The Service's port, between 80 and 81: one card's text changes on every node.
  await find(page, field, "port: 80 ");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(1000);
  await page.evaluate(() => (window.longest = 0));
  const edits = [];
  for (let i = 0; i < rounds; i++) {
    const port = i % 2 === 0 ? "81" : "80";
    const shown = page.evaluate(
      (wanted) =>
        new Promise((done) => {
          const isThere = () => document.querySelector(".react-flow__node-rules")?.textContent?.includes(`:${wanted}`);
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
  const longestTaskMs = await page.evaluate(() => window.longest);
  await close();
  return { edits, markers, longestTaskMs };
}

async function find(page, field, text) {
  await field.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Control+f");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
}
