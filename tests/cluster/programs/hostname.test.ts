import { expect, test } from "vitest";
import { cluster } from "../../harness/cluster.ts";

/** kubernetes.io, "DNS for Services and Pods": hostname and subdomain give the FQDN that `hostname --fqdn` returns. */
test.each([
  ["kubectl exec web-1 -- hostname", "web-1\n"],
  ["kubectl exec web-1 -- hostname -f", "web-1.web.default.svc.cluster.local\n"],
  ["kubectl exec web-1 -- hostname -d", "web.default.svc.cluster.local\n"],
  ["kubectl exec client -- hostname --fqdn", "client\n"],
  ["at node1 -- hostname -f", "node1\n"],
])("%s", (command, text) => {
  expect(cluster("scenarios/headless.yaml").run(command).stdout).toBe(text);
});
