import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Frame, Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** What axe finds on the page as it stands. Monaco, xterm and React Flow's own attribution are theirs. */
export async function violations(page: { readonly page: Page | Frame }): Promise<readonly string[]> {
  // Not as a script element: the page's policy lets none in.
  const found = (await page.page.evaluate(`${axe}; axe.run({ exclude: [[".monaco-editor"], [".xterm"]] }, { resultTypes: ["violations"] })
    .then((result) => result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) })))`)) as readonly Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`));
}
