import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkLayers } from "../../scripts/layers.mjs";
import { read } from "./house.ts";
import { tableRows } from "./markdown.ts";

const { rooms } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
};

describe("docs/architecture.md", () => {
  const page = read("docs/architecture.md");
  const short = (room: string) => room.replace(/^src\//, "");

  test("its table is the one that the layers are checked by", () => {
    const said = tableRows(page, ["room", "may import"]).map(([room, may]) => [room, may === "nothing of ours" ? [] : may?.split(", ")]);
    expect(Object.fromEntries(said)).toEqual(Object.fromEntries(Object.entries(rooms).map(([room, may]) => [short(room), may.map(short)])));
  });

  test("each room is said to hold something", () => {
    expect(tableRows(page, ["room", "what it holds"]).map(([room]) => room)).toEqual(Object.keys(rooms).map(short));
  });
});

/** A house of a few files, whose violations are the ones expected. */
async function violationsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const base = mkdtempSync(join(tmpdir(), "kubehop-layers-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    const { violations } = await checkLayers(base);
    return violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.split(":")[0]}`);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

describe("the layers are really held: a planted import is found", () => {
  const a = "export const a = 1;\n";
  test.each([
    {
      name: "two rooms that know nothing of each other",
      files: {
        "src/cluster/network/b.ts": 'import { a } from "../apiserver/a.ts";\nexport const b = a;\n',
        "src/cluster/apiserver/a.ts": a,
      },
      found: "src/cluster/network/b.ts → src/cluster/apiserver/a.ts: src/cluster/network may import only",
    },
    {
      name: "types count as well",
      files: {
        "src/cluster/api/b.ts": 'import type { A } from "../network/a.ts";\nexport type B = A;\n',
        "src/cluster/network/a.ts": "export type A = 1;\n",
      },
      found: "src/cluster/api/b.ts → src/cluster/network/a.ts: src/cluster/api may import only",
    },
    {
      name: "a value of the simulation in the page",
      files: { "src/graph/b.ts": 'import { a } from "../cluster/api/meta.ts";\nexport const b = a;\n', "src/cluster/api/meta.ts": a },
      found: "src/graph/b.ts → src/cluster/api/meta.ts: types alone from the simulation to the page",
    },
    {
      name: "a circle",
      files: {
        "src/yaml/a.ts": 'import { b } from "./b.ts";\nexport const a = () => b;\n',
        "src/yaml/b.ts": 'import { a } from "./a.ts";\nexport const b = () => a;\n',
      },
      found: "src/yaml/a.ts → src/yaml/b.ts: no circle",
    },
    {
      name: "Node in a pure room",
      files: { "src/yaml/a.ts": 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;\n' },
      found: "src/yaml/a.ts → fs: no Node in pure rooms",
    },
    { name: "a file by itself", files: { "src/yaml/a.ts": a }, found: "src/yaml/a.ts → src/yaml/a.ts: no orphan" },
  ])("$name", async ({ files, found }) => {
    expect(await violationsOf(files as unknown as Readonly<Record<string, string>>)).toContain(found);
  });
});
