// Checks who imports whom, and that each file of src is reached from where something starts. Fails as well unless every source file was looked at: a cruiser
// that sees nothing finds nothing.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where something starts: the page, its workers, the command, and what stands in for a package by an alias in vite.config.ts. */
const entries = [
  "src/ui/main.tsx",
  "src/worker/worker.ts",
  "src/ui/editor/editor.worker.ts",
  "src/ui/editor/yaml.worker.ts",
  "src/ui/editor/worker-manager.ts",
  "src/headless/main.ts",
  "src/scenario/schema.ts", // scripts/editor-schema.mjs reads it
];

function sources(base, folder) {
  return readdirSync(join(base, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(base, path);
    return /\.tsx?$/.test(entry.name) ? [relative(base, join(base, path))] : [];
  });
}

function reached(modules) {
  const imports = new Map(modules.map((module) => [module.source, module.dependencies.map((dependency) => dependency.resolved)]));
  const seen = new Set();
  const next = [...entries];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    next.push(...(imports.get(path) ?? []));
  }
  return seen;
}

/** Allowances of the table that no import uses: the table says what is so, not what might be. */
function unusedAllowances(rooms, modules) {
  const isIn = (path, room) => path === room || path.startsWith(`${room}/`);
  return Object.entries(rooms).flatMap(([room, may]) => {
    const targets = modules
      .filter(({ source }) => isIn(source, room))
      .flatMap(({ dependencies }) => dependencies.map(({ resolved }) => resolved));
    return may.filter((allowed) => !targets.some((target) => isIn(target, allowed))).map((allowed) => `${room} → ${allowed}`);
  });
}

/** Cruises the folder `src` of `base`; gives the violations, the files that were not looked at, and those that nothing needs. */
export async function checkLayers(base = root) {
  const { forbidden, options, rooms } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
  const result = await cruise(["src"], { ...options, ruleSet: { forbidden }, validate: true, baseDir: base }, undefined, {
    tsConfig: extractTSConfig(join(root, "tsconfig.json")),
  });
  const { modules, summary } = result.output;
  const seen = new Set(modules.map((module) => module.source));
  const needed = reached(modules);
  const files = sources(base, "src").filter((file) => !file.endsWith(".d.ts"));
  return {
    violations: summary.violations.map(({ from, to, rule, cycle }) => ({
      from,
      to,
      rule: rule.name,
      cycle: (cycle ?? []).map(({ name }) => name),
    })),
    missed: files.filter((file) => !seen.has(file)),
    unneeded: files.filter((file) => !needed.has(file)),
    unused: unusedAllowances(rooms, modules),
    count: modules.length,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { violations, missed, unneeded, unused, count } = await checkLayers();
  for (const { from, to, rule, cycle } of violations) {
    console.error(`${from} → ${to}: ${rule}${cycle.length > 0 ? ` (${cycle.join(" → ")})` : ""}`);
  }
  for (const file of missed) console.error(`${file}: not looked at`);
  for (const file of unneeded) console.error(`${file}: nothing imports it, and nothing starts there`);
  for (const allowance of unused) console.error(`${allowance}: allowed in .dependency-cruiser.cjs, but nothing imports so`);
  console.log(`${count} modules, ${violations.length} violations`);
  process.exitCode = violations.length + missed.length + unneeded.length + unused.length === 0 ? 0 : 1;
}
