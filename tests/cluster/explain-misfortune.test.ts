import { beforeAll, describe, expect, test } from "vitest";
import type { OpenScenario } from "../../src/playground/library.ts";
import { cluster } from "../harness/cluster.ts";

const pod = (name: string, namespace: string, labels: string, more = ""): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
spec:
  containers:
  - {name: kubia, image: luksa/kubia, ports: [{containerPort: 8080}]${more}}
---`;

const service = (name: string, namespace: string, spec: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;

const scenario = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---${pod("client", "default", "app: client")}${pod("web-1", "default", "app: web")}${pod("far-1", "shop", "app: far")}${pod(
  "sick-1",
  "default",
  "app: sick",
  ", readinessProbe: {exec: {command: [ls, /ready]}}",
)}${service("web", "default", "{selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}")}${service(
  "far",
  "shop",
  "{selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}",
)}${service("sick", "default", "{selector: {app: sick}, ports: [{port: 80, targetPort: 8080}]}")}${service(
  "lonely",
  "default",
  "{selector: {app: nobody}, ports: [{port: 80}]}",
)}${service("manual", "default", "{ports: [{port: 80}]}")}${service(
  "wrong",
  "default",
  "{selector: {app: web}, ports: [{port: 80}]}",
)}${service("silent", "default", "{selector: {app: web}, ports: [{port: 80, targetPort: 9999}]}")}${service("direct", "default", "{clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}")}${service(
  "empty",
  "default",
  "{clusterIP: None, selector: {app: sick}, ports: [{port: 80}]}",
)}${service("number", "default", "{type: ExternalName, externalName: 198.51.100.7}")}
`;

/** What a user meets with, and what the cluster knows of it: nothing of this is on standard output or standard error. */
describe("a hint says why a command failed, where the cluster knows more than the program", () => {
  let opened: OpenScenario;
  beforeAll(() => {
    opened = cluster(scenario);
    opened.run("wait 4s");
  });

  const inPod = (command: string): string => `kubectl exec client -- ${command}`;
  test.each([
    { run: inPod("cat /etc/resolve.conf"), code: "machine.resolve-conf" },
    { run: inPod("curl -s far"), code: "dns.other-namespace", says: "far.shop" },
    { run: inPod("curl -s wed"), code: "dns.near-name", says: "web" },
    { run: "curl -s web", code: "dns.outside-the-cluster" },
    { run: "curl -s web.default.svc.cluster.local", code: "dns.outside-the-cluster" },
    { run: inPod("curl -s empty"), code: "dns.headless-nobody-ready", says: "none is ready" },
    { run: inPod("curl -s number"), code: "kubectl.external-name-ip", says: "198.51.100.7" },
    { run: inPod("curl -s lonely"), code: "network.selector-matches-nothing", says: "app=nobody" },
    { run: inPod("curl -s sick"), code: "network.nobody-ready", says: "1 pod" },
    { run: inPod("curl -s manual"), code: "network.no-selector" },
    { run: inPod("curl -s wrong"), code: "network.target-port", says: "8080" },
    { run: inPod("curl -s silent"), code: "network.target-port", says: "9999" },
    { run: inPod("curl -s direct"), code: "network.headless-port", says: "8080" },
    { run: inPod("ping -c 1 web"), code: "network.ping-cluster-ip", says: "TCP 80" },
    { run: "wait 30", code: "wait-needs-unit", says: "wait 30s" },
  ])("$run: $code", ({ run, code, says }) => {
    const { exit, hints, stdout, stderr } = opened.run(run);
    expect(exit).not.toBe(0);
    expect(hints.map((hint) => hint.code)).toEqual([code]);
    expect(hints[0]?.text).toContain(says ?? "");
    expect(stdout + stderr).not.toContain(hints[0]?.text);
  });

  test.each([
    inPod("curl -s web"),
    inPod("curl -s nosuch"),
    inPod("curl -s -m 2 web:99"),
    "curl -s http://example.org",
    inPod("cat /nosuch"),
  ])("%s: nothing to add", (run) => {
    expect(opened.run(run).hints).toEqual([]);
  });

  test("a port that the manifest names, and no program opens: containerPort is information", () => {
    const other = cluster(
      `${pod("client", "default", "app: client")}${pod("web-1", "default", "app: web").replace("8080", "8443")}${service(
        "web",
        "default",
        "{selector: {app: web}, ports: [{port: 443, targetPort: 8443}]}",
      )}`,
    );
    other.run("wait 4s");
    expect(other.run(inPod("curl -s web:443")).hints.map(({ code }) => code)).toEqual(["network.container-port"]);
  });
});
