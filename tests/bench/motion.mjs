import { framesPerSecond, freshPage, inBrowser, median, ready, typeLine } from "./browser.mjs";

const rounds = 5;
const spanMs = 1500;

/** G13, G12: frames a second while the picture is dragged, and while a thousand packets are under way. In turn, in one session. */
export function motionRows() {
  return inBrowser(async ({ browser, ours, floors }) => {
    const few = await freshPage(browser, ours);
    await ready(few.page);
    const many = await freshPage(browser, ours, { text: manyPods() });
    await ready(many.page);
    await many.page.locator(".react-flow").waitFor();
    const boxes = await many.page.locator(".react-flow__node").count();
    const bare = await freshPage(browser, `${floors}flow.html?nodes=${boxes}`);
    await bare.page.waitForFunction(() => window.bareMountedMs !== undefined);
    const busy = await freshPage(browser, ours);
    await ready(busy.page);
    const pages = { idle: few.page, few: few.page, many: many.page, bare: bare.page };
    const found = { idle: [], few: [], many: [], bare: [], flights: [] };
    await typeLine(busy.page, `at node1 -- hey -z 600s -c 80 -q 10 -disable-keepalive http://10.111.249.153/`);
    await busy.page.locator(".flow-list li").first().waitFor({ state: "attached", timeout: 30_000 });
    await busy.page.waitForTimeout(3000);
    const told = await busy.page.locator(".flow-list li").allTextContents();
    for (let round = 0; round < rounds; round++) {
      for (const name of ["idle", "few", "many", "bare"]) {
        const page = pages[name];
        await page.bringToFront();
        await page.waitForTimeout(300);
        found[name].push(name === "idle" ? await framesPerSecond(page, spanMs) : await panning(page));
      }
      await busy.page.bringToFront();
      await busy.page.waitForTimeout(1500);
      found.flights.push(await framesPerSecond(busy.page, spanMs));
    }
    for (const { close } of [few, many, bare, busy]) await close();
    const [idle, pan30, pan300, bare300, flights] = ["idle", "few", "many", "bare", "flights"].map((name) => median(found[name]));
    const row = (goal, what, value, floor, least) => ({ goal, what, unit: "fps", value, floor, ratio: floor / value, gate: 1 / least });
    return [
      row("G12", `idle frames over frames with 1,000 packets under way (${rates(told)}); at least 0.95 of idle`, flights, idle, 0.95),
      row("G13", "idle frames over frames while the tutorial's picture is dragged; at least 0.95 of idle", pan30, idle, 0.95),
      row("G13", `bare React Flow's frames over ours while ${boxes} boxes are dragged; at least 0.8 of bare`, pan300, bare300, 0.8),
    ];
  });
}

/** Drags the ground to and fro for as long as frames are counted. */
async function panning(page) {
  const pane = await page.locator(".react-flow__pane").boundingBox();
  const [x, y] = [pane.x + pane.width / 2, pane.y + pane.height - 12];
  await page.mouse.move(x, y);
  await page.mouse.down();
  const frames = framesPerSecond(page, spanMs);
  let isOver = false;
  void frames.then(() => (isOver = true));
  for (let i = 0; !isOver; i++) await page.mouse.move(x + 60 * Math.sin(i / 8), y + 40 * Math.cos(i / 8) - 40);
  await page.mouse.up();
  return frames;
}

function rates(told) {
  return told.map((line) => /: (\S+)/.exec(line)?.[1]).join(", ");
}

const daemonSet = (name) => `---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: ${name}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
      - {name: main, image: luksa/kubia}
`;

/** Sixty nodes and three pods on each: with their rules 300 boxes. */
function manyPods() {
  const nodes = Array.from({ length: 60 }, (_, i) => `    - {name: n${i}, ip: 192.168.1.${i + 1}}`).join("\n");
  return `apiVersion: kubehop.dev/v1
kind: Scenario
metadata:
  name: many
spec:
  cluster:
    nodes:
${nodes}
${["agent", "proxy", "web"].map(daemonSet).join("")}---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8080}
`;
}
