import { describe, expect } from "vitest";
import { item, today, tutorial } from "./item.ts";
import { firstService } from "./texts.ts";

const ip = "10.111.249.153";

const twoPorts = (named: boolean): string => `
apiVersion: v1
kind: Service
metadata:
  name: kubia
spec:
  selector:
    app: kubia
  ports:
  - ${named ? "name: http\n    " : ""}port: 80
    targetPort: 8080
  - ${named ? "name: https\n    " : ""}port: 443
    targetPort: 8443`;

describe("1 Services", () => {
  item(4, "one constant entry point: the pods change, the address does not", () => {
    const terminal = tutorial();
    terminal.run("kubectl delete pod -l app=kubia");
    terminal.wait("60s");
    expect(terminal.out("kubectl get svc kubia -o jsonpath='{.spec.clusterIP}'")).toBe(ip);
    const answers = [...terminal.tally(`at node1 -- curl -s ${ip}`, 12).keys()];
    expect(answers).toEqual(expect.arrayContaining([expect.stringMatching(/^You've hit kubia-[bcdfghjklmnpqrstvwxz2456789]{5}$/)]));
    for (const old of ["kubia-7nog1", "kubia-3inly", "kubia-5asi2"]) expect(answers).not.toContain(`You've hit ${old}`);
  });

  item(5, "routed to any pod of the service: 60 connections reach all three", () => {
    const counts = tutorial().tally(`at node1 -- curl -s ${ip}`, 60);
    expect([...counts.keys()].sort()).toEqual(["You've hit kubia-3inly", "You've hit kubia-5asi2", "You've hit kubia-7nog1"]);
    // Each is drawn with 1/3: outside 9..31 of 60 lies less than one run in a thousand.
    for (const count of counts.values()) expect(count > 8 && count < 32).toBe(true);
  });

  item(6, "the selector decides membership: relabelled, a pod leaves and another is made", () => {
    const terminal = tutorial();
    terminal.out("kubectl label pod kubia-7nog1 app=x --overwrite");
    terminal.wait("5s");
    expect(terminal.out("kubectl get endpoints kubia")).not.toContain("10.244.1.4:8080");
    expect(terminal.pods()).toHaveLength(3);
    expect(terminal.pods("app=x")).toEqual(["kubia-7nog1"]);
    terminal.out("kubectl label pod kubia-7nog1 app=kubia --overwrite");
    terminal.wait("40s");
    expect(terminal.pods()).toHaveLength(3); // one too many is deleted
  });

  item(7, "a pod has its address before its containers start, and another one when it is made anew", () => {
    const terminal = today();
    terminal.out("kubectl run late --image=luksa/kubia");
    terminal.wait("300ms");
    const early = terminal.out("kubectl get pod late -o jsonpath='{.status.podIP} {.status.containerStatuses[0].ready}'");
    expect(early).toMatch(/^10\.244\.\d+\.\d+ false$/);
    terminal.wait("3s");
    expect(terminal.out("kubectl get pod late -o jsonpath='{.status.containerStatuses[0].ready}'")).toBe("true");
    terminal.run("kubectl delete pod late; kubectl run late --image=luksa/kubia");
    terminal.wait("5s");
    expect(terminal.out("kubectl get pod late -o jsonpath='{.status.podIP}'")).not.toBe(early.split(" ")[0]);
  });

  item(8, "kubectl expose rc; without --target-port the Service sends to port 80 and is refused", () => {
    const terminal = tutorial();
    terminal.out("kubectl delete svc kubia");
    expect(terminal.out("kubectl expose rc kubia --port=80 --target-port=8080")).toBe("service/kubia exposed\n");
    terminal.wait("2s");
    expect(terminal.out("kubectl exec kubia-7nog1 -- curl -s kubia")).toMatch(/^You've hit kubia-/);
    const careless = terminal.run("kubectl expose rc kubia --name=careless --port=80");
    expect(careless).toMatchObject({ exit: 0, stdout: "service/careless exposed\n" });
    expect(careless.hints.map(({ code }) => code)).toEqual(["kubectl.expose-target-port"]);
    terminal.wait("2s");
    const refused = terminal.run("kubectl exec kubia-7nog1 -- curl -sS careless");
    expect(refused.stderr).toMatch(/^curl: \(7\) Failed to connect to careless port 80/);
    expect(refused.hints.map(({ code }) => code)).toEqual(["network.target-port"]);
  });

  item(9, "the Service's YAML is created", () => {
    const terminal = tutorial();
    terminal.out("kubectl delete svc kubia");
    const result = terminal.apply(firstService.mended);
    expect(result).toMatchObject({ exit: 0, stdout: "service/kubia created\n", stderr: "" });
  });

  item(10, "kubectl get svc", () => {
    const [header, , kubia] = tutorial().out("kubectl get svc").split("\n");
    expect(header?.split(/\s+/)).toEqual(["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]);
    expect(kubia?.split(/\s+/)).toEqual(["kubia", "ClusterIP", ip, "<none>", "80/TCP", "2d16h"]);
  });

  item(11, "only inside the cluster: outside there is silence, and the reason says why", () => {
    const terminal = tutorial();
    expect(terminal.run(`curl -sS -m 3 ${ip}`)).toMatchObject({
      exit: 28,
      stderr: "curl: (28) Connection timed out after 3001 milliseconds\n",
    });
    const drops = terminal.cluster.hops().filter(({ action }) => action === "drop");
    expect(drops[0]).toMatchObject({ at: "internet", reason: { code: "range-not-routed" } });
  });

  item(12, "curl on a node", () => {
    expect(tutorial().out(`at node1 -- curl -s ${ip}`)).toMatch(/^You've hit kubia-(7nog1|3inly|5asi2)\n$/);
  });

  item(13, "curl in a pod, the command as printed", () => {
    expect(tutorial().out(`kubectl exec kubia-7nog1 -- curl -s http://${ip}`)).toMatch(/^You've hit kubia-(7nog1|3inly|5asi2)\n$/);
  });

  item(14, "-- ends kubectl's options: without it -s is kubectl's --server", () => {
    const old = tutorial().run(`kubectl exec kubia-7nog1 curl -s http://${ip}`);
    expect(old.exit).toBe(1);
    expect(old.stderr).toMatch(/\nUnable to connect to the server: dial tcp 10\.111\.249\.153:80: i\/o timeout\n$/);
    expect(old.hints.map(({ code }) => code)).toContain("kubectl.server-flag");
    const now = today().run(`kubectl exec kubia-7nog1 curl -s http://${ip}`);
    expect(now.exit).toBe(1);
    expect(now.stderr).toContain("error: exec [POD] [COMMAND] is not supported anymore.");
    expect(now.hints.map(({ code, command }) => [code, command])).toEqual([
      ["kubectl.exec-needs-dashes", `kubectl exec kubia-7nog1 -- curl -s http://${ip}`],
    ]);
  });
});

describe("1.1 (1)-(3) Affinity, several ports, named ports", () => {
  item(15, "sessionAffinity: ClientIP, None by default, three hours", () => {
    const terminal = tutorial();
    expect(terminal.out("kubectl get svc kubia -o jsonpath='{.spec.sessionAffinity}'")).toBe("None");
    terminal.out(`kubectl patch svc kubia -p '{"spec":{"sessionAffinity":"ClientIP"}}'`);
    terminal.wait("2s");
    expect(terminal.out("kubectl get svc kubia -o jsonpath='{.spec.sessionAffinityConfig.clientIP.timeoutSeconds}'")).toBe("10800");
    expect(terminal.tally(`at node1 -- curl -s ${ip}`, 20).size).toBe(1);
  });

  item(16, "not by cookie", () => {
    const result = tutorial().run(`kubectl patch svc kubia -p '{"spec":{"sessionAffinity":"Cookie"}}'`);
    expect(result).toMatchObject({
      exit: 1,
      stderr: 'The Service "kubia" is invalid: spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"\n',
    });
    expect(result.hints.map(({ code }) => code)).toEqual(["kubectl.affinity-cookie"]);
  });

  item(17, "the node reads addresses and ports, never the payload", () => {
    const terminal = tutorial();
    terminal.out("kubectl exec kubia-7nog1 -- curl -s -H 'Cookie: a=b' kubia");
    const rewrites = terminal.cluster.hops().filter(({ action }) => action === "dnat" || action === "snat");
    expect(rewrites.length).toBeGreaterThan(0);
    for (const { rules } of rewrites) for (const rule of rules) expect(rule).not.toMatch(/cookie|--string/i);
    // The first packet, which carries no payload, is the one for which an endpoint is drawn.
    expect(rewrites[0]).toMatchObject({ packet: 1, flags: "SYN" });
    expect(rewrites[0]?.rules.join("\n")).toContain("--mode random");
  });

  item(18, "keep-alive: one connection stays with one pod; a new one may not", () => {
    const terminal = tutorial();
    const kept = terminal.out(`at node1 -- curl -s ${ip} ${ip} ${ip} ${ip}`).trim().split("\n");
    expect(kept).toHaveLength(4);
    expect(new Set(kept).size).toBe(1);
    expect(terminal.tally(`at node1 -- curl -s ${ip}`, 20).size).toBeGreaterThan(1);
    terminal.out(`kubectl patch svc kubia -p '{"spec":{"type":"NodePort"}}'`);
    terminal.wait("2s");
    const port = terminal.out("kubectl get svc kubia -o jsonpath='{.spec.ports[0].nodePort}'");
    const browsed = terminal.out(`at desktop -- browser http://192.168.0.2:${port} --reload 4`).match(/kubia-\w{5}/g) ?? [];
    expect(browsed.length).toBeGreaterThanOrEqual(4);
    expect(new Set(browsed).size).toBe(1);
  });

  item(19, "until the connection is closed: the server's idle time ends it, and another pod may answer", () => {
    const terminal = tutorial();
    terminal.out(`kubectl patch svc kubia -p '{"spec":{"type":"NodePort"}}'`);
    terminal.wait("2s");
    const port = terminal.out("kubectl get svc kubia -o jsonpath='{.spec.ports[0].nodePort}'");
    const answers = new Set<string>();
    for (let visit = 0; visit < 8; visit++) {
      for (const pod of terminal.out(`at desktop -- browser http://192.168.0.2:${port}`).match(/kubia-\w{5}/g) ?? []) answers.add(pod);
      terminal.wait("3m");
    }
    expect(answers.size).toBeGreaterThan(1);
  });

  item(20, "several ports must be named", () => {
    const terminal = tutorial();
    expect(terminal.apply(twoPorts(false))).toMatchObject({
      exit: 1,
      stderr: 'The Service "kubia" is invalid: \n* spec.ports[0].name: Required value\n* spec.ports[1].name: Required value\n',
    });
    expect(terminal.apply(twoPorts(true)).stdout).toBe("service/kubia configured\n");
    expect(terminal.out("kubectl get svc kubia --no-headers").split(/\s+/)[4]).toBe("80/TCP,443/TCP");
  });

  item(21, "443 leads to 8443, where nothing listens: the pod itself refuses", () => {
    const terminal = tutorial();
    terminal.apply(twoPorts(true));
    terminal.wait("2s");
    const result = terminal.run("kubectl exec kubia-7nog1 -- curl -sS kubia:443");
    expect(result.exit).toBe(7);
    expect(result.stderr).toMatch(/^curl: \(7\) Failed to connect to kubia port 443/);
    const last = terminal.cluster.hops().find(({ action }) => action === "reject");
    expect(last?.at).toMatch(/^pod\/default\/kubia-/);
    expect(result.hints.map(({ code }) => code)).toEqual(["network.target-port"]);
    expect(terminal.out("kubectl exec kubia-7nog1 -- curl -s kubia")).toMatch(/^You've hit/);
  });

  item(22, "named ports: the fragment is completed, and the name is looked up in each pod", () => {
    const terminal = tutorial();
    const fragment = terminal.apply(`
kind: Pod
spec:
  containers:
  - name: kubia
    ports:
    - name: http # 端口 8080 被命名为 http
      containerPort: 8080`);
    expect(fragment.exit).toBe(1);
    expect(fragment.stderr).toContain("error validating data: apiVersion not set");
    expect(fragment.hints.map(({ code }) => code)).toEqual(["kubectl.fragment"]);
    const pod = (name: string, port: number): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: named}}
spec:
  containers:
  - name: web
    image: registry.k8s.io/e2e-test-images/agnhost:2.45
    args: [netexec, --http-port=${port}]
    ports:
    - {name: http, containerPort: ${port}}
---`;
    terminal.apply(`${pod("eight", 8080)}${pod("nine", 9090)}
apiVersion: v1
kind: Service
metadata: {name: named}
spec:
  selector: {app: named}
  ports:
  - {name: http, port: 80, targetPort: http}`);
    terminal.wait("5s");
    expect(terminal.out("kubectl get endpoints named --no-headers")).toMatch(/:8080.*:9090|:9090.*:8080/);
    expect([...terminal.tally("kubectl exec kubia-7nog1 -- curl -s named/hostname; echo", 12).keys()].sort()).toEqual(["eight", "nine"]);
  });
});
