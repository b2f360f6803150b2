import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openScenario } from "../../src/playground/library.ts";
import { canAskKernel, Namespace, started } from "./namespaces.ts";
import { sortedElements } from "./texts.ts";

const possible = canAskKernel();

/** A cluster as a user has it: system Services, Ingress controller, an application, a policy. */
const scenario = (mode: string): string => `
apiVersion: kubehop.dev/v1
kind: Scenario
metadata: {name: whole}
spec: {cluster: {proxyMode: ${mode}}}
---
apiVersion: v1
kind: Service
metadata: {name: kubia}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  loadBalancerSourceRanges: [203.0.113.0/24, 192.168.0.0/24]
  selector: {app: kubia}
  ports: [{name: http, port: 80, targetPort: 8080, nodePort: 30123}, {name: https, port: 443, targetPort: 8443}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kubia}
spec:
  replicas: 5
  selector: {matchLabels: {app: kubia}}
  template: {metadata: {labels: {app: kubia}}, spec: {containers: [{name: kubia, image: luksa/kubia}]}}
---
apiVersion: v1
kind: Service
metadata: {name: nothing}
spec: {selector: {app: nothing}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: only-kubia}
spec:
  podSelector: {matchLabels: {app: kubia}}
  ingress: [{from: [{podSelector: {matchLabels: {app: kubia}}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.96.0.0/12]}}], ports: [{port: 8080}]}]
`;

/** The ways in which people look at rules. */
const listings = [
  "iptables -S",
  "iptables -L",
  "iptables -L -n",
  "iptables -nvL FORWARD",
  "iptables -t nat -S",
  "iptables -t nat -L",
  "iptables -t nat -L -n --line-numbers",
  "iptables -t nat -L KIND-MASQ-AGENT -n -v",
  "iptables -t mangle -L -v -n --line-numbers",
  "iptables -t nat -S -v",
  "iptables -t nat -L -v -x",
];

describe.skipIf(!possible)("the text of a whole cluster's node loads into the kernel, and saves as it was", () => {
  let scratch: Namespace;
  beforeAll(async () => {
    scratch = new Namespace("scratch");
    await started([scratch]);
  });
  afterAll(() => scratch?.end());

  test.each(["iptables", "nftables"])("%s: iptables-save", (mode) => {
    const playground = openScenario(scenario(mode));
    playground.advance(10_000);
    for (const node of ["node1", "node2", "node3"]) {
      const { stdout } = playground.run("iptables-save -c", { on: `node/${node}` });
      expect(stdout).toMatch(/^\[[1-9]\d*:\d+\] -A POSTROUTING/m);
      scratch.run("nft flush ruleset");
      scratch.run("iptables-restore -c", stdout);
      expect(scratch.run("iptables-save -c").replace(/^#.*\n/gm, "")).toBe(stdout.replace(/^#.*\n/gm, ""));
      for (const listing of listings) expect(playground.run(listing, { on: `node/${node}` }).stdout, listing).toBe(scratch.run(listing));
    }
  });

  test("nftables: nft list table ip kube-proxy", () => {
    const playground = openScenario(scenario("nftables"));
    playground.advance(10_000);
    for (const node of ["node1", "node2", "node3"]) {
      const { stdout } = playground.run("nft list table ip kube-proxy", { on: `node/${node}` });
      expect(stdout).toContain("default/kubia/tcp/http");
      scratch.run("nft flush ruleset");
      scratch.run("nft -f -", stdout);
      expect(sortedElements(scratch.run("nft list table ip kube-proxy"))).toBe(sortedElements(stdout));
      for (const listing of [
        "nft list tables ip",
        "nft list chains ip",
        "nft list sets ip",
        "nft list maps ip",
        "nft list chain ip kube-proxy services",
      ]) {
        const listed = playground.run(listing, { on: `node/${node}` }).stdout;
        expect(sortedElements(listed), listing).toBe(sortedElements(scratch.run(listing)));
      }
    }
  });
});
