import type { KubernetesObject } from "./api/meta.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterNode } from "./cluster-node.ts";
import { AppFaults, noFault, parseAppFault } from "./images/app-faults.ts";
import type { IngressDecisions } from "./ingress-decisions.ts";
import type { Machine } from "./machine/machine.ts";
import type { ClusterService, MachineAccess } from "./programs/services.ts";

/** Faults of apps, by pod: `default/kubia-x`. A pod's containers share them, and they outlive a restart. */
export class Faults {
  readonly #byPod = new Map<string, AppFaults>();

  of(pod: string): AppFaults {
    let faults = this.#byPod.get(pod);
    if (faults === undefined) {
      faults = new AppFaults();
      this.#byPod.set(pod, faults);
    }
    return faults;
  }

  /** The pod is gone; another one of its name is another pod. */
  forget(pod: string): void {
    this.#byPod.delete(pod);
  }
}

/** The machines of the cluster for `at`, and the faults of its apps for `break` and `mend`. */
export function createClusterService(cluster: Cluster, faults: Faults, decisions: IngressDecisions): ClusterService {
  const access = (machine: Machine): MachineAccess => ({
    place: machine.place,
    hostname: machine.host.hostname,
    get isOn() {
      return !machine.isOff;
    },
    spawn: (options) => machine.spawn({ ...options, newGroup: false }),
  });

  /** `pod/NAME` or `pod/NAMESPACE/NAME`. */
  const podOf = (target: string): KubernetesObject | undefined => {
    const [kind, ...rest] = target.split("/");
    if (kind !== "pod" || rest.length === 0 || rest.length > 2) return undefined;
    const [namespace, name] = rest.length === 2 ? rest : ["default", rest[0]];
    return cluster.find("Pod", namespace, name as string);
  };
  const keyOf = (pod: KubernetesObject) => `${pod.metadata.namespace}/${pod.metadata.name}`;

  return {
    machine: (name) => {
      const plain = name.replace(/^(node|client)\//, "");
      const machine = cluster.nodes.get(plain)?.machine ?? cluster.clients.get(plain);
      return machine === undefined ? undefined : access(machine);
    },

    breakTarget: (target, how) => {
      if (target.startsWith("controller/")) return controllerProblem(cluster, target, (name) => cluster.controllers?.stop(name) === true);
      const pod = podOf(target);
      if (pod === undefined) return `there is no ${target}`;
      if (how[0] === "crash") {
        const machine = cluster.machine(`pod/${keyOf(pod)}`);
        if (machine === undefined) return `${target} does not run`;
        for (const process of machine.processes()) if (process.pid === 1) process.kill("SIGKILL");
        return undefined;
      }
      const fault = parseAppFault(how);
      if (fault === undefined) return `no such fault: ${how.join(" ")}`;
      faults.of(keyOf(pod)).set(fault);
      return undefined;
    },

    mendTarget: (target) => {
      if (target.startsWith("node/")) {
        const node = cluster.nodes.get(target.slice("node/".length));
        if (node === undefined) return `there is no ${target}`;
        mendNode(node);
        return undefined;
      }
      if (target.startsWith("controller/")) return controllerProblem(cluster, target, (name) => cluster.controllers?.start(name) === true);
      const pod = podOf(target);
      if (pod === undefined) return `there is no ${target}`;
      faults.of(keyOf(pod)).set(noFault);
      return undefined;
    },

    decisions: (connection) => decisions.get(connection) ?? [],
  };
}

/** Somebody goes there: power, cables and services are as they were. */
function mendNode(node: ClusterNode): void {
  node.powerOn();
  for (const one of node.netns.interfaces()) {
    one.netem = undefined;
    if (one.kind !== "dummy") node.netns.setInterfaceUp(one.name, true);
  }
  node.kubelet?.start();
  node.proxy.start();
}

function controllerProblem(cluster: Cluster, target: string, act: (name: string) => boolean): string | undefined {
  if (act(target.slice("controller/".length))) return undefined;
  return `there is no ${target}; there are ${(cluster.controllers?.names ?? []).join(", ")}`;
}
