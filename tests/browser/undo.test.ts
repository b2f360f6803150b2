import { describe, expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const note = (opened: PlaygroundPage) => opened.page.locator(".time-note");
const button = (opened: PlaygroundPage, name: "Undo" | "Redo") => opened.page.locator(".time-undo").getByRole("button", { name });
const services = (opened: PlaygroundPage) => opened.page.locator(".react-flow__node-rules .pill").allInnerTexts();

/** Presses a key that acts outside of the editor and the terminal. */
async function press(opened: PlaygroundPage, key: string): Promise<void> {
  await opened.page.locator(".graph").click({ position: { x: 5, y: 5 } });
  await opened.page.keyboard.press(key);
}

const editorText = (opened: PlaygroundPage) => opened.page.locator(".monaco-editor .view-lines").first().innerText();

describe("one undo", () => {
  test("a command: the cluster and the paper are as before it; redo brings both back to where they were", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.typeCommand("kubectl get svc kubia");
    await opened.terminalShows("10.111.249.153");
    await opened.typeCommand("kubectl delete svc kubia");
    await opened.terminalShows('service "kubia" deleted');
    await expect.poll(() => services(opened)).toEqual([]);

    await press(opened, "Space");
    const play = opened.page.getByRole("button", { name: "Play", exact: true });
    await play.waitFor();
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: kubectl delete svc kubia/);
    await expect.poll(() => services(opened)).toEqual(["kubia", "kubia", "kubia"]);
    const paper = await opened.terminalText();
    expect(paper).toMatch(/^laptop:~\$ kubectl get svc kubia$/m);
    expect(paper).not.toContain("deleted");
    await opened.prompted();
    // Who had paused has still paused.
    expect(await play.count()).toBe(1);

    await note(opened).getByRole("button", { name: "Redo" }).click();
    await expect.poll(() => services(opened)).toEqual([]);
    await opened.terminalShows('service "kubia" deleted');

    // A worker that breaks down takes neither way with it.
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => services(opened)).toEqual(["kubia", "kubia", "kubia"]);
    await expect.poll(() => button(opened, "Redo").isEnabled()).toBe(true);
    const worker = () => opened.page.workers().find((one) => /\/worker-/.test(one.url()) && !/(editor|yaml)/.test(one.url()));
    const before = worker();
    await before?.evaluate(() => (self as unknown as Worker).postMessage([{ type: "crashed", message: "planted" }]));
    await expect.poll(() => worker() !== undefined && worker() !== before).toBe(true);
    await opened.page.locator(".notice[role=alert]").waitFor({ timeout: 20_000 });
    await opened.prompted();
    await expect.poll(() => services(opened)).toEqual(["kubia", "kubia", "kubia"]);
    expect(await button(opened, "Undo").getAttribute("title")).toContain("kubectl get svc kubia");
    await button(opened, "Redo").click();
    await expect.poll(() => services(opened)).toEqual([]);
    await opened.terminalShows('service "kubia" deleted');
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("edit, moved card, view and command, back one by one; a new command after it keeps the undone future as a branch", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.replaceInEditor("replicas: 3", "replicas: 4");
    await expect.poll(() => opened.podsShown()).toHaveLength(4);
    const laptop = opened.page.locator('[data-id="client/laptop"]');
    const place = async () => (await opened.places()).get("client/laptop");
    const first = await place();
    const box = await laptop.boundingBox();
    if (box === null) throw new Error("the laptop has no card");
    await opened.page.mouse.move(box.x + 30, box.y + 12);
    await opened.page.mouse.down();
    await opened.page.mouse.move(box.x + 40, box.y + 80, { steps: 5 });
    await opened.page.mouse.up();
    await expect.poll(place).not.toBe(first);
    await opened.typeCommand("kubectl label po --all seen=yes");
    await opened.terminalShows("labeled");
    await press(opened, "v");
    await expect.poll(() => opened.page.getByRole("button", { name: "Logical" }).getAttribute("aria-pressed")).toBe("true");

    await press(opened, "Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: switching the view/);
    await expect.poll(() => opened.page.getByRole("button", { name: "Physical" }).getAttribute("aria-pressed")).toBe("true");
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: kubectl label po --all seen=yes/);
    await expect.poll(() => opened.terminalText()).not.toContain("labeled");
    await expect.poll(() => button(opened, "Undo").isEnabled()).toBe(true);
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: moving a card/);
    await expect.poll(place).toBe(first);
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: edit of the text/);
    await expect.poll(() => opened.podsShown()).toHaveLength(3);
    await expect.poll(() => editorText(opened)).toMatch(/replicas:\s*3/);

    for (const what of ["edit of the text", "moving a card", "kubectl label"]) {
      await expect.poll(() => button(opened, "Redo").isEnabled()).toBe(true);
      await opened.page.keyboard.press("Control+Shift+z");
      await expect.poll(() => note(opened).innerText()).toContain(`Redone: ${what}`);
    }
    await opened.terminalShows("labeled");
    await expect.poll(() => opened.podsShown()).toHaveLength(4);

    // Undone again, and something else done instead: the other future is a course of its own now.
    await expect.poll(() => button(opened, "Undo").isEnabled()).toBe(true);
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => opened.terminalText()).not.toContain("labeled");
    await opened.typeCommand("echo some''thing else");
    await opened.terminalShows("something else");
    const courses = opened.page.getByRole("group", { name: "Courses of events" }).getByRole("button");
    await expect.poll(() => courses.count()).toBe(2);
    await courses.last().click();
    await opened.terminalShows("labeled");
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("in the editor the editor's own undo comes first, then the page's", async () => {
    const opened = await PlaygroundPage.open({ reducedMotion: true });
    await opened.ready();
    await opened.typeCommand("kubectl delete svc kubia");
    await opened.terminalShows('service "kubia" deleted');
    await opened.focusEditor();
    await opened.page.keyboard.press("Control+End");
    await opened.page.keyboard.type("# mine");
    await expect.poll(() => editorText(opened)).toContain("mine");
    for (let i = 0; i < 8 && (await editorText(opened)).includes("mine"); i++) await opened.page.keyboard.press("Control+z");
    await expect.poll(() => editorText(opened)).not.toContain("mine");
    await expect.poll(() => services(opened)).toEqual([]);
    // What is left of the editor's own, what it typed and took back as deeds of the text, and then the command.
    await expect
      .poll(async () => {
        if (await button(opened, "Undo").isEnabled()) await opened.page.keyboard.press("Control+z");
        return note(opened).innerText();
      })
      .toContain("Undone: kubectl delete svc kubia");
    await expect.poll(() => services(opened)).toHaveLength(3);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("what is folded, filtered and shown comes back; an object applied again and a saved file too", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await press(opened, "y");
    await expect.poll(async () => (await opened.podsShown()).length).toBeGreaterThan(3);
    await opened.page.locator('[data-id="node/node1"] .fold').first().click();
    await expect.poll(async () => (await opened.places()).has("rules/node1")).toBe(false);
    await press(opened, "Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: folding a group/);
    await expect.poll(async () => (await opened.places()).has("rules/node1")).toBe(true);
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: (a filter|showing or hiding system pods)/);
    await expect.poll(async () => (await opened.podsShown()).length).toBe(3);

    await opened.typeCommand("kubectl delete svc kubia");
    await opened.terminalShows('service "kubia" deleted');
    await opened.page.getByRole("region", { name: "Where text and cluster differ" }).getByRole("button", { name: "Re-apply" }).click();
    await expect.poll(() => services(opened)).toHaveLength(3);
    await press(opened, "Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: service\/default\/kubia applied again/);
    await expect.poll(() => services(opened)).toEqual([]);

    await opened.typeCommand("vi notes.txt");
    await opened.page.locator(".file-dialog textarea").fill("mine");
    await opened.page.getByRole("button", { name: "Save" }).click();
    await opened.typeCommand("cat notes.txt; echo ca''t $?");
    await opened.terminalShows("cat 0");
    await press(opened, "Control+z");
    await expect.poll(() => opened.terminalText()).not.toContain("cat 0");
    await expect.poll(() => button(opened, "Undo").isEnabled()).toBe(true);
    await opened.page.keyboard.press("Control+z");
    await expect.poll(() => note(opened).innerText()).toMatch(/^Undone: saving .*notes\.txt/);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  test("R begins anew, and that too is undone", async () => {
    const opened = await PlaygroundPage.open();
    await opened.ready();
    await opened.typeCommand("kubectl delete svc kubia");
    await opened.terminalShows('service "kubia" deleted');
    await press(opened, "r");
    await expect.poll(() => services(opened)).toHaveLength(3);
    await note(opened).getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => services(opened)).toEqual([]);
    await opened.terminalShows('service "kubia" deleted');
    // And what was done before the restart after it.
    await expect.poll(() => button(opened, "Undo").isEnabled()).toBe(true);
    await press(opened, "Control+z");
    await expect.poll(() => services(opened)).toHaveLength(3);
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });
});
