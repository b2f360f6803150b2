import { describe, expect, inject, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

describe("the page opens on the tutorial's cluster", () => {
  test("already drawn, without a word to another host or to the console", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    expect(await page.podsShown()).toHaveLength(3);
    expect(await page.page.locator(".react-flow__node-node").count()).toBe(3);
    expect(await page.page.locator(".react-flow__node-client").allInnerTexts()).toEqual([expect.stringContaining("203.0.113.10")]);
    await page.page.locator(".monaco-editor .view-line").first().waitFor();
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  test("under a policy that lets in nothing but the page's own files", async () => {
    const response = await fetch(inject("pageUrl"));
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
  });

  test("an address of a cluster IP is on no machine: only in the rules, on every node", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    const rules = await page.page.locator(".react-flow__node-rules").allInnerTexts();
    expect(rules).toHaveLength(3);
    for (const text of rules) expect(text).toContain("10.111.249.153");
    expect(await page.page.locator(".react-flow__node-service").count()).toBe(0);
    await page.page.getByRole("button", { name: "Logical" }).click();
    await page.page.locator(".react-flow__node-service").waitFor();
    const border = await page.page.locator(".card.service").evaluate((card) => getComputedStyle(card).borderStyle);
    expect(border).toBe("dashed");
    await page.close();
  });

  test("in Chinese when asked", async () => {
    const page = await PlaygroundPage.open({ suffix: "?lang=zh" });
    await page.ready();
    await page.page.getByRole("button", { name: "分享" }).waitFor();
    expect(await page.page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
    await page.close();
  });
});
