import type { Cluster } from "./cluster.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { Machine } from "./machine/machine.ts";
import type { Route } from "./network/route.ts";
import type { MachineAdministration } from "./programs/services.ts";

/** What whoever administers a machine may do to it: power, units, interfaces, routes. */
export function administration(cluster: Cluster, machine: Machine, node: ClusterNode | undefined): MachineAdministration {
  const netns = cluster.network.netns(machine.place);
  const book = cluster.book;
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
    routes: (family) => (netns?.routes.list(family) ?? []).map(routeLine),
    routeTo: (ip) => {
      const to = book.ip(ip);
      const route = netns?.route(to);
      const source = netns?.sourceFor(to);
      if (netns === undefined || route === undefined || source === undefined) return undefined;
      if (netns.isLocal(to)) return `local ${to.text} dev lo src ${source.text} uid 0`;
      return `${to.text}${route.via === undefined ? "" : ` via ${route.via.text}`} dev ${route.out.name} src ${source.text} uid 0`;
    },
  };
}

/** @source iproute2 6.1, ip/iproute.c print_route */
function routeLine(route: Route): string {
  const { destination, via, out, protocol, scope, source } = route;
  const whole =
    destination.length === 0
      ? "default"
      : destination.length === (destination.family === 4 ? 32 : 128)
        ? (destination.text.split("/")[0] as string)
        : destination.text;
  const parts = [whole];
  if (via !== undefined) parts.push("via", via.text);
  parts.push("dev", out.name);
  if (protocol === "kernel") parts.push("proto", "kernel");
  if (scope === "link" && destination.family === 4) parts.push("scope", "link");
  if (source !== undefined) parts.push("src", source.text);
  if (destination.family === 6) parts.push("metric", "1024", "pref", "medium");
  return parts.join(" ");
}
