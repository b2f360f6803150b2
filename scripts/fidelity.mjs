// Writes the second half of docs/fidelity.md from the `@source` lines of the code: `node scripts/fidelity.mjs`.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const fidelityFile = join(root, "docs", "fidelity.md");
const marker = "<!-- From here on written by scripts/fidelity.mjs. -->";

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.tsx?$/.test(entry.name) ? [path] : [];
    });
}

/** The words behind each `@source` of a file, in order, each once. A tag goes on until the next one or the comment's end. */
export function sourcesOf(text) {
  const found = [];
  for (const [comment] of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const plain = comment.replace(/^\s*\*(?!\/) ?/gm, " ");
    for (const [, words] of plain.matchAll(/@source\s+([\s\S]*?)(?=@(?:source|throws|returns|param)\b|\*\/)/g)) {
      found.push(words.replace(/\s+/g, " ").trim());
    }
  }
  return [...new Set(found)];
}

/** Everything in src/cluster by its room; elsewhere the room is the folder below src. */
function roomOf(path) {
  const parts = path.split("/");
  return parts.slice(0, parts[1] === "cluster" && parts.length > 3 ? 3 : 2).join("/");
}

/** The page as it should be now. */
export function fidelityPage() {
  const byHand = readFileSync(fidelityFile, "utf8").split(marker)[0];
  const rooms = new Map();
  for (const file of sources(join(root, "src"))) {
    const path = relative(root, file).split(sep).join("/");
    const words = sourcesOf(readFileSync(file, "utf8"));
    if (words.length === 0) continue;
    const room = roomOf(path);
    rooms.set(room, [...(rooms.get(room) ?? []), `- \`${path.slice(room.length + 1)}\`: ${words.join("; ")}`]);
  }
  const names = [...rooms.keys()].sort((a, b) => (a < b ? -1 : 1));
  const chapters = names.map((room) => `### \`${room}\`\n\n${rooms.get(room).join("\n")}\n`);
  return `${byHand}${marker}\n\n## By whose word\n\nEach file, and the programs, pages and standards that its behaviour is taken from.\n\n${chapters.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(fidelityFile, fidelityPage());
