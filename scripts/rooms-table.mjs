// Writes the table of who may import whom into docs/architecture.md, from .dependency-cruiser.cjs: `node scripts/rooms-table.mjs`.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const architectureFile = fileURLToPath(new URL("../docs/architecture.md", import.meta.url));
const header = "| room | may import |\n|---|---|\n";

/** The page as it should be now. */
export function architecturePage() {
  const { rooms } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
  const short = (room) => `\`${room.replace(/^src\//, "")}\``;
  const rows = Object.entries(rooms).map(([room, may]) => `| ${short(room)} | ${may.map(short).join(", ") || "nothing of ours"} |\n`);
  const page = readFileSync(architectureFile, "utf8");
  const at = page.indexOf(header) + header.length;
  return `${page.slice(0, at)}${rows.join("")}${page.slice(page.indexOf("\n\n", at) + 1)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(architectureFile, architecturePage());
