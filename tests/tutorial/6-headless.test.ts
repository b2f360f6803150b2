import { describe, expect } from "vitest";
import { item, type Terminal, today, tutorial } from "./item.ts";

const headless = `
apiVersion: v1
kind: Service
metadata:
  name: kubia-headless
spec:
  clusterIP: None # headless
  selector:
    app: kubia
  ports:
  - port: 80
    targetPort: 8080`;

const run = "kubectl run dnsutils --image=tutum/dnsutils --command -- sleep infinity";

function withTools(terminal: Terminal): Terminal {
  terminal.apply(headless);
  terminal.out(run);
  terminal.wait("4s");
  return terminal;
}

/** The addresses below `Name:` lines, in order. */
const addresses = (text: string): readonly string[] =>
  [...text.matchAll(/^Name:\t(\S+)\nAddress: (\S+)$/gm)].map(([, name, address]) => `${name} ${address}`).sort();

const ofHeadless = (...ips: readonly string[]): readonly string[] => ips.map((ip) => `kubia-headless.default.svc.cluster.local ${ip}`);

describe("6 Headless", () => {
  item(86, "clusterIP: None", () => {
    const terminal = tutorial();
    const applied = terminal.apply(headless);
    expect(applied.stdout).toBe("service/kubia-headless created\n");
    expect(applied.hints.map(({ code }) => code)).toEqual(["kubectl.headless-port"]);
    const cells = terminal.out("kubectl get svc kubia-headless --no-headers").split(/\s+/);
    expect(cells.slice(0, 5)).toEqual(["kubia-headless", "ClusterIP", "None", "<none>", "80/TCP"]);
  });

  item(87, "kubectl run dnsutils", () => {
    for (const terminal of [tutorial(), today()]) {
      expect(terminal.out(run)).toBe("pod/dnsutils created\n");
      terminal.wait("4s");
      expect(terminal.out("kubectl get pod dnsutils --no-headers")).toMatch(/^dnsutils +1\/1 +Running/);
    }
  });

  item(88, "nslookup of the headless name: each ready pod; as printed in its time, an error today", () => {
    const terminal = withTools(tutorial());
    const all = ofHeadless("10.244.1.4", "10.244.2.5", "10.244.3.6");
    expect(addresses(terminal.out("kubectl exec dnsutils nslookup kubia-headless"))).toEqual(all);
    const now = withTools(today());
    expect(now.run("kubectl exec dnsutils nslookup kubia-headless").exit).toBe(1);
    expect(addresses(now.out("kubectl exec dnsutils -- nslookup kubia-headless"))).toEqual(all);
  });

  item(89, "nslookup of the ordinary one: the ClusterIP", () => {
    expect(addresses(withTools(tutorial()).out("kubectl exec dnsutils nslookup kubia"))).toEqual([
      "kubia.default.svc.cluster.local 10.111.249.153",
    ]);
  });

  item(90, "connecting by the headless name goes to the pod's own port: 80 is refused, 8080 hits", () => {
    const terminal = withTools(tutorial());
    const refused = terminal.run("kubectl exec kubia-7nog1 -- curl -sS kubia-headless");
    expect(refused.exit).toBe(7);
    expect(refused.hints.map(({ code }) => code)).toEqual(["network.headless-port"]);
    expect(terminal.out("kubectl exec kubia-7nog1 -- curl -s kubia-headless:8080")).toMatch(/^You've hit/);
    expect(terminal.cluster.hops().some(({ action }) => action === "dnat")).toBe(false);
  });

  item(91, "DNS round robin: the client picks from a list whose order changes", () => {
    const terminal = withTools(tutorial());
    const firsts = new Set<string>();
    for (let i = 0; i < 12; i++)
      firsts.add(/^Address: (\S+)$/m.exec(terminal.out("kubectl exec dnsutils -- nslookup kubia-headless"))?.[1] ?? "");
    expect(firsts.size).toBeGreaterThan(1);
    expect(terminal.tally("kubectl exec kubia-7nog1 -- curl -s kubia-headless:8080", 12).size).toBeGreaterThan(1);
  });

  item(92, "publishNotReadyAddresses: those that are not ready, too", () => {
    const terminal = withTools(today());
    terminal.run("kubectl delete rc kubia --cascade=orphan"); // or it would delete the fourth
    terminal.apply(`
apiVersion: v1
kind: Pod
metadata: {name: unready, labels: {app: kubia}}
spec:
  containers:
  - {name: kubia, image: luksa/kubia, readinessProbe: {exec: {command: [ls, /var/ready]}}}`);
    terminal.wait("5s");
    const ask = (): readonly string[] => addresses(terminal.out("kubectl exec dnsutils -- nslookup kubia-headless"));
    expect(ask()).toHaveLength(3);
    terminal.out(`kubectl patch svc kubia-headless -p '{"spec":{"publishNotReadyAddresses":true}}'`);
    terminal.wait("2s");
    expect(ask()).toHaveLength(4);
  });
});
