// `npm run bench [-- --json] [NAME…]`: every figure as a ratio to a floor (or a peer) measured in the same run, beside its goal. docs/performance.md says how to read it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";
import { memoryRows } from "../tests/bench/hour.mjs";
import { motionRows } from "../tests/bench/motion.mjs";
import { pageRows } from "../tests/bench/page.mjs";
import { sizeRows } from "../tests/bench/sizes.mjs";
import { startRows } from "../tests/bench/start.mjs";
import { transferRows } from "../tests/bench/transfer.mjs";

const root = join(import.meta.dirname, "..");
const words = process.argv.slice(2);
const isJson = words.includes("--json");
const names = words.filter((word) => !word.startsWith("-"));

// The product as it is shipped: bundled and minified, floor and peer in the same bundle.
const outDir = join(root, "node_modules", ".cache", "kubehop-bench");
mkdirSync(outDir, { recursive: true });
await build({
  root,
  configFile: false,
  logLevel: "error",
  publicDir: false,
  ssr: { noExternal: true, target: "node" },
  build: {
    ssr: "tests/bench/main.ts",
    outDir,
    target: "node20",
    minify: true,
    rolldownOptions: { output: { entryFileNames: "bench.mjs" } },
  },
});
const { cases } = await import(pathToFileURL(join(outDir, "bench.mjs")).href);
const all = { ...cases, start: startRows, sizes: sizeRows, transfer: transferRows, page: pageRows, motion: motionRows, memory: memoryRows };

const unknown = names.filter((name) => all[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no such case: ${unknown.join(", ")}; there are ${Object.keys(all).join(", ")}\n`);
  process.exit(2);
}
const rows = [];
for (const name of names.length > 0 ? names : Object.keys(all)) {
  const found = await all[name]();
  rows.push(...found.map((row) => ({ case: name, ...row })));
  if (!isJson) for (const row of found) process.stdout.write(`${line(row)}\n`);
}
if (isJson)
  process.stdout.write(
    `${JSON.stringify(
      rows.map((row) => ({ ...row, verdict: verdict(row) })),
      undefined,
      1,
    )}\n`,
  );
const missed = rows.filter((row) => verdict(row) === "missed");
if (!isJson) process.stdout.write(`${rows.length} figures, ${missed.length} missed\n`);
process.exitCode = missed.length > 0 ? 1 : 0;

function verdict({ ratio, gate }) {
  return gate === undefined ? "told" : ratio <= gate ? "met" : "missed";
}

function line(row) {
  const { goal, what, unit, value, floor, ratio, gate } = row;
  const figures = `${number(value)} ${unit}${floor === undefined ? "" : ` : ${number(floor)} ${unit}`}`;
  const goalText = gate === undefined ? "" : `<= ${number(gate)}`;
  return [goal.padEnd(8), verdict(row).padEnd(7), number(ratio).padStart(8), goalText.padEnd(9), figures.padEnd(26), what].join(" ");
}

function number(value) {
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
