import { describe, expect, test } from "vitest";
import { violations } from "./axe.ts";
import { type OpenOptions, PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const looks: readonly (OpenOptions & { readonly name: string })[] = [
  { name: "light, English", theme: "light" },
  { name: "dark, English", theme: "dark" },
  { name: "light, Chinese", theme: "light", suffix: "?lang=zh" },
  { name: "dark, Chinese", theme: "dark", suffix: "?lang=zh" },
];

describe("axe finds nothing", () => {
  test.each(looks)("$name: at rest, with a film, with problems, with the palette and the keys", async (look) => {
    const page = await PlaygroundPage.open(look);
    await page.ready();
    expect(await violations(page)).toEqual([]);
    await page.typeCommand("at node1 -- curl -s 10.111.249.153");
    await page.page.locator(".hop-count").waitFor();
    await page.page.keyboard.press("F6");
    expect(await violations(page)).toEqual([]);
    await page.replaceInEditor("replicas: 3", "replicas: -1");
    await page.page.locator(".problems li").first().waitFor();
    await page.page.locator(".react-flow__node-service, .react-flow__node-rules").first().click();
    expect(await violations(page)).toEqual([]);
    await page.page.keyboard.press("Control+k");
    await page.page.locator("dialog[open]").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test("on a phone, and on an old projector", async () => {
    for (const [width, height] of [
      [390, 844],
      [800, 600],
    ] as const) {
      const page = await PlaygroundPage.open({ width, height });
      await page.page.locator(".react-flow__node-pod .chip.ok").first().waitFor({ timeout: 20_000 });
      expect(await violations(page)).toEqual([]);
      await page.close();
    }
  });
});

test("the tutorial's NodePort story with the keyboard alone", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  const { keyboard } = page.page;
  const focused = () =>
    page.page.evaluate(() => document.activeElement?.closest(".editor, .graph, .terminal, .inspector")?.className ?? "");
  await keyboard.press("t");
  expect(await focused()).toContain("terminal");
  await keyboard.type("kubectl expose rc kubia --type=NodePort --name kubia-nodeport --port 80 --target-port 8080");
  await keyboard.press("Enter");
  await page.terminalShows("service/kubia-nodeport exposed");
  await keyboard.type("curl -s 192.168.0.2:$(kubectl get svc kubia-nodeport -o jsonpath='{.spec.ports[0].nodePort}')");
  await keyboard.press("Enter");
  await page.terminalShows("You've hit kubia-");
  await keyboard.press("F6");
  expect(await focused()).toContain("inspector");
  // Focus can always be seen.
  expect(await page.page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).not.toBe("none");
  await keyboard.press("Escape");
  const [at, count] = await page.hopShown();
  expect(at).toBe(count);
  for (let i = 0; i < count - 2; i++) await keyboard.press(",");
  expect((await page.hopShown())[0]).toBe(2);
  await page.page.locator(".hops li.now", { hasText: "node1" }).waitFor();
  await keyboard.press("g");
  await page.page.locator(".react-flow__node:focus").waitFor();
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  await keyboard.press("Enter");
  await page.page.locator(".panel-head h2").waitFor();
  expect(await page.page.locator(".panel-head h2").innerText()).not.toContain("#");
  await page.close();
});
