import { expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

test("a link reopens the same cluster in the same state", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.replaceInEditor("replicas: 3", "replicas: 4");
  await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod .chip.ok").length === 4);
  await page.typeCommand("kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
  await page.terminalShows("service/kubia2 exposed");
  await page.prompted();
  await page.typeCommand("at node2 -- curl -s 10.111.249.153");
  await page.terminalShows("You've hit kubia-");
  await page.prompted();
  await page.page.getByRole("button", { name: "Logical" }).click();
  await page.page.locator(".react-flow__node-service").first().waitFor();
  await page.page.getByRole("button", { name: "Share" }).click();
  await page.page.locator(".toast", { hasText: "Link copied" }).waitFor();
  const link = await page.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/#k1:[\w-]+$/);
  expect(link.length).toBeLessThan(2000);
  const pods = await page.podsShown();
  const text = await page.terminalText();
  await page.close();

  const other = await PlaygroundPage.open({ suffix: link });
  await other.ready();
  await other.terminalShows("You've hit kubia-");
  await other.prompted();
  expect(await other.podsShown()).toEqual(pods);
  expect(await other.terminalText()).toBe(text);
  expect(await other.page.locator(".react-flow__node-service").count()).toBe(2);
  await other.page.locator(".panel-head h2", { hasText: "node/node2#" }).waitFor();
  await expect.poll(() => other.page.locator(".monaco-editor .view-lines").innerText()).toMatch(/replicas:\s*4/);
  expect(other.complaints).toEqual([]);
  // And it goes on from there.
  await other.typeCommand("kubectl get svc kubia2");
  await other.terminalShows(/kubia2\s+ClusterIP/);
  await other.close();
});

test("a link made in the past leads to that moment, and who had paused has paused", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("wait 10s; kubectl scale rc kubia --replicas=1; wait 50s; echo do''ne");
  await page.terminalShows(/^done/m);
  await page.prompted();
  await expect.poll(() => page.podsShown()).toHaveLength(1);
  await page.page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.page
    .getByRole("button", { name: /Command: wait 10s/ })
    .first()
    .click();
  await expect.poll(() => page.podsShown()).toHaveLength(3);
  const clock = await page.page.locator(".clock").innerText();
  await page.page.locator('[data-id="rules/node1"]').click();
  await page.page.getByRole("button", { name: "Share" }).click();
  await page.page.locator(".toast", { hasText: "Link copied" }).waitFor();
  const link = await page.page.evaluate(() => navigator.clipboard.readText());
  await page.close();

  const other = await PlaygroundPage.open({ suffix: link });
  await other.page.locator(".time-bar.is-back").waitFor({ timeout: 20_000 });
  expect(await other.page.locator(".clock").innerText()).toBe(clock);
  await expect.poll(() => other.podsShown()).toHaveLength(3);
  await other.page.locator(".inspector .panel-head h2", { hasText: "node1" }).waitFor();
  await expect.poll(() => other.terminalText()).toMatch(/is hidden/);
  await other.page.getByRole("button", { name: "Back to now" }).click();
  await expect.poll(() => other.podsShown()).toHaveLength(1);
  await other.page.getByRole("button", { name: "Play", exact: true }).waitFor();
  expect(other.complaints).toEqual([]);
  await other.close();
});

test("a damaged link is refused in words, and the reader's own work is kept", async () => {
  const page = await PlaygroundPage.open({ suffix: "#k1:AAAAnonsense" });
  await page.page.locator(".notice[role=alert]", { hasText: "This link can't be opened" }).waitFor();
  await page.ready();
  expect(await page.podsShown()).toHaveLength(3);
  await page.close();
});
