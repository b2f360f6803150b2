import { describe, expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

describe("the terminal", () => {
  test("runs the tutorial's commands", async () => {
    const page = await PlaygroundPage.open({ width: 1440, height: 1000 });
    await page.ready();
    await page.typeCommand("kubectl get svc");
    await page.terminalShows(/kubia\s+ClusterIP\s+10\.111\.249\.153\s+<none>\s+80\/TCP/);
    await page.typeCommand("clear");
    await page.prompted();
    await page.typeCommand("kubectl get po -o wide");
    await page.terminalShows(/kubia-\w{5}\s+1\/1\s+Running/);
    await page.typeCommand("clear");
    await page.prompted();
    await page.typeCommand("kubectl expose rc kubia --name kubia2 --port 80 --target-port 8080");
    await page.terminalShows("service/kubia2 exposed");
    const [pod = ""] = await page.podsShown();
    await page.typeCommand(`kubectl exec ${pod} -- curl -s http://10.111.249.153`);
    await page.terminalShows(/You've hit kubia-\w{5}/);
    await page.typeCommand("clear");
    await page.prompted();
    await page.typeCommand("for i in $(seq 10); do at node1 -- curl -s 10.111.249.153; done | sort | uniq -c");
    const shown = await page.terminalShows(/\d+ You've hit kubia-\w{5}[\s\S]*laptop:~\$$/m);
    const counts = [...shown.matchAll(/^\s+(\d+) You've hit/gm)].map((match) => Number(match[1]));
    expect(counts.reduce((a, b) => a + b, 0)).toBe(10);
    expect(page.complaints).toEqual([]);
    await page.close();
  });

  test("Ctrl-C stops an endless loop and a ping; the page stays alive meanwhile", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand("while true; do :; done");
    await page.page.waitForTimeout(600);
    // The graph still answers a click.
    await page.page.locator(".react-flow__node-client").click();
    await page.page.locator(".panel-head h2", { hasText: "laptop" }).waitFor({ timeout: 3000 });
    await page.focusTerminal();
    await page.page.keyboard.press("Control+c");
    await page.prompted();
    await page.typeCommand("echo still here");
    await page.terminalShows(/^still here$/m);
    await page.typeCommand("at node1 -- ping 192.168.0.3");
    await page.terminalShows("64 bytes from 192.168.0.3");
    await page.page.keyboard.press("Control+c");
    await page.terminalShows("packets transmitted");
    await page.prompted();
    await page.close();
  });

  test("output appears as it is produced", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand("echo first; sleep 3; echo second");
    const early = await page.terminalShows(/^first$/m, 2000);
    expect(early).not.toMatch(/^second$/m);
    await page.terminalShows(/^second$/m);
    await page.close();
  });

  test("history goes up, and Ctrl-R searches", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand("echo one");
    await page.prompted();
    await page.typeCommand("echo two");
    await page.prompted();
    await page.page.keyboard.press("ArrowUp");
    await page.page.keyboard.press("ArrowUp");
    await page.page.keyboard.press("Enter");
    await page.terminalShows(/(^one$[\s\S]*){2}/m);
    await page.prompted();
    await page.page.keyboard.press("Control+r");
    await page.page.keyboard.type("tw");
    await page.terminalShows("(reverse-i-search)`tw': echo two");
    await page.close();
  });

  test("Tab completes commands, kinds, names and flags", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.focusTerminal();
    await page.page.keyboard.type("kubec");
    await page.page.keyboard.press("Tab");
    await page.terminalShows("laptop:~$ kubectl");
    await page.page.keyboard.type("desc");
    await page.page.keyboard.press("Tab");
    await page.terminalShows("kubectl describe");
    await page.page.keyboard.type("svc kubi");
    await page.page.keyboard.press("Tab");
    await page.terminalShows("kubectl describe svc kubia");
    await page.close();
  });

  test("many pasted lines run one after the other; what lacks its newline waits", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.focusTerminal();
    await page.page.evaluate(() => navigator.clipboard.writeText("echo alpha\necho beta\necho gam"));
    await page.page.keyboard.press("Control+Shift+v");
    await page.terminalShows(/^beta$/m);
    await page.terminalShows(/laptop:~\$ echo gam$/m);
    await page.page.keyboard.type("ma");
    await page.page.keyboard.press("Enter");
    await page.terminalShows(/^gamma$/m);
    await page.close();
  });

  test("a second terminal is another shell; Ctrl+C on a selection copies", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand("x=mine; echo $x-1");
    await page.terminalShows(/^mine-1$/m);
    await page.page.getByRole("button", { name: "New terminal" }).click();
    await page.prompted();
    await page.typeCommand("echo [$x]");
    await page.terminalShows(/^\[\]$/m);
    const row = page.page.locator(".terminal-host:visible .xterm-rows > div", { hasText: "[]" }).last();
    const box = await row.boundingBox();
    if (box === null) throw new Error("the row is not on the screen");
    await page.page.mouse.dblclick(box.x + 12, box.y + box.height / 2);
    await page.page.mouse.click(box.x + 12, box.y + box.height / 2, { clickCount: 3 });
    await page.page.keyboard.press("Control+c");
    await page.page.waitForTimeout(100);
    expect(await page.page.evaluate(() => navigator.clipboard.readText())).toContain("[]");
    expect(await page.terminalText()).not.toContain("^C");
    await page.close();
  });
});
