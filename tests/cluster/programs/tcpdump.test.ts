import { expect, test } from "vitest";
import { cluster } from "../../harness/cluster.ts";

/** packet(7): a capture sees what leaves the machine, which is after its own OUTPUT and POSTROUTING rules. */
test("a node's own connection to a ClusterIP stands on the wire with the pod's address", () => {
  const opened = cluster("scenarios/kubia.yaml");
  opened.run("wait 3s");
  const { stdout } = opened.run(
    "at node1 -- tcpdump -c 4 -t -n -i any port 80 or port 8080 & sleep 1; at node1 -- curl -s 10.111.249.153; wait",
  );
  const lines = stdout.split("\n").filter((line) => line.includes(" IP "));
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/ Out +IP \d+\.\d+\.\d+\.\d+\.\d+ > 10\.244\.\d\.\d\.8080: Flags \[S\]/);
  expect(lines[1]).toMatch(/ In +IP 10\.244\.\d\.\d\.8080 > \d+\.\d+\.\d+\.\d+\.\d+: Flags \[S\.\]/);
  expect(stdout).not.toContain("10.111.249.153.80:");
});
