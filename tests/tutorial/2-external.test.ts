import { describe, expect } from "vitest";
import { item, opened, type Terminal, today, tutorial } from "./item.ts";

const service = `
apiVersion: v1
kind: Service
metadata:
  name: external-service
spec: # 没有指定 Pod 选择器
  ports:
  - port: 80`;

const endpoints = (name: string): string => `
apiVersion: v1
kind: Endpoints
metadata:
  name: ${name} # Endpoint 名称需和服务名称匹配
subsets:
- addresses: # 服务将连接重定向到 Endpoint 的 IP 地址
  - ip: 11.11.11.11
  - ip: 22.22.22.22
  ports: # Endpoint 的目标端口
  - port: 80`;

const externalName = `
apiVersion: v1
kind: Service
metadata:
  name: external-service
spec:
  type: ExternalName # 创建一个具有别名的外部服务的服务
  externalName: someapi.somecompany.com # 实际服务的全限定名
  ports:
  - port: 80`;

const curl = (target: string, options = "-sS"): string => `kubectl exec kubia-3inly -- curl ${options} ${target}`;

function withEndpoints(terminal: Terminal): Terminal {
  terminal.apply(service);
  terminal.apply(endpoints("external-service"));
  terminal.wait("2s");
  return terminal;
}

describe("2 External Services", () => {
  item(38, "Service, Endpoints, pods: today the slices carry it, and kube-proxy reads nothing else", () => {
    const terminal = today();
    expect(terminal.out("kubectl get endpoints kubia --no-headers")).toContain("10.244.1.4:8080,10.244.2.5:8080,10.244.3.6:8080");
    const slices = terminal.out(
      "kubectl get endpointslices -l kubernetes.io/service-name=kubia -o jsonpath='{.items[*].endpoints[*].addresses[0]}'",
    );
    expect(slices.split(" ").sort()).toEqual(["10.244.1.4", "10.244.2.5", "10.244.3.6"]);
    // The older copy may go: the rules stay.
    terminal.run("kubectl delete endpoints kubia");
    expect(terminal.out(curl("kubia", "-s"))).toMatch(/^You've hit/);
  });

  item(39, "the kernel picks one address, by a rule that kube-proxy wrote", () => {
    const terminal = tutorial();
    terminal.out(curl("kubia", "-s"));
    const [choice] = terminal.cluster.hops().filter(({ action }) => action === "dnat");
    expect(choice?.at).toMatch(/^node\//);
    expect(choice?.rule).toMatch(/^-A KUBE-SEP-\w{16} .*-j DNAT --to-destination 10\.244\.\d\.\d:8080$/);
    expect(choice?.object).toBe("service/default/kubia");
  });

  item(40, "kubectl get endpoints kubia; deprecated from 1.33 on", () => {
    const lines = tutorial().out("kubectl get endpoints kubia").split("\n");
    expect(lines[0]).toMatch(/^NAME +ENDPOINTS +AGE$/);
    expect(lines[1]).toMatch(/^kubia +10\.244\.1\.4:8080,10\.244\.2\.5:8080,10\.244\.3\.6:8080 +\S+$/);
    expect(today().run("kubectl get endpoints kubia").stderr).toBe("");
    const newer = opened("apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: newer}\nspec:\n  cluster: {version: v1.33.0}\n");
    expect(newer.run("kubectl get endpoints kubernetes").stderr).toBe(
      "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n",
    );
  });

  item(41, "a Service without selector has no Endpoints, and refuses", () => {
    const terminal = tutorial();
    expect(terminal.apply(service).stdout).toBe("service/external-service created\n");
    terminal.wait("2s");
    expect(terminal.run("kubectl get endpoints external-service").stderr).toBe(
      'Error from server (NotFound): endpoints "external-service" not found\n',
    );
    expect(terminal.run(curl("external-service"))).toMatchObject({ exit: 7 });
    expect(terminal.cluster.hops().find(({ action }) => action === "reject")?.reason.code).toBe("kube-proxy.no-endpoints");
  });

  item(42, "Endpoints of the Service's name lead outside; one of another name does nothing", () => {
    const terminal = tutorial();
    terminal.apply(service);
    const missed = terminal.apply(endpoints("external-services"));
    expect(missed.stdout).toBe("endpoints/external-services created\n");
    expect(missed.hints.map(({ code }) => code)).toEqual(["kubectl.endpoints-name"]);
    expect(terminal.run(curl("external-service")).exit).toBe(7);
    expect(terminal.apply(endpoints("external-service")).stdout).toBe("endpoints/external-service created\n");
    terminal.wait("2s");
    expect(
      terminal.out("kubectl get endpointslices -l kubernetes.io/service-name=external-service -o jsonpath='{.items[0].metadata.labels}'"),
    ).toContain("endpointslicemirroring-controller.k8s.io");
    expect([...terminal.tally(curl("external-service", "-s"), 20).keys()].sort()).toEqual([
      "You've hit eleven.example.com",
      "You've hit twentytwo.example.com",
    ]);
  });

  item(43, "the same name as ExternalName: configured, the ClusterIP goes, the Endpoints stay behind", () => {
    const terminal = withEndpoints(today());
    expect(terminal.apply(externalName).stdout).toBe("service/external-service configured\n");
    expect(terminal.out("kubectl get svc external-service --no-headers").split(/\s+/).slice(1, 5)).toEqual([
      "ExternalName",
      "<none>",
      "someapi.somecompany.com",
      "80/TCP",
    ]);
    expect(terminal.out("kubectl get endpoints external-service --no-headers")).toContain("11.11.11.11:80,22.22.22.22:80");
  });

  item(44, "a CNAME, then straight to the other host, past every rule", () => {
    const terminal = today();
    terminal.apply(externalName);
    terminal.wait("1s");
    expect(terminal.out(curl("external-service.default.svc.cluster.local", "-s"))).toBe("You've hit someapi.somecompany.com\n");
    const hops = terminal.cluster.hops();
    expect(hops[0]?.destination).toBe("198.51.100.7:80");
    expect(hops.some(({ action }) => action === "dnat")).toBe(false);
    // Its `ports` mean nothing: another port goes where it says, and there nothing listens.
    expect(terminal.run(curl("external-service.default.svc.cluster.local:8080"))).toMatchObject({ exit: 7 });
    expect(terminal.cluster.hops()[0]?.destination).toBe("198.51.100.7:8080");
  });

  item(45, "a CNAME points to a name, not to a number", () => {
    const terminal = today();
    const accepted = terminal.apply(externalName.replace("someapi.somecompany.com", "198.51.100.7"));
    expect(accepted).toMatchObject({ exit: 0, stdout: "service/external-service created\n" });
    expect(accepted.hints.map(({ code }) => code)).toEqual(["kubectl.external-name-ip"]);
    terminal.wait("1s");
    const lost = terminal.run(curl("external-service"));
    expect(lost.exit).toBe(6);
    expect(lost.hints.map(({ code }) => code)).toEqual(["kubectl.external-name-ip"]);
  });
});
