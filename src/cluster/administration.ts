import type { Cluster } from "./cluster.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { Machine } from "./machine/machine.ts";
import type { MachineAdministration } from "./programs/services.ts";

/** What whoever administers a machine may do to it: power, units, interfaces, routes. */
export function administration(cluster: Cluster, machine: Machine, node: ClusterNode | undefined): MachineAdministration {
  const netns = cluster.network.netns(machine.place);
  const started = new Map<string, number>();
  const bootMs = cluster.options.startMs - 86_400_000;
  const unit = (name: string, description: string, isActive: boolean) => ({
    name,
    description,
    isActive,
    sinceMs: started.get(name) ?? bootMs,
  });

  return {
    powerOff: () => {
      if (node === undefined) {
        machine.powerOff();
        netns?.powerOff();
      } else node.powerOff();
    },
    reboot: () => node?.reboot(),
    units: () =>
      node === undefined
        ? []
        : [
            unit("containerd", "containerd container runtime", true),
            unit("kubelet", "kubelet: The Kubernetes Node Agent", node.kubelet?.isRunning === true),
            unit("kube-proxy", "kube-proxy: The Kubernetes Network Proxy", node.proxy.isRunning),
          ],
    startUnit: (name) => {
      started.set(name, cluster.simulation.dateMs());
      if (name === "kubelet") node?.kubelet?.start();
      if (name === "kube-proxy") node?.proxy.start();
    },
    stopUnit: (name) => {
      started.set(name, cluster.simulation.dateMs());
      if (name === "kubelet") node?.kubelet?.stop();
      if (name === "kube-proxy") node?.proxy.stop();
    },
    setInterfaceUp: (name, isUp) => {
      if (netns?.interface(name) === undefined) return false;
      netns.setInterfaceUp(name, isUp);
      return true;
    },
    setNetem: (name, netem) => {
      const found = netns?.interface(name);
      if (found === undefined) return false;
      found.netem = netem;
      return true;
    },
    netem: (name) => netns?.interface(name)?.netem,
  };
}
