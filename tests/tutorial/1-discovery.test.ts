import { describe, expect } from "vitest";
import { item, opened, today, tutorial } from "./item.ts";

const deprecated =
  "kubectl exec [POD] [COMMAND] is DEPRECATED and will be removed in a future version. Use kubectl exec [POD] -- [COMMAND] instead.\n";

describe("1.2 Discovery", () => {
  item(23, "variables tell of the Services that exist when the pod starts", () => {
    const terminal = tutorial();
    terminal.run("kubectl create service clusterip late --tcp=80:8080");
    expect(terminal.out("kubectl exec kubia-3inly -- env")).not.toContain("LATE_SERVICE_HOST");
    terminal.run("kubectl delete pod kubia-3inly");
    terminal.wait("40s");
    const [young = ""] = terminal.pods().filter((name) => !["kubia-7nog1", "kubia-5asi2"].includes(name));
    const env = terminal.out(`kubectl exec ${young} -- env`);
    expect(env).toContain("LATE_SERVICE_HOST=10.");
    expect(env).toContain("KUBIA_SERVICE_HOST=10.111.249.153\nKUBIA_SERVICE_PORT=80\n");
  });

  item(24, "dashes become underscores, letters capitals", () => {
    const terminal = tutorial();
    terminal.run("kubectl create service clusterip backend-database --tcp=5432");
    terminal.run("kubectl run young --image=luksa/kubia");
    terminal.wait("3s");
    const env = terminal.out("kubectl exec young -- env");
    expect(env).toMatch(/^BACKEND_DATABASE_SERVICE_HOST=10\./m);
    expect(env).toMatch(/^BACKEND_DATABASE_SERVICE_PORT=5432$/m);
  });

  item(25, "exec without --: with the deprecation line in its time, an error today", () => {
    const old = tutorial().run("kubectl exec kubia-3inly env");
    expect(old).toMatchObject({ exit: 0, stderr: deprecated });
    expect(old.stdout).toContain("KUBIA_SERVICE_HOST=10.111.249.153\nKUBIA_SERVICE_PORT=80\n");
    const now = today().run("kubectl exec kubia-3inly env");
    expect(now).toMatchObject({
      exit: 1,
      stdout: "",
      stderr:
        "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples\n",
    });
    expect(now.hints.map(({ command }) => command)).toEqual(["kubectl exec kubia-3inly -- env"]);
  });

  item(26, "pods in kube-system serve DNS, and all pods use it", () => {
    const terminal = tutorial();
    expect(terminal.out("kubectl -n kube-system get pods -l k8s-app=kube-dns -o name")).toMatch(/^pod\/coredns-/);
    for (const pod of terminal.pods())
      expect(terminal.out(`kubectl exec ${pod} -- cat /etc/resolv.conf`)).toContain("nameserver 10.96.0.10");
  });

  item(27, "/etc/resolve.conf is a slip of the pen", () => {
    const result = tutorial().run("kubectl exec kubia-3inly -- cat /etc/resolve.conf");
    expect(result.exit).toBe(1);
    expect(result.stderr).toContain("cat: /etc/resolve.conf: No such file or directory\n");
    expect(result.hints.map(({ code }) => code)).toEqual(["machine.resolve-conf"]);
  });

  item(28, "spec.dnsPolicy decides; the default is ClusterFirst, not Default", () => {
    const terminal = tutorial();
    expect(terminal.out("kubectl get pod kubia-3inly -o jsonpath='{.spec.dnsPolicy}'")).toBe("ClusterFirst");
    terminal.apply(`
apiVersion: v1
kind: Pod
metadata: {name: outsider}
spec:
  dnsPolicy: Default
  containers:
  - {name: kubia, image: luksa/kubia}`);
    terminal.wait("3s");
    expect(terminal.out("kubectl exec outsider -- cat /etc/resolv.conf")).not.toContain("10.96.0.10");
    expect(terminal.run("kubectl exec outsider -- curl -sS kubia").exit).toBe(6);
  });

  item(29, "kubectl get svc -n kube-system: kube-dns alone", () => {
    const lines = tutorial().out("kubectl get svc -n kube-system").trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]?.split(/\s+/).slice(0, 5)).toEqual(["kube-dns", "ClusterIP", "10.96.0.10", "<none>", "53/UDP,53/TCP,9153/TCP"]);
  });

  item(30, "resolv.conf: dockershim's order then, containerd's today", () => {
    const search = "search default.svc.cluster.local svc.cluster.local cluster.local\n";
    const command = "kubectl exec kubia-3inly -- cat /etc/resolv.conf";
    expect(tutorial().out(command)).toBe(`nameserver 10.96.0.10\n${search}options ndots:5\n`);
    expect(today().out(command)).toBe(`${search}nameserver 10.96.0.10\noptions ndots:5\n`);
  });

  item(31, "the FQDN; only its end, the cluster's domain, can be configured", () => {
    const terminal = opened(`apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: other-domain}
spec:
  cluster: {domain: k8s.example}
---
apiVersion: v1
kind: Pod
metadata: {name: kubia-1, labels: {app: kubia}}
spec:
  containers:
  - {name: kubia, image: luksa/kubia}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  selector: {app: kubia}
  ports: [{port: 80, targetPort: 8080}]
`);
    terminal.wait("3s");
    expect(terminal.out("kubectl exec kubia-1 -- curl -s kubia.default.svc.k8s.example")).toBe("You've hit kubia-1\n");
    expect(terminal.run("kubectl exec kubia-1 -- curl -sS kubia.default.svc.cluster.local").exit).toBe(6);
  });

  item(32, "the client must know the port: another one is not answered (iptables), SRV tells it", () => {
    const terminal = today();
    expect(terminal.run("kubectl exec kubia-3inly -- curl -sS -m 3 kubia:8080").exit).toBe(28);
    terminal.run("kubectl run tools --image=nicolaka/netshoot --command -- sleep infinity");
    terminal.out(`kubectl patch svc kubia --type=json -p '[{"op":"add","path":"/spec/ports/0/name","value":"http"}]'`);
    terminal.wait("4s");
    expect(terminal.out("kubectl exec tools -- dig +short SRV _http._tcp.kubia.default.svc.cluster.local")).toBe(
      "0 100 80 kubia.default.svc.cluster.local.\n",
    );
  });

  item(33, "a shell in the pod; a here-document stands for the keyboard", () => {
    const commands = "<<'EOF'\ncurl -s kubia.default.svc.cluster.local\nEOF";
    expect(tutorial().out(`kubectl exec -it kubia-3inly bash ${commands}`)).toMatch(/^You've hit kubia-/);
    expect(today().out(`kubectl exec -it kubia-3inly -- bash ${commands}`)).toMatch(/^You've hit kubia-/);
  });

  item(34, "by FQDN and by short name", () => {
    const terminal = tutorial();
    for (const name of ["kubia.default.svc.cluster.local", "kubia"]) {
      expect(terminal.out(`kubectl exec kubia-3inly -- curl -s ${name}`)).toMatch(/^You've hit kubia-(7nog1|3inly|5asi2)\n$/);
    }
  });

  item(35, "the short name holds in its own namespace", () => {
    const terminal = tutorial();
    terminal.run("kubectl create namespace shop; kubectl -n shop run client --image=luksa/kubia");
    terminal.wait("4s");
    const lost = terminal.run("kubectl -n shop exec client -- curl -sS kubia");
    expect(lost).toMatchObject({ exit: 6 });
    expect(lost.stderr).toContain("curl: (6) Could not resolve host: kubia\n");
    expect(lost.hints.map(({ code, text }) => [code, text.includes("kubia.default")])).toEqual([["dns.other-namespace", true]]);
    expect(terminal.out("kubectl -n shop exec client -- curl -s kubia.default")).toMatch(/^You've hit kubia-/);
  });

  item(36, "ping kubia: 100 % loss, in GNU inetutils' words; Ctrl-C prints the summary", () => {
    const terminal = tutorial();
    const result = terminal.run("ping kubia", { on: "pod/default/kubia-3inly", interruptAfterMs: 5500 });
    expect(result.stdout).toBe(
      "PING kubia.default.svc.cluster.local (10.111.249.153): 56 data bytes\n--- kubia.default.svc.cluster.local ping statistics ---\n6 packets transmitted, 0 packets received, 100% packet loss\n",
    );
    expect(result.exit).toBe(1);
    expect(result.hints.map(({ code }) => code)).toEqual(["network.ping-cluster-ip"]);
    const counted = terminal.run("kubectl exec kubia-3inly -- ping -c 6 kubia");
    expect(counted.stdout).toContain("6 packets transmitted, 0 packets received, 100% packet loss\n");
    expect(counted.stderr).toBe("command terminated with exit code 1\n");
  });

  item(37, "a virtual IP has meaning only with a port: silence in iptables mode, refused in nftables and IPVS", () => {
    const scenario = (mode: string): string =>
      `apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: m}\nspec:\n  cluster: {proxyMode: ${mode}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: kubia}\nspec:\n  clusterIP: 10.111.249.153\n  ports: [{port: 80}]\n`;
    const exits = ["iptables", "ipvs", "nftables"].map((mode) => {
      const terminal = opened(scenario(mode));
      return terminal.run("at node1 -- curl -sS -m 3 10.111.249.153:8080").exit;
    });
    expect(exits).toEqual([28, 7, 7]);
  });
});
