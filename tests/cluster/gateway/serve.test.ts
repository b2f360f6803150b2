import { beforeAll, describe, expect, test } from "vitest";
import { type OpenScenario, openScenario } from "../../../src/playground/library.ts";

const app = (name: string) => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec: {containers: [{name: c, image: luksa/kubia}]}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
`;

const scenario = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: nginx}
spec: {controllerName: gateway.nginx.org/nginx-gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: nginx
  listeners:
    - {name: http, port: 80, protocol: HTTP}
    - {name: inner, port: 80, protocol: HTTP, hostname: "*.inner.com", allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: web, sectionName: http}]
  hostnames: [shop.com]
  rules:
    - matches: [{path: {value: /}, headers: [{name: version, value: two}]}]
      backendRefs: [{name: b, port: 80}]
    - matches: [{path: {value: /v2}}]
      backendRefs: [{name: b, port: 80}]
    - matches: [{path: {type: Exact, value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: new.com, statusCode: 301}}]
    - matches: [{path: {value: /missing}}]
      backendRefs: [{name: nosuch, port: 80}]
    - matches: [{path: {value: /empty}}]
      backendRefs: [{name: nobody, port: 80}]
    - matches: [{path: {value: /nothing}}]
    - matches: [{path: {value: /post}, method: POST}]
      backendRefs: [{name: b, port: 80}]
    - matches: [{path: {value: /ask}, queryParams: [{name: animal, value: whale}]}]
      backendRefs: [{name: b, port: 80}]
    - backendRefs: [{name: a, port: 80}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: split}
spec:
  parentRefs: [{name: web}]
  hostnames: [split.com]
  rules: [{backendRefs: [{name: a, port: 80, weight: 3}, {name: b, port: 80, weight: 1}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: elsewhere}
spec:
  parentRefs: [{name: other}, {name: web, sectionName: nosuch}]
---
apiVersion: v1
kind: Service
metadata: {name: nobody}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
${app("a")}${app("b")}`;

describe("a Gateway of NGINX Gateway Fabric's class", () => {
  let home: OpenScenario;
  let ip: string;
  beforeAll(() => {
    home = openScenario(scenario);
    home.run("wait 20s");
    ip = home.run("kubectl get gateway web -o jsonpath='{.status.addresses[0].value}'").stdout;
  });
  const run = (command: string) => home.run(command.replaceAll("GW", ip)).stdout;

  // gateway-api conformance/tests/httproute-matching.yaml, httproute-header-matching.yaml and the status codes of apis/v1 HTTPRouteRule.backendRefs
  test.each([
    { ask: "-H 'Host: shop.com' http://GW/", answer: "You've hit a\n" },
    { ask: "-H 'Host: shop.com:1234' http://GW/", answer: "You've hit a\n" },
    { ask: "-H 'Host: shop.com' -H 'Version: two' http://GW/", answer: "You've hit b\n" },
    { ask: "-H 'Host: shop.com' http://GW/v2/example", answer: "You've hit b\n" },
    { ask: "-H 'Host: shop.com' http://GW/v2example", answer: "You've hit a\n" },
    { ask: "-H 'Host: shop.com' http://GW/post", answer: "You've hit a\n" },
    { ask: "-X POST -H 'Host: shop.com' http://GW/post", answer: "You've hit b\n" },
    { ask: "-H 'Host: shop.com' 'http://GW/ask?animal=whale'", answer: "You've hit b\n" },
    { ask: "-H 'Host: shop.com' 'http://GW/ask?animal=dolphin&animal=whale'", answer: "You've hit a\n" },
    { ask: "-o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: shop.com' http://GW/old", answer: "301 http://new.com/old" },
    { ask: "-o /dev/null -w '%{http_code}' -H 'Host: shop.com' http://GW/missing", answer: "500" },
    { ask: "-o /dev/null -w '%{http_code}' -H 'Host: shop.com' http://GW/empty", answer: "503" },
    { ask: "-o /dev/null -w '%{http_code}' -H 'Host: shop.com' http://GW/nothing", answer: "500" },
    { ask: "-o /dev/null -w '%{http_code}' http://GW/", answer: "404" },
    { ask: "-o /dev/null -w '%{http_code}' -H 'Host: x.inner.com' http://GW/", answer: "404" },
  ])("curl -s $ask", ({ ask, answer }) => {
    expect(run(`curl -s ${ask}`)).toBe(answer);
  });

  test("weights share the requests", () => {
    const counts = run("for i in $(seq 200); do curl -s -H 'Host: split.com' http://GW/; done | sort | uniq -c");
    const [a, b] = [...counts.matchAll(/(\d+) You/g)].map(([, count]) => Number(count)) as [number, number];
    expect(a + b).toBe(200);
    // 99.9 % of all runs lie between 170 and 128.
    expect(a).toBeGreaterThan(127);
    expect(a).toBeLessThan(171);
  });

  test("statuses tell what came of it (gateway-api apis/v1 conditions)", () => {
    const condition = (object: string, type: string, at = "conditions") =>
      run(`kubectl get ${object} -o jsonpath='{.status.${at}[?(@.type=="${type}")].reason}'`);
    expect(condition("gatewayclass nginx", "Accepted")).toBe("Accepted");
    expect(condition("gateway web", "Programmed")).toBe("Programmed");
    expect(condition("httproute shop", "Accepted", "parents[0].conditions")).toBe("Accepted");
    expect(condition("httproute shop", "ResolvedRefs", "parents[0].conditions")).toBe("BackendNotFound");
    // A Gateway that is not there gets no entry; the other parent has no such listener.
    expect(condition("httproute elsewhere", "Accepted", "parents[0].conditions")).toBe("NoMatchingParent");
    expect(run("kubectl get gateway web -o jsonpath='{.status.listeners[*].attachedRoutes}'")).toBe("2 0");
  });

  test("the second connection goes straight to the pod, and is told of as a consequence of the first", () => {
    run("curl -s -H 'Host: shop.com' http://GW/");
    const { stdout } = home.run("hops");
    expect(stdout).toMatch(/pod\/default\/web-nginx-\S+#\d+ +tcp +\S+ -> 10\.244\.\d+\.\d+:8080 +\(for client\/laptop#\d+\)/);
  });

  test("a deleted Gateway takes its nginx along", () => {
    run("kubectl delete gateway web");
    run("wait 40s");
    expect(run("kubectl get deployments,services -o name")).toBe("service/a\nservice/b\nservice/kubernetes\nservice/nobody\n");
  });
});

test("without a class of its controller a Gateway waits, with the CRD's own words", () => {
  const home = openScenario(`apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: other}
spec: {controllerName: example.com/gateway}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec: {gatewayClassName: other, listeners: [{name: http, port: 80, protocol: HTTP}]}
`);
  home.run("wait 10s");
  expect(home.run("kubectl get gateway web -o jsonpath='{.status.conditions[*].message}'").stdout).toBe(
    "Waiting for controller Waiting for controller",
  );
  expect(home.run("kubectl get deployments").stderr).toBe("No resources found in default namespace.\n");
});
