import { expect, test } from "vitest";
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
  await expect.poll(() => opened.podsShown(), { timeout: 10_000 }).toHaveLength(1);
  await branches.last().click();
  await expect.poll(() => opened.podsShown(), { timeout: 10_000 }).toEqual(expect.arrayContaining([...three]));
  expect(opened.complaints).toEqual([]);
  await opened.close();
});

test("two courses side by side: the first hop in which they part is framed", async () => {
  const opened = await PlaygroundPage.open();
  await opened.ready();
  await opened.typeCommand("wait 10s");
  await opened.typeCommand("at node1 -- curl -s 10.111.249.153");
  await opened.terminalShows("You've hit");
  await slideTo(opened, 9);
  await opened.typeCommand("kubectl delete service kubia");
  await opened.terminalShows('service "kubia" deleted');
  await opened.typeCommand("at node1 -- curl -s -m 2 10.111.249.153; echo co''de $?");
  await opened.terminalShows(/^code \d+/m);
  await opened.page.getByRole("button", { name: "Compare" }).click();
  const parting = opened.page.locator(".twin tr.parting td");
  await expect
    .poll(() => parting.allInnerTexts())
    .toEqual([expect.stringContaining("node1 changes the destination"), expect.stringContaining("10.111.249.153:80")]);
  expect(opened.complaints).toEqual([]);
  await opened.close();
});
