import { describe, expect, test } from "vitest";
import {
  axisOf,
  countMarks,
  densityOf,
  type Lane,
  LaneBook,
  lanesFor,
  lanesWithin,
  lostSigns,
  type RequestMark,
  staleBands,
} from "../../src/graph/lanes.ts";
import type { OpenScenario } from "../../src/playground/library.ts";
import { cluster } from "../harness/cluster.ts";

/** The scenario as the page sees it: in batches, a batch a frame. */
function watched(file: string): { readonly scenario: OpenScenario; readonly book: LaneBook; readonly pass: (ms: number) => void } {
  const scenario = cluster(file);
  const book = new LaneBook();
  const feed = () => {
    for (const update of scenario.playground.takeUpdates()) {
      if (update.type === "objects") book.add(update.events);
      if (update.type === "steps") book.addSteps(update.steps);
    }
  };
  scenario.playground.watch();
  feed();
  return {
    scenario,
    book,
    pass: (ms) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        scenario.advance(1000);
        feed();
      }
    },
  };
}

const own = (book: LaneBook) => book.lanes().filter(({ namespace }) => namespace === "default");
const states = (lane: Lane | undefined) => lane?.spans.map(({ state }) => state);
const at = (lane: Lane | undefined, kind: string) => lane?.moments.find((moment) => moment.kind === kind)?.timeUs;

describe("a rolling update (kubernetes.io, Pod Lifecycle: termination of Pods)", () => {
  const { scenario, book, pass } = watched("scenarios/rolling-update.yaml");
  scenario.run("kubectl rollout restart deployment/web");
  pass(30_000);
  const old = own(book).filter(({ goneUs }) => goneUs !== undefined);
  const fresh = own(book).filter(({ goneUs }) => goneUs === undefined);

  test("old pods: ready, terminating, gone; new pods: starting, not ready, ready, however large the batch in which it was told", () => {
    expect(old).toHaveLength(3);
    expect(fresh).toHaveLength(3);
    for (const lane of old) expect(states(lane)).toEqual(["ready", "terminating"]);
    for (const lane of fresh) expect(states(lane)).toEqual(["starting", "notReady", "ready"]);
  });

  test("out of the endpoints when termination begins, preStop then, SIGTERM when its five seconds are over, and the end", () => {
    for (const lane of old) {
      const began = lane.spans.find(({ state }) => state === "terminating")?.fromUs as number;
      expect(at(lane, "preStop")).toBe(began);
      expect(at(lane, "sigterm")).toBe(began + 5_000_000);
      expect((at(lane, "outOfEndpoints") as number) - began).toBeLessThan(1_000_000);
      expect(lane.goneUs).toBeGreaterThanOrEqual(at(lane, "sigterm") as number);
    }
  });

  test("a new pod is offered once it is ready, and old ones go only then (maxUnavailable: 0)", () => {
    for (const lane of fresh) expect(at(lane, "intoEndpoints")).toBe(lane.spans.find(({ state }) => state === "ready")?.fromUs);
    const first = Math.min(...fresh.map((lane) => at(lane, "intoEndpoints") as number));
    for (const lane of old) expect(at(lane, "outOfEndpoints")).toBeGreaterThanOrEqual(first);
  });

  // kubernetes.io, "Virtual IPs and Service Proxies": minSyncPeriod, one second by default
  test("each node's rules follow the endpoints within a second, and for so long they name the pod still", () => {
    const stale = old.flatMap((lane) => lane.stale);
    expect(stale.length).toBeGreaterThan(0);
    for (const lane of old) {
      for (const one of lane.stale) {
        expect(one.fromUs).toBe(at(lane, "outOfEndpoints"));
        expect((one.toUs as number) - one.fromUs).toBeLessThanOrEqual(1_000_000);
      }
    }
    for (const lane of fresh) expect(lane.stale).toEqual([]);
  });

  test("all are one family", () => {
    expect(new Set(own(book).map(({ family }) => family))).toEqual(new Set(["default/web"]));
    const selected = lanesFor(book.lanes(), fresh[0]?.id, undefined, []);
    expect(selected.filter(({ id }) => id.startsWith("pod/"))).toHaveLength(6);
  });
});

test("where kube-proxy has stopped, rules name a pod for as long as it stands still; the other nodes' follow", () => {
  const { scenario, book, pass } = watched("scenarios/rolling-update.yaml");
  scenario.run("at node2 -- systemctl stop kube-proxy");
  scenario.run("kubectl rollout restart deployment/web");
  pass(20_000);
  const lanes = () => own(book).filter(({ moments }) => moments.some(({ kind }) => kind === "outOfEndpoints"));
  expect(lanes()).toHaveLength(3);
  for (const { stale } of lanes()) {
    const [open, ...others] = stale.filter(({ toUs }) => toUs === undefined);
    expect([open?.node, others]).toEqual(["node2", []]);
    expect(open?.service).toBe("default/web");
  }
  const nowUs = scenario.playground.nowUs;
  expect(staleBands(lanes()[0]?.stale ?? [], { fromUs: 0, toUs: nowUs }, nowUs).at(-1)).toMatchObject({ toUs: nowUs, nodes: ["node2"] });

  scenario.run("at node2 -- systemctl start kube-proxy");
  pass(2000);
  for (const { stale } of lanes()) expect(stale.filter(({ toUs }) => toUs === undefined)).toEqual([]);
});

test("stale rules of several nodes are cut where one falls behind or catches up", () => {
  const one = (node: string, fromUs: number, toUs?: number) => ({
    node,
    service: "a/b",
    pod: "p",
    fromUs,
    ...(toUs === undefined ? {} : { toUs }),
  });
  expect(staleBands([one("n1", 0, 4), one("n2", 2, 6), one("n3", 9)], { fromUs: 1, toUs: 10 }, 12)).toEqual([
    { fromUs: 1, toUs: 2, nodes: ["n1"] },
    { fromUs: 2, toUs: 4, nodes: ["n1", "n2"] },
    { fromUs: 4, toUs: 6, nodes: ["n2"] },
    { fromUs: 9, toUs: 10, nodes: ["n3"] },
  ]);
});

test("a node that fails: NotReady after the grace of its lease, its pod leaves the endpoints, and no kubelet sends SIGTERM", () => {
  const { scenario, book, pass } = watched("scenarios/rolling-update.yaml");
  scenario.run("at node1 -- poweroff");
  pass(400_000);
  const node = book.lanes().find(({ id }) => id === "node/node1");
  expect(states(node)).toEqual(["ready", "notReady"]);
  const lost = own(book).find((lane) => lane.node === "node1" && states(lane)?.includes("terminating") === true);
  expect(states(lost)?.slice(-2)).toEqual(["notReady", "terminating"]);
  expect(at(lost, "outOfEndpoints")).toBe(node?.spans[1]?.fromUs);
  expect(at(lost, "sigterm")).toBeUndefined();
  expect(at(lost, "preStop")).toBeUndefined();
});

test("a container that is killed: its exit and its restart", () => {
  const { scenario, book, pass } = watched("scenarios/kubia.yaml");
  pass(5000);
  const [lane] = own(book);
  scenario.run(`break pod/${lane?.name} crash`);
  pass(5000);
  const [after] = own(book);
  expect(after?.moments.map(({ kind, detail }) => `${kind} ${detail}`)).toContain("killed kubia: exit 137");
  expect(at(after, "restarted")).toBeGreaterThan(5_000_000);
});

describe("requests on lanes", () => {
  const mark = (timeUs: number, lane: string, count = 1, isLost = false): RequestMark => ({
    timeUs,
    lane,
    count,
    lost: isLost ? { type: "said", text: "EOF" } : undefined,
    connection: undefined,
  });
  const marks = [mark(5, "a"), mark(15, "a", 10), mark(15, "b"), mark(25, "a", 1, true), mark(99, "a")];
  const shown = { fromUs: 10, toUs: 30 };

  test("counted within the window", () => {
    expect(countMarks(marks, shown)).toEqual(
      new Map([
        ["a", { answered: 10, lost: 1 }],
        ["b", { answered: 1, lost: 0 }],
      ]),
    );
  });
  test("lost ones of one moment and reason are one sign, which stays while the window moves on", () => {
    const lost = [mark(21, "a", 1, true), mark(22, "a", 1, true), mark(27, "a", 1, true)];
    expect(lostSigns(lost, shown, 4).map(({ timeUs, count }) => [timeUs, count])).toEqual([
      [21, 2],
      [27, 1],
    ]);
    expect(lostSigns(lost, { fromUs: 12, toUs: 32 }, 4)).toEqual(lostSigns(lost, shown, 4));
  });
  test("as columns, lost ones apart", () => {
    expect(densityOf(marks, "a", shown, 4)).toEqual([0, 10, 0, 0]);
  });
});

test("only lanes that were alive within the window; the youngest when there are too many", () => {
  const lane = (id: string, fromUs: number, goneUs: number | undefined): Lane => ({
    id: `pod/default/${id}`,
    name: id,
    namespace: "default",
    node: "",
    labels: {},
    family: "",
    spans: [{ state: "ready", fromUs, toUs: goneUs }],
    moments: [],
    stale: [],
    goneUs,
  });
  const lanes = [lane("gone", 0, 5), lane("old", 0, undefined), lane("young", 20, undefined), lane("future", 99, undefined)];
  const names = (max?: number) => lanesWithin(lanes, { fromUs: 10, toUs: 50 }, max).map(({ name }) => name);
  expect(names()).toEqual(["old", "young"]);
  expect(names(1)).toEqual(["young"]);
});

test("the axis has whole steps", () => {
  expect(axisOf({ fromUs: 12_300_000, toUs: 42_300_000 })).toEqual([15, 20, 25, 30, 35, 40].map((s) => s * 1_000_000));
  expect(axisOf({ fromUs: 0, toUs: 600_000_000 })).toHaveLength(6);
  // The window is longer than the cluster is old.
  expect(axisOf({ fromUs: -15_000_000, toUs: 15_000_000 })).toEqual([0, 5, 10, 15].map((s) => s * 1_000_000));
});
