import { expect, test } from "vitest";
import { HostPorts } from "../../../src/cluster/cni/host-ports.ts";
import { connect, serve, world } from "../network/world.ts";

// containernetworking/plugins, plugins/meta/portmap/portmap_iptables.go and portmap_integ_test.go
test("a host port leads to the pod on its own node only, and goes with it", () => {
  const w = world();
  const [node1] = w.nodes;
  if (node1 === undefined) throw new Error("no node");
  const pod = w.pod("web", 0);
  serve(pod.netns, 8080, "hi");
  const hostPorts = new HostPorts(node1, w.simulation);
  hostPorts.add("pod/default/web", pod.ips, [{ protocol: "tcp", hostPort: 9000, containerPort: 8080 }]);
  const state = (address: string): string => {
    const socket = connect(w, w.laptop, address);
    w.pass(1);
    return socket.error ?? socket.state;
  };
  expect(state("192.168.0.2:9000")).toBe("ESTAB");
  expect(state("192.168.0.3:9000")).toBe("ECONNREFUSED");
  expect(state("192.168.0.2:9001")).toBe("ECONNREFUSED");

  // The pod's own call must come back by the node, or it would answer itself directly.
  const own = connect(w, pod.netns, "192.168.0.2:9000");
  w.pass(1);
  expect(own.state).toBe("ESTAB");

  hostPorts.remove("pod/default/web");
  expect(state("192.168.0.2:9000")).toBe("ECONNREFUSED");
  expect(
    node1.netfilter
      .tablesOf(4)
      .chains("nat")
      .filter(({ name }) => name.startsWith("CNI-DN-")),
  ).toEqual([]);
});

test("a host port with an address of its own answers there alone", () => {
  const w = world();
  const [node1] = w.nodes;
  if (node1 === undefined) throw new Error("no node");
  const pod = w.pod("web", 0);
  serve(pod.netns, 8080, "hi");
  new HostPorts(node1, w.simulation).add("pod/default/web", pod.ips, [
    { protocol: "tcp", hostPort: 9000, containerPort: 8080, hostIp: "192.168.0.99" },
  ]);
  const socket = connect(w, w.laptop, "192.168.0.2:9000");
  w.pass(1);
  expect(socket.error).toBe("ECONNREFUSED");
});
