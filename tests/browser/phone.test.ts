import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const phone = { width: 390, height: 844, touch: true } as const;

async function openOnPhone(options: { readonly reducedMotion?: boolean } = {}): Promise<PlaygroundPage> {
  const opened = await PlaygroundPage.open({ ...phone, ...options });
  await opened.page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ state: "attached" });
  return opened;
}

/** The smallest text of the graph that can be seen, in pixels of the screen. */
const smallestText = (page: Page) =>
  page.evaluate(() => {
    let smallest = Number.POSITIVE_INFINITY;
    for (const element of document.querySelectorAll<HTMLElement>(".react-flow__viewport *")) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "");
      if (!hasText || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const scale = element.getBoundingClientRect().height / Math.max(1, element.offsetHeight);
      smallest = Math.min(smallest, Number.parseFloat(getComputedStyle(element).fontSize) * scale);
    }
    return smallest;
  });

/** Whether the card at which the packet is stands wholly in the picture. */
const isCardSeen = (page: Page) =>
  page.evaluate(() => {
    const pane = document.querySelector(".react-flow")?.getBoundingClientRect();
    const card = document.querySelector(".react-flow__node.is-current")?.getBoundingClientRect();
    if (pane === undefined || card === undefined) return false;
    return card.left >= pane.left && card.right <= pane.right && card.top >= pane.top && card.bottom <= pane.bottom;
  });

test("a request is read and stepped through with one thumb: text large enough, the packet's card in sight, its sentence beneath", async () => {
  const opened = await openOnPhone({ reducedMotion: true });
  const { page } = opened;
  expect(await smallestText(page)).toBeGreaterThan(10.5);
  await page.locator(".timeline .try").tap();
  const next = page.locator(".hop-strip").getByRole("button", { name: "Next hop" });
  const before = page.locator(".hop-strip").getByRole("button", { name: "Previous hop" });
  for (const button of [next, before]) {
    const box = await button.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44);
  }
  await expect.poll(async () => (await opened.hopShown())[1]).toBeGreaterThan(30);
  await page.getByRole("button", { name: "Pause" }).tap();
  let [at, count] = await opened.hopShown();
  for (; at > 1; [at, count] = await opened.hopShown()) await before.tap();
  expect(count).toBeGreaterThan(30);
  for (let hop = 1; hop < 12; hop++) {
    await expect.poll(() => isCardSeen(page)).toBe(true);
    expect(await smallestText(page)).toBeGreaterThan(10.5);
    const words = page.locator(".hop-strip p");
    expect((await words.innerText()).length).toBeGreaterThan(15);
    expect(await words.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    await next.tap();
    await expect.poll(async () => (await opened.hopShown())[0]).toBe(hop + 1);
  }
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

test("two fingers zoom, and one that rests on a card opens its menu", async () => {
  const opened = await openOnPhone();
  const { page } = opened;
  const devtools = await opened.context.newCDPSession(page);
  const zoom = () => page.locator(".react-flow__viewport").evaluate((element) => new DOMMatrix(getComputedStyle(element).transform).a);
  const before = await zoom();
  const finger = (x: number, y: number, id: number) => ({ x, y, id });
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: readonly ReturnType<typeof finger>[]) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [...touchPoints] });
  const spreadFingers = async () => {
    await touch("touchStart", [finger(180, 400, 0), finger(210, 400, 1)]);
    for (let spread = 20; spread <= 120; spread += 20)
      await touch("touchMove", [finger(180 - spread, 400, 0), finger(210 + spread, 400, 1)]);
    await touch("touchEnd", []);
    return zoom();
  };
  // A page that is still busy may miss a gesture; one makes it again.
  await expect.poll(spreadFingers).toBeGreaterThan(1.5 * before);

  await page.getByRole("button", { name: "Fit" }).tap();
  const card = page.locator(".react-flow__node-pod").first();
  await expect.poll(zoom).toBeCloseTo(before, 2);
  const box = await card.boundingBox();
  await touch("touchStart", [finger((box?.x ?? 0) + 20, (box?.y ?? 0) + 10, 0)]);
  const menu = page.getByRole("menu");
  await menu.waitFor();
  await touch("touchEnd", []);
  await menu.getByRole("menuitem").first().waitFor();
  const item = await menu.getByRole("menuitem").first().boundingBox();
  expect(item?.height).toBeGreaterThanOrEqual(44);
  await menu.getByRole("menuitem", { name: /Inspect/ }).tap();
  await menu.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Why" }).tap();
  await page.locator(".panel-head h2", { hasText: "kubia-" }).waitFor();
  await opened.close();
});

test("behind the graph a command goes on to its time-out, and what is shown comes to the front", async () => {
  const opened = await openOnPhone();
  const { page } = opened;
  await page.locator(".zones").getByRole("button", { name: "Terminal" }).tap();
  await opened.terminalShows("laptop:~$");
  await opened.typeCommand("at node1 -- curl -sS -m 2 10.111.249.153:81");
  await page.locator(".ending").getByRole("button", { name: "Show me" }).tap();
  await page.locator(".editor .lit-line").first().waitFor();
  expect(await page.locator(".zones [aria-pressed=true]").innerText()).toBe("YAML");
  expect(opened.complaints).toEqual([]);
  await opened.close();
});
