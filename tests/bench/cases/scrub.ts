import { ObjectHistory } from "../../../src/graph/history.ts";
import { timeMarks } from "../../../src/graph/time-marks.ts";
import { openPlayground, type Playground } from "../../../src/playground/playground.ts";
import type { ControlStep, Failure } from "../../../src/playground/protocol.ts";
import type { Row } from "../measure.ts";

const eventsWanted = 10_000;
const looks = 200;
const goalMs = 100;
/** As the worker does it: copies are spread over the past while nothing else is to be done, and again while a moment is looked at. */
const preparedBytes = 192_000_000;
const restMs = 500;

const scenario = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: luksa/kubia, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

/** A user who scales and asks until 10,000 changes of objects have been told to the page. */
function lively(): { playground: Playground; history: ObjectHistory; steps: ControlStep[]; failures: Failure[] } {
  const opened = openPlayground(scenario);
  if (!opened.ok) throw new Error("the scenario does not open");
  const { playground } = opened;
  const { queue } = playground.cluster;
  const history = new ObjectHistory();
  const steps: ControlStep[] = [];
  const failures: Failure[] = [];
  playground.watch();
  playground.openTerminal(1, 100, 24);
  for (let i = 0; history.size < eventsWanted; i++) {
    playground.line(1, `kubectl scale deployment web --replicas=${2 + (i % 9)}; kubectl get po -o wide`);
    while (queue.run((i + 1) * 4_000_000, 10_000) === 10_000);
    for (const update of playground.takeUpdates()) {
      if (update.type === "objects") history.add(update.events);
      if (update.type === "steps") steps.push(...update.steps);
      if (update.type === "failures") failures.push(...update.failures);
    }
  }
  return { playground, history, steps, failures };
}

/** Scrubbing to any of 10,000 events: what the page draws by itself, and what the copy of the cluster answers. */
export function scrubbing(): Row[] {
  const { playground, history, steps, failures } = lively();
  const endUs = playground.nowUs;
  // Spread evenly, in an order that goes back and forth: 0.618 of a turn further each time.
  const moments = Array.from({ length: looks }, (_, i) => Math.floor(endUs * ((i * 0.618_033_988_7) % 1)));
  const page = timed(moments, (us) => {
    history.at(us);
    timeMarks({ record: playground.record, steps, failures }, 0, endUs);
  });
  const past = playground.past();
  while (past.prepare(preparedBytes));
  const there = moments.slice(0, 40).map((us) => {
    const [ms] = timed([us], () => {
      const going = past.to(us);
      let step = going.next();
      while (step.done !== true) step = going.next();
      step.value.query({ kind: "rules", node: "node1" });
    });
    const restEndMs = performance.now() + restMs;
    while (performance.now() < restEndMs && past.prepare(preparedBytes));
    return ms as number;
  });
  const row = (what: string, ms: readonly number[], isJudged: boolean): Row => {
    const value = ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.95)] as number;
    return {
      goal: "scrub",
      what: `${what} (${history.size} events, 95th percentile)`,
      unit: "ms",
      value,
      floor: goalMs,
      ratio: value / goalMs,
      ...(isJudged ? { gate: 1 } : {}),
    };
  };
  return [
    row("any moment: objects and marks, from the page's history, of 100 ms", page, true),
    row("any moment, looked at for half a second: rules, from a copy of the cluster that is taken there, of 100 ms", there, false),
  ];
}

function timed(moments: readonly number[], look: (us: number) => void): readonly number[] {
  return moments.map((us) => {
    const start = performance.now();
    look(us);
    return performance.now() - start;
  });
}
