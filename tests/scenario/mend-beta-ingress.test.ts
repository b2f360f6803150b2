import { describe, expect, test } from "vitest";
import { openPlayground } from "../../src/playground/playground.ts";

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: kubia}\nspec: {ports: [{port: 80}]}\n";
const beta = (version: string) => `# The book's own
apiVersion: ${version}
kind: Ingress
metadata:
  name: kubia
spec:
  rules:
  - host: kubia.example.com
    http:
      paths:
      - path: /
        backend:
          serviceName: kubia-nodeport
          servicePort: 80
`;
const today = `# The book's own
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: kubia
spec:
  ingressClassName: nginx
  rules:
  - host: kubia.example.com
    http:
      paths:
      - backend:
          service:
            name: kubia-nodeport
            port:
              number: 80
        path: /
        pathType: ImplementationSpecific
`;

// The server's words: kubectl 1.32 against a 1.32 server. The conversion: pkg/apis/networking/v1beta1, Convert_v1beta1_Ingress_To_networking_Ingress.
describe("a beta Ingress is offered as clusters of today take it", () => {
  test.each(["extensions/v1beta1", "networking.k8s.io/v1beta1"])("%s", (version) => {
    const opened = openPlayground(`${service}---\n${beta(version)}`);
    if (opened.ok) throw new Error("a current cluster took it");
    const problem = opened.problems.find(({ severity }) => severity === "error");
    expect(problem?.detail).toBe(`no matches for kind "Ingress" in version "${version}"`);
    expect(problem?.mend).toEqual({ code: "mend.ingress-beta", text: `${service}---\n${today}` });
    expect(openPlayground(problem?.mend?.text ?? "").ok).toBe(true);
  });

  test("a cluster of its time takes it, and offers nothing", () => {
    const scenario = "apiVersion: kubehop.dev/v1\nkind: Scenario\nmetadata: {name: old}\nspec: {cluster: {version: v1.20.15}}\n---\n";
    expect(openPlayground(`${scenario}${beta("extensions/v1beta1")}`).ok).toBe(true);
  });
});
