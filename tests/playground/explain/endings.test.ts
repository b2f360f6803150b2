import { describe, expect, test } from "vitest";
import type { ConnectionRecord, HopRecord } from "../../../src/cluster/index.ts";
import { explainCommand } from "../../../src/playground/explain/command-endings.ts";
import { explainEnding } from "../../../src/playground/explain/ending.ts";
import { openScenario } from "../../../src/playground/library.ts";
import { app, caller, ingress, scenario, service } from "./worlds.ts";

interface Case {
  readonly name: string;
  readonly world: string;
  readonly run: string;
  readonly ending: string;
  readonly exit?: number;
  readonly args?: Readonly<Record<string, unknown>>;
  /** A line of the text to which "show me" must lead. */
  readonly line?: string;
  readonly before?: readonly string[];
}

const inPod = (command: string) => `kubectl exec client -- ${command}`;
const get = inPod("curl -sS -m 3 http://web");

/** One row for each ending that a person must be able to tell from the others; exit codes are curl's (man curl, EXIT CODES) and nslookup's. */
const cases: readonly Case[] = [
  {
    name: "the selector matches nothing",
    world: scenario(app(), service("selector: {app: wbe}"), caller),
    run: get,
    ending: "ending.selector",
    args: { near: "app=web" },
    line: "selector: {app: wbe}",
  },
  {
    name: "no replicas",
    world: scenario(app({ replicas: 0 }), service(), caller),
    run: get,
    ending: "ending.no-replicas",
    line: "replicas: 0",
  },
  {
    name: "nobody is ready",
    world: scenario(app({ more: "readinessProbe: {exec: {command: [ls, /var/ready]}}" }), service(), caller),
    run: get,
    ending: "ending.not-ready",
    line: "readinessProbe: {exec: {command: [ls, /var/ready]}}",
  },
  {
    name: "the image can't be pulled",
    world: scenario(app({ image: "luksa/kubja" }), service(), caller),
    run: get,
    ending: "ending.not-running",
    line: "image: luksa/kubja",
  },
  {
    name: "a port name that no container has",
    world: scenario(app(), service("selector: {app: web}", "targetPort: htpp"), caller),
    run: get,
    ending: "ending.port-name",
    line: "targetPort: htpp",
  },
  { name: "no selector and no Endpoints", world: scenario(app(), service(""), caller), run: get, ending: "ending.no-selector" },
  {
    name: "a targetPort on which nothing listens",
    world: scenario(app(), service("selector: {app: web}", "targetPort: 80"), caller),
    run: get,
    ending: "ending.target-port",
    args: { port: 80, ports: "8080" },
    line: "targetPort: 80",
  },
  {
    name: "a port that the Service has not",
    world: scenario(app(), service(), caller),
    run: inPod("curl -sS -m 3 http://web:81"),
    ending: "ending.service-port",
    line: "port: 80",
  },
  {
    name: "an app that listens on 127.0.0.1",
    world: scenario(app(), service(), caller),
    before: ["break pod/web bind 127.0.0.1"],
    run: get,
    ending: "ending.local-only",
  },
  {
    name: "a node port that is none",
    world: scenario(app(), service("type: NodePort\n  selector: {app: web}", "targetPort: 8080, nodePort: 30123"), caller),
    run: "curl -sS -m 3 http://192.168.0.2:30124",
    ending: "ending.no-node-port",
    args: { near: "30123" },
  },
  {
    name: "a ClusterIP from outside",
    world: scenario(app(), service("clusterIP: 10.96.1.1\n  selector: {app: web}"), caller),
    run: "curl -sS -m 3 http://10.96.1.1",
    ending: "ending.cluster-ip-outside",
  },
  {
    name: "an address that nobody has",
    world: scenario(app(), service(), caller),
    run: inPod("curl -sS -m 3 http://10.244.1.200"),
    ending: "ending.no-address",
  },
  {
    name: "a policy at the pod",
    world: scenario(
      app(),
      service(),
      caller,
      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {matchLabels: {app: web}}, ingress: []}",
    ),
    run: get,
    ending: "ending.policy-in",
    line: "spec: {podSelector",
  },
  {
    name: "no endpoint on this node",
    world: scenario(
      app(),
      service("type: NodePort\n  externalTrafficPolicy: Local\n  selector: {app: web}", "targetPort: 8080, nodePort: 30123"),
      caller,
    ),
    run: "for ip in 192.168.0.2 192.168.0.3; do curl -sS -m 3 http://$ip:30123; done",
    ending: "ending.no-local-endpoint",
    line: "externalTrafficPolicy: Local",
  },
  {
    name: "a node that is off",
    world: scenario(app(), service("type: NodePort\n  selector: {app: web}", "targetPort: 8080, nodePort: 30123"), caller),
    before: ["at node1 -- poweroff"],
    run: "curl -sS -m 3 http://192.168.0.2:30123",
    ending: "ending.machine-off",
  },
  {
    name: "an app that is slow",
    world: scenario(app(), service(), caller),
    before: ["break pod/web slow 20s"],
    run: get,
    ending: "ending.slow",
  },
  {
    name: "an app that answers 500",
    world: scenario(app(), service(), caller),
    before: ["break pod/web status 500"],
    run: get,
    ending: "ending.app-5xx",
    args: { status: 500 },
  },
  {
    name: "a name with a slip",
    world: scenario(app(), service(), caller),
    run: inPod("curl -sS http://wbe"),
    ending: "ending.dns-near",
    args: { near: "web" },
  },
  {
    name: "a name of another namespace",
    world: scenario(
      app(),
      service(),
      caller,
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}",
      "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {ports: [{port: 80}]}",
    ),
    run: inPod("curl -sS http://cart"),
    ending: "ending.dns-namespace",
    args: { namespace: "shop" },
  },
  {
    name: "a name that nobody knows",
    world: scenario(app(), service(), caller),
    run: inPod("nslookup nowhere.example.org"),
    ending: "ending.dns-nxdomain",
  },
  {
    name: "a cluster name asked outside",
    world: scenario(app(), service(), caller),
    run: "curl -sS http://web.default.svc.cluster.local",
    ending: "ending.dns-outside",
  },
  {
    name: "a headless name without ready pods",
    world: scenario(app({ replicas: 0 }), service("clusterIP: None\n  selector: {app: web}"), caller),
    run: inPod("nslookup web"),
    ending: "ending.dns-headless",
  },
  {
    name: "no DNS server",
    world: scenario(app(), service(), caller),
    before: ["kubectl -n kube-system scale deployment coredns --replicas=0", "wait 40s"],
    run: inPod("nslookup web"),
    ending: "ending.dns-timeout",
  },
  {
    name: "a host that no Ingress has",
    world: scenario(app(), service(), ingress(), "#"),
    run: "curl -sS -H 'Host: web.exampel.com' http://192.0.2.1",
    ending: "ending.404-host",
    args: { near: "web.example.com" },
    line: "- host: web.example.com",
  },
  {
    name: "a path that no rule has",
    world: scenario(app(), service(), ingress({ path: "/shop" })),
    run: "curl -sS -H 'Host: web.example.com' http://192.0.2.1/",
    ending: "ending.404-path",
  },
  {
    name: "an Ingress of no class",
    world: scenario(app(), service(), ingress({ className: "" })),
    run: "curl -sS -H 'Host: web.example.com' http://192.0.2.1/",
    ending: "ending.ingress-class",
  },
  {
    name: "a backend that does not exist",
    world: scenario(app(), service(), ingress({ backend: "wbe" })),
    run: "curl -sS -H 'Host: web.example.com' http://192.0.2.1/",
    ending: "ending.503-no-service",
    args: { near: "web" },
  },
  {
    name: "a backend without endpoints",
    world: scenario(app(), service("selector: {app: wbe}"), ingress()),
    run: "curl -sS -H 'Host: web.example.com' http://192.0.2.1/",
    ending: "ending.503",
  },
  {
    name: "a backend whose pods refuse",
    world: scenario(app(), service("selector: {app: web}", "targetPort: 81"), ingress()),
    run: "curl -sS -H 'Host: web.example.com' http://192.0.2.1/",
    ending: "ending.502",
  },
  {
    name: "a certificate that nobody trusts",
    world: scenario(app(), service(), ingress()),
    run: "curl -sS --resolve web.example.com:443:192.0.2.1 https://web.example.com/",
    ending: "ending.tls-untrusted",
  },
];

describe("how requests end (ux: endings to tell apart)", () => {
  test.each(cases)("$name: $ending", ({ world, run, ending, args, line, before = [] }) => {
    const opened = openScenario(world);
    opened.advance(10_000);
    for (const command of before) {
      const first = opened.objects("Pod").find((pod) => pod.metadata.labels?.["app"] === "web")?.metadata.name ?? "";
      opened.run(command.replace("pod/web", `pod/${first}`));
    }
    const { cluster, look } = opened.playground;
    const sinceUs = cluster.queue.now();
    const result = opened.run(run);
    const connections = cluster.sessionConnections(1000, sinceUs);
    const endings = explainCommand(look, connections, result.stderr);
    expect(endings.map((one) => one.cause.code)).toContain(ending);
    const found = endings.find((one) => one.cause.code === ending);
    if (args !== undefined) expect(found?.cause.args).toMatchObject(args);
    expect(found?.show.length).toBeGreaterThan(0);
    if (line !== undefined) {
      const lines = world.split("\n");
      const shownLines = (found?.show ?? []).map((one) => lines[(one.place?.line ?? 0) - 1] ?? "");
      expect(shownLines.some((shown) => shown.includes(line))).toBe(true);
    }
  });

  test("a packet whose time to live runs out is what traceroute meant to send; one that goes round is lost", () => {
    const opened = openScenario(scenario(app(), service(), caller));
    opened.advance(10_000);
    const { cluster, look } = opened.playground;
    const sinceUs = cluster.queue.now();
    opened.run(inPod("traceroute -n -m 1 8.8.8.8"));
    const endings = cluster.sessionConnections(1000, sinceUs).map((one) => explainEnding(look, one));
    expect(endings.map((one) => [one.cause.code, one.isFailure])).toEqual(Array.from({ length: 3 }, () => ["ending.ttl", false]));
    const [short] = cluster.sessionConnections(1000, sinceUs) as [ConnectionRecord];
    const end = short.hops.findIndex((hop) => hop.action === "reject");
    const forward = { ...(short.hops[end] as HopRecord), action: "forward" as const };
    const round = { ...short, hops: [...short.hops.slice(0, end), forward, forward, ...short.hops.slice(end)] };
    expect(explainEnding(look, round)).toMatchObject({ cause: { code: "ending.loop" }, isFailure: true, text: "Time to live exceeded" });
  });

  test("a request that is answered has no failure to tell", () => {
    const opened = openScenario(scenario(app(), service(), caller));
    opened.advance(10_000);
    const result = opened.run(get);
    expect(result.exit).toBe(0);
    expect(explainCommand(opened.playground.look, opened.playground.cluster.sessionConnections(1000, 0), "")).toEqual([]);
  });
});
