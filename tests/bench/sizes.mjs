import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const root = join(import.meta.dirname, "../..");
export const builtPage = join(root, "node_modules", ".cache", "kubehop-page");
let built;

/** The page, built once a run. */
export function buildPage() {
  built ??= build({ root, logLevel: "error", build: { outDir: builtPage, emptyOutDir: true } });
  return built;
}

/** G17: gzip -9, in kB. What the page asks for before its first graph: every script and style that index.html names, and the worker's first part. */
export async function sizeRows() {
  await buildPage();
  const assets = join(builtPage, "assets");
  const files = readdirSync(assets);
  const size = (name) => gzipSync(readFileSync(join(assets, name)), { level: 9 }).length / 1000;
  const sum = (names) => names.reduce((total, name) => total + size(name), 0);
  const like = (pattern) => files.filter((name) => pattern.test(name));
  const named = [...readFileSync(join(builtPage, "index.html"), "utf8").matchAll(/assets\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const everything = readdirSync(builtPage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + gzipSync(readFileSync(join(entry.parentPath, entry.name)), { level: 9 }).length / 1000, 0);
  const row = (what, value, most) => ({ goal: "G17", what, unit: "kB", value, ratio: value / most, gate: 1 });
  const behind = sum(like(/^playground-.*\.js$/));
  return [
    row("script and style before the first graph, gzip, of 200 kB", sum([...new Set(named)]), 200),
    row("simulation worker, what shows the first graph, gzip, of 200 kB", sum(like(/^worker-.*\.js$/)), 200),
    { goal: "G17", what: "simulation worker, what is loaded behind it, gzip", unit: "kB", value: behind, ratio: behind / 200 },
    row("the whole offline set, gzip, of 7 MB", everything, 7000),
  ];
}
