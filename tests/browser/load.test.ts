import { expect, test } from "vitest";
import { violations } from "./axe.ts";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

/** Requests that each pod has answered, as the table says. */
async function shares(page: PlaygroundPage): Promise<readonly number[]> {
  const cells = await page.page.locator(".load-shares tbody tr td:nth-child(3)").allInnerTexts();
  return cells.map((text) => Number.parseInt(text, 10));
}

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

test("a load at a Service: each pod's bar grows beside its band, until it is stopped", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.page.locator(".drawer-buttons button").first().click();
  const drawer = page.page.locator(".drawer.load");
  await drawer.waitFor();
  // From a node, since a clusterIP leads nowhere outside the cluster.
  expect(await drawer.getByLabel("From").inputValue()).toBe("node/node1");
  await drawer.getByLabel("Requests/s").fill("100");
  // A film plays, for which time stands: it does not keep the load waiting.
  await page.typeCommand("at node1 -- curl -s 10.111.249.153");
  await page.page.getByRole("button", { name: "Skip to the end" }).waitFor();
  await drawer.getByRole("button", { name: "Start" }).click();
  expect(await page.page.getByRole("button", { name: "Skip to the end" }).count()).toBe(0);
  await expect.poll(async () => sum(await shares(page))).toBeGreaterThan(60);
  expect(await shares(page)).toHaveLength(3);
  expect(await page.page.locator(".load-bar b").count()).toBe(3);
  expect(
    await page.page
      .locator(".load-bar i")
      .first()
      .evaluate((bar) => bar.getBoundingClientRect().width),
  ).toBeGreaterThan(20);
  // What was typed for it stands in a terminal of its own; the user's is free.
  expect(await page.page.locator(".terminal-tab").count()).toBe(2);
  await page.typeCommand("echo still $((40 + 2))");
  await page.terminalShows("still 42");
  await drawer.getByRole("button", { name: "Stop" }).click();
  await drawer.getByRole("button", { name: "Start" }).waitFor();
  const ended = sum(await shares(page));
  await page.page.waitForTimeout(1500);
  expect(sum(await shares(page))).toBe(ended);
  // The terminal gave way to the drawer; closed, it gives the room back.
  await page.page.locator(".drawer-buttons button").first().click();
  await page.page.locator(".terminal-tab button").nth(2).click();
  await page.terminalShows(new RegExp(`\\[200\\]\\s+${ended} responses`));
  expect(page.complaints).toEqual([]);
  await page.close();
});

test("one kept connection: one pod gets all", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.page.locator(".drawer-buttons button").first().click();
  const drawer = page.page.locator(".drawer.load");
  await drawer.getByLabel("Requests/s").fill("10");
  await drawer.getByLabel("Connections").selectOption("keep");
  await drawer.getByRole("button", { name: "Start" }).click();
  await expect.poll(async () => sum(await shares(page))).toBeGreaterThan(15);
  expect((await shares(page)).filter((count) => count > 0)).toHaveLength(1);
  // However low the screen, the picture keeps room to be read; the terminal gives way, and the drawer scrolls.
  for (const [width, height] of [
    [1280, 720],
    [800, 600],
  ] as const) {
    await page.page.setViewportSize({ width, height });
    const heightOf = async (what: string) => Math.round((await page.page.locator(what).first().boundingBox())?.height ?? 0);
    await expect.poll(() => heightOf(".react-flow")).toBeGreaterThanOrEqual(240);
    expect(await heightOf(".drawer.load")).toBeGreaterThanOrEqual(128);
    expect(await heightOf(".terminal")).toBeGreaterThanOrEqual(60);
  }
  await page.close();
});

test.each([
  { name: "light, English", theme: "light" as const, suffix: "" },
  { name: "dark, Chinese", theme: "dark" as const, suffix: "?lang=zh" },
])("axe finds nothing in the load generator: $name", async ({ theme, suffix }) => {
  const page = await PlaygroundPage.open({ theme, suffix });
  await page.ready();
  await page.page.keyboard.press("o");
  await page.page.locator(".drawer.load").waitFor();
  await page.page.locator(".load-form button[type=submit]").click();
  await page.page.locator(".load-bar b").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await page.page.keyboard.press("Escape");
  await page.page.locator(".drawer.load").waitFor({ state: "detached" });
  await page.close();
});
