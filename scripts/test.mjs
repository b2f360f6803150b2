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
const stages = [];
const failures = [];
const failureMax = 3000;

function run(name, args) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const { status } = spawnSync(node, args, { cwd: root, stdio: "inherit" });
  stages.push({ name, isOk: status === 0, seconds: (Date.now() - started) / 1000 });
  return status === 0;
}

function check(name, args) {
  tally[run(name, args) ? "passed" : "failed"]++;
}

function vitest(name, project) {
  const report = join(scratch, `${project}.json`);
  const files = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const isOk = run(name, [bin("vitest", "vitest.mjs"), "run", "--project", project, ...files]);
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    tally.failed++; // it ended before it could report
    return;
  }
  for (const file of counts.testResults) {
    const where = file.name.slice(root.length);
    if (file.status === "failed" && file.assertionResults.length === 0) failures.push(`${where}\n${file.message}`);
    for (const { status, fullName, failureMessages } of file.assertionResults)
      if (status === "failed") failures.push(`${where}: ${fullName}\n${failureMessages.join("\n")}`);
  }
  tally.passed += counts.numPassedTests;
  tally.failed += counts.numFailedTests;
  tally.skipped += counts.numPendingTests + counts.numTodoTests;
  if (!isOk && counts.numFailedTests === 0) tally.failed++; // a file that did not load, an error outside any test
}

check("types: the house", [bin("typescript-7", "bin", "tsc"), "-p", "tsconfig.json"]);
check("types: the simulation, without DOM and Node", [bin("typescript-7", "bin", "tsc"), "-p", "src/cluster"]);
check("lint and format", [bin("@biomejs", "biome", "bin", "biome"), "ci", "--error-on-warnings", "."]);
check("layers", ["scripts/layers.mjs"]);
check("build: the page", [bin("vite", "bin", "vite.js"), "build", "--logLevel", "warn"]);
check("build: the command", [bin("vite", "bin", "vite.js"), "build", "--logLevel", "warn", "-c", "headless.vite.config.ts"]);
vitest("unit, conformance, properties, tidy", "unit");
vitest("kernel", "kernel");
vitest("browser", "browser");

rmSync(scratch, { recursive: true, force: true });
// Again at the end: a log is read from there, and is often cut before it.
for (const failure of failures) console.log(`\nFAILED ${failure.slice(0, failureMax)}`);
console.log("");
for (const { name, isOk, seconds } of stages) console.log(`${isOk ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
const skippedInCi = process.env.CI === "true" && tally.skipped > 0;
if (skippedInCi) console.log(`CI runs everything: ${tally.skipped} skipped count as failed.`);
const failed = tally.failed + (skippedInCi ? tally.skipped : 0);
console.log(`\n${tally.passed} passed, ${failed} failed${!skippedInCi && tally.skipped > 0 ? `, ${tally.skipped} skipped` : ""}`);
process.exitCode = failed === 0 ? 0 : 1;
