import { describe, expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const address = "10.111.249.153";

/** What the bands of the picture say, as a screen reader gets it: requests by line, of one second or in all. */
async function told(page: PlaygroundPage): Promise<ReadonlyMap<string, string>> {
  const lines = await page.page.locator(".flow-list li").allTextContents();
  return new Map(lines.map((line) => line.split(": ", 2) as [string, string]));
}

async function tells(page: PlaygroundPage, isRight: (told: ReadonlyMap<string, string>) => boolean): Promise<ReadonlyMap<string, string>> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const now = await told(page);
    if (isRight(now)) return now;
    if (Date.now() > deadline) throw new Error(`the flows are told as ${JSON.stringify([...now])}`);
    await page.page.waitForTimeout(100);
  }
}

const numberIn = (text: string | undefined): number => Number(/^[\d,.]+/.exec(text ?? "")?.[0].replaceAll(",", "") ?? 0);

/** What enters pods, by all lines that end at one. */
function enteringPods(now: ReadonlyMap<string, string>): number {
  return [...now].filter(([line]) => /→ kubia-/.test(line)).reduce((sum, [, words]) => sum + numberIn(words), 0);
}

describe("packets in great numbers", () => {
  test.each([
    { name: "bands with a rate while a load runs, sums when it is over", reducedMotion: false },
    { name: "with less motion: the same numbers", reducedMotion: true },
  ])("$name", async ({ reducedMotion }) => {
    const page = await PlaygroundPage.open({ reducedMotion });
    await page.ready();
    await page.typeCommand(`at node1 -- hey -n 600 -c 10 -q 10 -disable-keepalive http://${address}/`);
    const running = await tells(page, (now) => [...now.values()].some((words) => /\/s requests/.test(words)));
    expect([...running.keys()].some((line) => /^node1 → kubia-/.test(line))).toBe(true);
    // Every request that was sent is on some line to a pod, drawn or not.
    const over = await tells(page, (now) => enteringPods(now) === 600);
    expect([...over.values()].every((words) => !words.includes("failed"))).toBe(true);
    // Folded, a node has the sums of what is in it.
    await page.page.locator(".react-flow__node[data-id='node/node2'] .fold").click();
    const folded = await tells(page, (now) => enteringPods(now) < 600);
    const enteringNode = [...folded].filter(([line]) => /→ node2$/.test(line)).reduce((sum, [, words]) => sum + numberIn(words), 0);
    expect(enteringPods(folded) + enteringNode).toBe(600);
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  test("failures are counted apart, and stay where packets died", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    // Nobody listens there.
    await page.typeCommand("hey -n 200 -c 10 -q 10 http://192.168.0.2:81/");
    await tells(page, (now) => numberIn(now.get("laptop → node1")) === 200 && /200 failed/.test(now.get("laptop → node1") ?? ""));
    await page.close();
  });

  test("a page on which nothing moves draws nothing", async () => {
    const page = await PlaygroundPage.open({
      script: () => {
        const counted = window as unknown as { cleared: number; frames: number };
        counted.cleared = 0;
        counted.frames = 0;
        const request = window.requestAnimationFrame;
        window.requestAnimationFrame = (run) => {
          counted.frames++;
          return request.call(window, run);
        };
        const clear = CanvasRenderingContext2D.prototype.clearRect;
        CanvasRenderingContext2D.prototype.clearRect = function (...rectangle) {
          if (this.canvas instanceof HTMLCanvasElement && this.canvas.classList.contains("packet-layer")) counted.cleared++;
          clear.apply(this, rectangle);
        };
      },
    });
    await page.ready();
    await page.typeCommand(`at node1 -- curl -s ${address}`);
    await page.page.locator(".hop-count").waitFor();
    await page.page.getByRole("button", { name: "Skip to the end" }).click();
    const cleared = () => page.page.evaluate(() => (window as unknown as { cleared: number }).cleared);
    // It comes to rest: two looks, half a second apart, see no frame between them.
    let before = -1;
    let now = await cleared();
    for (let i = 0; before !== now && i < 40; i++) {
      await page.page.waitForTimeout(500);
      before = now;
      now = await cleared();
    }
    expect(now).toBeGreaterThan(0);
    expect(now).toBe(before);
    // Paused, the page asks for no frame at all.
    await page.page.getByRole("button", { name: "Pause" }).click();
    const frames = () => page.page.evaluate(() => (window as unknown as { frames: number }).frames);
    let asked = -1;
    let asks = await frames();
    for (let i = 0; asked !== asks && i < 40; i++) {
      await page.page.waitForTimeout(500);
      asked = asks;
      asks = await frames();
    }
    expect(asks).toBe(asked);
    await page.close();
  });
});
