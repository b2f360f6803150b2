import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { serve } from "../../scripts/serve.mjs";

declare module "vitest" {
  export interface ProvidedContext {
    pageUrl: string;
  }
}

const dist = join(import.meta.dirname, "../../dist");

/** Serves the built page, with the headers it is made for, for all browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(join(dist, "index.html"))) throw new Error("the page is not built: run `npm run build` first (`npm test` does)");
  const { url, stop } = await serve(dist, 0);
  project.provide("pageUrl", url);
  return stop;
}
