import type { FrameLocator, Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { violations } from "./axe.ts";
import { type OpenOptions, PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

/** The page beside itself: the other cluster's picture on the left, the page's own on the right. */
class TwinRun {
  readonly opened: PlaygroundPage;
  readonly left: FrameLocator;

  constructor(opened: PlaygroundPage) {
    this.opened = opened;
    this.left = opened.page.frameLocator("iframe.twin-frame");
  }

  static async begin(options: OpenOptions = {}): Promise<TwinRun> {
    const opened = await PlaygroundPage.open(options);
    await opened.ready();
    await opened.page.locator("body").press("c");
    const run = new TwinRun(opened);
    await run.ready();
    return run;
  }

  async ready(): Promise<void> {
    await this.left.locator(".react-flow__node-pod .chip.ok").first().waitFor({ state: "attached" });
    await this.opened.page.locator(".twin-picture .twin-caption .chip.warn").waitFor({ state: "detached" });
  }

  /** Which hop each picture shows. */
  async hops(): Promise<readonly [left: number, right: number]> {
    const text = await this.left.locator(".hop-count").innerText();
    return [Number(text.match(/\d+/)?.[0]), (await this.opened.hopShown())[0]];
  }

  get parting(): Locator {
    return this.opened.page.locator(".twin tr.parting td");
  }

  workers(): number {
    return this.simulations().length;
  }

  simulations() {
    return this.opened.page.workers().filter((worker) => /\/worker-/.test(worker.url()) && !/(editor|yaml)/.test(worker.url()));
  }
}

const frameOf = (card: Locator) => card.locator("> *").evaluate((element) => getComputedStyle(element).outlineStyle);

describe("a try beside the cluster that runs", () => {
  test("a wrong targetPort on the right: curl goes to both, both pictures keep step, and the hop in which they part is framed", async () => {
    const run = await TwinRun.begin();
    const { opened, left } = run;
    const { page } = opened;
    expect(run.workers()).toBe(2);
    await opened.replaceInEditor("targetPort: 8080", "targetPort: 9090");
    await page.locator(".twin-text ins", { hasText: "9090" }).waitFor();
    await opened.typeCommand("at node1 -- curl -s 10.111.249.153; echo co''de $?");
    await opened.terminalShows(/^code 7/m);
    await expect.poll(() => left.locator(".twin-output").innerText()).toContain("You've hit kubia-");
    await expect.poll(() => left.locator(".twin-output").innerText()).toContain("code 0");

    await page.locator(".twin header", { hasText: "They part at request 1, hop 2" }).waitFor();
    await expect.poll(() => run.parting.allInnerTexts()).toEqual(["2", expect.stringContaining(":8080"), expect.stringContaining(":9090")]);
    await page.locator(".twin-reasons", { hasText: "10.244.1.3:9090, an endpoint of default/kubia" }).waitFor();

    await page.getByRole("button", { name: "Show hop 1 of request 1 in both pictures" }).click();
    await expect.poll(() => run.hops()).toEqual([1, 1]);
    const rules = '.react-flow__node[data-id="rules/node1"]';
    expect(await frameOf(page.locator(rules))).not.toBe("dashed");
    await page.getByRole("button", { name: "Next hop" }).click();
    await expect.poll(() => run.hops()).toEqual([2, 2]);
    await expect.poll(() => frameOf(page.locator(rules))).toBe("dashed");
    await expect.poll(() => frameOf(left.locator(rules))).toBe("dashed");
    // By key too, and from within the frame.
    await page.locator(".graph").first().press(".");
    await page.locator(".graph").first().press(".");
    await expect.poll(() => run.hops()).toEqual([4, 4]);
    await left.locator(".react-flow__node").first().press(",");
    await expect.poll(() => run.hops()).toEqual([3, 3]);

    // What was typed for both is undone in both, and done again in both.
    const undo = page.locator(".time-undo").getByRole("button", { name: "Undo" });
    await undo.click();
    await expect.poll(() => page.locator(".twin tr").count()).toBe(0);
    await expect.poll(() => left.locator(".twin-output").count()).toBe(0);
    await page.locator(".time-undo").getByRole("button", { name: "Redo" }).click();
    await page.locator(".twin header", { hasText: "They part at request 1, hop 2" }).waitFor();

    await page.getByRole("button", { name: "End the comparison" }).click();
    await expect.poll(() => run.workers()).toBe(1);
    expect(await page.locator("iframe").count()).toBe(0);
    // Both courses are kept: the one beside had the command too.
    await page.getByRole("group", { name: "Courses of events" }).getByRole("button").first().click();
    await opened.terminalShows("You've hit kubia-");
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("a command for this course alone leaves the other one as it is; the next one for both is compared", async () => {
    const run = await TwinRun.begin();
    const { opened, left } = run;
    const { page } = opened;
    await page.getByRole("button", { name: "only here" }).click();
    await opened.typeCommand("kubectl delete svc kubia; curl -s -m 2 192.168.0.2:1; echo al''one");
    await opened.terminalShows(/^alone/m);
    expect(await page.locator(".twin tr").count()).toBe(0);
    await page.getByRole("button", { name: "both" }).click();
    await opened.prompted();
    await opened.typeCommand("at node1 -- curl -s -m 2 10.111.249.153; echo co''de $?");
    await opened.terminalShows(/^code \d+/m);
    await expect.poll(() => left.locator(".twin-output").innerText()).toContain("code 0");
    expect(await left.locator(".twin-output").innerText()).not.toContain("alone");
    await page.locator(".twin header", { hasText: "They part at request 1, hop 2" }).waitFor();
    expect(await left.locator(".react-flow__node-rules .pill").count()).toBeGreaterThan(0);
    expect(await page.locator(".react-flow__node-rules .pill").count()).toBe(0);
    await opened.close();
  });

  test("from the start: both begin anew, the change is made on the right, and undone again both go the same way", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    const { page } = opened;
    await opened.typeCommand("wait 30s; echo la''ter");
    await opened.terminalShows(/^later/m);
    await page.locator("body").press("Control+Shift+p");
    await page.locator(".palette input:focus").waitFor();
    await page.keyboard.type("from the start");
    await page.locator(".palette [aria-selected=true]", { hasText: "Try an edit beside this, from the start" }).waitFor();
    await page.keyboard.press("Enter");
    const run = new TwinRun(opened);
    await run.ready();
    await opened.prompted();
    expect(await opened.terminalText()).not.toContain("later");
    await opened.replaceInEditor("targetPort: 8080", "targetPort: 9090");
    await page.locator(".twin-text ins", { hasText: "9090" }).waitFor();
    await opened.typeCommand("wait 5s; at node1 -- curl -s 10.111.249.153; echo co''de $?");
    await opened.terminalShows(/^code 7/m);
    await page.locator(".twin header", { hasText: "They part at request 1, hop 2" }).waitFor();
    await page.getByRole("combobox", { name: "The other course" }).selectOption({ label: "Without the edit" });
    await opened.replaceInEditor("targetPort: 9090", "targetPort: 8080");
    await page.locator(".twin-text", { hasText: "same text" }).waitFor();
    await opened.typeCommand("wait 5s; at node1 -- curl -s 10.111.249.153; echo an''swer $?");
    await opened.terminalShows(/^answer 0/m);
    await page.locator(".twin th", { hasText: "Request 2" }).waitFor();
    const second = page.locator(".twin tr.starts", { hasText: "Request 2" }).locator("~ tr.differs");
    await expect.poll(() => page.locator(".twin tr.starts").count()).toBe(2);
    expect(await second.count()).toBe(0);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("the same course with another proxy mode: the address is rewritten for another reason", async () => {
    const run = await TwinRun.begin();
    const { opened } = run;
    const { page } = opened;
    await page.getByRole("combobox", { name: "The other course" }).selectOption("ipvs");
    await run.ready();
    await opened.typeCommand("at node1 -- curl -s 10.111.249.153");
    await opened.terminalShows("You've hit kubia-");
    await run.parting.first().waitFor();
    await page.locator(".twin-caption b", { hasText: "iptables" }).waitFor();
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });
});

test("a branch beside another: it repeats its course, and both are compared as they go", async () => {
  const opened = await PlaygroundPage.open();
  await opened.ready();
  await opened.typeCommand("wait 10s");
  await opened.typeCommand("at node1 -- curl -s 10.111.249.153");
  await opened.terminalShows("You've hit");
  // Slides the time line to a moment, as a drag of its handle does.
  await opened.page.locator(".time-bar input[type=range]").evaluate((input, us) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, String(us));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, 9_000_000);
  await opened.typeCommand("kubectl delete service kubia");
  await opened.terminalShows('service "kubia" deleted');
  await opened.typeCommand("at node1 -- curl -s -m 2 10.111.249.153; echo co''de $?");
  await opened.terminalShows(/^code \d+/m);
  await opened.page.getByRole("button", { name: "Compare" }).click();
  const run = new TwinRun(opened);
  await expect
    .poll(() => run.parting.allInnerTexts())
    .toEqual(["2", expect.stringContaining("node1 changes the destination"), expect.stringContaining("10.111.249.153:80")]);
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

describe("the other picture is a guest", () => {
  test("it takes no keys, keeps nothing, and its end by fault or by choice leaves the page alone", async () => {
    const run = await TwinRun.begin();
    const { opened, left } = run;
    const { page } = opened;
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("IFRAME");
    await opened.typeCommand("echo st''ays");
    await opened.terminalShows(/^stays/m);
    const kept = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage).sort()));
    const before = await kept();
    // Another look of the page is the guest's too, and is written down by the page alone.
    await left.locator(".react-flow__node-pod").first().press("Enter");
    await left.locator(".object-drawer .panel-head h2").waitFor();
    await left.locator("body").press("Escape");
    await left.locator(".object-drawer").waitFor({ state: "detached" });
    // Its own picture has the same: the inspector's column made room.
    await page.locator(".react-flow__node-pod").first().press("Enter");
    await page.locator(".picture .object-drawer .panel-head h2").waitFor();
    await page.locator(".picture .object-drawer").getByRole("button", { name: "Close" }).click();
    await page.locator(".picture .object-drawer").waitFor({ state: "detached" });
    await left.locator(".react-flow__node-pod").first().focus();
    // Escape leaves the frame.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("IFRAME");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest(".twin")?.tagName)).toBe("SECTION");
    expect(await kept()).toBe(before);
    await page.getByRole("button", { name: "Light or dark" }).click();
    await expect.poll(() => left.locator("html").getAttribute("data-theme")).toBe("dark");

    const [, guest] = run.simulations();
    await guest?.evaluate(() =>
      (self as unknown as { postMessage(message: unknown): void }).postMessage([{ type: "crashed", message: "planted" }]),
    );
    await page.getByRole("alert").filter({ hasText: "The other cluster has stopped" }).waitFor();
    await opened.typeCommand("echo go''es on");
    await opened.terminalShows(/^goes on/m);
    await page.getByRole("button", { name: "Try again" }).click();
    await run.ready();
    expect(run.workers()).toBe(2);
    // Another scenario has nothing to be held against.
    await page.getByRole("combobox", { name: "Examples" }).selectOption("example/nodeport");
    await expect.poll(() => run.workers()).toBe(1);
    expect(await page.locator("iframe").count()).toBe(0);
    await opened.close();
  });

  test.each<OpenOptions & { readonly name: string }>([
    { name: "light", theme: "light" },
    { name: "dark, Chinese", theme: "dark", suffix: "?lang=zh" },
    { name: "an old projector", width: 800, height: 600 },
  ])("axe finds nothing: $name", async (look) => {
    const run = await TwinRun.begin(look);
    const { opened } = run;
    await opened.typeCommand("at node1 -- curl -s 10.111.249.153");
    await opened.page.locator(".twin tr.starts").first().waitFor();
    expect(await violations(opened)).toEqual([]);
    const [frame] = opened.page.frames().slice(1);
    expect(frame === undefined ? ["no frame"] : await violations({ page: frame })).toEqual([]);
    await opened.close();
  });
});
