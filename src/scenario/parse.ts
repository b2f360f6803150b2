import { locate, parseDocuments, rangeAt, type TextRange, type YamlDocument } from "../yaml/parse.ts";
import { flattenLists, type GivenObject, importObjects, nodesOf } from "./import.ts";
import { mendPastedText } from "./mend.ts";
import { mendBetaIngresses } from "./mend-beta-ingress.ts";
import { mendKinds } from "./mend-kinds.ts";
import type { Problem } from "./problem.ts";
import { readScenario, type ScenarioSpec } from "./spec.ts";

/** A scenario text, read: what it says and what is wrong with it, each with its place. */
export interface Scenario {
  readonly text: string;
  readonly documents: readonly YamlDocument[];
  readonly spec: ScenarioSpec;
  /** The ordinary objects, in order, as this cluster takes them. */
  readonly objects: readonly GivenObject[];
  /** What the text itself says, before the import: what an edit applies. */
  readonly written: readonly GivenObject[];
  /** Which document is the `Scenario`; undefined when there is none. */
  readonly scenarioDocument: number | undefined;
  readonly problems: readonly Problem[];
}

/** The longest text that is read at all. */
export const textCharactersMax = 4 * 1024 * 1024;

export function parseScenario(text: string): Scenario {
  const problems: Problem[] = [];
  if (text.length > textCharactersMax) {
    const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
    problems.push({ code: "text.too-long", severity: "error", ...place, args: { characters: text.length, most: textCharactersMax } });
    return { text, documents: [], spec: readScenario(undefined).spec, objects: [], written: [], scenarioDocument: undefined, problems };
  }
  const documents = parseDocuments(text);
  let scenarioDocument: number | undefined;
  const given: GivenObject[] = [];
  documents.forEach((document, index) => {
    const { content } = document;
    if (!content.ok) {
      problems.push(problem("yaml.syntax", rangeAt(document, content.offset, content.offset + 1), index, {}, content.message));
      return;
    }
    if (content.value === undefined || content.value === null) return;
    const refused = refuse(content.value);
    if (refused !== undefined) {
      problems.push(problem(refused.code, locate(document, []), index, {}, refused.detail));
      return;
    }
    const object = content.value as Readonly<Record<string, unknown>>;
    if (object["kind"] === "Scenario" && String(object["apiVersion"]).startsWith("kubehop.dev/")) {
      if (object["apiVersion"] !== "kubehop.dev/v1") {
        problems.push(problem("scenario.newer", locate(document, ["apiVersion"]), index, { value: String(object["apiVersion"]) }));
      } else if (scenarioDocument !== undefined) {
        problems.push(problem("scenario.second", locate(document, ["kind"]), index, { first: scenarioDocument + 1 }));
      } else {
        scenarioDocument = index;
      }
      return;
    }
    given.push(...flattenLists({ document: index, path: [], object }));
  });
  const scenarioValue = scenarioDocument === undefined ? undefined : contentValue(documents[scenarioDocument]);
  const read = readScenario(scenarioValue);
  for (const found of read.problems) {
    const document = documents[scenarioDocument ?? 0];
    if (document === undefined) continue;
    const part = found.code === "scenario.unknown-field" ? "key" : "value";
    problems.push(problem(found.code, locate(document, found.path, part), scenarioDocument ?? 0, found.args));
  }
  const spec = withImportedNodes(read.spec, given);
  const objects = importObjects(given).filter((g) => !(g.object["kind"] === "Node" && spec.nodesGiven));
  return { text, documents, spec, objects, written: given, scenarioDocument, problems: withMend(text, problems) };
}

/** What no API server would take a first look at. @source kubectl's own checks: "apiVersion not set", "kind not set" */
function refuse(value: unknown): { readonly code: string; readonly detail: string } | undefined {
  const detail = (what: string) =>
    `error validating data: ${what}; if you choose to ignore these errors, turn validation off with --validate=false`;
  if (typeof value !== "object" || Array.isArray(value)) return { code: "object.not-a-map", detail: detail("invalid object to validate") };
  const { apiVersion, kind } = value as Readonly<Record<string, unknown>>;
  const missing = [
    ...(typeof apiVersion === "string" && apiVersion !== "" ? [] : ["apiVersion not set"]),
    ...(typeof kind === "string" && kind !== "" ? [] : ["kind not set"]),
  ];
  if (missing.length === 0) return undefined;
  return { code: "object.fragment", detail: detail(missing.length === 1 ? (missing[0] as string) : `[${missing.join(", ")}]`) };
}

function contentValue(document: YamlDocument | undefined): unknown {
  return document?.content.ok === true ? document.content.value : undefined;
}

/** Node documents define the machines, unless the scenario names its own. */
function withImportedNodes(spec: ScenarioSpec, given: readonly GivenObject[]): ScenarioSpec {
  const nodes = spec.nodesGiven ? undefined : nodesOf(given);
  return nodes === undefined ? spec : { ...spec, options: { ...spec.options, nodes } };
}

export function problem(
  code: string,
  place: TextRange,
  document: number,
  args: Problem["args"],
  detail?: string,
  severity: Problem["severity"] = "error",
): Problem {
  return { code, severity, ...place, args, document, ...(detail === undefined ? {} : { detail }) };
}

/** Where a mend exists the first error offers it. A flat map of a whole manifest parses, so the offer may stand on any error. */
export function withMend(text: string, problems: readonly Problem[]): readonly Problem[] {
  const at = problems.findIndex((p) => p.severity === "error");
  if (at < 0) return problems;
  const pasted = mendPastedText(text, mendKinds());
  if (pasted !== undefined) return problems.map((p, i) => (i === at ? { ...p, mend: { code: "mend.pasted", text: pasted } } : p));
  if (!problems.some(isUnknownIngress)) return problems;
  const today = mendBetaIngresses(text, parseDocuments(text));
  if (today === undefined) return problems;
  return problems.map((p) => (isUnknownIngress(p) ? { ...p, mend: { code: "mend.ingress-beta", text: today } } : p));
}

/** In the API server's own words. */
function isUnknownIngress({ detail }: Problem): boolean {
  return detail?.startsWith('no matches for kind "Ingress"') === true;
}
