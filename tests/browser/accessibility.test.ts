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
      await page.page.locator(".react-flow__node-pod .chip.ok").first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.close();
    }
  });
});

test("where zones share a place, keys bring the one that is meant; single keys can be switched off", async () => {
  const page = await PlaygroundPage.open({ width: 800, height: 600 });
  await page.ready();
  const { keyboard } = page.page;
  const inFront = () => page.page.locator(".side-tabs [aria-pressed=true]").innerText();
  await page.pressEditorKey();
  for (const _ of [1, 2, 3]) await keyboard.press("F6");
  await expect.poll(inFront).toBe("Why");
  await keyboard.press("g");
  await keyboard.press("e");
  await page.page.locator(".monaco-editor.focused").waitFor();
  expect(await inFront()).toBe("YAML");

  await keyboard.press("F6");
  await keyboard.press("?");
  const help = page.page.getByRole("dialog", { name: "All keys" });
  await help.getByRole("checkbox").uncheck();
  await help.getByRole("button", { name: "Close" }).click();
  await keyboard.press("h");
  await keyboard.press("Control+Shift+P");
  await page.page.getByRole("dialog", { name: "Search and commands" }).waitFor();
  expect(await inFront()).toBe("YAML");
  await page.close();
});
