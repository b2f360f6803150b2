import type { KubernetesObject } from "../cluster/api/meta.ts";
import { type ProxyMode, type StoredObjects, storeObjects } from "../cluster/objects.ts";
import { parseScenario, placeOfField, placeOfMessage, problem, type Scenario, withMend } from "../scenario/index.ts";
import { hasErrors, type Problem } from "../scenario/problem.ts";
import type { ScenarioSummary, Update } from "./protocol.ts";
import { engineVersion } from "./version.ts";

export interface StageOptions {
  readonly seed?: number;
  readonly proxyMode?: ProxyMode;
  /** False: keep no hops. */
  readonly record?: boolean;
}

/** A scenario read, and its objects stored: all that a first picture needs. What acts on them is a larger part, and may come later. */
export interface Stage {
  readonly scenario: Scenario;
  readonly stored: StoredObjects;
}

export type StageResult = { readonly ok: true; readonly stage: Stage } | { readonly ok: false; readonly problems: readonly Problem[] };

export function stageScenario(text: string, options: StageOptions = {}): StageResult {
  const scenario = withOptions(parseScenario(text), options);
  if (hasErrors(scenario.problems)) return { ok: false, problems: scenario.problems };
  const stored = storeObjects(scenario.spec.options);
  const refused = stored.load(scenario.objects.map((given) => given.object));
  const problems = withMend(text, [
    ...scenario.problems,
    ...refused.flatMap(({ index, fields, message, isWarning }) => {
      const given = scenario.objects[index];
      const document = given === undefined ? undefined : scenario.documents[given.document];
      if (given === undefined || document === undefined) return [];
      const severity = isWarning ? "warning" : "error";
      const code = isWarning ? "object.warning" : "object.refused";
      if (fields.length === 0) return [problem(code, placeOfMessage(document, given.path, message), given.document, {}, message, severity)];
      return fields.map((field) =>
        problem(code, placeOfField(document, given.path, field.field), given.document, {}, `${field.field}: ${field.message}`, severity),
      );
    }),
  ]);
  if (hasErrors(problems)) return { ok: false, problems };
  return { ok: true, stage: { scenario: { ...scenario, problems }, stored } };
}

/** What the page is told first, and the objects that it is shown by it. */
export function stagedUpdates({ scenario, stored }: Stage): {
  readonly updates: readonly Update[];
  readonly shown: readonly KubernetesObject[];
} {
  const shown = stored.all();
  return {
    shown,
    updates: [
      { type: "opened", scenario: summaryOf(scenario), nowUs: 0, engine: engineVersion },
      { type: "problems", problems: scenario.problems, applied: true },
      { type: "objects", events: shown.map((object) => ({ type: "ADDED", object, timeUs: 0 })) },
    ],
  };
}

function withOptions(scenario: Scenario, options: StageOptions): Scenario {
  const { spec } = scenario;
  const cluster = {
    ...spec.options,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.proxyMode === undefined ? {} : { proxyMode: options.proxyMode }),
  };
  return { ...scenario, spec: { ...spec, options: cluster } };
}

function summaryOf({ spec }: Scenario): ScenarioSummary {
  const { options } = spec;
  return {
    name: spec.name,
    version: options.version.text,
    proxyMode: options.proxyMode,
    domain: options.domain,
    seed: options.seed,
    podCIDR: options.podCIDRs.join(","),
    serviceCIDR: options.serviceCIDRs.join(","),
    nodes: options.nodes.map((node) => ({
      name: node.name,
      ips: node.ips,
      podCIDRs: node.podCIDRs,
      ...(node.labels["topology.kubernetes.io/zone"] === undefined ? {} : { zone: node.labels["topology.kubernetes.io/zone"] }),
    })),
    clients: options.clients.map((client) => ({ name: client.name, ips: client.ips })),
    external: options.external.map((host) => ({ name: host.name, ip: host.ip })),
  };
}
