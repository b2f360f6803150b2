// `import { openScenario } from "kubehop"`.
import { loadBundle } from "./bundle.mjs";

export const { openScenario, ScenarioError } = await loadBundle();
