// Runs every check of the house and ends with one plain line: `N passed, N failed` (`, N skipped` where something could not run).
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = process.execPath;
const bin = (...parts) => join(root, "node_modules", ...parts);
const scratch = mkdtempSync(join(tmpdir(), "kubehop-test-"));
const tally = { passed: 0, failed: 0, skipped: 0 };

function run(name, args) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const { status } = spawnSync(node, args, { cwd: root, stdio: "inherit" });
  console.log(`── ${name}: ${status === 0 ? "ok" : "FAILED"} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return status === 0;
}

function check(name, args) {
  tally[run(name, args) ? "passed" : "failed"]++;
}

function vitest(name, projects) {
  const report = join(scratch, `${name}.json`);
  const ok = run(name, [
    bin("vitest", "vitest.mjs"),
    "run",
    ...projects.flatMap((p) => ["--project", p]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    tally.failed++; // it ended before it could report
    return;
  }
  tally.passed += counts.numPassedTests;
  tally.failed += counts.numFailedTests;
  tally.skipped += counts.numPendingTests + counts.numTodoTests;
  if (!ok && counts.numFailedTests === 0) tally.failed++; // a file that did not load, an error outside any test
}

check("types: the house", [bin("typescript-7", "bin", "tsc"), "-p", "tsconfig.json"]);
check("types: the simulation, without DOM and Node", [bin("typescript-7", "bin", "tsc"), "-p", "src/cluster"]);
check("lint and format", [bin("@biomejs", "biome", "bin", "biome"), "ci", "--error-on-warnings", "."]);
check("layers", ["scripts/layers.mjs"]);
check("build: the page", [bin("vite", "bin", "vite.js"), "build", "--logLevel", "warn"]);
check("build: the command", [bin("vite", "bin", "vite.js"), "build", "--logLevel", "warn", "-c", "headless.vite.config.ts"]);
vitest("unit, conformance, tidy", ["unit"]);
vitest("kernel", ["kernel"]);
vitest("browser", ["browser"]);

rmSync(scratch, { recursive: true, force: true });
const skippedInCi = process.env.CI === "true" && tally.skipped > 0;
if (skippedInCi) console.log(`\nCI runs everything: ${tally.skipped} skipped count as failed.`);
const failed = tally.failed + (skippedInCi ? tally.skipped : 0);
console.log(`\n${tally.passed} passed, ${failed} failed${!skippedInCi && tally.skipped > 0 ? `, ${tally.skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;
