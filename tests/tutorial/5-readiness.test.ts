import { describe, expect } from "vitest";
import { item, type Terminal, tutorial } from "./item.ts";
import { probedController } from "./texts.ts";

/** The tutorial's controller is applied and its pods are made anew. */
function probed(): Terminal {
  const terminal = tutorial();
  terminal.apply(probedController.mended);
  terminal.run("kubectl delete pod -l app=kubia");
  terminal.wait("40s");
  return terminal;
}

const readyColumn = (terminal: Terminal): readonly string[] =>
  terminal
    .out("kubectl get pod -l app=kubia --no-headers")
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/).slice(1, 4).join(" "));

const single = (name: string, probe: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  containers:
  - name: web
    image: registry.k8s.io/e2e-test-images/agnhost:2.45
    args: [netexec, --http-port=8080]
    ${probe}
---`;

const isReady = (terminal: Terminal, name: string): boolean =>
  terminal.out(`kubectl get pod ${name} -o jsonpath='{.status.containerStatuses[0].ready}'`) === "true";

describe("5 Readiness", () => {
  item(77, "no requests until a pod is ready", () => {
    const terminal = probed();
    expect(readyColumn(terminal)).toEqual(["0/1 Running 0", "0/1 Running 0"]);
    expect(terminal.run("at node1 -- curl -sS 10.111.249.153").exit).toBe(7);
  });

  item(78, "called every 10 s; the initial delay can be set", () => {
    const terminal = tutorial();
    terminal.apply(single("slow", "readinessProbe: {httpGet: {path: /, port: 8080}, initialDelaySeconds: 20}"));
    terminal.wait("15s");
    expect(isReady(terminal, "slow")).toBe(false);
    terminal.wait("15s");
    expect(isReady(terminal, "slow")).toBe(true);
    const probe = terminal.out("kubectl get pod slow -o jsonpath='{.spec.containers[0].readinessProbe.periodSeconds}'");
    expect(probe).toBe("10");
  });

  item(79, "not ready: taken out; ready again: put back", () => {
    const terminal = probed();
    const [pod = ""] = terminal.pods();
    terminal.out(`kubectl exec ${pod} -- touch /var/ready`);
    terminal.wait("11s");
    expect(readyColumn(terminal)).toEqual(["1/1 Running 0", "0/1 Running 0"]);
    terminal.out(`kubectl exec ${pod} -- rm /var/ready`);
    terminal.wait("15s");
    expect(readyColumn(terminal)[0]).toBe("1/1 Running 0"); // one or two failures are not enough
    terminal.wait("17s");
    expect(readyColumn(terminal)[0]).toBe("0/1 Running 0");
    expect(terminal.out("kubectl get endpoints kubia --no-headers").split(/\s+/)[1]).not.toContain(":8080");
  });

  item(80, "deleting needs no probe: the address leaves at once", () => {
    const terminal = tutorial();
    terminal.run("kubectl delete pod kubia-7nog1 --wait=false");
    terminal.wait("2s");
    expect(terminal.out("kubectl get endpoints kubia --no-headers")).not.toContain("10.244.1.4:8080");
    expect(terminal.out("kubectl get pods --no-headers")).toMatch(/kubia-7nog1 +\d\/1 +Terminating/);
  });

  item(81, "exec, HTTP GET and TCP", () => {
    const terminal = tutorial();
    terminal.apply(
      [
        single("by-exec", 'readinessProbe: {exec: {command: [sh, -c, "exit 0"]}}'),
        single("by-http", "readinessProbe: {httpGet: {path: /hostname, port: 8080}}"),
        single("by-tcp", "readinessProbe: {tcpSocket: {port: 8080}}"),
        single("not-exec", 'readinessProbe: {exec: {command: [sh, -c, "exit 1"]}}'),
        single("not-http", "readinessProbe: {httpGet: {path: /hostname, port: 9999}}"),
        single("not-tcp", "readinessProbe: {tcpSocket: {port: 9999}}"),
      ].join(""),
    );
    terminal.wait("15s");
    for (const kind of ["exec", "http", "tcp"]) {
      expect(isReady(terminal, `by-${kind}`)).toBe(true);
      expect(isReady(terminal, `not-${kind}`)).toBe(false);
    }
    const messages = terminal.out("kubectl get events --field-selector reason=Unhealthy -o jsonpath='{.items[*].message}'");
    expect(messages).toMatch(
      /Readiness probe failed: Get "http:\/\/10\.244\.\d\.\d+:9999\/hostname": dial tcp .*: connect: connection refused/,
    );
    expect(messages).toMatch(/Readiness probe failed: dial tcp 10\.244\.\d\.\d+:9999: connect: connection refused/);
  });

  item(82, "liveness restarts, readiness withholds traffic", () => {
    const terminal = tutorial();
    terminal.apply(
      single("mortal", "livenessProbe: {exec: {command: [ls, /alive]}, periodSeconds: 5}") +
        single("patient", "readinessProbe: {exec: {command: [ls, /alive]}, periodSeconds: 5}"),
    );
    terminal.wait("60s");
    const restarts = (name: string): number =>
      Number(terminal.out(`kubectl get pod ${name} -o jsonpath='{.status.containerStatuses[0].restartCount}'`));
    expect(restarts("mortal")).toBeGreaterThan(0);
    expect(restarts("patient")).toBe(0);
    expect(isReady(terminal, "patient")).toBe(false);
  });

  item(83, "the controller without selector is valid; applied over a running one it changes no pod", () => {
    const terminal = tutorial();
    const result = terminal.apply(probedController.mended);
    expect(result).toMatchObject({ exit: 0, stdout: "replicationcontroller/kubia configured\n" });
    expect(result.hints.map(({ code }) => code)).toEqual(["kubectl.template-keeps-pods"]);
    expect(terminal.out("kubectl get rc kubia -o jsonpath='{.spec.selector}'")).toBe('{"app":"kubia"}');
    terminal.wait("60s");
    expect(readyColumn(terminal)).toEqual(["1/1 Running 0", "1/1 Running 0"]); // one of three is gone, two run on unprobed
  });

  item(84, "0/1 Running; ENDPOINTS is empty, not <none>; curl is refused", () => {
    const terminal = probed();
    terminal.wait("90s");
    const lines = terminal.out("kubectl get pod -l app=kubia").trim().split("\n");
    expect(lines[0]).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/);
    for (const line of lines.slice(1)) expect(line).toMatch(/^kubia-\w{5} +0\/1 +Running +0 +2m\d*s?$/);
    expect(terminal.out("kubectl get endpoints kubia").split("\n")[1]).toMatch(/^kubia {15,}\S+$/);
    const refused = terminal.run("at node1 -- curl -sS 10.111.249.153");
    expect(refused.stderr).toMatch(/^curl: \(7\) Failed to connect to 10\.111\.249\.153 port 80/);
    expect(refused.hints.map(({ code }) => code)).toEqual(["network.nobody-ready"]);
  });

  item(85, "touch /var/ready: 1/1 and 0/1, and all traffic to the one", () => {
    const terminal = probed();
    const [pod = ""] = terminal.pods();
    expect(terminal.run(`kubectl exec ${pod} -- touch /var/ready`)).toMatchObject({ exit: 0, stdout: "", stderr: "" });
    terminal.wait("11s");
    expect(readyColumn(terminal)).toEqual(["1/1 Running 0", "0/1 Running 0"]);
    expect([...terminal.tally("at node1 -- curl -s 10.111.249.153", 10).keys()]).toEqual([`You've hit ${pod}`]);
  });
});
