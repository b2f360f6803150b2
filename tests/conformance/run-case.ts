import { type OpenScenario, openScenario } from "../../src/playground/library.ts";

/** A case of how real Kubernetes behaves: a scenario, and commands with what must come out. */
export interface ConformanceCase {
  readonly id: string;
  /** Where the expectation comes from: page, RFC, program and version. */
  readonly source: string;
  readonly why: string;
  readonly scenario: string;
  readonly steps: readonly ConformanceStep[];
}

export interface ConformanceStep {
  readonly run: string;
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly stdoutIncludes?: string | readonly string[];
  readonly stdoutExcludes?: string | readonly string[];
  readonly stderrIncludes?: string | readonly string[];
  readonly stdoutMatches?: string;
  readonly json?: unknown;
}

/** Everything in which a run differs from the case; empty when nothing does. */
export function differences(test: ConformanceCase): readonly string[] {
  const opened: OpenScenario = openScenario(test.scenario);
  return test.steps.flatMap((step) => {
    const { exit, stdout, stderr } = opened.run(step.run);
    const found = differ(step, exit, stdout, stderr);
    return found.map((difference) => `$ ${step.run}\n  ${difference}`);
  });
}

function differ(step: ConformanceStep, exit: number, stdout: string, stderr: string): readonly string[] {
  const found: string[] = [];
  const lists = (value: string | readonly string[] | undefined) => (value === undefined ? [] : typeof value === "string" ? [value] : value);
  if (step.exit !== undefined && step.exit !== exit) found.push(`exit ${exit}, not ${step.exit} (${stderr.trim()})`);
  if (step.stdout !== undefined && step.stdout !== stdout)
    found.push(`stdout is ${JSON.stringify(stdout)}, not ${JSON.stringify(step.stdout)}`);
  if (step.stderr !== undefined && step.stderr !== stderr)
    found.push(`stderr is ${JSON.stringify(stderr)}, not ${JSON.stringify(step.stderr)}`);
  for (const text of lists(step.stdoutIncludes))
    if (!stdout.includes(text)) found.push(`stdout lacks ${JSON.stringify(text)}: ${JSON.stringify(stdout)}`);
  for (const text of lists(step.stdoutExcludes))
    if (stdout.includes(text)) found.push(`stdout has ${JSON.stringify(text)}: ${JSON.stringify(stdout)}`);
  for (const text of lists(step.stderrIncludes))
    if (!stderr.includes(text)) found.push(`stderr lacks ${JSON.stringify(text)}: ${JSON.stringify(stderr)}`);
  if (step.stdoutMatches !== undefined && !new RegExp(step.stdoutMatches).test(stdout))
    found.push(`stdout does not match /${step.stdoutMatches}/: ${JSON.stringify(stdout)}`);
  if (step.json !== undefined && !isSubset(step.json, parse(stdout))) found.push(`stdout lacks ${JSON.stringify(step.json)}: ${stdout}`);
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Objects may have more; arrays are compared whole. */
function isSubset(want: unknown, have: unknown): boolean {
  if (want === null || typeof want !== "object") return want === have;
  if (Array.isArray(want)) return Array.isArray(have) && want.length === have.length && want.every((item, i) => isSubset(item, have[i]));
  if (have === null || typeof have !== "object" || Array.isArray(have)) return false;
  return Object.entries(want).every(([key, value]) => isSubset(value, (have as Record<string, unknown>)[key]));
}
