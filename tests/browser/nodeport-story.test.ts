import { describe, expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

/**
 * The tutorial's NodePort story: a port of every node leads to the Service, from outside too; the packet that comes in at one node leaves
 * for a pod of another, with its addresses rewritten by that node's rules.
 */
const request = "curl -s 192.168.0.3:30080";

/** What has the keys, and whether a person can see that it has. */
interface Focus {
  readonly zone: string;
  readonly element: string;
  readonly isSeen: boolean;
}

const focusOf = (opened: PlaygroundPage): Promise<Focus> =>
  opened.page.evaluate(() => {
    const active = document.activeElement as HTMLElement;
    const zone = active.closest(".editor, .graph, .twin, .terminal, .inspector, .timeline, .time-bar, header.top, dialog, .separator");
    const outlines = [active, ...active.children].map((element) => getComputedStyle(element));
    const isOutlined = outlines.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0);
    // In fields the cursor is what is seen.
    const isField = active.closest(".monaco-editor.focused, .xterm.focus, .monaco-editor:focus-within") !== null;
    const rect = active.getBoundingClientRect();
    const isInView = rect.bottom > 0 && rect.right > 0 && rect.top < window.innerHeight && rect.left < window.innerWidth;
    return {
      zone: zone === null ? "" : (zone.className.toString().split(" ")[0] ?? zone.tagName),
      element: `${[...document.querySelectorAll("*")].indexOf(active)} ${active.tagName} ${active.className} ${active.getAttribute("aria-label") ?? active.textContent?.slice(0, 40) ?? ""}`,
      isSeen: (isOutlined && isInView) || isField,
    };
  });

/** Types into the palette, walks to the entry, and takes it. */
async function openByPalette(opened: PlaygroundPage, typed: string, entry: string, look = async () => {}): Promise<void> {
  const { keyboard } = opened.page;
  await keyboard.press("Control+k");
  await opened.page.locator(".palette input:focus").waitFor();
  await look();
  await keyboard.type(typed);
  const chosen = opened.page.locator('.palette [role=option][aria-selected="true"] > span');
  await expect
    .poll(async () => {
      const text = await chosen.innerText();
      if (text !== entry) await keyboard.press("ArrowDown");
      return text;
    })
    .toBe(entry);
  await keyboard.press("Enter");
}

const rulesText = (opened: PlaygroundPage) => opened.page.locator(".inspector pre").allInnerTexts();

describe("with the keyboard alone, from a cold page", () => {
  test("open, edit, ask, follow, and read what decided: focus is seen at each stop", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    const { page } = opened;
    const { keyboard } = page;
    const stop = async (zone: string) => {
      await expect.poll(async () => (await focusOf(opened)).zone).toBe(zone);
      expect(await focusOf(opened)).toMatchObject({ isSeen: true });
    };

    await openByPalette(opened, "nodeport", "Open example: nodeport", () => stop("dialog"));
    await page.locator(".editor-host", { hasText: "kubia-nodeport" }).waitFor();
    await page.locator(".react-flow__node-pod .chip.ok").nth(2).waitFor({ state: "attached" });

    // The text: another port on every node.
    await keyboard.press("e");
    await stop("pane");
    await keyboard.press("Control+Home");
    await keyboard.press("Control+f");
    await keyboard.type("nodePort: 30123");
    await page.locator(".find-widget.visible").waitFor();
    await keyboard.press("Enter");
    await keyboard.press("Escape");
    await keyboard.type("nodePort: 30080");
    await keyboard.press("Escape");
    await keyboard.press("Control+Enter");
    await page.locator(".react-flow__node-rules", { hasText: "kubia-nodeport" }).first().waitFor();
    // Tab writes in the editor, until it is let out; that is said.
    await keyboard.press("Control+m");
    await page.getByRole("status").filter({ hasText: "Tab leaves the text" }).waitFor();
    await keyboard.press("Tab");
    await expect.poll(async () => (await focusOf(opened)).element).not.toContain("native-edit-context");
    expect(await page.locator(".monaco-editor.focused").count()).toBe(0);
    expect(await focusOf(opened)).toMatchObject({ isSeen: true });
    await keyboard.press("Shift+Tab");
    await stop("pane");
    await keyboard.press("Shift+Tab");
    await expect.poll(async () => (await focusOf(opened)).element).toContain("BUTTON");

    // The request.
    await keyboard.press("t");
    await stop("terminal");
    await opened.prompted();
    await keyboard.type("wait 3s");
    await keyboard.press("Enter");
    await opened.prompted();
    await keyboard.type(request);
    await keyboard.press("Enter");
    await opened.terminalShows("You've hit kubia-");
    await keyboard.press("Shift+Tab");
    await expect.poll(async () => (await focusOf(opened)).isSeen).toBe(true);
    expect(await page.locator(".xterm.focus").count()).toBe(0);

    // Its way, hop by hop.
    // Its last packets are still to come when the answer is there.
    await expect
      .poll(async () => {
        await keyboard.press("Escape");
        const [at, count] = await opened.hopShown();
        return count - at;
      })
      .toBe(0);
    await page.locator(".hops li.now").waitFor();
    await keyboard.press("h");
    await stop("inspector");
    for (let i = 0; i < 100 && (await opened.hopShown())[0] > 1; i++) await keyboard.press(",");
    expect((await opened.hopShown())[0]).toBe(1);
    const told: string[] = [];
    for (let hop = 1; hop < 6; hop++) {
      told.push((await page.locator(".hops li.now .hop-text b").innerText()).replace(/\s+/g, " "));
      await keyboard.press(".");
      expect((await opened.hopShown())[0]).toBe(hop + 1);
    }
    expect(told.slice(0, 3)).toEqual(["laptop sends", "node2 changes the destination", "node2 changes the source"]);
    while (!(await page.locator(".hops li.now").innerText()).includes("changes the destination")) await keyboard.press(",");
    await page.locator(".why", { hasText: "The destination is rewritten" }).waitFor();

    // From the packet to the line of YAML.
    await keyboard.press("h");
    await stop("inspector");
    const chain = page.locator(".chain li button");
    await chain.nth(4).waitFor();
    for (let i = 0; i < 30 && !(await chain.last().evaluate((link) => link === document.activeElement)); i++) await keyboard.press("Tab");
    await stop("inspector");
    await page.locator(".lit-line").first().waitFor();
    await keyboard.press("Enter");
    await stop("pane");
    expect(await page.locator(".monaco-editor .view-line", { hasText: "nodePort: 30080" }).count()).toBe(1);
    await keyboard.press("F6");

    // The node's rules, in kube-proxy's own text.
    await keyboard.press("g");
    await stop("graph");
    const card = page.locator(".react-flow__node:focus");
    const idOf = async () => (await card.getAttribute("data-id")) ?? "";
    const towardsNode2 = (id: string) =>
      id === "rules/node1" ? "ArrowDown" : id === "rules/node3" ? "ArrowUp" : /^(pod|node)\//.test(id) ? "ArrowLeft" : "ArrowRight";
    for (let i = 0; i < 8 && (await idOf()) !== "rules/node2"; i++) await keyboard.press(towardsNode2(await idOf()));
    expect(await idOf()).toBe("rules/node2");
    await stop("graph");
    await keyboard.press("Enter");
    await expect.poll(async () => (await rulesText(opened)).join("\n")).toContain("--dport 30080");
    expect((await rulesText(opened)).join("\n")).toContain("-A KUBE-NODEPORTS");
    await keyboard.press("h");
    await stop("inspector");
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("Tab goes round the whole page and back: nothing keeps it", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    const { keyboard } = opened.page;
    await opened.pressEditorKey();
    await keyboard.press("Control+m");
    await opened.page.getByRole("status").filter({ hasText: "Tab leaves the text" }).waitFor();
    // Backwards, for forwards the terminal completes with Tab; Shift+Tab always leaves it, as is written there.
    const zones = new Set<string>();
    let before = "";
    const first = (await focusOf(opened)).element;
    let rounds = 0;
    for (let i = 0; i < 160 && rounds < 1; i++) {
      await keyboard.press("Shift+Tab");
      const { zone, element, isSeen } = await focusOf(opened);
      if (!/^\d+ BODY/.test(element)) {
        expect(element).not.toBe(before);
        expect({ element, isSeen }).toEqual({ element, isSeen: true });
        zones.add(zone);
      }
      before = element;
      if (element === first) rounds++;
    }
    expect(rounds).toBe(1);
    expect([...zones]).toEqual(expect.arrayContaining(["pane", "graph", "terminal", "top", "timeline", "time-bar"]));
    // The choice is kept.
    await opened.page.reload();
    await opened.ready();
    await opened.pressEditorKey();
    await keyboard.press("Tab");
    await expect.poll(() => opened.page.locator(".monaco-editor.focused").count()).toBe(0);
    await opened.close();
  });
});

/** The followed packet's picture at each frame of the screen, until the film has gone on by some hops: how often it changed at each hop. */
const movement = (opened: PlaygroundPage) =>
  opened.page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const canvas = document.querySelector<HTMLCanvasElement>(".packet-layer") as HTMLCanvasElement;
        const pictures = new Map<string, Set<string>>();
        const look = () => {
          const hop = document.querySelector(".hop-count")?.textContent ?? "";
          const seen = pictures.get(hop) ?? new Set<string>();
          pictures.set(hop, seen.add(canvas.toDataURL()));
          if (pictures.size < 7) requestAnimationFrame(look);
          // The first and the last hop were not seen whole.
          else resolve([...pictures.values()].slice(1, -1).map((all) => all.size));
        };
        requestAnimationFrame(look);
      }),
  );

async function withStory(options: { readonly reducedMotion: boolean }): Promise<PlaygroundPage> {
  const opened = await PlaygroundPage.open(options);
  await opened.ready();
  await openByPalette(opened, "example: nodeport", "Open example: nodeport");
  await opened.page.locator(".editor-host", { hasText: "kubia-nodeport" }).waitFor();
  await opened.page.locator(".react-flow__node-pod .chip.ok").nth(2).waitFor({ state: "attached" });
  await opened.prompted();
  await opened.typeCommand("curl -s 192.168.0.3:30123");
  await opened.terminalShows("You've hit kubia-");
  return opened;
}

/** Everything that the page tells of a hop beside its picture. */
async function informationOf(opened: PlaygroundPage): Promise<readonly string[]> {
  const { page } = opened;
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Escape");
  await page.keyboard.press("h");
  for (let i = 0; i < 100 && (await opened.hopShown())[0] > 1; i++) await page.keyboard.press(",");
  const told: string[] = [];
  for (let hop = 1; hop <= 12; hop++) {
    await expect.poll(async () => (await opened.hopShown())[0]).toBe(hop);
    const texts = await Promise.all([".hops li.now", ".why p"].map((part) => page.locator(part).first().innerText()));
    told.push(texts.join(" | ").replace(/\s+/g, " "));
    await page.keyboard.press(".");
  }
  return told;
}

describe("with reduced motion", () => {
  test("the same is told, hop by hop, and nothing moves", async () => {
    const still = await withStory({ reducedMotion: true });
    // A hop is one picture: the packet is at its place and travels to none.
    expect(Math.max(...(await movement(still)))).toBe(1);
    expect(await still.page.evaluate(() => document.getAnimations().length)).toBe(0);
    const toldStill = await informationOf(still);
    await still.close();

    const moving = await withStory({ reducedMotion: false });
    expect(Math.max(...(await movement(moving)))).toBeGreaterThan(3);
    const toldMoving = await informationOf(moving);
    await moving.close();
    expect(toldStill).toEqual(toldMoving);
    expect(toldStill[1]).toMatch(/^node2 changes the destination .*30123.*10\.244.*\| The destination is rewritten/);
  });

  test.each([
    { name: "the page's own switch stills a page that the system lets move", reducedMotion: false },
    { name: "the page's own switch lets a page move that the system stills", reducedMotion: true },
  ])("$name", async ({ reducedMotion }) => {
    const opened = await withStory({ reducedMotion });
    const { page } = opened;
    await page.keyboard.press("Shift+Tab");
    await openByPalette(opened, "motion", "More or less motion");
    await page.locator(`html[data-motion="${reducedMotion ? "full" : "reduced"}"]`).waitFor();
    await page.keyboard.press("h");
    await page.getByRole("button", { name: "Replay the last connection" }).press("Enter");
    const most = Math.max(...(await movement(opened)));
    if (reducedMotion) expect(most).toBeGreaterThan(3);
    else expect(most).toBe(1);
    await opened.close();
  });
});
