import { expect, test } from "vitest";
import { whyChain } from "../../../src/playground/explain/chain.ts";
import { openScenario } from "../../../src/playground/library.ts";
import type { ChainLink } from "../../../src/playground/protocol.ts";
import { app, caller, scenario, service } from "./worlds.ts";

const probe = "readinessProbe: {exec: {command: [ls, /var/ready]}, periodSeconds: 1}";
const broken = scenario(app({ more: probe }), service(), caller);

function world(text: string) {
  const opened = openScenario(text);
  opened.advance(10_000);
  opened.run("kubectl exec client -- curl -s -m 3 http://web");
  const connection = opened.playground.cluster.recentConnections(50).find((one) => one.purpose === "traffic")?.id as string;
  return { opened, connection, look: opened.playground.look };
}

const kindsOf = (chain: readonly ChainLink[]) => chain.map((link) => link.kind);
const lineOf = (chain: readonly ChainLink[]) => chain.findLast((link) => link.kind === "text")?.shown.place?.line;

test("from a refused packet to the probe that is written in the text", () => {
  const { look, connection } = world(broken);
  const chain = whyChain(look, { from: "hop", connection, hop: 0 });
  // An unready pod keeps its row, with ready: false. @source kubernetes.io "EndpointSlices", Conditions
  expect(kindsOf(chain)).toEqual(["packet", "rule", "service", "slice", "pod", "condition", "probe", "text"]);
  const label = (kind: ChainLink["kind"]) => chain.find((link) => link.kind === kind)?.label ?? "";
  expect(label("rule")).toContain("REJECT");
  expect(label("slice")).toContain("not ready");
  expect(label("condition")).toBe("Ready=False (ContainersNotReady)");
  expect(label("probe")).toContain("Readiness probe failed: ls: ");
  expect(label("text")).toBe(probe);
  expect(chain.filter((link) => link.isWell).map((link) => link.kind)).toEqual(["packet"]);
});

test("the same chain from its other end and from its middle", () => {
  const { look, connection } = world(broken);
  const chain = whyChain(look, { from: "hop", connection, hop: 0 });
  const line = broken.split("\n").findIndex((text) => text.includes(probe)) + 1;
  expect(lineOf(chain)).toBe(line);
  const fromLine = whyChain(look, { from: "line", line });
  expect(lineOf(fromLine)).toBe(line);
  expect(kindsOf(fromLine)).toEqual(expect.arrayContaining(["service", "slice", "pod", "condition", "probe"]));
  const fromService = whyChain(look, { from: "object", object: "service/default/web" });
  expect(kindsOf(fromService)).toEqual(kindsOf(chain));
  expect(fromService[0]?.shown.connection).toBe(connection);
});

test("an answered request leads to the rule that drew the pod, and to the selector", () => {
  const text = scenario(app(), service("selector: {app: web}"), caller);
  const { look, connection } = world(text);
  const chain = whyChain(look, { from: "hop", connection, hop: 0 });
  expect(kindsOf(chain)).toEqual(["packet", "rule", "service", "slice", "pod", "condition", "text"]);
  expect(chain.every((link) => link.isWell)).toBe(true);
  expect(chain[1]?.label).toContain("DNAT");
  expect(chain.at(-1)?.label).toBe("selector: {app: web}");
  const pod = chain.find((link) => link.kind === "pod")?.shown.object as string;
  expect(whyChain(look, { from: "object", object: pod })[0]?.shown.connection).toBe(connection);
});

test("a denied packet names its policy", () => {
  const closed = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}, ingress: []}";
  const { look, connection } = world(scenario(app(), service(), caller, closed));
  const policy = whyChain(look, { from: "hop", connection, hop: 0 }).find((link) => link.kind === "policy");
  expect(policy).toMatchObject({ label: "closed", isWell: false, shown: { object: "networkpolicy/default/closed" } });
});

test("a closed target port leads to the line that names it", () => {
  const text = scenario(app(), service("selector: {app: web}", "targetPort: 81"), caller);
  const { look, connection } = world(text);
  const chain = whyChain(look, { from: "hop", connection, hop: 0 });
  expect(chain.at(-1)).toMatchObject({ kind: "text", isWell: false, label: "- {port: 80, targetPort: 81}" });
  expect(chain.find((link) => link.kind === "service")?.isWell).toBe(false);
});
