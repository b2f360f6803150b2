import { describe, expect, test } from "vitest";
import { violations } from "./axe.ts";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

/** Slides the time line to a moment, as a drag of its handle does. */
async function slideTo(opened: PlaygroundPage, seconds: number): Promise<void> {
  await opened.page.locator(".time-bar input[type=range]").evaluate((input, us) => {
    // React hears only of what is set the way the browser sets it.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, String(us));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, seconds * 1_000_000);
}

/** Where the cluster's clock stands, in seconds. */
async function clock(opened: PlaygroundPage): Promise<number> {
  const [minutes = 0, seconds = 0] = (await opened.page.locator(".clock").innerText()).replace("t ", "").split(":").slice(-2).map(Number);
  return 60 * minutes + seconds;
}

const note = (opened: PlaygroundPage) => opened.page.locator(".time-note");

/** Presses a key that acts outside of the editor and the terminal. */
async function press(opened: PlaygroundPage, key: string): Promise<void> {
  await opened.page.locator(".graph").click({ position: { x: 5, y: 5 } });
  await opened.page.keyboard.press(key);
}

test("the past is shown as it was, a command there opens a branch, and both courses are kept", async () => {
  const opened = await PlaygroundPage.open();
  await opened.ready();
  const three = await opened.podsShown();
  expect(three).toHaveLength(3);
  for (const line of ["wait 10s", "kubectl scale rc kubia --replicas=1", "wait 60s", "echo le''ft"]) await opened.typeCommand(line);
  await opened.terminalShows(/^left/m);
  await expect.poll(() => opened.podsShown()).toHaveLength(1);

  await slideTo(opened, 13);
  await expect.poll(() => opened.podsShown()).toEqual(three);
  await opened.page.getByRole("button", { name: "Back to now" }).click();
  await expect.poll(() => opened.podsShown()).toHaveLength(1);

  await slideTo(opened, 13);
  await opened.typeCommand("kubectl scale rc kubia --replicas=4");
  const branches = opened.page.getByRole("group", { name: "Courses of events" }).getByRole("button");
  await expect.poll(() => branches.count()).toBe(2);
  await branches.first().click();
  await expect.poll(() => opened.podsShown()).toHaveLength(1);
  await branches.last().click();
  await expect.poll(() => opened.podsShown()).toEqual(expect.arrayContaining([...three]));
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

describe("what is asked while an earlier moment is looked at is of then", () => {
  test("rules, the text, the terminal, the connections and the packet", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.typeCommand("at node1 -- curl -s 10.111.249.153");
    await opened.terminalShows("You've hit");
    await opened.typeCommand("wait 20s");
    await opened.prompted();
    await opened.replaceInEditor("replicas: 3", "replicas: 2");
    await expect.poll(() => opened.page.locator(".react-flow__node-pod", { hasText: "Termi" }).count()).toBe(1);
    await opened.typeCommand("kubectl delete svc kubia");
    await opened.terminalShows('service "kubia" deleted');
    await opened.typeCommand("wait 60s; echo la''ter");
    await opened.terminalShows(/^later/m);
    await expect.poll(() => opened.podsShown()).toHaveLength(2);
    await opened.page.locator('[data-id="rules/node1"]').click();
    const rules = opened.page.locator(".inspector pre.rule").first();
    await expect.poll(() => rules.innerText()).not.toContain("10.111.249.153");

    await slideTo(opened, 15);
    await expect.poll(() => rules.innerText()).toContain("10.111.249.153");
    await expect.poll(() => opened.page.locator(".inspector.is-stale").count()).toBe(0);
    await expect.poll(() => opened.podsShown()).toHaveLength(3);
    const then = await opened.terminalText();
    expect(then).toContain("You've hit");
    expect(then).not.toContain("deleted");
    expect(then).toMatch(/what came after 0:15\.0 is hidden/);
    // The editor's text is the one that made this cluster.
    await expect.poll(() => opened.page.locator(".monaco-editor .view-lines").innerText()).toMatch(/replicas:\s*3/);
    expect((await opened.hopShown())[1]).toBeGreaterThan(0);
    // Before the request there was neither a mark of it nor a packet.
    await slideTo(opened, 3);
    await expect.poll(() => opened.page.locator(".track button.mark").count()).toBe(0);
    await expect.poll(() => opened.page.locator(".hop-count").count()).toBe(0);

    await opened.page.getByRole("button", { name: "Back to now" }).click();
    await opened.terminalShows(/^later/m);
    await expect.poll(() => rules.innerText()).not.toContain("10.111.249.153");
    await expect.poll(() => opened.page.locator(".monaco-editor .view-lines").innerText()).toMatch(/replicas:\s*2/);
    await expect.poll(() => opened.podsShown()).toHaveLength(2);

    // When the command was typed none of its hops had happened; from there on they come one by one.
    await opened.page.locator(".track button.mark").first().click();
    const hops = opened.page.locator(".inspector ol.hops li");
    await expect.poll(() => hops.count()).toBeGreaterThan(1);
    await opened.page
      .getByRole("button", { name: /Command: at node1 -- curl/ })
      .first()
      .click();
    const later = opened.page.getByRole("button", { name: /^\d+ hops came later: go to now$/ });
    await later.waitFor();
    expect(await hops.count()).toBe(0);
    await press(opened, ".");
    await expect.poll(() => hops.count()).toBeGreaterThan(0);
    expect((await opened.hopShown())[0]).toBe(1);
    await opened.page.keyboard.press(".");
    await expect.poll(async () => (await opened.hopShown())[0]).toBe(2);
    const soFar = await hops.count();
    await opened.page.keyboard.press("]");
    await expect.poll(() => opened.page.locator(".inspector .packets button").count()).toBe(2);
    await later.click();
    await expect.poll(() => hops.count()).toBeGreaterThanOrEqual(soFar);
    await expect.poll(() => later.count()).toBe(0);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("marks for commands and failures have their own shapes, say what they are, and lead there", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.typeCommand("wait 10s; kubectl get po nosuch");
    await opened.terminalShows("NotFound");
    const marks = opened.page.locator(".time-mark");
    await expect.poll(() => marks.count()).toBe(2);
    const failure = opened.page.locator(".time-mark.failure");
    expect(await failure.getAttribute("aria-label")).toMatch(/^0:1\d\.\d · Failure: “wait 10s; kubectl get po nosuch” ended with 1$/);
    const shapes = await marks.locator("path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
    expect(new Set(shapes).size).toBe(2);
    await opened.page
      .getByRole("toolbar", { name: "What happened, to go back to" })
      .getByRole("button", { name: /Command/ })
      .click();
    await expect.poll(() => opened.page.locator(".time-bar.is-back").count()).toBe(1);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });
});

describe("running on", () => {
  test("N: one step of the control plane, who did it, and then time stands", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    // Paused, time passes for the command alone: however slow the machine is, the pod is not up before the first step.
    await press(opened, " ");
    await opened.typeCommand("kubectl scale rc kubia --replicas=4");
    await opened.terminalShows("scaled");
    await press(opened, "n");
    await expect.poll(() => note(opened).innerText()).toMatch(/(replication-controller|default-scheduler|kubelet|endpoint|kube-proxy)/);
    const atS = await clock(opened);
    const seen: string[] = [];
    for (let i = 0; i < 30; i++) {
      const before = await note(opened).innerText();
      seen.push(before);
      if (before.includes("kube-proxy/node3 programmed")) break;
      await opened.page.keyboard.press("n");
      await expect.poll(() => note(opened).innerText()).toMatch(/\d:\d\d/);
      await expect.poll(() => note(opened).innerText()).not.toBe(before);
    }
    expect(seen.at(-1)).toContain("kube-proxy/node3 programmed the rules of kubia on node3");
    expect((await clock(opened)) - atS).toBeLessThan(5);
    // Shift+, goes back over what happened.
    await opened.page.keyboard.press("<");
    await expect.poll(() => opened.page.locator(".time-bar.is-back").count()).toBe(1);
    await expect.poll(() => note(opened).innerText()).toMatch(/^0:\d/);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("until ready, until a failure, and ten seconds on", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.typeCommand("kubectl scale rc kubia --replicas=5");
    await opened.terminalShows("scaled");
    const run = opened.page.getByRole("group", { name: "Run on" });
    await run.getByRole("button", { name: "Ready" }).click();
    await expect.poll(() => note(opened).innerText()).toMatch(/All that the text declares is ready/);
    await expect.poll(() => opened.page.locator(".react-flow__node-pod .chip.ok").count()).toBe(5);

    const beforeS = await clock(opened);
    await run.getByRole("button", { name: "+10 s" }).click();
    await expect.poll(() => clock(opened)).toBeGreaterThanOrEqual(beforeS + 10);

    await press(opened, "f");
    await expect.poll(() => note(opened).innerText()).toMatch(/Nothing failed in the next 10 minutes/);

    await opened.typeCommand("at node1 -- curl -s -m 3 10.111.249.153:81");
    await press(opened, "f");
    await expect.poll(() => note(opened).innerText()).toMatch(/refused|dropped|ended with/);
    expect(await opened.page.getByRole("button", { name: "Pause", exact: true }).count()).toBe(0);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });
});

describe("every look of the time bar", () => {
  test.each([
    { name: "light, English", theme: "light", suffix: "" },
    { name: "dark, Chinese, no motion", theme: "dark", suffix: "?lang=zh", reducedMotion: true },
  ] as const)("$name: axe finds nothing while looking back, after a run, after an undo", async (look) => {
    const opened = await PlaygroundPage.open(look);
    await opened.ready();
    await opened.typeCommand("kubectl get po nosuch");
    await opened.terminalShows("NotFound");
    await opened.page.locator(".time-mark.failure").hover();
    await opened.page.locator(".time-tip").waitFor();
    expect(await violations(opened)).toEqual([]);
    await slideTo(opened, 0.5);
    await opened.page.locator(".time-bar.is-back").waitFor();
    expect(await violations(opened)).toEqual([]);
    await press(opened, "Control+z");
    await expect.poll(() => note(opened).innerText()).toContain("kubectl get po nosuch");
    expect(await violations(opened)).toEqual([]);
    await expect.poll(() => opened.page.locator(".time-undo button").nth(1).isEnabled()).toBe(true);
    // The same keys and the same words where nothing may move.
    await opened.typeCommand("kubectl delete po --all --wait=false");
    await opened.terminalShows("deleted");
    await press(opened, "n");
    await expect.poll(() => note(opened).innerText()).toMatch(/^\d:\d\d\.\d .*kubia/);
    expect(await violations(opened)).toEqual([]);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test.each([
    { width: 800, height: 600 },
    { width: 1280, height: 720 },
  ])("one row, nothing outside of it, at $width x $height", async (size) => {
    const opened = await PlaygroundPage.open(size);
    await opened.ready();
    await opened.typeCommand("kubectl get po");
    await opened.terminalShows("Running");
    const bar = opened.page.locator(".time-bar");
    const height = async () => (await bar.boundingBox())?.height;
    const atRest = await height();
    await slideTo(opened, 2);
    await opened.page.locator(".time-bar.is-back").waitFor();
    expect(await height()).toBe(atRest);
    const overflow = await bar.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await opened.close();
  });
});
