import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";
useBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
async function violations(page: PlaygroundPage) {
  const found = (await page.page.evaluate(`${axe}; axe.run({ exclude: [[".monaco-editor"], [".xterm"]] }, { resultTypes: ["violations"] }).then((result) => result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`)) as any[];
  return found.flatMap(({ id, nodes }) => nodes.map((node: any) => `${id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`));
}
for (const [theme, suffix] of [["dark", "?lang=zh"], ["light", ""]] as const)
test(theme, async () => {
  const page = await PlaygroundPage.open({ theme, suffix, width: 1440, height: 900 });
  await page.ready();
  await page.replaceInEditor("targetPort: 8080", "targetPort: 8181");
  await page.page.locator(".problems li.warning").waitFor();
  await page.typeCommand("kubectl scale rc kubia --replicas=4");
  await page.page.locator(".differences li").waitFor();
  await page.typeCommand("wait 4s; at node1 -- curl -sS 10.111.249.153");
  await page.page.locator(".ending").waitFor();
  await page.page.locator(".fix-bar button").click();
  await page.page.locator(".fixes li").first().waitFor({ timeout: 40000 });
  await page.page.locator(".ending .chip-button").click();
  await page.page.waitForTimeout(1500);
  console.log(theme, await violations(page), page.complaints);
  await page.page.screenshot({ path: `/tmp/kubehop/a-${theme}.png` });
  await page.page.locator(".react-flow__node-pod").first().click();
  await page.page.waitForTimeout(1000);
  console.log(theme, await violations(page));
  await page.page.screenshot({ path: `/tmp/kubehop/b-${theme}.png` });
  await page.page.locator(".react-flow__node-rules").first().click({ position: { x: 10, y: 10 } });
  await page.page.waitForTimeout(1500);
  await page.page.screenshot({ path: `/tmp/kubehop/c-${theme}.png` });
  await page.close();
});
