// Checks who imports whom. Fails as well unless every source file was looked at: a cruiser that sees nothing finds nothing.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";

const root = fileURLToPath(new URL("..", import.meta.url));

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [relative(root, path)] : [];
  });
}

/** Cruises `src` (or given folders); gives the violations and the files that were not looked at. */
export async function checkLayers(paths = ["src"]) {
  const { forbidden, options } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
  const result = await cruise(paths, { ...options, ruleSet: { forbidden }, validate: true, baseDir: root }, undefined, {
    tsConfig: extractTSConfig(join(root, "tsconfig.json")),
  });
  const seen = new Set(result.output.modules.map((module) => module.source));
  const missed = paths.flatMap((path) => sources(join(root, path))).filter((file) => !seen.has(file));
  return { violations: result.output.summary.violations, missed, count: result.output.modules.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { violations, missed, count } = await checkLayers();
  for (const v of violations)
    console.error(`${v.from} → ${v.to}: ${v.rule.name}${v.cycle ? ` (${v.cycle.map((c) => c.name).join(" → ")})` : ""}`);
  for (const file of missed) console.error(`${file}: not looked at`);
  console.log(`${count} modules, ${violations.length} violations`);
  process.exitCode = violations.length + missed.length === 0 ? 0 : 1;
}
