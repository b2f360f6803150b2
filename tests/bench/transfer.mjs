import { freshPage, inBrowser } from "./browser.mjs";

const rounds = 60;
const bytesMax = 40_000;

/** G11: a thousand hops on the page, objects and packed in turn; the lower quartile. */
export function transferRows() {
  return inBrowser(async ({ browser, floors }) => {
    const { page, close } = await freshPage(browser, `${floors}transfer.html`);
    await page.waitForFunction(() => window.take !== undefined);
    const take = (form) => page.evaluate((name) => window.take(name), form);
    const objects = [];
    const packed = [];
    for (let i = -10; i < rounds; i++) {
      const [floor, ours] = [await take("objects"), await take("packed")];
      if (i < 0) continue;
      objects.push(floor.ms);
      packed.push(ours);
    }
    await close();
    const quartile = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)];
    const [value, floor] = [quartile(packed.map(({ ms }) => ms)), quartile(objects)];
    const bytes = packed.reduce((sum, one) => sum + one.bytes, 0) / packed.length;
    return [
      {
        goal: "G11",
        what: "1,000 hops to have on the page and filed, over structured clone of the same as objects",
        unit: "ms",
        value,
        floor,
        ratio: value / floor,
        gate: 0.3,
      },
      {
        goal: "G11",
        what: "bytes of 1,000 hops, texts that are new included, of 40 kB",
        unit: "kB",
        value: bytes / 1000,
        ratio: bytes / bytesMax,
        gate: 1,
      },
    ];
  });
}
