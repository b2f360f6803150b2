import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { editorSchema, schemaFile } from "../../scripts/editor-schema.mjs";
import { fidelityFile, fidelityPage, sourcesOf } from "../../scripts/fidelity.mjs";
import { architectureFile, architecturePage } from "../../scripts/rooms-table.mjs";
import { engineVersion } from "../../src/playground/version.ts";
import { filesBelow, packageJson, read, root } from "./house.ts";
import { tableRows } from "./markdown.ts";

const texts = filesBelow(".").filter((path) =>
  /\.(ts|tsx|mts|mjs|cjs|js|json|md|ya?ml|css|html|txt|grit|svg|webmanifest)$|^\.[\w/.-]+$/.test(path),
);

describe("what is made from the code is current: npm run docs writes it anew", () => {
  test("the editor's schema", async () => {
    expect(readFileSync(schemaFile, "utf8") === (await editorSchema())).toBe(true);
  });

  test("the table of who may import whom", () => {
    expect(readFileSync(architectureFile, "utf8")).toBe(architecturePage());
  });

  test("docs/fidelity.md", () => {
    expect(readFileSync(fidelityFile, "utf8")).toBe(fidelityPage());
  });

  test("a source goes on over lines, and ends with the next tag or the comment", () => {
    const text =
      "/** One. @source RFC 1 @throws never */\n/**\n * Two.\n * @source RFC 2,\n *   section 3\n * @source RFC 4\n */\n// @source none\n";
    expect(sourcesOf(text)).toEqual(["RFC 1", "RFC 2, section 3", "RFC 4"]);
  });
});

describe("package.json", () => {
  test("the engine's version, which links carry, is the package's", () => {
    expect(engineVersion).toBe(packageJson.version);
  });

  test("versions are exact", () => {
    const all = { ...packageJson.dependencies, ...packageJson.devDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test("docs/dependencies.md has each dependency in its table, with its licence", () => {
    const [page, tools] = read("docs/dependencies.md").split("## For developers") as [string, string];
    const rows = (text: string) => tableRows(text, ["package", "licence", "size", "why"]);
    const installed = (name: string) => JSON.parse(read(`node_modules/${name}/package.json`)) as { readonly license: string };
    expect(rows(page).map(([name]) => name)).toEqual(Object.keys(packageJson.dependencies).sort());
    expect(rows(tools).map(([name]) => name)).toEqual(Object.keys(packageJson.devDependencies).sort());
    for (const [name, licence, size, why] of [...rows(page), ...rows(tools)]) {
      expect(`${name}: ${licence}`).toBe(`${name}: ${installed(name as string).license}`);
      expect(size && why, name).toBeTruthy();
    }
  });

  test("files that its scripts name are there", () => {
    const named = Object.values(packageJson.scripts).flatMap(
      (script) => script.match(/(?<=^|\s)(?:(?:scripts|bin)\/[\w./-]+|[\w.]+\.config\.ts)/g) ?? [],
    );
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("Apache-2.0, in the licence's own words", () => {
    expect(packageJson.license).toBe("Apache-2.0");
    const licence = read("LICENSE");
    expect(licence).toContain("Apache License");
    expect(licence).toContain("Version 2.0, January 2004");
    expect(licence).toContain("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
  });
});

describe("every file", () => {
  test("an unfinished thought is an issue, not a note in the code", () => {
    const word = new RegExp(`\\b(${["TO", "FIX"].map((start, i) => `${start}${["DO", "ME"][i]}`).join("|")})\\b`);
    expect(texts.filter((path) => word.test(read(path)))).toEqual([]);
  });

  test("none speaks of the machine that it was written on", () => {
    // Put together here, so that this file does not find itself.
    const places = new RegExp(
      ["work/(main|shared)", "tmp/kube" + "hop/", "root/\\.npm"].map((place) => `(^|[^\\w.])/${place}`).join("|"),
      "m",
    );
    expect(texts.filter((path) => places.test(read(path)))).toEqual([]);
  });

  test("the lockfile names no registry", () => {
    expect(read("package-lock.json")).not.toContain('"resolved": "http');
  });

  test("none is called after its being useful", () => {
    expect(filesBelow("src").filter((path) => /(^|\/)(utils?|helpers?|common|misc)\.tsx?$/.test(path))).toEqual([]);
  });

  test("source files are named in kebab-case, React components in PascalCase", () => {
    const odd = filesBelow("src").filter((path) => {
      const name = path.replace(/^.*\//, "").replace(/(\.worker|\.d|\.schema)?\.[a-z]+$/, "");
      return !(path.endsWith(".tsx") ? /^([A-Z][A-Za-z]*|[a-z][a-z0-9-]*)$/ : /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/).test(name);
    });
    expect(odd).toEqual([]);
  });

  test("a test of one source file stands at its path", () => {
    const rooms = ["cluster", "yaml", "scenario", "playground", "graph", "ui"];
    const mirrored = rooms.flatMap((room) => (existsSync(join(root, "tests", room)) ? filesBelow(`tests/${room}`) : []));
    const homeless = mirrored
      .filter((path) => /\.test\.tsx?$/.test(path))
      .filter((path) => !existsSync(join(root, path.replace(/^tests/, "src").replace(/\/[^/]*$/, ""))));
    expect(homeless).toEqual([]);
  });
});

describe("messages: English is the measure, and every other language has each code", () => {
  type Sentences = Readonly<Record<string, unknown>>;
  const sentencesOf = async (name: string): Promise<Sentences> =>
    Object.assign(
      {},
      ...Object.values((await import(`../../src/messages/${name}.ts`)) as Readonly<Record<string, Sentences>>),
    ) as Sentences;
  const parts = filesBelow("src/messages").flatMap((path) => /\/en-(.+)\.ts$/.exec(path)?.[1] ?? []);

  test.each(parts)("%s", async (part) => {
    const english = await sentencesOf(`en-${part}`);
    const chinese = await sentencesOf(`zh-${part}`);
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
    for (const [code, sentence] of Object.entries(chinese)) {
      const text = typeof sentence === "function" ? (sentence as (args: object) => string)({}) : sentence;
      expect(`${code}: ${String(text).trim()}`).not.toMatch(/: $/);
    }
  });
});
