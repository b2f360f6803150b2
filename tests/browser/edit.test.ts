import { describe, expect, test } from "vitest";
import { browserOfFile, PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

describe("typing YAML changes the cluster", () => {
  test("3 replicas to 5: five pods, and no box leaves its place", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    const before = await page.places();
    await page.replaceInEditor("replicas: 3", "replicas: 5");
    await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod .chip.ok").length === 5);
    const after = await page.places();
    for (const [id, place] of before) expect(after.get(id), id).toBe(place);
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  test("a bad edit is marked at its place; the last good cluster keeps running", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.replaceInEditor("replicas: 3", "replicas: -1");
    // While it is typed there are other errors: `replicas: -` begins a list.
    await page.page.locator(".problems li.error", { hasText: "must be greater than or equal to 0" }).waitFor();
    const [problem = ""] = await page.problems();
    expect(problem).toMatch(/20:\d+/);
    // The API server's own words.
    expect(problem).toContain("must be greater than or equal to 0");
    await page.page.locator(".monaco-editor .squiggly-error").first().waitFor();
    expect(await page.podsShown()).toHaveLength(3);
    await page.typeCommand("at node1 -- curl -s 10.111.249.153");
    await page.terminalShows(/You've hit kubia-/);
    await page.close();
  });

  test("text from a web page gets the real error, and a mend to look at and apply", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.setEditor(
      [
        "apiVersion: v1",
        "kind: Service",
        "metadata:",
        "name: kubia",
        "spec:",
        "ports:",
        "\u2013 port: 80",
        "targetPort: 8080",
        "selector:",
        "app: kubia",
        "",
      ].join("\n"),
    );
    const mend = page.page.locator(".problems").getByRole("button", { name: "Mend" }).first();
    await mend.waitFor();
    await mend.click();
    const dialog = page.page.locator("dialog[open]");
    await dialog.locator(".diff .added", { hasText: "- port: 80" }).first().waitFor();
    await dialog.getByRole("button", { name: "Apply this" }).click();
    await page.page.waitForFunction(() => document.querySelectorAll(".problems li.error").length === 0);
    expect(await page.page.locator(".monaco-editor .view-lines").innerText()).toContain("targetPort");
    await page.close();
  });

  test("a rename waits until the cursor leaves the document, or Ctrl+Enter", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.findInEditor("kind: Service");
    // The Service's name, two lines below.
    await page.page.keyboard.press("ArrowDown");
    await page.page.keyboard.press("ArrowDown");
    await page.page.keyboard.press("End");
    await page.page.keyboard.type("2");
    await page.page.locator(".state.warn").waitFor();
    expect(await page.page.locator(".react-flow__node-rules .pill").first().innerText()).toBe("kubia");
    await page.page.keyboard.press("Control+Enter");
    await page.page.locator(".react-flow__node-rules .pill", { hasText: "kubia2" }).first().waitFor();
    expect(await page.page.locator(".react-flow__node-rules .pill").allInnerTexts()).toEqual(["kubia2", "kubia2", "kubia2"]);
    await page.close();
  });

  test("what was done in a tab survives a reload: the text, also a broken one, the commands, and what is looked at; another tab has its own", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.replaceInEditor("replicas: 3", "replicas: 4");
    await page.page.waitForFunction(() => document.querySelectorAll(".react-flow__node-pod").length === 4);
    await page.typeCommand("kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
    await page.terminalShows("service/kubia2 exposed");
    await page.replaceInEditor("kind: ReplicationController", "kind: ReplicationControler");
    await page.page.locator(".problems li.error").waitFor();
    const other = await PlaygroundPage.open({ context: page.context, script: () => localStorage.setItem("kubehop.text", "kind: Nothing") });
    await other.page.locator(".problems li.error").waitFor();
    await page.page.locator('.react-flow__node[data-id="node/node1"]').click({ position: { x: 20, y: 10 } });
    await page.page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.page.reload();
    await page.ready();
    await page.terminalShows("service/kubia2 exposed");
    expect((await page.terminalText()).match(/kubia2 exposed/g)).toHaveLength(1);
    await page.page.locator('.react-flow__node[data-id="node/node1"].is-selected').waitFor();
    await page.page.getByRole("button", { name: "Play", exact: true }).waitFor();
    await page.page.locator(".react-flow__node-rules .pill", { hasText: "kubia2" }).first().waitFor();
    // The text as it was left, under which the cluster before runs.
    await page.page.locator(".problems li.error", { hasText: "No kind ReplicationControler" }).waitFor();
    expect(await page.podsShown()).toHaveLength(4);
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  test("a page that opens on a text with a mistake lets it be mended, and says when nothing can be kept", async () => {
    const page = await PlaygroundPage.open({
      script: () => {
        localStorage.setItem("kubehop.text", "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [}\n");
        Storage.prototype.setItem = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      },
    });
    await page.page.getByText("The cluster starts as soon as the text is right.").waitFor();
    await page.page.locator(".monaco-editor .view-line").first().waitFor();
    await page.setEditor("apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {containers: [{name: c, image: nginx}]}\n");
    await page.ready();
    expect(await page.page.locator(".editor .state").innerText()).toBe("not saved on this machine");
    await page.close();
  });
});

test("vi and kubectl edit open the page's own editor, and what is saved there counts", async () => {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand("vi /etc/hosts");
  const hosts = page.page.getByRole("dialog", { name: "/etc/hosts" });
  await hosts.getByRole("textbox").fill("127.0.0.1 localhost\n192.168.0.2 first.node\n");
  await hosts.getByRole("button", { name: "Save" }).click();
  await page.typeCommand("getent hosts first.node");
  await page.terminalShows(/192\.168\.0\.2 +first\.node/);
  await page.typeCommand("kubectl edit rc kubia");
  const edited = page.page.getByRole("dialog");
  const text = edited.getByRole("textbox");
  await text.waitFor();
  await text.fill((await text.inputValue()).replace("replicas: 3", "replicas: 2"));
  await edited.getByRole("button", { name: "Save" }).click();
  await page.terminalShows("replicationcontroller/kubia edited");
  expect(page.complaints).toEqual([]);
  await page.close();
});

test("a file that is opened while its editor is still on the way waits for it", async () => {
  const context = await browserOfFile().newContext();
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  await context.route(/FileDialog/, async (route) => {
    await isReleased;
    await route.continue();
  });
  const page = await PlaygroundPage.open({ context });
  await page.ready();
  await page.typeCommand("vi /etc/motd; echo after");
  await page.terminalShows("vi /etc/motd");
  await page.typeCommand("typed ahead");
  release();
  const motd = page.page.getByRole("dialog", { name: "/etc/motd" });
  await motd.getByRole("textbox").fill("hello\n");
  await motd.getByRole("button", { name: "Save" }).click();
  await page.terminalShows(/^after$/m);
  await page.close();
});
