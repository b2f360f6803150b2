import { describe, expect, test } from "vitest";
import { PlaygroundPage, useBrowser } from "./playground-page.ts";

useBrowser();

const curl = "at node1 -- curl -s 10.111.249.153";

/** The film of one request, played to its first hop and held there. */
async function withFilm(): Promise<PlaygroundPage> {
  const page = await PlaygroundPage.open();
  await page.ready();
  await page.typeCommand(curl);
  await page.terminalShows("You've hit kubia-");
  await page.page.locator(".hop-count").waitFor();
  await page.page.getByRole("button", { name: "Pause" }).click();
  return page;
}

describe("packets move hop by hop", () => {
  test("a request plays by itself, at the teaching pace, and its trail stays", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand(curl);
    await page.page.locator(".hop-count").waitFor();
    const [first, count] = await page.hopShown();
    await page.page.waitForTimeout(2500);
    const [later] = await page.hopShown();
    expect(count).toBeGreaterThan(20);
    expect(later).toBeGreaterThan(first);
    // 450 ms of travel and 350 ms of dwelling a hop: two and a half seconds are three hops of the handshake, or a few more of later packets.
    expect(later - first).toBeLessThan(12);
    await page.close();
  });

  test("pause, next hop, previous hop, next packet, skip and replay", async () => {
    const page = await withFilm();
    const [held] = await page.hopShown();
    await page.page.waitForTimeout(1200);
    expect((await page.hopShown())[0]).toBe(held);
    await page.page.getByRole("button", { name: "Next hop" }).click();
    expect((await page.hopShown())[0]).toBe(held + 1);
    await page.page.getByRole("button", { name: "Previous hop" }).click();
    expect((await page.hopShown())[0]).toBe(held);
    await page.page.getByRole("button", { name: "Next packet" }).click();
    await page.page.locator(".packets [aria-pressed=true]", { hasText: "SYN,ACK" }).waitFor();
    await page.page.getByRole("button", { name: "Replay the last connection" }).click();
    expect((await page.hopShown())[0]).toBeLessThanOrEqual(2);
    await page.page.getByRole("button", { name: "Skip to the end" }).click();
    const [at, count] = await page.hopShown();
    expect(at).toBe(count);
    await page.close();
  });

  test("each hop says what changed, which rule decided, and why", async () => {
    const page = await withFilm();
    const hops = page.page.locator(".hops li");
    const dnat = hops.filter({ hasText: "changes the destination" }).first();
    await dnat.getByRole("button").click();
    expect(await dnat.locator("s").innerText()).toBe("10.111.249.153:80");
    expect(await dnat.locator("em").innerText()).toMatch(/^10\.244\.\d\.\d+:8080$/);
    expect(await page.page.locator("pre.rule").first().innerText()).toMatch(/^-A KUBE-SEP-\w+ .*-j DNAT --to-destination 10\.244/s);
    expect(await page.page.locator(".why p").first().innerText()).toContain("The destination is rewritten");
    await page.close();
  });

  test("a packet can be clicked, and a mark on the time line plays its connection", async () => {
    const page = await withFilm();
    // The last hop of a packet stands at the rim of the box that received it.
    await page.page.locator(".hops li").last().getByRole("button").click();
    const box = await page.page.locator(".react-flow__node.is-current").boundingBox();
    if (box === null) throw new Error("no box is lit");
    await page.page.locator(".react-flow__node-client").click();
    await page.page.locator(".panel-head h2", { hasText: "laptop" }).waitFor();
    // On its left or right side, at half its height; or above or below.
    const rim: readonly (readonly [number, number])[] = [
      [box.x, box.y + box.height / 2],
      [box.x + box.width, box.y + box.height / 2],
      [box.x + box.width / 2, box.y],
      [box.x + box.width / 2, box.y + box.height],
    ];
    let isFound = false;
    for (const [x, y] of rim) {
      await page.page.mouse.move(x, y);
      // The page hears of the pointer a frame later.
      await page.page.waitForTimeout(200);
      isFound = await page.page.locator(".graph.on-packet").isVisible();
      if (!isFound) continue;
      await page.page.mouse.click(x, y);
      break;
    }
    expect(isFound).toBe(true);
    await page.page.locator(".panel-head h2", { hasText: "node/node1#" }).waitFor();

    await page.page.locator(".react-flow__node-client").click();
    const mark = page.page.locator(".mark").first();
    await mark.hover();
    expect(await page.page.locator(".mark-tip").innerText()).toContain("10.111.249.153:80");
    await mark.click();
    await page.page.locator(".panel-head h2", { hasText: "node/node1#" }).waitFor();
    await page.close();
  });

  test("the same packets in both views", async () => {
    const page = await withFilm();
    const [at, count] = await page.hopShown();
    const address = await page.page.locator(".panel-head code").innerText();
    await page.page.getByRole("button", { name: "Logical" }).click();
    await page.page.locator(".react-flow__node-service").waitFor();
    expect(await page.hopShown()).toEqual([at, count]);
    expect(await page.page.locator(".panel-head code").innerText()).toBe(address);
    await page.close();
  });

  test("what is dropped says where and why; the client's pause is counted down; curl ends as curl does", async () => {
    const page = await PlaygroundPage.open();
    await page.ready();
    await page.typeCommand("curl -m 5 10.111.249.153");
    await page.page.locator(".inspector .chip.bad", { hasText: "lost at internet" }).waitFor();
    await page.page.locator(".hops li.now", { hasText: "drops" }).waitFor();
    expect(await page.page.locator(".why p").first().innerText()).toContain("a ClusterIP exists only as rules on the nodes");
    await page.terminalShows("curl: (28) Connection timed out after 500", 20_000);
    await page.page.locator(".mark.failed").waitFor();
    await page.close();
  });

  test("with less motion: the same hops, the same stepping", async () => {
    const page = await PlaygroundPage.open({ reducedMotion: true });
    await page.ready();
    await page.typeCommand(curl);
    await page.page.locator(".hop-count").waitFor();
    await page.page.getByRole("button", { name: "Pause" }).click();
    const [at, count] = await page.hopShown();
    expect(count).toBeGreaterThan(20);
    await page.page.getByRole("button", { name: "Next hop" }).click();
    expect((await page.hopShown())[0]).toBe(at + 1);
    expect(await page.page.locator(".why p").first().innerText()).not.toBe("");
    await page.close();
  });
});
