import { expect, test } from "vitest";
import { commandsFor } from "../../src/ui/graph/card-commands.ts";

test.each([
  { id: "pod/default/kubia-x", has: "kubectl exec -it kubia-x -- sh" },
  { id: "pod/shop/web-1", has: "kubectl logs web-1 -n shop" },
  { id: "pod/default/kubia-x", has: "break pod/kubia-x status 500" },
  { id: "node/node2", has: "at node2 -- poweroff" },
  { id: "rules/node2", has: "at node2 -- iptables-save -t nat" },
  { id: "service/default/kubia", has: "kubectl get endpointslices -l kubernetes.io/service-name=kubia" },
  { id: "client/laptop", has: "curl -s " },
])("the menu of $id types: $has", ({ id, has }) => {
  expect(commandsFor(id, "laptop").map((offered) => offered.command)).toContain(has);
});
