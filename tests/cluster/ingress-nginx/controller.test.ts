import { describe, expect, test } from "vitest";
import { cluster } from "../../harness/cluster.ts";

const app = (name: string, image = "luksa/kubia", port = 8080): string => `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 3
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: c, image: "${image}"${image.includes("agnhost") ? ", args: [netexec]" : ""}}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: ${port}}]}
`;

const scenario = `
apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: ingress}
spec:
  seed: 1
  cluster: {ingressController: {class: nginx, ip: 203.0.113.80}}
${app("kubia")}${app("echo", "registry.k8s.io/e2e-test-images/agnhost:2.39")}${app("closed", "luksa/kubia", 8081)}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: plain}
spec:
  ingressClassName: nginx
  rules:
  - host: kubia.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: kubia, port: {number: 80}}}}
      - {path: /echo, pathType: Prefix, backend: {service: {name: echo, port: {name: http}}}}
      - {path: /missing, pathType: Prefix, backend: {service: {name: nosuch, port: {number: 80}}}}
      - {path: /closed, pathType: Prefix, backend: {service: {name: closed, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: sticky
  annotations: {nginx.ingress.kubernetes.io/affinity: cookie, nginx.ingress.kubernetes.io/session-cookie-name: route}
spec:
  ingressClassName: nginx
  rules:
  - host: sticky.example.com
    http: {paths: [{path: /app, pathType: Prefix, backend: {service: {name: kubia, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: rewrite
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2, nginx.ingress.kubernetes.io/use-regex: "true"}
spec:
  ingressClassName: nginx
  rules:
  - host: rewrite.example.com
    http: {paths: [{path: "/api(/|$)(.*)", pathType: ImplementationSpecific, backend: {service: {name: echo, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: secure}
spec:
  ingressClassName: nginx
  tls:
  - {hosts: [tls.example.com], secretName: tls-secret}
  - {hosts: [nosecret.example.com], secretName: nosuch}
  rules:
  - host: tls.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: echo, port: {number: 80}}}}]}
  - host: nosecret.example.com
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: kubia, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: classless}
spec:
  rules: [{host: classless.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: kubia, port: {number: 80}}}}]}}]
`;

const playground = cluster(scenario);
playground.run("openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -days 365 -subj /CN=tls.example.com 2>/dev/null");
playground.run("kubectl create secret tls tls-secret --cert=tls.crt --key=tls.key");
playground.run("wait 20s");
const run = (command: string) => playground.run(command);
const get = (host: string, target: string, more = ""): string =>
  run(`curl -s ${more} -H 'Host: ${host}' http://203.0.113.80${target}`).stdout;
const status = (host: string, target: string, more = ""): string => get(host, target, `-o /dev/null -w '%{http_code}' ${more}`);
const tls = (host: string): string => `--resolve ${host}:443:203.0.113.80 https://${host}`;

describe("backends (ingress-nginx e2e: defaultbackend, endpointslices)", () => {
  test("round robin reaches every pod", () => {
    const answers = new Set(Array.from({ length: 3 }, () => get("kubia.example.com", "/")));
    expect(answers.size).toBe(3);
  });
  test.each([
    ["no such Service", "kubia.example.com", "/missing", "503"],
    ["nobody listens: three tries, then", "kubia.example.com", "/closed", "502"],
    ["no such host", "other.example.com", "/", "404"],
    ["no class", "classless.example.com", "/", "404"],
  ])("%s: %s%s gives %s", (_, host, target, expected) => expect(status(host, target)).toBe(expected));
  test("its own page", () => {
    expect(get("other.example.com", "/")).toBe(
      "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
    );
  });
  test("the Server header is gone, framing is nginx' own", () => {
    expect(
      get("kubia.example.com", "/", "-i")
        .replace(/Date: .*\r\n/, "")
        .split("You've")[0],
    ).toBe("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
  });
  test("rewrite-target with a group", () => expect(get("rewrite.example.com", "/api/echo?msg=hi")).toBe("hi"));
});

describe("headers to the backend (nginx.tmpl)", () => {
  const headerOf = (name: string, more = ""): string => get("rewrite.example.com", `/api/header?key=${name}`, more);
  test.each([
    ["X-Forwarded-For", "203.0.113.10"],
    ["X-Real-IP", "203.0.113.10"],
    ["X-Forwarded-Host", "rewrite.example.com"],
    ["X-Forwarded-Port", "80"],
    ["X-Forwarded-Proto", "http"],
    ["X-Scheme", "http"],
  ])("%s: %s", (name, value) => expect(headerOf(name)).toBe(value));
  test("what the client sent is replaced, and kept aside", () => {
    expect(headerOf("X-Forwarded-For", "-H 'X-Forwarded-For: 1.2.3.4'")).toBe("203.0.113.10");
    expect(headerOf("X-Original-Forwarded-For", "-H 'X-Forwarded-For: 1.2.3.4'")).toBe("1.2.3.4");
  });
  test("X-Request-ID is 32 hex digits", () => expect(headerOf("X-Request-ID")).toMatch(/^[0-9a-f]{32}$/));
});

describe("cookie affinity", () => {
  test("the first answer sets the cookie for the path of the rule", () => {
    expect(get("sticky.example.com", "/app", "-i")).toMatch(
      /\r\nSet-Cookie: route=\d+\.\d+\.\d+\.\d+\|[0-9a-f]{32}; Path=\/app; HttpOnly\r\n/,
    );
  });
  test("with it one pod answers, and no new cookie comes", () => {
    const cookie = /Set-Cookie: (route=[^;]+)/.exec(get("sticky.example.com", "/app", "-i"))?.[1] ?? "";
    const answers = new Set(Array.from({ length: 6 }, () => get("sticky.example.com", "/app", `-b '${cookie}'`)));
    expect(answers.size).toBe(1);
    expect(get("sticky.example.com", "/app", `-i -b '${cookie}'`)).not.toContain("Set-Cookie");
  });
  test("a jar sticks", () => {
    const first = get("sticky.example.com", "/app", "-c jar");
    expect(Array.from({ length: 4 }, () => get("sticky.example.com", "/app", "-b jar"))).toEqual([first, first, first, first]);
  });
});

describe("TLS", () => {
  test("plain http is sent to https; one trailing slash goes", () => {
    expect(get("tls.example.com", "/a/b?c=d", "-o /dev/null -w '%{http_code} %{redirect_url}'")).toBe(
      "308 https://tls.example.com/a/b?c=d",
    );
    expect(get("tls.example.com", "/", "-i")).toContain("\r\nLocation: https://tls.example.com\r\n");
    expect(status("nosecret.example.com", "/")).toBe("308");
  });
  test("the Secret's certificate by SNI, HTTP/2, HSTS", () => {
    const { stdout, stderr } = run(`curl -siv --cacert tls.crt ${tls("tls.example.com")}/hostname`);
    expect(stderr).toContain("*  subject: CN=tls.example.com\n");
    expect(stderr).toContain("*  SSL certificate verify ok.\n");
    expect(stdout).toMatch(/^HTTP\/2 200 \r\n/);
    expect(stdout).toContain("\r\nstrict-transport-security: max-age=31536000; includeSubDomains\r\n");
  });
  test("without -k: exit 60", () => expect(run(`curl -s ${tls("tls.example.com")}/`).exit).toBe(60));
  test.each([
    ["a missing Secret", `${tls("nosecret.example.com")}/`],
    ["no SNI", "https://203.0.113.80/"],
  ])("%s: the fake certificate", (_, url) => {
    expect(run(`curl -skv ${url}`).stderr).toContain("*  subject: O=Acme Co; CN=Kubernetes Ingress Controller Fake Certificate\n");
  });
  test("-H Host changes the routing, not the certificate", () => {
    const { stdout, stderr } = run("curl -skv -H 'Host: tls.example.com' https://203.0.113.80/hostname");
    expect(stderr).toContain("Fake Certificate");
    expect(stdout).toMatch(/^echo-/);
  });
});

test("status and event", () => {
  expect(run("kubectl get ingress plain -o jsonpath='{.status.loadBalancer.ingress[0].ip}'").stdout).toBe("203.0.113.80");
  expect(run("kubectl get ingress classless -o jsonpath='{.status.loadBalancer}'").stdout).toBe("{}");
  expect(run("kubectl describe ingress plain").stdout).toMatch(/Normal {2}Sync .* nginx-ingress-controller {2}Scheduled for sync\n$/);
});

test("the upstream connection follows its parent, straight to the pod", () => {
  get("kubia.example.com", "/");
  const hops = JSON.parse(run("hops -o json").stdout) as { connection: string; destination: string; at: string }[];
  const upstream = hops.filter((hop) => hop.connection.startsWith("pod/ingress-nginx/"));
  expect(upstream.length).toBeGreaterThan(0);
  expect(upstream[0]?.destination).toMatch(/^10\.244\.\d+\.\d+:8080$/);
});
