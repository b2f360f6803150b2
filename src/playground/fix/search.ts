import type { ConnectionRecord } from "../../cluster/index.ts";
import { explainCommand } from "../explain/command-endings.ts";
import type { Look } from "../explain/look.ts";
import type { Fix, FixReport, Said } from "../protocol.ts";
import { type Candidate, type FailedRequest, ordered } from "./candidate.ts";
import { endpointsCandidates, externalNameCandidates, ingressCandidates, policyCandidates } from "./other-candidates.ts";
import { type RequestTarget, targetOf } from "./request-target.ts";
import { ownNamespaces, serviceCandidates, workloadCandidates } from "./service-candidates.ts";
import { editText, type TextEdit } from "./text-edit.ts";

/** At most this many copies of the cluster are made; a person who waits for more has long looked elsewhere. */
const triesMax = 40;
const fixesMax = 3;

/** A copy of the cluster in which something may be tried out. */
export interface TrialCluster {
  /** Applies the text. False: it was refused, so the change is none. */
  edit(text: string): boolean;
  /** Runs a command of the page's own, such as a `kubectl patch`. False: it failed. */
  command(line: string): Generator<undefined, boolean, undefined>;
  /** Runs the line after so much simulated time; says how it ended. Yields on the way. */
  attempt(line: string, on: string, afterMs: number): Generator<undefined, Attempt, undefined>;
}

/** How a line ended on the copy. */
export interface Attempt {
  readonly exit: number;
  readonly output: string;
  readonly connections: readonly ConnectionRecord[];
  readonly look: Look;
}

/** After a change things take their time: rules 2 s, an Ingress 5 s, a probe that runs every 10 s, a rolling update. */
const attemptsMs: readonly number[] = [3000, 9000, 25_000];

/**
 * Looks for the smallest change that makes a failed request work: each candidate is tried on a copy of the cluster, and only what was seen to work
 * is offered. Yields between steps, so that whoever drives it may do something else, or stop.
 */
export function* searchFixes(
  look: Look,
  request: FailedRequest,
  outsideNames: readonly string[],
  copy: () => Generator<undefined, TrialCluster, undefined>,
): Generator<FixReport, FixReport, undefined> {
  const candidates = ordered(candidatesFor(look, request, outsideNames), request.endings).slice(0, triesMax);
  const fixes: Fix[] = [];
  const report = (tried: number, isDone: boolean): FixReport => ({ tried, total: candidates.length, fixes: [...fixes], isDone });
  for (const [i, candidate] of candidates.entries()) {
    yield report(i, false);
    // What is bolder by far than a change that works already is no smallest fix.
    if (fixes.length > 0 && candidate.size >= boldSize) continue;
    const change = changeOf(look, candidate, request);
    if (change === undefined) continue;
    const trial = yield* between(copy(), () => report(i, false));
    if (change.text !== undefined && !trial.edit(change.text)) continue;
    if (change.text === undefined && change.patch !== undefined) {
      if (!(yield* between(trial.command(change.patch), () => report(i, false)))) continue;
    }
    if (!(yield* works(trial, change.line, request.on, () => report(i, false)))) continue;
    fixes.push({
      said: candidate.said,
      ...(change.text === undefined ? {} : { text: change.text }),
      ...(change.text === undefined && change.command !== undefined ? { command: change.command } : {}),
      touches: candidate.touches,
    });
    if (fixes.length >= fixesMax) break;
  }
  return report(candidates.length, true);
}

const boldSize = 20;

/** Hands on a report wherever the work pauses. */
function* between<T>(work: Generator<undefined, T, undefined>, report: () => FixReport): Generator<FixReport, T, undefined> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    yield report();
  }
}

function* works(trial: TrialCluster, line: string, on: string, report: () => FixReport): Generator<FixReport, boolean, undefined> {
  for (const afterMs of attemptsMs) {
    const { exit, output, connections, look } = yield* between(trial.attempt(line, on, afterMs), report);
    if (exit === 0 && explainCommand(look, connections, output).length === 0) return true;
    yield report();
  }
  return false;
}

interface Change {
  readonly text?: string;
  /** What makes the same change of an object that the text does not hold, or takes back a fault. */
  readonly patch?: string;
  /** What the user is offered to type. */
  readonly command?: string;
  /** The line to try. */
  readonly line: string;
}

function changeOf(look: Look, candidate: Candidate, request: FailedRequest): Change | undefined {
  if (candidate.mend !== undefined) return { patch: candidate.mend, command: candidate.mend, line: request.line };
  if (candidate.command !== undefined) {
    const [, before, after] = candidate.command.split("\u0000") as [string, string, string];
    const line = request.line.replace(before, after);
    return line === request.line ? undefined : { command: line, line };
  }
  const isInText = candidate.edits.every((edit) => look.text.find(edit.object) !== undefined);
  const text = isInText ? editText(look.text, candidate.edits) : undefined;
  if (isInText && text === undefined) return undefined;
  // Where the text says so already, it is the cluster that was changed by hand.
  if (text !== undefined && text !== look.text.scenario.text) return { text, line: request.line };
  const patch = patchCommand(candidate.edits);
  return patch === undefined ? undefined : { patch, command: patch, line: request.line };
}

/** The edits as one kubectl command, for an object that only kubectl has made. @source RFC 6902, RFC 6901 */
export function patchCommand(edits: readonly TextEdit[]): string | undefined {
  const id = edits[0]?.object;
  if (id === undefined || edits.some((edit) => edit.object !== id)) return undefined;
  const [kind, namespace, name] = id.split("/") as [string, string, string];
  const where = namespace === "default" ? "" : ` -n ${namespace}`;
  if (edits.some((edit) => edit.op === "remove-object")) return `kubectl delete ${kind} ${name}${where}`;
  if (edits.some((edit) => edit.op === "set" && edit.path[0] === "metadata" && (edit.path[1] === "name" || edit.path[1] === "namespace")))
    return undefined;
  const operations = edits.flatMap((edit) => {
    if (edit.op === "remove-object") return [];
    const path = `/${edit.path.map((step) => `${step}`.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
    return [edit.op === "set" ? { op: "add", path, value: edit.value } : { op: "remove", path }];
  });
  return `kubectl patch ${kind} ${name}${where} --type=json -p '${JSON.stringify(operations)}'`;
}

/** Every small change that might be meant, unordered. */
export function candidatesFor(look: Look, request: FailedRequest, outsideNames: readonly string[]): readonly Candidate[] {
  const target: RequestTarget = targetOf(request.line);
  const caller = callerOf(look, request);
  const home = caller?.metadata.namespace ?? "default";
  const namespaces = look
    .list("Namespace")
    .map(({ metadata }) => metadata.name)
    .filter((name) => !ownNamespaces.includes(name));
  const changes = namespaces.flatMap((namespace) => [
    ...look
      .list("Service", namespace)
      .flatMap((service) => [...serviceCandidates(look, service, target, home), ...externalNameCandidates(service, outsideNames)]),
    ...workloadCandidates(look, namespace),
    ...look.list("NetworkPolicy", namespace).flatMap((policy) => policyCandidates(look, policy, caller)),
    ...look.list("Ingress", namespace).flatMap((ingress) => ingressCandidates(look, ingress, target)),
    ...look.list("Endpoints", namespace).flatMap((endpoints) => endpointsCandidates(look, endpoints)),
  ]);
  return [...(request.mends ?? []), ...changes];
}

/** The pod in which the line asks: its shell's, or the one that `kubectl exec` names. */
function callerOf(look: Look, { line, on }: FailedRequest) {
  const inside = /^pod\/([^/]+)\/([^/]+)/.exec(on);
  if (inside !== null) return look.find("Pod", inside[1] as string, inside[2] as string);
  const exec =
    /\b(?:kubectl|k)\s+(?:-n\s+(\S+)\s+)?exec\s+(?:-\S+\s+)*?(?:-n\s+(\S+)\s+)?(?:pods?\/)?((?:deploy(?:ment)?|rc|rs|sts)\/)?([a-z0-9][\w.-]*)(?:\s+-n\s+(\S+))?/.exec(
      line,
    );
  if (exec === null) return undefined;
  const namespace = exec[1] ?? exec[2] ?? exec[5] ?? "default";
  const name = exec[4] as string;
  return exec[3] === undefined
    ? look.find("Pod", namespace, name)
    : look.list("Pod", namespace).find((pod) => pod.metadata.name.startsWith(`${name}-`));
}

export type { Said };
