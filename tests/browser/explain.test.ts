import { expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

test("a command that fails: the cause, show me, and the smallest fix, applied by one click", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.replaceInEditor("targetPort: 8080", "targetPort: 8181");
  await page.page.locator(".problems li.warning").filter({ hasText: "Nothing listens on port 8181" }).waitFor();
  await page.typeCommand("at node1 -- curl -sS 10.111.249.153");
  const ending = page.page.locator(".ending");
  await ending.waitFor();
  expect(await ending.innerText()).toContain("curl: (7) Failed to connect to 10.111.249.153 port 80");
  expect(await ending.innerText()).toContain("leads to port 8181");

  await ending.getByRole("button", { name: "Show me" }).click();
  await page.page.locator(".lit-line").first().waitFor();
  // The hop in the list, and the Service where it is: in the rules.
  for (const part of [".hops li.now", '.rule-row[data-id="service/default/kubia"]'])
    await expect
      .poll(() =>
        page.page
          .locator(part)
          .first()
          .evaluate((element) => getComputedStyle(element).outlineWidth),
      )
      .toBe("2px");

  await page.page.getByRole("button", { name: "Find the smallest fix" }).click();
  await page.page.locator(".fixes li").first().waitFor({ timeout: 40_000 });
  await page.page.locator(".fixes li").first().getByRole("button", { name: "Show the change" }).click();
  const dialog = page.page.locator("dialog[open]");
  // Only what differs, and a few lines around it.
  expect(await dialog.locator(".diff > div").count()).toBeLessThan(12);
  expect(await dialog.locator(".removed").innerText()).toContain("targetPort: 8181");
  expect(await dialog.locator(".added").innerText()).toContain("targetPort: 8080");
  await dialog.getByRole("button", { name: "Apply this" }).click();
  await page.page.locator(".problems li.warning").waitFor({ state: "detached" });
  // Rules follow at most 2 s later.
  await page.typeCommand("wait 3s");
  await page.typeCommand("at node1 -- curl -s 10.111.249.153");
  await page.terminalShows("You've hit kubia-");
  expect(await page.page.locator(".ending").count()).toBe(0);
  expect(page.complaints).toEqual([]);
  await page.close();
});

test("the inspector ties a packet to its rule, its slice's row, its pod and its line", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("at node1 -- curl -s 10.111.249.153");
  await page.terminalShows("You've hit");
  await page.page.locator(".track .mark, .timeline .mark").last().click();
  const chain = page.page.locator(".chain li");
  await chain.nth(4).waitFor();
  expect(await chain.locator("b").allInnerTexts()).toEqual(["Packet", "Rule", "Service", "EndpointSlice", "Pod", "Condition", "Text"]);
  await chain.last().hover();
  await page.page.locator(".lit-line").first().waitFor();
  await page.close();
});

test("text and cluster part ways: taken over, applied again, added", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("kubectl scale rc kubia --replicas=5");
  const row = page.page.locator(".differences li");
  await row.waitFor();
  expect(await row.innerText()).toMatch(/spec\.replicas live: 5, text: 3 \(kubectl, 00:\d\d: kubectl scale rc kubia --replicas=5\)/);
  await row.getByRole("button", { name: "Re-apply" }).click();
  await row.waitFor({ state: "detached" });

  await page.typeCommand("kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
  await row.waitFor();
  await row.getByRole("button", { name: "Add to text" }).click();
  await row.waitFor({ state: "detached" });
  await page.page.locator(".editor-host", { hasText: "kubia2" }).waitFor();
  expect(page.complaints).toEqual([]);
  await page.close();
});
