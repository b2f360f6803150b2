import { expect, test } from "vitest";
import { commandsFor } from "../../src/ui/graph/card-commands.ts";
import { cluster } from "../harness/cluster.ts";

test.each([
  { id: "pod/default/kubia-x", has: "kubectl exec -it kubia-x -- sh" },
  { id: "pod/shop/web-1", has: "kubectl logs web-1 -n shop" },
  { id: "pod/default/kubia-x", has: "break pod/kubia-x status 500" },
  { id: "pod/shop/web-1", has: "break pod/shop/web-1 bind 127.0.0.1" },
  { id: "node/node2", has: "at node2 -- poweroff" },
  { id: "node/node2", has: "at node2 -- tc qdisc add dev eth0 root netem loss 30%" },
  { id: "node/node2", has: "mend node/node2" },
  { id: "service/default/kubia", has: "break controller/endpointslice" },
  { id: "rules/node2", has: "at node2 -- iptables-save -t nat" },
  { id: "service/default/kubia", has: "kubectl get endpointslices -l kubernetes.io/service-name=kubia" },
  { id: "client/laptop", has: "curl -s " },
])("the menu of $id types: $has", ({ id, has }) => {
  expect(commandsFor(id, "laptop").map((offered) => offered.command)).toContain(has);
});

test.each([
  { mode: "ipvs", types: "at node2 -- ipvsadm -Ln" },
  { mode: "nftables", types: "at node2 -- nft list table ip kube-proxy" },
])("where kube-proxy writes $mode rules, they are shown by $types", ({ mode, types }) => {
  expect(commandsFor("rules/node2", "laptop", mode).map((offered) => offered.command)).toContain(types);
});

/** Typed as they stand, each is taken: the menu offers nothing that the terminal refuses. */
test("what a card's menu types succeeds", () => {
  const open = cluster(`apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: node1, containers: [{name: c, image: luksa/kubia}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`);
  open.advance(5000);
  const isOwn = /^(break|mend|at node\d -- tc)/;
  for (const id of ["pod/shop/web", "service/shop/web", "node/node1"]) {
    for (const { command } of commandsFor(id, "laptop")) {
      if (isOwn.test(command)) expect({ command, ...open.run(command) }).toMatchObject({ exit: 0, stderr: "" });
    }
  }
});
