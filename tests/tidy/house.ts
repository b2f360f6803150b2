import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const root = join(import.meta.dirname, "../..");

export const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** What .gitignore names, and git itself. */
const notOurs = /^(\.git|node_modules|dist|dist-headless|coverage|test-results|\.headless-.*)$/;

/** The house's own files below a folder, as paths from the project's root, sorted. */
export function filesBelow(folder: string): readonly string[] {
  const below = (path: string): readonly string[] =>
    readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
      const child = join(path, entry.name);
      if (entry.isDirectory()) return notOurs.test(entry.name) ? [] : below(child);
      return [relative(root, join(root, child))];
    });
  return [...below(folder)].sort();
}

export const packageJson = JSON.parse(read("package.json")) as {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
