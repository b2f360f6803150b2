import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { filesBelow, packageJson, read, root } from "./house.ts";
import { fences, localLinks } from "./markdown.ts";

const pages = ["README.md", ...filesBelow("docs").filter((path) => path.endsWith(".md"))];

/** What a test can't do inside a test: it is enough that the script is there. */
const isTooLarge = (line: string): boolean => /^npm (install|start|test|run (build|dev|bench|test:long))\b/.test(line);

/** Microseconds move with every step that a program takes more or less; the page need not follow. */
const withoutTimes = (text: string): string => text.replace(/"time":[\d.]+/g, '"time":0');

function scriptsNamed(line: string): readonly string[] {
  return [...line.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map((match) => match[1] ?? (match[2] as string));
}

for (const page of pages) {
  const blocks = fences(read(page));
  describe(page, () => {
    test("its links lead somewhere", () => {
      const broken = localLinks(read(page)).filter((to) => !existsSync(join(root, normalize(join(dirname(page), to)))));
      expect(broken).toEqual([]);
    });

    test("files that it names are there", () => {
      const named = [...read(page).matchAll(/`((?:src|tests|scripts|docs|scenarios|bin)\/[\w./-]+)`/g)].map((match) => match[1] as string);
      expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    });

    test("npm scripts that it names are there", () => {
      const named = read(page).split("\n").flatMap(scriptsNamed);
      expect(named.filter((name) => packageJson.scripts[name] === undefined)).toEqual([]);
    });

    for (const [index, { language, text, line }] of blocks.entries()) {
      if (language === "sh" && !text.split("\n").some(isTooLarge)) {
        test(`line ${line}: the commands run, and print what the page says`, () => {
          const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", text], {
            cwd: root,
            encoding: "utf8",
            // With a socket for its input bash takes itself for a remote shell, and reads the system's bashrc.
            stdio: ["ignore", "pipe", "pipe"],
          });
          expect(stderr).toBe("");
          expect(status).toBe(0);
          const answer = blocks[index + 1];
          if (answer?.language === "text") expect(withoutTimes(stdout.trimEnd())).toBe(withoutTimes(answer.text));
        });
      }
      if (language === "js") {
        test(`line ${line}: the program runs`, () => {
          const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", text], {
            cwd: root,
            encoding: "utf8",
          });
          expect(stderr).toBe("");
          expect(status).toBe(0);
          expect(stdout).not.toBe("");
        });
      }
      if (language === "yaml") {
        test(`line ${line}: the scenario opens without a problem`, () => {
          expect(openScenario(text).playground.scenario.problems).toEqual([]);
        });
      }
    }
  });
}

test("the README has the two commands that do all set-up, and CI runs the second of them", () => {
  const [start, check] = fences(read("README.md")).filter(({ language }) => language === "sh");
  expect(start?.text).toBe("npm install && npm start");
  expect(check?.text).toBe("npm install && npm test");
  expect(read(".ci/run").split("\n")).toContain(check?.text);
});

test("pictures have at most 200 kB", () => {
  const large = filesBelow(".").filter((path) => /\.(png|jpe?g|gif|webp)$/.test(path) && statSync(join(root, path)).size > 200_000);
  expect(large).toEqual([]);
});

test("docs/decisions/README.md lists every record, by its title", () => {
  const records = filesBelow("docs/decisions").filter((path) => !path.endsWith("README.md"));
  const titles = records.map((path) => {
    const [, number, title] = /^# (\d+): (.+)$/m.exec(read(path)) ?? [];
    return `- [${number}](${path.replace(/^.*\//, "")}) ${title}`;
  });
  expect(
    read("docs/decisions/README.md")
      .split("\n")
      .filter((line) => line.startsWith("- ")),
  ).toEqual(titles);
});
