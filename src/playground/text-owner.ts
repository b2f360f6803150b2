import type { KubernetesObject } from "../cluster/api/meta.ts";
import { type Cluster, decodeError } from "../cluster/index.ts";
import { type GivenObject, parseScenario, placeOfField, placeOfMessage, problem, type Scenario, withMend } from "../scenario/index.ts";
import { hasErrors, type Problem } from "../scenario/problem.ts";
import { printYaml } from "../yaml/print.ts";
import { nameOf } from "./explain/text-index.ts";

/** What an edit comes to: which documents are applied, which objects this text made and no longer names. */
export interface EditPlan {
  readonly apply: readonly GivenObject[];
  /** Ids of objects that the text applied before and has dropped; they go when the user has left the document. */
  readonly prune: readonly string[];
}

/** `apps/v1 Deployment default/web` without the version: what an edit can't change without making another object. */
export function objectId(object: Readonly<Record<string, unknown>>): string {
  const metadata = (object["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  const apiVersion = String(object["apiVersion"] ?? "");
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return [group, object["kind"], metadata["namespace"] ?? "default", metadata["name"]].map(String).join("|");
}

/** Pure: what brings the cluster from the documents applied last to those of the text. */
export function planEdit(applied: ReadonlyMap<string, string>, objects: readonly GivenObject[]): EditPlan {
  const named = new Set(objects.map((given) => objectId(given.object)));
  return {
    apply: objects.filter((given) => applied.get(objectId(given.object)) !== JSON.stringify(given.object)),
    prune: [...applied.keys()].filter((id) => !named.has(id)),
  };
}

/** The editor's side of a cluster: applies what the text changes, prunes what it drops, and never loses the last good cluster. */
export class TextOwner {
  readonly #cluster: Cluster;
  #scenario: Scenario;
  /** What this text applied, by id, as it was then. */
  #applied = new Map<string, string>();
  #problems: readonly Problem[] = [];
  #isApplied = true;
  /** The text that was read last without an error in its YAML, applied or not: what the editor shows. */
  #latest: Scenario;
  /** Objects of the text as they lived right after it was applied, by name. */
  readonly #live = new Map<string, KubernetesObject>();

  constructor(cluster: Cluster, scenario: Scenario) {
    this.#cluster = cluster;
    this.#scenario = scenario;
    this.#latest = scenario;
    for (const given of scenario.objects) {
      this.#applied.set(objectId(given.object), JSON.stringify(given.object));
      this.#rememberLive(given);
    }
    this.#problems = scenario.problems;
  }

  get text(): string {
    return this.#scenario.text;
  }

  /** The text as the editor has it, read. */
  get latest(): Scenario {
    return this.#latest;
  }

  /** Objects of the text as they lived right after it was applied, by name. */
  get appliedLive(): ReadonlyMap<string, KubernetesObject> {
    return this.#live;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  /** False while the cluster still runs on an earlier text. */
  get isApplied(): boolean {
    return this.#isApplied;
  }

  /** Fields of the Scenario document that differ from those the cluster was made with: they need a new one. */
  restartFields(scenario: Scenario): readonly string[] {
    const before = this.#scenarioFields(this.#scenario);
    const after = this.#scenarioFields(scenario);
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((field) => before[field] !== after[field]).sort();
  }

  /** Markers for a text that is still being typed: everything is tried, nothing is done. */
  check(text: string): readonly Problem[] {
    const scenario = parseScenario(text);
    if (hasErrors(scenario.problems)) return scenario.problems;
    this.#latest = scenario;
    return withMend(text, [...scenario.problems, ...this.#try(scenario, planEdit(this.#applied, scenario.objects))]);
  }

  /** Applies the text, as `kubectl apply` would; deletions wait until `settled`. Gives whether anything was done. */
  edit(text: string, settled: boolean): boolean {
    const scenario = parseScenario(text);
    if (hasErrors(scenario.problems)) {
      this.#problems = scenario.problems;
      this.#isApplied = false;
      return false;
    }
    this.#latest = scenario;
    const plan = planEdit(this.#applied, scenario.objects);
    // All or nothing: an edit of which one document would be refused changes nothing, so the last good cluster stays whole.
    const tried = this.#try(scenario, plan);
    // Typing a name makes and kills nothing: a rename or deletion waits until the user has left the document.
    if (hasErrors(tried) || (plan.prune.length > 0 && !settled)) {
      this.#problems = withMend(text, [...scenario.problems, ...tried]);
      this.#isApplied = false;
      return false;
    }
    // What goes makes room first: a renamed Service keeps its address.
    for (const id of plan.prune) {
      this.#prune(id);
      this.#applied.delete(id);
    }
    const refused: Problem[] = [];
    for (const given of plan.apply) {
      const problems = this.#applyOne(scenario, given, false);
      refused.push(...problems);
      if (hasErrors(problems)) continue;
      this.#applied.set(objectId(given.object), JSON.stringify(given.object));
      this.#rememberLive(given);
    }
    this.#problems = withMend(text, [...scenario.problems, ...refused]);
    this.#isApplied = !hasErrors(refused);
    this.#scenario = { ...scenario, spec: this.#scenario.spec };
    return plan.apply.length + plan.prune.length > 0;
  }

  /** What the server would say to the plan. An address or a port that an object holds which goes with it is no obstacle. */
  #try(scenario: Scenario, plan: EditPlan): readonly Problem[] {
    const going = plan.prune.map((id) => this.#applied.get(id) ?? "");
    const isFreed = ({ detail }: Problem) => {
      const held = /Invalid value: (?:\[\]string\{)?"?([\w.:]+)"?\}?: .*already allocated/.exec(detail ?? "")?.[1];
      return held !== undefined && going.some((object) => object.includes(held));
    };
    return plan.apply.flatMap((given) => this.#applyOne(scenario, given, true)).filter((found) => !isFreed(found));
  }

  /** One object of the text again, whatever became of it since: what kubectl changed or deleted comes back. */
  reapply(name: string): readonly Problem[] {
    const given = this.#scenario.objects.find(({ object }) => nameOf(object) === name);
    if (given === undefined) return [];
    const problems = this.#applyOne(this.#scenario, given, false);
    if (!hasErrors(problems)) this.#rememberLive(given);
    return problems;
  }

  #rememberLive({ object }: GivenObject): void {
    const name = nameOf(object);
    const { namespace, name: own } = (object["metadata"] ?? {}) as { readonly namespace?: string; readonly name: string };
    const isNamespaced = name.split("/").length === 3;
    const live = this.#cluster.find(String(object["kind"]), isNamespaced ? (namespace ?? "default") : undefined, own);
    if (live === undefined) this.#live.delete(name);
    else this.#live.set(name, live);
  }

  /** Objects from outside of the text: applied, never pruned. */
  applyOnce(text: string): readonly Problem[] {
    const scenario = parseScenario(text);
    if (hasErrors(scenario.problems)) return scenario.problems;
    return [...scenario.problems, ...scenario.objects.flatMap((given) => this.#applyOne(scenario, given, false))];
  }

  #applyOne(scenario: Scenario, given: GivenObject, isDryRun: boolean): readonly Problem[] {
    const document = scenario.documents[given.document];
    if (document === undefined) return [];
    const unreadable = decodeError(this.#cluster.options.version, given.object);
    if (unreadable !== undefined)
      return [problem("object.refused", placeOfMessage(document, given.path, unreadable), given.document, {}, unreadable)];
    // A custom resource in the text is one that the cluster knows: only a terminal's kubectl must install its definition first.
    this.#cluster.install(String(given.object["apiVersion"]).split("/")[0] as string);
    const args = ["apply", "-f", "-", ...(isDryRun ? ["--dry-run=server"] : [])];
    const { exit, stderr } = this.#cluster.kubectl(args, printYaml(given.object));
    return problemsOf(document, given, exit, stderr);
  }

  #prune(id: string): void {
    const [group, kind, namespace, name] = id.split("|") as [string, string, string, string];
    const resource = group === "" ? kind : `${kind}.${group}`;
    this.#cluster.kubectl(["delete", resource, name, "-n", namespace, "--wait=false", "--ignore-not-found"], "");
  }

  #scenarioFields(scenario: Scenario): Readonly<Record<string, string>> {
    const { options } = scenario.spec;
    const fields: Record<string, unknown> = { ...options, nodes: scenario.spec.nodesGiven ? options.nodes : "default" };
    return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, JSON.stringify(value) ?? ""]));
  }
}

/** What kubectl said about one document, as markers: one for each field that the server names. */
export function problemsOf(document: Scenario["documents"][number], given: GivenObject, exit: number, stderr: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const line of stderr.split("\n")) {
    const warning = /^Warning: (.*)$/.exec(line);
    // The first apply of what kubectl create made: the editor takes it over, and that is what was wanted.
    if (warning?.[1]?.includes("is missing the kubectl.kubernetes.io/last-applied-configuration annotation")) continue;
    if (warning !== null) {
      problems.push(
        problem("object.warning", placeOfMessage(document, given.path, line), given.document, {}, warning[1] as string, "warning"),
      );
    }
  }
  if (exit === 0) return problems;
  const text = stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("Warning: "))
    .join("\n")
    .replaceAll('"STDIN"', "the text");
  const noKind = /no matches for kind "([^"]*)" in version "([^"]*)"/.exec(text);
  if (noKind !== null) {
    const place = placeOfField(document, given.path, "apiVersion");
    return [
      ...problems,
      problem("object.unknown-kind", place, given.document, { kind: noKind[1] as string, apiVersion: noKind[2] as string }, text),
    ];
  }
  const starred = [...text.matchAll(/^\* ([^:\s]+): (.*)$/gm)];
  for (const [, field, message] of starred) {
    problems.push(
      problem("object.refused", placeOfField(document, given.path, field as string), given.document, {}, `${field}: ${message}`),
    );
  }
  if (starred.length > 0) return problems;
  const field = /is invalid: ([A-Za-z][\w.[\]/-]*): /.exec(text)?.[1];
  const place =
    field === undefined || field === "patch" ? placeOfMessage(document, given.path, text) : placeOfField(document, given.path, field);
  return [...problems, problem("object.refused", place, given.document, {}, text)];
}
