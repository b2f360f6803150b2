import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type OpenOptions, type OpenScenario, openScenario } from "../../src/playground/library.ts";

const root = join(import.meta.dirname, "../..");

/** A scenario opened: a file below the project's root (`scenarios/kubia.yaml`), or YAML text. The front door, short. */
export function cluster(scenario: string, options: OpenOptions = {}): OpenScenario {
  return openScenario(scenario.includes("\n") ? scenario : readFileSync(join(root, scenario), "utf8"), options);
}
