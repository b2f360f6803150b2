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
  type: NodePort
  ports:
  - port: 80
    targetPort: 8080
  selector:
    app: kubia
---`;

/** As printed; `tls` goes before the rules. */
const beta = (tls = ""): string => `
apiVersion: extensions/v1beta1
kind: Ingress
metadata:
  name: kubia
spec:${tls}
  rules:
  # 接收所有请求主机 kubia.example.com 的 HTTP 请求,转发到 kubia-nodeport 的 80 端口
  - host: kubia.example.com # must be a DNS name, not an IP address
    http:
      paths:
      - path: /
        backend:
          serviceName: kubia-nodeport
          servicePort: 80`;

const current = (top = "\n  ingressClassName: nginx", host = "kubia.example.com"): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: kubia
spec:${top}
  rules:
  - host: ${host}
    http:
      paths:
      - path: /
        pathType: ImplementationSpecific
        backend:
          service: {name: kubia-nodeport, port: {number: 80}}`;

const tls = (field: string): string => `
  tls: # tls 配置
  - hosts: # 接收主机的 tls 连接
    - kubia.example.com
    ${field}: tls-secret # 私钥和证书`;

const toController = "curl -s -H 'Host: kubia.example.com' 192.168.99.100";

function withIngress(terminal: Terminal, ingress: string): Terminal {
  expect(terminal.apply(`${nodePort}${ingress}`).exit).toBe(0);
  terminal.wait("14s");
  return terminal;
}

function makeCertificate(terminal: Terminal): void {
  terminal.run("openssl genrsa -out tls.key 2048");
  terminal.run("openssl req -new -x509 -key tls.key -out tls.cert -days 360 -subj /CN=kubia.example.com");
  expect(terminal.out("kubectl create secret tls tls-secret --cert=tls.cert --key=tls.key")).toBe("secret/tls-secret created\n");
}

describe("4 Ingress", () => {
  item(60, "each LoadBalancer needs an address of its own, an Ingress none more", () => {
    const terminal = withIngress(today(), current());
    terminal.run("kubectl create service loadbalancer one --tcp=80:8080; kubectl create service loadbalancer two --tcp=80:8080");
    terminal.wait("8s");
    const addresses = terminal.out("kubectl get svc one two -o jsonpath='{.items[*].status.loadBalancer.ingress[0].ip}'").split(" ");
    expect(new Set(addresses).size).toBe(2);
    expect(terminal.out("kubectl get ingress kubia -o jsonpath='{.status.loadBalancer.ingress[*].ip}'")).toBe("192.168.99.100");
  });

  item(61, "by host and path", () => {
    const terminal = withIngress(today(), current());
    expect(terminal.out(toController)).toMatch(/^You've hit/);
    expect(terminal.out("curl -s -o /dev/null -w '%{http_code}' -H 'Host: bar.example.com' 192.168.99.100")).toBe("404");
  });

  item(62, "cookie affinity, which Services cannot give", () => {
    const terminal = withIngress(today(), current());
    expect(terminal.tally(toController, 6).size).toBe(3); // nginx takes turns
    terminal.run("kubectl annotate ingress kubia nginx.ingress.kubernetes.io/affinity=cookie");
    terminal.wait("6s");
    const first = terminal.out(`${toController} -c jar`);
    expect([...terminal.tally(`${toController} -b jar`, 6).keys()]).toEqual([first.trim()]);
  });

  item(63, "only with a controller: without one ADDRESS stays empty and nothing listens", () => {
    const terminal = opened(
      "apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: bare}\nspec:\n  cluster: {ingressController: none}\n",
    );
    expect(terminal.apply(current()).stdout).toBe("ingress.networking.k8s.io/kubia created\n");
    terminal.wait("2m");
    expect(terminal.out("kubectl get ingress kubia -o jsonpath='{.status.loadBalancer.ingress}'")).toBe("");
    expect(terminal.out("kubectl get svc -A --no-headers")).not.toContain("ingress");
  });

  item(64, "extensions/v1beta1: created with a warning then, unknown today", () => {
    const warning =
      "Warning: extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress\n";
    expect(tutorial().apply(beta())).toMatchObject({ exit: 0, stdout: "ingress.extensions/kubia created\n", stderr: warning });
    const now = today().apply(beta());
    expect(now).toMatchObject({
      exit: 1,
      stderr:
        'error: resource mapping not found for name: "kubia" namespace: "" from "STDIN": no matches for kind "Ingress" in version "extensions/v1beta1"\nensure CRDs are installed first\n',
    });
    expect(now.hints.map(({ code }) => code)).toEqual(["kubectl.ingress-beta"]);
    // The offer, taken: the Ingress as it is written today, with its class.
    const terminal = today();
    terminal.apply(nodePort);
    expect(terminal.out(now.hints[0]?.command as string)).toBe("ingress.networking.k8s.io/kubia created\n");
    terminal.wait("14s");
    expect(terminal.out(toController)).toMatch(/^You've hit/);
  });

  item(65, "it names no class: served in its time, ignored since", () => {
    expect(withIngress(tutorial(), beta()).out(toController)).toMatch(/^You've hit/);
    const terminal = today();
    const classless = terminal.apply(`${nodePort}${current("")}`);
    expect(classless.exit).toBe(0);
    expect(classless.hints.map(({ code }) => code)).toEqual(["kubectl.ingress-without-class"]);
    terminal.wait("60s");
    expect(terminal.out("kubectl get ingress kubia -o jsonpath='{.status.loadBalancer.ingress}'")).toBe("");
    expect(terminal.out(`${toController} -o /dev/null -w '%{http_code}'`)).toBe("404");
    terminal.out(`kubectl patch ingress kubia -p '{"spec":{"ingressClassName":"nginx"}}'`);
    terminal.wait("14s");
    expect(terminal.out(toController)).toMatch(/^You've hit/);
  });

  item(66, "the host must be a DNS name, not an IP address", () => {
    expect(today().apply(current(undefined, "192.168.99.100")).stderr).toBe(
      'The Ingress "kubia" is invalid: spec.rules[0].host: Invalid value: "192.168.99.100": must be a DNS name, not an IP address\n',
    );
  });

  item(67, "kubectl get ingress, 14 s after", () => {
    const cells = (terminal: Terminal): readonly string[] =>
      terminal.out("kubectl get ingress").split("\n")[1]?.split(/\s+/).slice(0, 6) ?? [];
    expect(cells(withIngress(tutorial(), beta()))).toEqual(["kubia", "<none>", "kubia.example.com", "192.168.99.100", "80", "14s"]);
    expect(cells(withIngress(today(), current()))).toEqual(["kubia", "nginx", "kubia.example.com", "192.168.99.100", "80", "14s"]);
  });

  item(68, "vi needs a screen; headless it names the redirection", () => {
    const result = tutorial().run("vi /etc/hosts");
    expect(result.exit).not.toBe(0);
    expect(result.stderr).toContain("echo '...' >> /etc/hosts");
  });

  item(69, "curl by name: unknown before /etc/hosts has it", () => {
    const terminal = withIngress(tutorial(), beta());
    expect(terminal.run("curl -sS http://kubia.example.com")).toMatchObject({
      exit: 6,
      stderr: "curl: (6) Could not resolve host: kubia.example.com\n",
    });
    terminal.run("echo '192.168.99.100 kubia.example.com' >> /etc/hosts");
    expect(terminal.out("curl -s http://kubia.example.com")).toMatch(/^You've hit/);
  });

  item(70, "or the outside world's DNS knows it", () => {
    const text = readFileSync(join(import.meta.dirname, "../../scenarios/tutorial-today.yaml"), "utf8");
    const terminal = opened(text.replace("  clients:\n", "  dns: {kubia.example.com: 192.168.99.100}\n  clients:\n"));
    withIngress(terminal, current());
    expect(terminal.out("getent hosts kubia.example.com")).toMatch(/^192\.168\.99\.100\s+kubia\.example\.com\n$/);
    expect(terminal.out("curl -s http://kubia.example.com")).toMatch(/^You've hit/);
  });

  item(71, "the controller reads the Host header and opens a second connection straight to a pod", () => {
    const terminal = withIngress(today(), current());
    terminal.out(toController);
    const hops = JSON.parse(terminal.out("hops -o json")) as readonly Record<string, string>[];
    const upstream = hops.filter(({ parent }) => parent !== undefined);
    expect(upstream.length).toBeGreaterThan(0);
    expect(upstream[0]?.at).toMatch(/^pod\/ingress-nginx\//);
    expect(upstream[0]?.destination).toMatch(/^10\.244\.\d\.\d:8080$/); // the pod's address, not the ClusterIP
    expect(upstream.some(({ action }) => action === "dnat")).toBe(false);
  });

  item(72, "several hosts and paths at one address", () => {
    const terminal = today();
    const echo = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  containers:
  - {name: web, image: registry.k8s.io/e2e-test-images/agnhost:2.45, args: [netexec, --http-port=8080]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  selector: {app: ${name}}
  ports: [{port: 80, targetPort: 8080}]
---`;
    const path = (at: string, name: string): string =>
      `      - {path: ${at}, pathType: Prefix, backend: {service: {name: ${name}, port: {number: 80}}}}`;
    terminal.apply(`${echo("foo")}${echo("bar")}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: several}
spec:
  ingressClassName: nginx
  rules:
  - host: kubia.example.com
    http:
      paths:
${path("/kubia", "kubia")}
${path("/hostname", "foo")}
  - host: bar.example.com
    http:
      paths:
${path("/", "bar")}`);
    terminal.wait("8s");
    const get = (host: string, at: string): string => terminal.out(`curl -s -H 'Host: ${host}' 192.168.99.100${at}`);
    expect(get("kubia.example.com", "/kubia")).toMatch(/^You've hit kubia-/);
    expect(get("kubia.example.com", "/hostname")).toBe("foo"); // the path arrives unchanged
    expect(get("bar.example.com", "/hostname")).toBe("bar");
    expect(get("kubia.example.com", "/")).toContain("404 Not Found");
  });

  item(73, "TLS ends at the controller; behind it all is plain", () => {
    const terminal = today();
    makeCertificate(terminal);
    withIngress(terminal, current(`\n  ingressClassName: nginx${tls("secretName")}`));
    terminal.out("curl -sk --resolve kubia.example.com:443:192.168.99.100 https://kubia.example.com/");
    const upstream = terminal
      .out("hops")
      .split("\n")
      .filter((line) => line.includes(":8080"));
    expect(upstream.some((line) => line.includes("GET / HTTP/1.1"))).toBe(true);
    const front = terminal
      .out("hops")
      .split("\n")
      .filter((line) => line.includes("client/laptop") && line.includes(":443"));
    expect(front.length).toBeGreaterThan(0);
    expect(front.some((line) => line.includes("GET /"))).toBe(false);
  });

  item(74, "kubectl create secret tls needs the files, and a pair", () => {
    const terminal = tutorial();
    const missing = terminal.run("kubectl create secret tls tls-secret --cert=tls.cert --key=tls.key");
    expect(missing).toMatchObject({ exit: 1, stderr: "error: Cannot read file tls.cert, open tls.cert: no such file or directory\n" });
    expect(missing.hints.map(({ code }) => code)).toEqual(["kubectl.tls-files-missing"]);
    makeCertificate(terminal);
    terminal.run("openssl genrsa -out other.key 2048");
    expect(terminal.run("kubectl create secret tls wrong --cert=tls.cert --key=other.key").stderr).toBe(
      "error: tls: private key does not match public key\n",
    );
  });

  item(75, "tls with serviceName: refused, then and today", () => {
    const old = tutorial().apply(beta(tls("serviceName")));
    expect(old.exit).toBe(1);
    expect(old.stderr).toContain(
      'error validating data: ValidationError(Ingress.spec.tls[0]): unknown field "serviceName" in io.k8s.api.extensions.v1beta1.IngressTLS',
    );
    const now = today().apply(current(`\n  ingressClassName: nginx${tls("serviceName")}`));
    expect(now.exit).toBe(1);
    expect(now.stderr).toContain('strict decoding error: unknown field "spec.tls[0].serviceName"');
    for (const { hints } of [old, now]) expect(hints.map(({ code }) => code)).toEqual(["kubectl.tls-service-name"]);
  });

  item(76, "https: -k, or exit 60; http is sent on with 308; PORTS 80, 443", () => {
    const terminal = tutorial();
    makeCertificate(terminal);
    withIngress(terminal, beta(tls("secretName")));
    terminal.run("echo '192.168.99.100 kubia.example.com' >> /etc/hosts");
    expect(terminal.out("curl -s -k https://kubia.example.com/")).toMatch(/^You've hit/);
    const refused = terminal.run("curl -sS https://kubia.example.com/");
    expect(refused.exit).toBe(60);
    expect(refused.stderr).toMatch(/^curl: \(60\) SSL certificate problem: self-signed certificate\n/);
    expect(terminal.out("curl -s -o /dev/null -w '%{http_code}' http://kubia.example.com/")).toBe("308");
    expect(terminal.out("kubectl get ingress --no-headers")).toMatch(/ 80, 443 /);
  });
});
