import type { Cluster } from "../../cluster/index.ts";
import { lookAt } from "../explain/look.ts";
import type { Playground } from "../playground.ts";
import type { RecordEntry } from "../protocol.ts";
import { toMs, toUs } from "../record.ts";
import type { TrialCluster } from "./search.ts";

/** A line that only looks or asks leaves nothing behind: a copy may do without it. */
const onlyLooks =
  /^\s*(?:(?:kubectl|k)\s+exec\s+(?:-\S+\s+)*\S+\s+(?:--\s+)?)?(?:at\s+\S+\s+--\s+)?(?:curl|dig|nslookup|host|ping|wget|hops|trace|wait|nc|browser|(?:kubectl|k)\s+(?:get|describe|logs|explain))\b[^;&|<>`$]*$/;

/** After so many events whoever drives the search gets a turn. */
const eventsAtOnce = 500;
/** Between two entries a copy lets at most this much time pass: what was waited for has long happened. */
const gapUsMax = 5_000_000;
/** A program that has started gets this long before its line counts as failed. */
const lineUsMax = 10_000_000;
const lineStepsMax = 500_000;
/** Of a loop's many connections the last ones are judged. */
const connectionsJudged = 40;
/** Before the change the copy comes to where things stand: pods up, probes tried. */
const restUs = 4_000_000;

/** The record as a copy needs it: what changed the cluster, in order, and close together. Pure. */
export function shortened(record: readonly RecordEntry[]): readonly RecordEntry[] {
  const kept = record.filter((entry) => entry[1] !== "line" || !onlyLooks.test(entry[2].text));
  let beforeUs = 0;
  let atUs = 0;
  return kept.map((entry) => {
    const givenUs = toUs(entry[0]);
    atUs += Math.min(gapUsMax, Math.max(0, givenUs - beforeUs));
    beforeUs = givenUs;
    return [toMs(atUs), entry[1], entry[2]] as unknown as RecordEntry;
  });
}

/** A copy of a cluster by replay, for trying one change. Yields while it gets there. */
export function* makeTrial(open: () => Playground, record: readonly RecordEntry[]): Generator<undefined, TrialCluster, undefined> {
  const playground = open();
  yield;
  for (const _ of playground.replay(shortened(record))) yield;
  const { cluster } = playground;
  yield* pass(cluster, restUs);
  return {
    edit: (text) => {
      playground.edit(text, true);
      return playground.isApplied;
    },
    *command(line) {
      return (yield* runLine(cluster, line, undefined)).exit === 0;
    },
    *attempt(line, on, afterMs) {
      yield* pass(cluster, afterMs * 1000);
      const sinceUs = cluster.queue.now();
      const { exit, output, session } = yield* runLine(cluster, line, on);
      const connections = cluster.sessionConnections(session, sinceUs, connectionsJudged);
      return { exit, output, connections, look: lookAt(cluster, playground.latest) };
    },
  };
}

function* pass(cluster: Cluster, us: number): Generator<undefined, void, undefined> {
  const untilUs = cluster.queue.now() + us;
  while (cluster.queue.run(untilUs, eventsAtOnce) === eventsAtOnce) yield;
}

function* runLine(
  cluster: Cluster,
  line: string,
  on: string | undefined,
): Generator<undefined, { readonly exit: number; readonly output: string; readonly session: number }, undefined> {
  const opened = cluster.openSession(on);
  if (opened === undefined) return { exit: 255, output: "", session: 0 };
  let exit: number | undefined;
  let output = "";
  opened.shell.run(line, {
    stdout: () => undefined,
    stderr: (text) => {
      output += text;
    },
    onEnd: (status) => {
      exit = status;
    },
  });
  const untilUs = cluster.queue.now() + lineUsMax;
  const untilSteps = cluster.steps.steps + lineStepsMax;
  for (let events = 1; exit === undefined; events++) {
    const nextUs = cluster.queue.nextAtUs();
    if (nextUs === undefined || nextUs > untilUs || cluster.steps.steps > untilSteps) break;
    cluster.queue.run(nextUs, 1);
    if (events % eventsAtOnce === 0) yield;
  }
  if (exit === undefined) opened.shell.stop();
  return { exit: exit ?? 130, output, session: opened.session };
}
