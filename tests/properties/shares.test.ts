import { expect, test } from "vitest";
import { type OpenScenario, openScenario } from "../../src/playground/library.ts";

const connectionCount = 10_000;

/** Two pods on node1, two on node2, one on node3. */
const placed = { "pod-1a": "node1", "pod-1b": "node1", "pod-2a": "node2", "pod-2b": "node2", "pod-3a": "node3" };

const scenario = (mode: string) =>
  [
    `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: shares}\nspec: {cluster: {proxyMode: ${mode}, ingressController: none}}\n`,
    ...Object.entries(placed).map(
      ([name, node]) =>
        `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: kubia}}\nspec: {nodeName: ${node}, containers: [{name: main, image: luksa/kubia}]}\n`,
    ),
    "apiVersion: v1\nkind: Service\nmetadata: {name: even}\nspec: {type: NodePort, clusterIP: 10.96.0.41, selector: {app: kubia}, ports: [{port: 80, targetPort: 8080, nodePort: 30041}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: uneven}\nspec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: kubia}, ports: [{port: 80, targetPort: 8080}]}\n",
  ].join("---\n");

/** Who took how many connections, by pod. */
function takers(playground: OpenScenario, from: string, to: string): Map<string, number> {
  const names = new Map(
    playground.objects("Pod", "default").map((pod) => [(pod as unknown as { status: { podIP: string } }).status.podIP, pod.metadata.name]),
  );
  const counts = new Map<string, number>();
  for (let i = 0; i < connectionCount; i++) {
    const { endpoint, verdict } = playground.connect({ from, to, record: false });
    expect(verdict).toBe("answered");
    const name = names.get(endpoint?.split(":")[0] ?? "") ?? `nobody at ${endpoint}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(Object.keys(placed));
  return counts;
}

/** Sum of (counted - expected)^2 / expected. */
function chiSquare(counts: ReadonlyMap<string, number>, shares: Readonly<Record<string, number>>): number {
  return Object.entries(shares).reduce((sum, [name, share]) => {
    const expected = share * connectionCount;
    return sum + ((counts.get(name) ?? 0) - expected) ** 2 / expected;
  }, 0);
}

/** The upper 1e-4 quantile of chi-square with 4 degrees of freedom. @source tables of the chi-square distribution */
const limit = 23.513;
const even = Object.fromEntries(Object.keys(placed).map((name) => [name, 0.2]));
/** A third for each node that has a pod, then fair among its pods. */
const uneven = { "pod-1a": 1 / 6, "pod-1b": 1 / 6, "pod-2a": 1 / 6, "pod-2b": 1 / 6, "pod-3a": 1 / 3 };

test.each(["iptables", "nftables"])("%s: through the front door, 10,000 connections give every endpoint its share", (mode) => {
  const playground = openScenario(scenario(mode));
  playground.advance(10_000);
  expect(chiSquare(takers(playground, "client/laptop", "192.168.0.2:30041"), even)).toBeLessThan(limit);
  expect(chiSquare(takers(playground, "node/node3", "10.96.0.41:80"), even)).toBeLessThan(limit);
});

test.each(["iptables", "nftables"])("%s: Local through the load balancer is uneven, as theory says", (mode) => {
  const playground = openScenario(scenario(mode));
  playground.advance(10_000);
  expect(chiSquare(takers(playground, "client/laptop", "192.0.2.1:80"), uneven)).toBeLessThan(limit);
});

test("ipvs: turns are strict", () => {
  const playground = openScenario(scenario("ipvs"));
  playground.advance(10_000);
  expect([...takers(playground, "client/laptop", "192.168.0.2:30041").values()]).toEqual([2000, 2000, 2000, 2000, 2000]);
});
