import { describe, expect, test } from "vitest";
import { parseGoDuration } from "../../../src/cluster/programs/hey-options.ts";
import { sharesOfLoad } from "../../../src/graph/load-theory.ts";
import type { OpenOptions, OpenScenario } from "../../../src/playground/library.ts";
import type { LoadSnapshot } from "../../../src/playground/protocol.ts";
import { cluster } from "../../harness/cluster.ts";

const url = "http://10.111.249.153";

function running(options: OpenOptions = {}): OpenScenario {
  const scenario = cluster("scenarios/kubia.yaml", options);
  scenario.advance(5000);
  return scenario;
}

const onNode1 = { on: "node/node1" };

function loadOf(scenario: OpenScenario): LoadSnapshot {
  return scenario.playground.query({ kind: "load", marksFrom: 0, lostFrom: 0 }) as LoadSnapshot;
}

describe("what hey prints (github.com/rakyll/hey v0.1.4, hey.go and requester/print.go)", () => {
  const scenario = running();

  test("a report with all its parts", () => {
    const { stdout, exit } = scenario.run(`hey -n 20 -c 2 -q 10 ${url}`, onNode1);
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^\nSummary:\n {2}Total:\t1\.\d{4} secs\n {2}Slowest:\t0\.\d{4} secs\n {2}Fastest:\t0\.\d{4} secs\n {2}Average:\t0\.\d{4} secs\n {2}Requests\/sec:\t\d+\.\d{4}\n/,
    );
    expect(stdout).toMatch(
      /\nResponse time histogram:\n( {2}0\.\d{3} \[\d+\]\t\|■*\n){11}\n\nLatency distribution:\n {2}10% in 0\.\d{4} secs\n/,
    );
    expect(stdout).toMatch(
      /\nDetails \(average, fastest, slowest\):\n {2}DNS\+dialup:\t0\.\d{4} secs, 0\.\d{4} secs, 0\.\d{4} secs\n {2}DNS-lookup:\t/,
    );
    expect(stdout).toMatch(/\nStatus code distribution:\n {2}\[200\]\t20 responses\n\n\n\n$/);
  });

  test("a refused connection: Go's words, and no average", () => {
    const { stdout, exit } = scenario.run("hey -n 4 -c 2 http://192.168.0.2:81", onNode1);
    expect(exit).toBe(0);
    expect(stdout).toContain("  Average:\t NaN secs\n");
    expect(stdout).toContain(
      'Error distribution:\n  [4]\tGet "http://192.168.0.2:81": dial tcp 192.168.0.2:81: connect: connection refused\n\n',
    );
  });

  test.each([
    { args: "", exit: 1, stderr: /^Usage: hey \[options\.\.\.\] <url>\n/ },
    { args: "-n 1 -c 2 http://a", exit: 1, stderr: /^-n cannot be less than -c\.\n\nUsage: hey/ },
    { args: "-n 0 http://a", exit: 1, stderr: /^-n and -c cannot be smaller than 1\.\n\nUsage/ },
    { args: "-nope http://a", exit: 2, stderr: /^flag provided but not defined: -nope\nUsage/ },
    { args: "-n x http://a", exit: 2, stderr: /^invalid value "x" for flag -n: parse error\nUsage/ },
    { args: "-n", exit: 2, stderr: /^flag needs an argument: -n\nUsage/ },
  ])("hey $args: exit $exit", ({ args, exit, stderr }) => {
    const result = scenario.run(`hey ${args}`, onNode1);
    expect(result.exit).toBe(exit);
    expect(result.stderr).toMatch(stderr);
    expect(result.stdout).toBe("");
  });

  test("Ctrl-C: no more requests, and the report", () => {
    const { stdout } = scenario.run(`hey -z 1h -c 1 -q 10 ${url}`, { ...onNode1, interruptAfterMs: 2050 });
    expect(stdout).toContain("[200]\t21 responses"); // the one that waited for its tick is still made
  });

  test.each([
    ["10s", 10_000_000],
    ["1m30s", 90_000_000],
    ["1.5h", 5_400_000_000],
    ["10", undefined],
  ])("the duration %s (Go time.ParseDuration)", (text, us) => {
    expect(parseGoDuration(text)).toBe(us);
  });
});

describe("who answers", () => {
  test("a new connection for each request: shares lie in the band that theory gives, over eight seeds", () => {
    let outside = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const scenario = running({ seed });
      scenario.run(`hey -n 150 -c 5 -disable-keepalive ${url}`, onNode1);
      const shares = sharesOfLoad(loadOf(scenario));
      expect(shares).toHaveLength(3);
      expect(shares.reduce((sum, { requests }) => sum + requests, 0)).toBe(150);
      outside += shares.filter(({ isInBand }) => !isInBand).length;
    }
    expect(outside).toBeLessThanOrEqual(2); // of 24 at 99 %: three or more would come twice in a thousand
  });

  test("one kept connection stays with one pod", () => {
    const scenario = running();
    scenario.run(`hey -n 50 -c 1 ${url}`, onNode1);
    const load = loadOf(scenario);
    expect(load.connections).toBe(1);
    expect(load.pods.filter(({ requests }) => requests > 0)).toMatchObject([{ requests: 50, connections: 1 }]);
  });

  test("ipvs serves in turn (kube-proxy's scheduler rr)", () => {
    const scenario = running({ proxyMode: "ipvs" });
    scenario.run(`hey -n 100 -c 1 -disable-keepalive ${url}`, onNode1);
    const counts = loadOf(scenario)
      .pods.map(({ requests }) => requests)
      .sort();
    expect(counts).toEqual([33, 33, 34]);
    expect(sharesOfLoad(loadOf(scenario)).every(({ isInBand }) => isInBand)).toBe(true);
  });

  test("from outside by a NodePort: the node's conntrack knows the pod, whatever it says of itself", () => {
    const scenario = cluster("scenarios/nodeport.yaml");
    scenario.advance(5000);
    const service = scenario.objects("Service").find(({ metadata }) => metadata.name !== "kubernetes" && metadata.namespace === "default");
    const { nodePort } = (service as unknown as { spec: { ports: { nodePort: number }[] } }).spec.ports[0] as { nodePort: number };
    const node = scenario.playground.scenario.spec.options.nodes[0]?.ips[0];
    scenario.run(`hey -n 60 -c 3 -disable-keepalive http://${node}:${nodePort}`);
    const { pods, requests } = loadOf(scenario);
    expect(requests).toBe(60);
    expect(pods.every(({ pod }) => pod.startsWith("pod/default/"))).toBe(true);
    expect(pods.reduce((sum, one) => sum + one.requests, 0)).toBe(60);
  });

  test.each([
    { name: "listens on 127.0.0.1 only", fault: (pod: string) => `break pod/${pod} bind 127.0.0.1`, reason: "connection refused" },
    {
      name: "went down with its node",
      fault: (_: string, node: string) => `at ${node} -- poweroff`,
      reason: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    },
  ])("a pod that $name: failures are counted with their reason, at the pod", ({ fault, reason }) => {
    const scenario = running();
    const pods = scenario.objects("Pod", "default") as unknown as { metadata: { name: string }; spec: { nodeName: string } }[];
    const pod = pods.find(({ spec }) => spec.nodeName === "node2") as (typeof pods)[number];
    scenario.run(`hey -z 6s -t 1 -c 5 -q 20 -disable-keepalive ${url} > /tmp/report &`, onNode1);
    scenario.run(`sleep 2; ${fault(pod.metadata.name, "node2")}; sleep 6`, onNode1);
    const load = loadOf(scenario);
    const failed = load.failures.reduce((sum, [, count]) => sum + count, 0);
    expect(load.failures.map(([text]) => text)).toEqual([reason]);
    expect(failed).toBeGreaterThan(5);
    expect(new Set(load.lost.map((lost) => lost.pod))).toEqual(new Set([`pod/default/${pod.metadata.name}`]));
    expect(load.requests).toBe(failed + load.codes.reduce((sum, [, count]) => sum + count, 0));
    expect(scenario.run("cat /tmp/report", onNode1).stdout).toContain(reason);
  });

  test("the same seed, the same load", () => {
    const once = () => {
      const scenario = running({ seed: 7 });
      scenario.run(`hey -z 3s -c 4 -q 25 -disable-keepalive ${url}`, onNode1);
      return JSON.stringify(loadOf(scenario));
    };
    expect(once()).toBe(once());
  });

  test("hops: the first ten connections of a run by count, none of a run by time", () => {
    const scenario = running();
    const before = scenario.playground.cluster.log.hopCount;
    scenario.run(`hey -z 2s -c 1 -q 20 -disable-keepalive ${url}`, onNode1);
    const sessions = () => scenario.playground.cluster.log.connections().filter(({ session }) => session !== 0);
    expect(sessions()).toHaveLength(0);
    scenario.run(`hey -n 50 -c 1 -disable-keepalive ${url}`, onNode1);
    expect(sessions()).toHaveLength(10);
    expect(scenario.playground.cluster.log.hopCount).toBeGreaterThan(before);
  });
});
