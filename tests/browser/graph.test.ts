import { describe, expect, test } from "vitest";
import { violations } from "./axe.ts";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

/** A page that opens on this text, as one's own work of yesterday. */
async function openWith(text: string, size: { readonly width?: number; readonly height?: number } = {}): Promise<PlaygroundPage> {
  const page = await PlaygroundPage.open(size);
  await page.page.locator(".react-flow__node").first().waitFor();
  await page.page.addInitScript((own) => {
    sessionStorage.clear();
    localStorage.setItem("kubehop.text", own);
  }, text);
  await page.page.reload();
  return page;
}

function scenario(nodes: number, deployments: readonly (readonly [name: string, replicas: number])[]): string {
  const machines = Array.from(
    { length: nodes },
    (_, i) => `{name: node${i + 1}, ip: 192.168.0.${i + 2}, podCIDR: 10.128.${4 * i}.0/22, capacity: {pods: 400}}`,
  );
  return [
    `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: crowd}\nspec: {cluster: {podCIDR: 10.128.0.0/12, nodes: [${machines.join(", ")}]}, clients: [{name: laptop, ip: 203.0.113.10}]}`,
    ...deployments.map(
      ([name, replicas]) =>
        `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: luksa/kubia}]}}}}`,
    ),
  ].join("\n---\n");
}

/** Texts on the canvas that are smaller on the screen than can be read, and texts that stick out of their cards. */
async function illegible(page: PlaygroundPage): Promise<readonly string[]> {
  return page.page.evaluate(() => {
    const viewport = document.querySelector<HTMLElement>(".react-flow__viewport");
    const zoom = new DOMMatrix(getComputedStyle(viewport as HTMLElement).transform).a;
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(".react-flow__node *, .lane")) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== "");
      if (!hasText || !element.checkVisibility() || element.classList.contains("visually-hidden")) continue;
      const size = Number.parseFloat(getComputedStyle(element).fontSize) * zoom;
      if (size < 10.9) found.push(`${element.textContent} ${size.toFixed(1)} px`);
      const card = element.closest(".card");
      if (card === null) continue;
      const [text, room] = [element.getBoundingClientRect(), card.getBoundingClientRect()];
      if (text.top < room.top - 1.5 || text.bottom > room.bottom + 1.5) found.push(`${element.textContent} out of its card`);
    }
    return found;
  });
}

const boxes = (page: PlaygroundPage, type: string) => page.page.locator(`.react-flow__node-${type}`);

describe("what can be read", () => {
  test.each([
    { width: 1280, height: 720 },
    { width: 1920, height: 1080 },
    { width: 800, height: 600 },
  ])("a fitted picture of a few pods at $width x $height, and from ever farther away", async ({ width, height }) => {
    const page = await PlaygroundPage.open({ width, height });
    await page.ready();
    expect(await illegible(page)).toEqual([]);
    for (let i = 0; i < 7; i++) {
      await page.page.getByRole("button", { name: "Zoom out" }).click();
      await page.page.waitForFunction(() => document.getAnimations().length === 0);
      await page.page.waitForTimeout(150);
      expect(await illegible(page)).toEqual([]);
    }
    expect(await page.page.locator(".graph").getAttribute("data-detail")).toBe("dots");
    await page.close();
  });

  test("500 pods are groups with counts, which unfold", async () => {
    const page = await openWith(
      scenario(5, [
        ["catalogue", 150],
        ["frontend", 200],
        ["payments", 100],
        ["sessions", 50],
      ]),
    );
    await page.page.waitForFunction(
      () =>
        [...document.querySelectorAll(".react-flow__node-podGroup .count")].filter((count) => /^\d+$/.test(count.textContent ?? ""))
          .length === 20,
      undefined,
      { timeout: 60_000 },
    );
    const counts = await boxes(page, "podGroup").locator(".count").allTextContents();
    expect(counts.map(Number).reduce((a, b) => a + b, 0)).toBe(500);
    expect(await boxes(page, "pod").count()).toBe(0);
    expect(await illegible(page)).toEqual([]);
    expect(await page.page.getByRole("button", { name: /^catalogue 30/ }).count()).toBe(5);
    // A look into a group tells its pods; the key unfolds it.
    await boxes(page, "podGroup").filter({ hasText: "sessions" }).first().click();
    await page.page.waitForFunction(() => document.querySelectorAll(".inspector .members li").length === 10);
    await page.page.keyboard.press("z");
    await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod").length === 50);
    expect(await boxes(page, "podGroup").filter({ hasText: "sessions" }).count()).toBe(0);
    await page.close();
  });
});

describe("filter", () => {
  test("by kind: what is hidden is said, gets its packets where that is said, and comes back", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.page.getByRole("button", { name: "Filter the graph" }).click();
    await page.page.locator(".graph-panel").getByRole("checkbox", { name: /^Pod / }).click();
    expect(await boxes(page, "pod").count()).toBe(0);
    expect(await boxes(page, "hidden").allInnerTexts()).toEqual(["1 hidden", "1 hidden", "1 hidden"]);
    await page.page.keyboard.press("Escape");
    await page.page.locator(".hidden-note", { hasText: "3 hidden" }).waitFor();
    await page.typeCommand("at node1 -- curl -s 10.111.249.153");
    await page.terminalShows("You've hit kubia-");
    await page.page.locator(".hop-count").waitFor();
    await page.page.getByRole("button", { name: "Pause" }).click();
    for (let i = 0; i < 8 && (await page.page.locator(".react-flow__node-hidden.is-current").count()) === 0; i++) {
      await page.page.getByRole("button", { name: "Next hop" }).click();
    }
    await page.page.locator(".react-flow__node-hidden.is-current").waitFor();
    await page.page.getByRole("button", { name: "Show all" }).click();
    expect(await boxes(page, "pod").count()).toBe(3);
    expect(await page.page.locator(".hidden-note").count()).toBe(0);
    await page.close();
  });

  test("by namespace with the keyboard; a link keeps it", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.page.locator(".graph .react-flow__node").first().focus();
    await page.page.keyboard.press("k");
    const system = page.page.getByRole("checkbox", { name: "kube-system" });
    await system.waitFor();
    await page.page.keyboard.press("Tab");
    await page.page.keyboard.press("Tab");
    expect(await system.evaluate((box) => box === document.activeElement)).toBe(true);
    await page.page.keyboard.press("Space");
    await boxes(page, "pod").filter({ hasText: "coredns" }).first().waitFor();
    await page.page.keyboard.press("Escape");
    await boxes(page, "pod").filter({ hasText: "kubia" }).first().click({ button: "right" });
    await page.page.getByRole("menuitem", { name: "Hide", exact: true }).click();
    await page.page.locator(".hidden-note", { hasText: "1 hidden" }).waitFor();
    await page.page.getByRole("button", { name: "Share" }).click();
    await page.page.waitForFunction(() => location.hash.startsWith("#k"));
    const other = await PlaygroundPage.open({ suffix: page.page.url() });
    await other.ready();
    await boxes(other, "pod").filter({ hasText: "coredns" }).first().waitFor();
    await other.page.locator(".hidden-note", { hasText: "1 hidden" }).waitFor();
    expect(await boxes(other, "pod").filter({ hasText: "kubia" }).count()).toBe(2);
    await other.close();
    await page.close();
  });
});

describe("fold", () => {
  test("the keys go where the card went, and with less motion nothing slides", async () => {
    const page = await PlaygroundPage.open({ reducedMotion: true });
    await page.ready();
    const focused = () => page.page.evaluate(() => (document.activeElement as HTMLElement).dataset["id"]);
    await page.page.evaluate(() => {
      const watch = new MutationObserver((changes) => {
        if (changes.some(({ target }) => (target as Element).classList.contains("is-sliding"))) document.title = "slid";
      });
      watch.observe(document.querySelector(".graph") as Element, { attributes: true });
    });
    const pod = (await boxes(page, "pod").first().getAttribute("data-id")) ?? "";
    await boxes(page, "pod").first().focus();
    await page.page.keyboard.press("z");
    const group = "group/node/node1/workload/default/ReplicationController/kubia";
    await page.page.waitForFunction((id) => (document.activeElement as HTMLElement).dataset["id"] === id, group);
    await page.page.keyboard.press("z");
    await page.page.waitForFunction((id) => (document.activeElement as HTMLElement).dataset["id"] === id, pod);
    expect(await focused()).toBe(pod);
    await page.page.locator('.react-flow__node[data-id="node/node1"]').focus();
    await page.page.keyboard.press("z");
    await page.page.waitForFunction(() => document.querySelector('.react-flow__node[data-id="rules/node1"]') === null);
    expect(await page.page.title()).not.toBe("slid");
    await page.close();
  });

  test("a node by its key and by its sign: one card with counts, to which its packets go", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    const frame = page.page.locator('.react-flow__node[data-id="node/node1"]');
    await frame.focus();
    await page.page.keyboard.press("z");
    await frame.locator(".chip", { hasText: "1/1 ready" }).waitFor();
    expect(await page.page.locator('.react-flow__node[data-id="rules/node1"]').count()).toBe(0);
    await page.typeCommand("at node1 -- curl -s 10.111.249.153");
    await page.terminalShows("You've hit kubia-");
    await page.page.locator('.react-flow__node[data-id="node/node1"].is-current').waitFor();
    await frame.locator(".fold").click();
    await page.page.locator('.react-flow__node[data-id="rules/node1"]').waitFor();
    await page.close();
  });

  test("a Service's pods from its menu, and back", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.page.getByRole("button", { name: "Logical" }).click();
    await boxes(page, "service").first().click({ button: "right" });
    await page.page.getByRole("menuitem", { name: "Fold its pods" }).click();
    await boxes(page, "podGroup").filter({ hasText: "3/3 ready" }).waitFor();
    expect(await boxes(page, "pod").count()).toBe(0);
    await boxes(page, "podGroup").locator(".fold").click();
    await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod").length === 3);
    await page.close();
  });
});

test("search lights what matches, walks from one to the next, and leaves where it came to", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.page.locator(".graph .react-flow__node").first().focus();
  await page.page.keyboard.press("/");
  const field = page.page.getByRole("textbox", { name: "Find in the graph" });
  await field.waitFor();
  await page.page.keyboard.type("kubia pod");
  await page.page.waitForFunction(() => document.querySelectorAll(".is-found").length === 3);
  await page.page.keyboard.press("Enter");
  const first = await page.page.locator(".is-found-now").getAttribute("data-id");
  await page.page.keyboard.press("Enter");
  await page.page.getByRole("status").filter({ hasText: "2 of 3" }).waitFor();
  const second = await page.page.locator(".is-found-now").getAttribute("data-id");
  expect(second).not.toBe(first);
  await page.page.keyboard.press("Escape");
  expect(await page.page.locator(".is-found").count()).toBe(0);
  // Its whole name is read out, however much of it is seen.
  const name = (second ?? "").replace(/^.*\//, "");
  expect(await page.page.getByRole("button", { name: new RegExp(`^${name} `) }).count()).toBe(1);
  expect(await page.page.evaluate(() => (document.activeElement as HTMLElement).dataset["id"])).toBe(second);
  // Ctrl+F within the graph is the graph's.
  await page.page.keyboard.press("Control+f");
  await field.waitFor();
  await page.close();
});

test("a card follows the pointer, stays where it was put through a tidying, and can be let go", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  const client = boxes(page, "client").first();
  const before = await client.boundingBox();
  if (before === null) throw new Error("no client");
  const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
  await page.page.mouse.move(x, y);
  await page.page.mouse.down();
  await page.page.mouse.move(x + 5, y + 40, { steps: 4 });
  await page.page.mouse.move(x + 5, y + 90, { steps: 4 });
  expect((await client.boundingBox())?.y).toBeGreaterThan(before.y + 60);
  await page.page.mouse.up();
  await client.locator(".pin").waitFor();
  const pinned = (await page.places()).get("client/laptop");
  // Two pods come, the first one goes: a gap that tidying closes.
  await page.typeCommand("kubectl scale rc kubia --replicas=6");
  await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod .chip.ok").length === 6);
  const tidy = page.page.getByRole("button", { name: "Tidy" });
  if ((await tidy.count()) > 0) await tidy.click();
  expect((await page.places()).get("client/laptop")).toBe(pinned);
  await page.page.getByRole("button", { name: "Unpin all" }).click();
  await page.page.waitForFunction(
    (place) => (document.querySelector(".react-flow__node-client") as HTMLElement).style.transform !== place,
    pinned,
  );
  expect(await page.page.locator(".pin").count()).toBe(0);
  await page.close();
});

test("a pod's card takes the place in its frame where it is dropped, by pointer and by keys; who stood there makes room, and both go back", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("kubectl scale rc kubia --replicas=6");
  await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod .chip.ok").length === 6);
  const before = await page.places();
  // Two that stand over each other within one frame.
  const [upper, lower] = await page.page.locator(".react-flow__node-pod").evaluateAll((cards) => {
    const all = cards.map((card) => ({ id: (card as HTMLElement).dataset["id"] ?? "", rect: card.getBoundingClientRect() }));
    const first = all.find(({ rect }) =>
      all.some((other) => other.rect.x === rect.x && other.rect.y - rect.bottom > 0 && other.rect.y - rect.bottom < 12),
    );
    const second = all.find(({ rect }) => rect.x === first?.rect.x && rect.y > first.rect.bottom && rect.y - first.rect.bottom < 12);
    return [first?.id ?? "", second?.id ?? ""];
  });
  const swapped = new Map([...before, [upper, before.get(lower)], [lower, before.get(upper)]]);
  const stand = async (places: ReadonlyMap<string, string | undefined>) =>
    page.page.waitForFunction(
      (wanted) => wanted.every(([id, place]) => document.querySelector<HTMLElement>(`[data-id="${id}"]`)?.style.transform === place),
      [...places],
    );
  const card = page.page.locator(`[data-id="${upper}"]`);
  const rect = await card.boundingBox();
  if (rect === null) throw new Error("no card");
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  await page.page.mouse.move(x, y);
  await page.page.mouse.down();
  await page.page.mouse.move(x + 3, y + 12, { steps: 3 });
  await page.page.mouse.move(x + 9, y + rect.height, { steps: 3 });
  // Still held, and the other one has made room already.
  await stand(new Map([[lower, before.get(upper)]]));
  await page.page.mouse.up();
  await stand(swapped);
  await card.locator(".pin").waitFor();
  await page.page.keyboard.press("Control+z");
  await stand(before);
  await card.focus();
  await page.page.keyboard.press("Shift+ArrowDown");
  await stand(swapped);
  await card.click({ button: "right" });
  await page.page.getByRole("menuitem", { name: "Unpin" }).click();
  await stand(before);
  await page.close();
});

test("each pod's share of its Service's connections is a bar with the band that chance allows", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("for i in $(seq 12); do at node1 -- curl -s 10.111.249.153; done");
  await page.page.waitForFunction(
    () =>
      [...document.querySelectorAll(".react-flow__node-pod .share")].reduce(
        (sum, bar) => sum + Number(/^\d+/.exec(bar.getAttribute("title") ?? "")?.[0]),
        0,
      ) === 12,
  );
  expect(await page.page.locator(".react-flow__node-pod .share .band").count()).toBe(3);
  expect(await page.page.locator(".react-flow__node-pod .share").first().getAttribute("title")).toMatch(
    /^\d+ of 12 connections · chance alone: 0 to 8$/,
  );
  await page.close();
});

test.each([
  { name: "light, English", theme: "light", suffix: "" },
  { name: "dark, Chinese", theme: "dark", suffix: "?lang=zh" },
] as const)("axe finds nothing in filter, search and menu: $name", async ({ theme, suffix }) => {
  const page = await PlaygroundPage.open({ theme, suffix });
  await page.ready();
  await page.page.locator(".graph .react-flow__node").first().focus();
  await page.page.keyboard.press("k");
  await page.page.locator(".graph-panel.filter").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.page.keyboard.press("Escape");
  await page.page.keyboard.press("/");
  await page.page.locator(".graph-panel.find").waitFor();
  await page.page.keyboard.type("kubia");
  expect(await violations(page)).toEqual([]);
  await page.page.keyboard.press("Escape");
  await boxes(page, "pod").first().click({ button: "right" });
  await page.page.getByRole("menu").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.close();
});
