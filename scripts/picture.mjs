// Takes the README's picture of the built page: `npm run build && node scripts/picture.mjs`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const picture = join(root, "docs", "pictures", "kubehop.jpg");
const sizeBytesMax = 200_000;

const { url, stop } = await serve(join(root, "dist"), 0);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: "light", locale: "en-GB" });
await page.goto(url);
await page.locator(".react-flow__node-pod .chip.ok").first().waitFor();
await page.locator(".terminal-host .xterm").first().waitFor();
await page.waitForTimeout(4000);
await page.locator(".terminal-host:visible").click();
for (const line of ["kubectl get svc", "kubectl get po", "at node1 -- curl -s 10.111.249.153"]) {
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(1500);
}
// The packet is on its way: it has met a rule or two.
await page.waitForTimeout(1800);
const bytes = await page.screenshot({ type: "jpeg", quality: 76 });
await browser.close();
await stop();
if (bytes.length > sizeBytesMax) throw new Error(`the picture has ${bytes.length} bytes, more than ${sizeBytesMax}`);
writeFileSync(picture, bytes);
console.log(`${picture}: ${bytes.length} bytes`);
