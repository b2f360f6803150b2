import { describe, expect, test } from "vitest";
import { openScenario } from "../../../src/playground/library.ts";
import type { IngressRoutes, PodFactsAnswer, ServiceFacts } from "../../../src/playground/protocol.ts";
import { app, caller, ingress, scenario, service } from "./worlds.ts";

const probe = "readinessProbe: {exec: {command: [ls, /var/ready]}, periodSeconds: 1}";

test("a Service says who can reach it, from where, and why each pod is in or out", () => {
  const other =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: stray, labels: {app: wbe}}\nspec: {containers: [{name: main, image: luksa/kubia}]}";
  const opened = openScenario(
    scenario(
      app({ replicas: 2, more: probe }),
      service("type: LoadBalancer\n  selector: {app: web}", "targetPort: 8080, nodePort: 30123"),
      other,
    ),
  );
  opened.advance(10_000);
  const pods = opened.objects("Pod", "default").map((pod) => pod.metadata.name);
  const first = pods.find((name) => name.startsWith("web-")) as string;
  expect(opened.run(`kubectl exec ${first} -- touch /var/ready`).exit).toBe(0);
  opened.advance(5000);
  const facts = opened.playground.query({ kind: "service", object: "service/default/web" }) as ServiceFacts;
  expect(facts.pods.map((one) => [one.pod.replace("pod/default/", ""), one.why.code])).toEqual(
    pods.toSorted().map((name) => [name, name === first ? "pod.in" : name === "stray" ? "pod.labels" : "pod.not-ready"]),
  );
  expect(facts.ways.filter((way) => way.isOpen).map((way) => way.from.code)).toEqual([
    "way.pods",
    "way.cluster",
    "way.node-port",
    "way.internet",
  ]);
  expect(facts.ways.find((way) => way.from.code === "way.internet")?.address).toBe("192.0.2.1:80");
});

test("a pod from the inside: its resolv.conf, environment, sockets and probes", () => {
  const opened = openScenario(scenario(service(), app({ more: probe }), caller));
  opened.advance(10_000);
  const pod = opened.objects("Pod", "default").find((one) => one.metadata.name.startsWith("web-"))?.metadata.name;
  const facts = opened.playground.query({ kind: "pod", object: `pod/default/${pod}` }) as PodFactsAnswer;
  // kubernetes.io, "DNS for Services and Pods": the search list and ndots:5
  expect(facts.resolvConf).toContain("search default.svc.cluster.local svc.cluster.local cluster.local");
  expect(facts.resolvConf).toContain("nameserver 10.96.0.10");
  // kubernetes.io, "Service": environment variables {SVCNAME}_SERVICE_HOST
  expect(facts.environment.map((one) => one.name)).toContain("WEB_SERVICE_HOST");
  expect(facts.listening).toEqual(["*:8080/TCP"]);
  expect(facts.probes.at(-1)).toMatchObject({ reason: "Unhealthy", isWell: false });
  expect(facts.probes.at(-1)?.message).toContain("Readiness probe failed");
});

// kubernetes.io, "Virtual IPs and Service Proxies", session affinity; iptables-extensions(8), "recent"; nft(8); ipvsadm(8), --persistent
describe.each(["iptables", "nftables", "ipvs"] as const)("sessionAffinity: ClientIP, %s", (proxyMode) => {
  const spec =
    "type: NodePort\n  selector: {app: web}\n  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}";
  const text = scenario(app({ replicas: 3 }), service(spec, "targetPort: 8080, nodePort: 30123"));

  test("each node remembers whom it sent where, and forgets after the time of silence", () => {
    const opened = openScenario(text, { proxyMode });
    opened.advance(10_000);
    const affinity = () => (opened.playground.query({ kind: "service", object: "service/default/web" }) as ServiceFacts).affinity;
    expect(affinity()).toEqual({ timeoutSeconds: 60, clients: [] });

    const answer = opened.run("curl -s http://192.168.0.2:30123").stdout;
    const pod = /web-[a-z0-9-]+/.exec(answer)?.[0];
    const first = affinity();
    expect(first?.clients).toHaveLength(1);
    expect(first?.clients[0]).toMatchObject({ node: "node1", name: "client/laptop", pod: `pod/default/${pod}`, leftSeconds: 60 });
    expect(first?.clients[0]?.virtual).toBe(proxyMode === "ipvs" ? "192.168.0.2:30123" : undefined);

    opened.advance(50_000);
    expect(affinity()?.clients[0]?.leftSeconds).toBe(10);
    expect(opened.run("curl -s http://192.168.0.2:30123").stdout).toContain(pod);
    expect(affinity()?.clients[0]?.leftSeconds).toBe(60);
    opened.advance(61_000);
    expect(affinity()?.clients).toEqual([]);
  });
});

test("without sessionAffinity a Service tells of none", () => {
  const opened = openScenario(scenario(app(), service()));
  expect(opened.playground.query({ kind: "service", object: "service/default/web" })).not.toHaveProperty("affinity");
});

// kubernetes.io, "Configure Liveness, Readiness and Startup Probes"; pkg/kubelet/prober/worker.go, doProbe
test("a pod's probes: how many in a row, of how many that count, and when the next is due", () => {
  const probes = [
    "startupProbe: {exec: {command: [ls, /var/up]}, periodSeconds: 2, failureThreshold: 30}",
    "livenessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 5, initialDelaySeconds: 3}",
    "readinessProbe: {exec: {command: [ls, /var/ready]}, periodSeconds: 4, successThreshold: 3, failureThreshold: 2}",
  ].join("\n        ");
  const opened = openScenario(scenario(service(), app({ more: probes })));
  opened.advance(10_000);
  const pod = opened.objects("Pod", "default").find((one) => one.metadata.name.startsWith("web-"))?.metadata.name;
  const counters = () => {
    const facts = opened.playground.query({ kind: "pod", object: `pod/default/${pod}` }) as PodFactsAnswer;
    return Object.fromEntries(facts.counters.map((one) => [one.kind, one]));
  };
  const failed = counters();
  expect(failed["Startup"]).toMatchObject({ container: "main", isFailing: true, threshold: 30, said: { code: "probe.failure" } });
  expect(failed["Startup"]?.count).toBeGreaterThan(1);
  expect(failed["Startup"]?.next).toMatchObject({ code: "probe.next", args: { period: 2, timeout: 1 } });
  expect(failed["Startup"]?.next.args["seconds"]).toBeLessThanOrEqual(2);
  expect([failed["Liveness"], failed["Readiness"]]).toMatchObject([{ said: { code: "probe.held" } }, { said: { code: "probe.held" } }]);

  opened.run(`kubectl exec ${pod} -- touch /var/up`);
  opened.advance(12_000);
  const up = counters();
  expect(up["Startup"]).toMatchObject({ said: { code: "probe.started" }, isFailing: false });
  expect(up["Liveness"]).toMatchObject({ isFailing: false, count: 1, threshold: 1 });
  expect(up["Readiness"]).toMatchObject({
    isFailing: true,
    count: 2,
    threshold: 2,
    said: { code: "probe.failure-more", args: { count: 3 } },
  });

  opened.run(`kubectl exec ${pod} -- touch /var/ready`);
  opened.advance(8000);
  expect(counters()["Readiness"]).toMatchObject({ isFailing: false, count: 2, threshold: 3, said: { code: "probe.success" } });
});

test("an Ingress shows its routes, their endpoints, and what its controller decided", () => {
  const opened = openScenario(scenario(app(), service(), ingress()));
  opened.advance(10_000);
  opened.run("curl -s -H 'Host: web.example.com' http://192.0.2.1/");
  const routes = opened.playground.query({ kind: "ingress", object: "ingress/default/web" }) as IngressRoutes;
  expect(routes.routes).toHaveLength(1);
  expect(routes.routes[0]).toMatchObject({ host: "web.example.com", path: "/", backend: "web:80" });
  expect(routes.routes[0]?.endpoints).toHaveLength(1);
  expect(routes.problem).toBeUndefined();
  expect(routes.decisions.at(-1)?.[0]).toContain("200");
});
