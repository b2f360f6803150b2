// The built engine, built first when a source is newer, so that a clean checkout works right after `npm install`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(root, "dist-headless", "kubehop.mjs");
const rooms = ["cluster", "headless", "messages", "playground", "scenario", "yaml", "graph"];

function newestChange(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  let newest = status.mtimeMs;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    const changed = entry.isDirectory() ? newestChange(child) : statSync(child).mtimeMs;
    if (changed > newest) newest = changed;
  }
  return newest;
}

function isStale() {
  if (!existsSync(bundle)) return true;
  const builtMs = statSync(bundle).mtimeMs;
  const sources = rooms.map((room) => join(root, "src", room)).filter((path) => existsSync(path));
  return sources.some((path) => newestChange(path) > builtMs);
}

/** Loads it. @throws when it had to be built and could not */
export async function loadBundle() {
  // An installed package has no sources and no builder: its bundle is as it came.
  if (existsSync(join(root, "src")) && isStale()) build();
  return import(pathToFileURL(bundle).href);
}

function build() {
  // Built aside and moved into place, so that two starts at once do no harm.
  const aside = mkdtempSync(join(root, ".headless-"));
  const built = spawnSync(
    process.execPath,
    [join(root, "node_modules", "vite", "bin", "vite.js"), "build", "--logLevel", "error", "-c", "headless.vite.config.ts"],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, KUBEHOP_HEADLESS_OUT: aside } },
  );
  if (built.status !== 0) {
    rmSync(aside, { recursive: true, force: true });
    throw new Error("the command could not be built; run `npm install`, then try again");
  }
  const replaced = `${aside}.old`;
  try {
    if (existsSync(join(root, "dist-headless"))) renameSync(join(root, "dist-headless"), replaced);
    renameSync(aside, join(root, "dist-headless"));
    rmSync(replaced, { recursive: true, force: true });
  } catch {
    rmSync(aside, { recursive: true, force: true }); // another start was first
  }
}
