import { expect, test } from "vitest";
import { violations } from "./axe.ts";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

async function openRollingUpdate(options: Parameters<typeof PlaygroundPage.open>[0] = {}): Promise<PlaygroundPage> {
  const page = await PlaygroundPage.open(options);
  await page.ready();
  await page.page.locator("select.scenario").selectOption("example/rolling-update");
  await page.page.locator(".react-flow__node-pod b", { hasText: "web-" }).first().waitFor();
  return page;
}

test("kubectl rollout restart under load: lanes of old and new pods, with the requests that each answered", async () => {
  const page = await openRollingUpdate();
  await page.page.locator(".drawer-buttons button").first().click();
  const load = page.page.locator(".drawer.load");
  await load.getByRole("button", { name: "Start" }).click();
  await page.page.locator(".load-bar b").first().waitFor();
  await page.page.locator(".drawer-buttons button").last().click();
  const lanes = page.page.locator(".drawer.lanes");
  await lanes.waitFor();
  await page.typeCommand("kubectl rollout restart deployment/web");
  await page.terminalShows("deployment.apps/web restarted");
  await lanes.locator(".life-span.terminating").first().waitFor();
  await expect.poll(() => lanes.locator(".life.is-gone").count(), { timeout: 40_000 }).toBe(3);
  expect(await lanes.locator(".life:not(.is-node)").count()).toBe(6);
  expect(await lanes.locator(".life.is-node").count()).toBe(3);
  // Every pod answered something, the new ones too; and thanks to preStop and readiness nothing was lost.
  expect(await lanes.locator(".life-answered path").count()).toBe(6);
  expect(await lanes.locator(".life-lost[aria-label]").count()).toBe(0);
  for (const kind of ["outOfEndpoints", "preStop", "sigterm", "exited"])
    expect(await lanes.locator(`.life .life-moment.${kind}`).count()).toBeGreaterThanOrEqual(3);
  // The same in words.
  await lanes.getByRole("button", { name: "As a table" }).click();
  await lanes.locator("td", { hasText: "out of the endpoints" }).first().waitFor();
  await lanes.locator("td", { hasText: "SIGTERM" }).first().waitFor();
  expect(page.complaints).toEqual([]);
  await page.close();
});

test("requests that are lost stand on the lane of the pod that they went to, with the reason", async () => {
  const page = await openRollingUpdate();
  await page.page.locator(".drawer-buttons button").first().click();
  await page.page.locator(".drawer.load").getByRole("button", { name: "Start" }).click();
  await page.page.locator(".load-bar b").first().waitFor();
  await page.page.locator(".drawer-buttons button").last().click();
  await page.page.locator(".drawer.lanes").waitFor();
  const pod = await page.page.locator(".react-flow__node-pod").first().getAttribute("data-id");
  await page.typeCommand(`break pod/${pod?.split("/").at(-1)} bind 127.0.0.1`);
  const lost = page.page.locator(".life-lost[aria-label]");
  await lost.first().waitFor();
  expect(await lost.first().getAttribute("aria-label")).toContain("connection refused");
  expect(
    await lost
      .first()
      .locator("xpath=ancestor::*[contains(@class, 'life')]//button[contains(@class, 'life-name')]")
      .first()
      .getAttribute("title"),
  ).toBe(pod);
  await page.close();
});

test.each([
  { name: "light, English", theme: "light" as const, suffix: "" },
  { name: "dark, Chinese", theme: "dark" as const, suffix: "?lang=zh" },
])("axe finds nothing on the lanes, as a picture and as a table: $name", async ({ theme, suffix }) => {
  const page = await openRollingUpdate({ theme, suffix });
  await page.page.locator(".drawer-buttons button").last().click();
  const lanes = page.page.locator(".drawer.lanes");
  await lanes.locator(".life-span.ready").first().waitFor();
  expect(await violations(page)).toEqual([]);
  await lanes.locator("header .btn.small").first().click();
  await lanes.locator("table").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.close();
});
