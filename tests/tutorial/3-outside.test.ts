import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { item, opened, type Terminal, today, tutorial } from "./item.ts";

const nodePort = `
apiVersion: v1
kind: Service
metadata:
  name: kubia-nodeport
spec:
  type: NodePort # 默认 ClusterIP
  ports:
  - port: 80
    targetPort: 8080
    nodePort: 30123 # 集群节点端口(不指定则随机)
  selector:
    app: kubia`;

const loadBalancer = `
apiVersion: v1
kind: Service
metadata:
  name: kubia-loadbalancer
spec:
  type: LoadBalancer
  ports:
  - port: 80
    targetPort: 8080
  selector:
    app: kubia`;

const nodes = ["192.168.0.2", "192.168.0.3", "192.168.0.4"];

function withNodePort(terminal: Terminal, policy = "Cluster"): Terminal {
  terminal.apply(`${nodePort}\n  externalTrafficPolicy: ${policy}`);
  terminal.wait("2s");
  return terminal;
}

/** The tutorial's text of today with other options of the cluster. */
function todayWith(line: string): Terminal {
  const text = readFileSync(join(import.meta.dirname, "../../scenarios/tutorial-today.yaml"), "utf8");
  return opened(text.replace("    version: v1.32.0\n", `    version: v1.32.0\n    ${line}\n`));
}

describe("3 To the outside", () => {
  item(46, "each node opens a port: no socket, a rule", () => {
    const terminal = withNodePort(today());
    expect(terminal.out("at node1 -- ss -lnt")).not.toContain("30123");
    expect(terminal.out("curl -s 192.168.0.2:30123")).toMatch(/^You've hit/);
  });

  item(47, "LoadBalance is no type", () => {
    const result = today().apply(loadBalancer.replace("type: LoadBalancer", "type: LoadBalance"));
    expect(result).toMatchObject({
      exit: 1,
      stderr:
        'The Service "kubia-loadbalancer" is invalid: spec.type: Unsupported value: "LoadBalance": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"\n',
    });
    expect(result.hints.map(({ code }) => code)).toEqual(["kubectl.service-type"]);
    expect(result.hints[0]?.text).toContain("LoadBalancer is probably meant");
  });

  item(48, "a LoadBalancer Service has a node port and a ClusterIP as well", () => {
    const terminal = today();
    terminal.apply(loadBalancer);
    const cells = terminal.out("kubectl get svc kubia-loadbalancer --no-headers").split(/\s+/);
    expect(cells[2]).toMatch(/^10\.\d+\.\d+\.\d+$/);
    expect(cells[4]).toMatch(/^80:3\d{4}\/TCP$/);
    terminal.wait("2s");
    const port = /:(\d+)/.exec(cells[4] ?? "")?.[1];
    expect(terminal.out(`curl -s 192.168.0.4:${port}`)).toMatch(/^You've hit/);
  });

  item(49, "a Service works on layer 4, an Ingress on layer 7", () => {
    const terminal = withNodePort(today());
    // Whatever the Host header says, the Service takes the connection; the Ingress controller reads it.
    expect(terminal.out("curl -s -H 'Host: nobody.example.com' 192.168.0.2:30123")).toMatch(/^You've hit/);
    expect(terminal.out("curl -s -o /dev/null -w '%{http_code}' -H 'Host: nobody.example.com' 192.168.99.100")).toBe("404");
  });

  item(50, "NodePort 30123 on every node, the ClusterIP's port inside; taken and out of range", () => {
    const terminal = withNodePort(today());
    for (const node of nodes) expect(terminal.out(`curl -s ${node}:30123`)).toMatch(/^You've hit/);
    expect(terminal.out("kubectl exec kubia-7nog1 -- curl -s kubia-nodeport:80")).toMatch(/^You've hit/);
    expect(terminal.apply(nodePort.replace("kubia-nodeport", "second")).stderr).toBe(
      'The Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated\n',
    );
    expect(terminal.apply(nodePort.replace("kubia-nodeport", "third").replace("30123", "80")).stderr).toBe(
      'The Service "third" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767\n',
    );
    terminal.run("kubectl create service nodeport fourth --tcp=80:8080");
    const given = Number(terminal.out("kubectl get svc fourth -o jsonpath='{.spec.ports[0].nodePort}'"));
    expect(given >= 30000 && given <= 32767).toBe(true);
  });

  item(51, "the load balancer needs no opened firewall on the nodes", () => {
    const terminal = todayWith("nodeFirewall: closed");
    withNodePort(terminal);
    terminal.apply(loadBalancer);
    terminal.wait("8s");
    expect(terminal.run("curl -sS -m 3 192.168.0.2:30123").exit).toBe(28);
    expect(terminal.cluster.hops().find(({ action }) => action === "drop")?.reason.code).toBe("node-firewall");
    const address = terminal.out("kubectl get svc kubia-loadbalancer -o jsonpath='{.status.loadBalancer.ingress[0].ip}'");
    expect(terminal.out(`curl -s ${address}`)).toMatch(/^You've hit/);
  });

  item(52, "without a load balancer it is a NodePort: <pending> for ever", () => {
    const terminal = todayWith("loadBalancer: false");
    terminal.apply(loadBalancer);
    terminal.wait("10m");
    const cells = terminal.out("kubectl get svc kubia-loadbalancer --no-headers").split(/\s+/);
    expect(cells[3]).toBe("<pending>");
    expect(terminal.out(`curl -s 192.168.0.2:${/:(\d+)/.exec(cells[4] ?? "")?.[1]}`)).toMatch(/^You've hit/);
  });

  item(53, "the fragment is told to be one; completed, it gets an address after a moment", () => {
    const terminal = today();
    expect(terminal.apply("spec:\n  type: LoadBalancer").hints.map(({ code }) => code)).toEqual(["kubectl.fragment"]);
    terminal.apply(loadBalancer);
    expect(terminal.out("kubectl get svc kubia-loadbalancer --no-headers")).toContain("<pending>");
    terminal.wait("8s");
    const address = terminal.out("kubectl get svc kubia-loadbalancer -o jsonpath='{.status.loadBalancer.ingress[0].ip}'");
    expect(address).toMatch(/^192\.0\.2\.\d+$/);
    expect(terminal.out(`curl -s http://${address}:80`)).toMatch(/^You've hit/);
  });

  item(54, "a random pod, maybe on another node: one more hop", () => {
    const terminal = withNodePort(tutorial());
    const lengths = new Set<number>();
    for (let i = 0; i < 12; i++) {
      terminal.out("curl -s 192.168.0.2:30123");
      const first = terminal.cluster.hops().filter(({ packet }) => packet === 1);
      lengths.add(new Set(first.map(({ at }) => at).filter((at) => at.startsWith("node/"))).size);
    }
    expect([...lengths].sort()).toEqual([1, 2]);
  });

  item(55, "externalTrafficPolicy: Local: the node's own pods alone", () => {
    const terminal = withNodePort(tutorial(), "Local");
    expect([...terminal.tally("curl -s 192.168.0.2:30123", 8).keys()]).toEqual(["You've hit kubia-7nog1"]);
    expect([...terminal.tally("curl -s 192.168.0.3:30123", 8).keys()]).toEqual(["You've hit kubia-3inly"]);
  });

  item(56, "no local pod: the connection hangs, from outside alone", () => {
    const terminal = withNodePort(tutorial(), "Local");
    terminal.run("kubectl cordon node1; kubectl delete pod kubia-7nog1");
    terminal.wait("40s");
    const hung = terminal.run("curl -sS -m 5 192.168.0.2:30123");
    expect(hung).toMatchObject({ exit: 28, stderr: "curl: (28) Connection timed out after 5001 milliseconds\n" });
    expect(terminal.cluster.hops().find(({ action }) => action === "drop")?.reason.code).toBe("kube-proxy.no-local-endpoints");
    expect(terminal.out("at node1 -- curl -s 192.168.0.2:30123")).toMatch(/^You've hit/);
  });

  item(57, "uneven load: one pod on one node, two on the other, 50/25/25", () => {
    const terminal = withNodePort(tutorial(), "Local");
    terminal.run("kubectl cordon node1; kubectl cordon node3; kubectl delete pod kubia-7nog1");
    terminal.wait("40s");
    const byNode = ["192.168.0.3", "192.168.0.4"].map((node) => terminal.tally(`curl -s ${node}:30123`, 20));
    expect(byNode.map((counts) => counts.size)).toEqual([2, 1]);
  });

  item(58, "SNAT changes the source: with Cluster always, on the pod's own node too", () => {
    const terminal = tutorial();
    terminal.apply(`
apiVersion: v1
kind: Pod
metadata: {name: mirror, labels: {app: mirror}}
spec:
  nodeName: node1
  containers:
  - {name: web, image: registry.k8s.io/e2e-test-images/agnhost:2.45, args: [netexec, --http-port=8080]}
---
apiVersion: v1
kind: Service
metadata: {name: mirror}
spec:
  type: NodePort
  selector: {app: mirror}
  ports: [{port: 80, targetPort: 8080, nodePort: 30200}]`);
    terminal.wait("4s");
    for (const node of ["192.168.0.2", "192.168.0.3"]) {
      const seen = terminal.out(`curl -s ${node}:30200/clientip`);
      expect(seen).not.toContain("203.0.113.10");
      expect(seen).toMatch(node === "192.168.0.3" ? /^192\.168\.0\.3:/ : /^10\.244\.1\.1:|^192\.168\.0\.2:/);
    }
  });

  item(59, "Local keeps the client's address", () => {
    const terminal = withNodePort(tutorial(), "Local");
    terminal.out("curl -s 192.168.0.2:30123");
    const arrived = terminal.cluster.hops().find(({ packet, action }) => packet === 1 && action === "receive");
    expect(arrived?.at).toBe("pod/default/kubia-7nog1");
    expect(arrived?.source).toMatch(/^203\.0\.113\.10:/);
  });
});
