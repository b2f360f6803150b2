import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { readScenarioLink } from "../../src/playground/read-link.ts";
import { kubehop, root } from "./kubehop.ts";

const folder = mkdtempSync(join(tmpdir(), "kubehop-link-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(readdirSync(join(root, "scenarios")).filter((name) => name.endsWith(".yaml")))("scenarios/%s: link and back", (name) => {
  const text = readFileSync(join(root, "scenarios", name), "utf8");
  expect(readScenarioLink(openScenario(text).link())).toMatchObject({ text });
});

describe("kubehop link and open (contract, section 7)", () => {
  test.each(["kubia.yaml", "tutorial.yaml"])("%s comes back as it was", (name) => {
    const link = kubehop(["link", `scenarios/${name}`]).stdout;
    expect(link).toMatch(/^#k1:[A-Za-z0-9_-]+\n$/);
    expect(kubehop(["open", link.trim()]).stdout).toBe(readFileSync(join(root, "scenarios", name), "utf8"));
  });

  test("--base gives a whole address, which open takes as well", () => {
    const link = kubehop(["link", "scenarios/kubia.yaml", "--base", "https://example.com/play/"]).stdout.trim();
    expect(link).toMatch(/^https:\/\/example\.com\/play\/#k1:/);
    expect(kubehop(["open", link])).toMatchObject({ status: 0, stdout: readFileSync(join(root, "scenarios/kubia.yaml"), "utf8") });
  });

  test("two apps, a NodePort and an Ingress stay under 800 characters", () => {
    expect(kubehop(["link", "tests/scenario/two-apps.yaml"]).stdout.trim().length).toBeLessThan(800);
  });

  test.each([
    { name: "a newer codec", link: "#k2:AAAA", says: "newer version" },
    { name: "a damaged one", link: "#k1:AAAA", says: "damaged" },
    { name: "none at all", link: "https://example.com/", says: "link" },
  ])("refused with a reason: $name", ({ link, says }) => {
    const ended = kubehop(["open", link]);
    expect(ended).toMatchObject({ status: 1, stdout: "" });
    expect(ended.stderr).toContain(says);
  });

  test("one character less: damaged, not another scenario", () => {
    const path = join(folder, "a.yaml");
    writeFileSync(path, "apiVersion: v1\nkind: Namespace\nmetadata: {name: first}\n");
    const link = kubehop(["link", path]).stdout.trim();
    expect(kubehop(["open", link.slice(0, -1)])).toMatchObject({ status: 1, stdout: "" });
  });
});
