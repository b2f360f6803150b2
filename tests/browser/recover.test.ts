import { expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

async function withWork(): Promise<PlaygroundPage> {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
  await page.terminalShows("service/kubia2 exposed");
  await page.prompted();
  return page;
}

/** Everything that was done is there again, and the cluster works. */
async function isWhole(page: PlaygroundPage): Promise<void> {
  await page.page.locator(".notice[role=alert]").waitFor();
  await page.page.locator(".react-flow__node-rules .pill", { hasText: "kubia2" }).first().waitFor();
  await page.terminalShows("service/kubia2 exposed");
  await page.prompted();
  await page.typeCommand("at node1 -- curl -s 10.111.249.153");
  await page.terminalShows("You've hit kubia-");
  expect(await page.page.locator(".monaco-editor .view-lines").innerText()).toContain("apiVersion");
}

test("a worker that hangs is replaced, with text and record kept", async () => {
  const page = await withWork();
  const worker = page.page.workers().find((candidate) => /\/worker-/.test(candidate.url()) && !/(editor|yaml)/.test(candidate.url()));
  expect(worker).toBeDefined();
  void worker
    ?.evaluate(() => {
      for (;;) {
        // hangs, as a fault of ours would
      }
    })
    .catch(() => undefined);
  await isWhole(page);
  await page.close();
});

test("a worker that breaks a promise of its own is replaced, with text and record kept, and a second time too", async () => {
  const page = await withWork();
  const simulation = () =>
    page.page.workers().find((candidate) => /\/worker-/.test(candidate.url()) && !/(editor|yaml)/.test(candidate.url()));
  const crash = () =>
    simulation()?.evaluate(() =>
      (self as unknown as { postMessage(message: unknown): void }).postMessage([{ type: "crashed", message: "planted" }]),
    );
  await crash();
  await isWhole(page);
  await page.prompted();
  const before = simulation();
  await crash();
  await expect.poll(() => simulation() !== undefined && simulation() !== before).toBe(true);
  await isWhole(page);
  await page.close();
});
