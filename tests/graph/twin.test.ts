import { describe, expect, test } from "vitest";
import { Asked, type Course, settledUs, shownWays, togetherWith, twinsOf, type Way, withWay } from "../../src/graph/twin.ts";
import { type OpenScenario, openScenario } from "../../src/playground/library.ts";
import type { ConnectionInfo, RecordEntry } from "../../src/playground/protocol.ts";

const scenario = `apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: twin}
spec: {seed: 7}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: node2
  containers: [{name: web, image: nginx}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
`;

const minuteUs = 60_000_000;

const courseOf = ({ playground }: OpenScenario): Course => {
  const asked = new Asked();
  let course: Course = new Map();
  for (const connection of playground.cluster.recentConnections(100).toReversed()) {
    asked.add(connection);
    const number = asked.numberOf(connection.id);
    if (number === undefined) continue;
    course = withWay(course, number, { connection, hops: playground.cluster.connectionRecord(connection.id)?.hops ?? [] });
  }
  return course;
};

const course = (commands: readonly string[]): Course => {
  const opened = openScenario(scenario);
  for (const command of commands) opened.run(command);
  return courseOf(opened);
};

const request = (id: string, { openedUs = 0, session = 1, ...rest }: Partial<ConnectionInfo> = {}): ConnectionInfo => ({
  id,
  opener: "client/laptop",
  purpose: "traffic",
  session,
  parent: undefined,
  protocol: "tcp",
  source: "1.2.3.4:40000",
  destination: "192.168.0.2:30080",
  openedUs,
  ...rest,
});

describe("two courses, hop by hop", () => {
  test("the same course twice never parts, though its random ports differ", () => {
    const ask = (port: number) => ["wait 3s", `curl -s --local-port ${port} 192.168.0.2:30080`, "wait 1s"];
    const { rows, parting } = twinsOf(course(ask(40_001)), course(ask(40_002)), minuteUs);
    expect(rows.length).toBeGreaterThan(10);
    expect(parting).toBeUndefined();
  });

  test("with externalTrafficPolicy Local at a node without a pod, the courses part where the packet is dropped", () => {
    const kept = course(["wait 3s", "curl -s -m 2 192.168.0.2:30080"]);
    const local = course([
      "wait 3s",
      `kubectl patch svc web -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
      "wait 2s",
      "curl -s -m 2 192.168.0.2:30080",
    ]);
    const { parting, rows } = twinsOf(kept, local, minuteUs);
    expect(parting?.left).toMatchObject({ at: "node/node1", action: "dnat" });
    expect(parting?.right).toMatchObject({ at: "node/node1", action: "drop" });
    expect(parting?.number).toBe(0);
    expect(rows[parting?.index ?? -1]).toBe(parting);
  });

  test("nothing later than the shown moment is compared", () => {
    const one = course(["wait 3s", "curl -s 192.168.0.2:30080"]);
    expect(twinsOf(one, one, 2_000_000).rows).toEqual([]);
  });

  test("a second after the last hop of both, nothing changes any more", () => {
    const one = course(["wait 3s", "curl -s 192.168.0.2:30080", "wait 1s"]);
    const way = one.get(0) as Way;
    const cut: Course = new Map([[0, { ...way, hops: way.hops.slice(0, 4) }]]);
    expect(twinsOf(cut, one, settledUs(cut, one))).toEqual(twinsOf(cut, one, minuteUs));
    expect(settledUs(new Map())).toBeLessThan(2_000_000);
  });

  test("a hop that is still to come in the other course is no parting, until it is overdue by a second", () => {
    const whole = course(["wait 3s", "curl -s 192.168.0.2:30080", "wait 1s"]);
    const way = whole.get(0) as Way;
    const cut: Course = new Map([[0, { ...way, hops: way.hops.slice(0, 4) }]]);
    const fifthUs = way.hops[4]?.timeUs ?? 0;
    expect(twinsOf(cut, whole, fifthUs + 999_999).parting).toBeUndefined();
    expect(twinsOf(cut, whole, fifthUs + 1_000_000).parting).toMatchObject({ index: 4, left: undefined });
  });
});

describe("which request is held against which", () => {
  test("a user's own are counted, and what an Ingress controller opens for them; probes, names and others' are not", () => {
    const asked = new Asked();
    asked.add(request("a"));
    asked.add(request("probe", { purpose: "probe" }));
    asked.add(request("dns", { purpose: "dns" }));
    asked.add(request("own", { session: 0 }));
    asked.add(request("child", { session: 0, parent: "a" }));
    asked.add(request("stranger", { session: 0, parent: "own" }));
    expect(["a", "child"].map((id) => asked.numberOf(id))).toEqual([0, 1]);
    expect(["probe", "dns", "own", "stranger"].map((id) => asked.numberOf(id))).toEqual([undefined, undefined, undefined, undefined]);
    expect(asked.idOf(1)).toBe("child");
  });

  test("what was typed in one course alone has no number, and what comes after it has the next", () => {
    const asked = new Asked();
    const line = (timeMs: number): RecordEntry => [timeMs, "line", { terminal: 1, text: "curl" }];
    asked.line(line(1000), false);
    asked.add(request("both", { openedUs: 1_000_500 }));
    asked.line(line(2000), true);
    asked.add(request("alone", { openedUs: 2_000_500 }));
    asked.add(request("other terminal", { openedUs: 2_000_600, session: 2 }));
    asked.line(line(3000), false);
    asked.add(request("again", { openedUs: 3_000_500 }));
    expect(["both", "alone", "other terminal", "again"].map((id) => asked.numberOf(id))).toEqual([0, undefined, 1, 2]);
  });

  test("of many, the latest stay", () => {
    let many: Course = new Map();
    for (let i = 0; i < 100; i++) many = withWay(many, i, { connection: request(`${i}`), hops: [] });
    expect([...many.keys()]).toEqual(Array.from({ length: shownWays }, (_, i) => 100 - shownWays + i));
  });
});

describe("the record of a cluster that keeps step", () => {
  const line = (timeMs: number, text: string): RecordEntry => [timeMs, "line", { terminal: 1, text }];
  const edit = (timeMs: number): RecordEntry => [timeMs, "edit", { from: 0, removed: 0, added: [] }];
  const own = [line(1, "own"), edit(2), line(5, "own, late")];
  const nobodyAlone = () => false;

  test("is its own until then, and from then on what was typed beside it, in the order of its time", () => {
    const beside = [line(1, "own"), line(3, "before"), line(4, "both"), line(6, "both too")];
    expect(togetherWith(own, 4000, beside, nobodyAlone)).toEqual([
      line(1, "own"),
      edit(2),
      line(4, "both"),
      line(5, "own, late"),
      line(6, "both too"),
    ]);
  });

  test("without edits and without what was typed there alone", () => {
    const beside = [edit(6), line(7, "alone"), [8, "interrupt", { terminal: 1 }] as const];
    expect(togetherWith(own, 4000, beside, ([timeMs]) => timeMs === 7)).toEqual([...own, [8, "interrupt", { terminal: 1 }]]);
  });

  test("has nothing twice that was typed in the very moment in which the two began", () => {
    expect(togetherWith(own, 5000, [...own], nobodyAlone)).toEqual(own);
  });
});
