import type { KubernetesObject } from "../api/meta.ts";
import type { Node } from "../api/node/types.ts";
import { type Pod, podCondition } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import type { KubeletSocket } from "../apiserver/request.ts";
import type { Machine } from "../machine/machine.ts";
import { rejectPod } from "./admission.ts";
import type { EnvSources } from "./container-env.ts";
import type { KubeletOptions } from "./host.ts";
import { ImageStore } from "./image-store.ts";
import { NodeReporter } from "./node-status.ts";
import { PodWorker, type PodWorkerContext } from "./pod-worker.ts";
import type { ProbeState } from "./probe-worker.ts";
import { linkedServices, serviceEnv } from "./service-env.ts";
import { createKubeletSocket } from "./socket.ts";

/** A changed ConfigMap or Secret reaches mounted files after the kubelet's next round and its cache's time to live. @source kubernetes.io, "Mounted ConfigMaps are updated automatically" */
const volumeRenewalUs = 60_000_000;

/** The node's agent: runs the pods that are bound to it. */
export interface Kubelet {
  readonly socket: KubeletSocket;
  /** `systemctl stop kubelet`: containers run on, nobody looks after them. */
  stop(): void;
  /** `systemctl start kubelet`, also at boot after `powerOff`. */
  start(): void;
  /** The node lost its power: all containers are gone. */
  powerOff(): void;
  readonly isRunning: boolean;
  /** The machine of the pod's first container that runs; undefined while none does. */
  machineOf(pod: KubernetesObject): Machine | undefined;
  /** Where the probes of the pod's running containers stand, container by container. */
  probesOf(pod: KubernetesObject): readonly ProbeState[];
}

type Keyed = KubernetesObject & { readonly data?: Readonly<Record<string, string>> };

export function startKubelet(options: KubeletOptions): Kubelet {
  const { client, nodeName, simulation } = options;
  const pods = client.informer<Pod>("Pod");
  const services = client.informer<Service>("Service");
  const configMaps = client.informer<Keyed>("ConfigMap");
  const secrets = client.informer<Keyed>("Secret");
  pods.index("node", (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]));
  const images = new ImageStore(simulation.clock);
  const hostIPs = options.node.network.addresses();
  const workers = new Map<string, PodWorker>();
  let isRunning = true;
  const reporter = new NodeReporter(options, catchUp);
  /** Variables of a namespace's Services, until a Service changes: many pods start with the same ones. */
  const variables = new Map<string, ReadonlyMap<string, string>>();

  const context: PodWorkerContext = {
    options,
    images,
    hostIPs,
    sources: (pod): Omit<EnvSources, "podIPs"> => ({
      configMap: (name) => configMaps.get(pod.metadata.namespace, name),
      secret: (name) => secrets.get(pod.metadata.namespace, name),
      hostIP: hostIPs[0] ?? "",
    }),
    serviceVariables,
    current: (pod) => pods.get(pod.metadata.namespace, pod.metadata.name),
    finished(worker) {
      workers.delete(worker.uid);
      if (!options.isConnected()) return;
      const { namespace, name, uid } = worker.pod.metadata;
      client.delete("Pod", namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    },
  };

  function serviceVariables(pod: Pod): ReadonlyMap<string, string> {
    const links = pod.spec.enableServiceLinks ?? true;
    const key = `${pod.metadata.namespace} ${links}`;
    let known = variables.get(key);
    if (known === undefined) {
      known = new Map(serviceEnv(linkedServices(services.list(pod.metadata.namespace), services.get("default", "kubernetes"), links)));
      variables.set(key, known);
    }
    return known;
  }

  services.onEvent(() => variables.clear());
  for (const [informer, kind] of [
    [configMaps, "configMap"],
    [secrets, "secret"],
  ] as const) {
    informer.onEvent(({ type, object }) => {
      const { namespace, name } = object.metadata;
      const users = usersOf(kind, namespace, name);
      if (users.length === 0) return;
      if (type === "ADDED") for (const worker of users) worker.sync();
      else if (type === "MODIFIED") simulation.clock.after(volumeRenewalUs, () => renew(kind, namespace, name));
    });
  }

  function renew(kind: "configMap" | "secret", namespace: string | undefined, name: string): void {
    if (isRunning) for (const worker of usersOf(kind, namespace, name)) worker.renewVolumes();
  }

  function usersOf(kind: "configMap" | "secret", namespace: string | undefined, name: string): readonly PodWorker[] {
    return [...workers.values()].filter(({ pod }) => pod.metadata.namespace === namespace && mentions(pod, kind, name));
  }

  pods.onEvent(({ type, object, old }) => {
    if (!isRunning || object.spec.nodeName !== nodeName || !options.isConnected()) return;
    if (type === "DELETED") {
      // Forced: the object is gone, the processes get a short end.
      workers.get(object.metadata.uid)?.terminate(Math.min(2, object.metadata.deletionGracePeriodSeconds ?? 2));
    } else if (old === undefined || old.metadata !== object.metadata || old.spec !== object.spec || old.status !== object.status)
      take(object);
  });

  function take(pod: Pod): void {
    const worker = workers.get(pod.metadata.uid);
    if (worker !== undefined) {
      worker.update(pod);
      return;
    }
    const isFinished = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    if (pod.metadata.deletionTimestamp !== undefined) {
      const { namespace, name, uid } = pod.metadata;
      client.delete("Pod", namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      return;
    }
    if (isFinished) return;
    const created = new PodWorker(context, pod);
    workers.set(pod.metadata.uid, created);
    // Who came by the scheduler or ran before fits; only spec.nodeName in a document is looked at.
    const isBound = podCondition(pod, "PodScheduled")?.status === "True" || (pod.status?.podIP ?? "") !== "";
    if (isBound) {
      created.start();
      return;
    }
    const node = client.get<Node>("Node", undefined, nodeName);
    const others = [...workers.values()].filter((other) => other !== created && !other.isTerminating).map((other) => other.pod);
    const rejection = node === undefined ? undefined : rejectPod(pod, node, others);
    if (rejection === undefined) created.start();
    else created.reject(rejection.reason, rejection.message);
  }

  /** The API server is back in reach: whatever was missed is looked at now. */
  function catchUp(): void {
    for (const worker of [...workers.values()]) {
      const pod = pods.get(worker.pod.metadata.namespace, worker.pod.metadata.name);
      if (pod === undefined || pod.metadata.uid !== worker.uid) worker.terminate(2);
      else worker.update(pod);
    }
    for (const pod of pods.byIndex("node", nodeName)) take(pod);
    for (const worker of workers.values()) worker.rewrite();
  }

  function powerOff(): void {
    isRunning = false;
    reporter.stop();
    for (const worker of workers.values()) worker.drop();
    workers.clear();
  }

  // Pods that were running already keep their addresses, so they come before any that needs a new one.
  for (const pod of pods.byIndex("node", nodeName)) if ((pod.status?.podIP ?? "") !== "") take(pod);
  options.node.onPowerOff(powerOff);
  reporter.start();
  return {
    socket: createKubeletSocket(options, (pod) => (isRunning ? workers.get(pod.metadata.uid) : undefined)),
    stop() {
      if (!isRunning) return;
      isRunning = false;
      reporter.stop();
      for (const worker of workers.values()) worker.pause();
    },
    start() {
      if (isRunning) return;
      isRunning = true;
      for (const worker of workers.values()) worker.unpause();
      reporter.start();
      catchUp();
    },
    powerOff,
    machineOf: (pod) => workers.get(pod.metadata.uid)?.slots.find(({ instance }) => instance !== undefined)?.instance?.machine,
    probesOf: (pod) =>
      (workers.get(pod.metadata.uid)?.slots ?? []).flatMap(({ spec, instance }) =>
        (instance?.probes ?? []).map((probe) => probe.state(spec.name)),
      ),
    get isRunning() {
      return isRunning;
    },
  };
}

/** Whether the pod reads that ConfigMap or Secret anywhere. */
function mentions(pod: Pod, kind: "configMap" | "secret", name: string): boolean {
  for (const volume of pod.spec.volumes ?? []) {
    if (kind === "configMap" ? volume.configMap?.name === name : volume.secret?.secretName === name) return true;
    for (const source of volume.projected?.sources ?? []) {
      if ((source as Readonly<Record<string, { readonly name?: string } | undefined>>)[kind]?.name === name) return true;
    }
  }
  for (const { env = [], envFrom = [] } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    if (env.some(({ valueFrom }) => (kind === "configMap" ? valueFrom?.configMapKeyRef : valueFrom?.secretKeyRef)?.name === name))
      return true;
    if (envFrom.some(({ configMapRef, secretRef }) => (kind === "configMap" ? configMapRef : secretRef)?.name === name)) return true;
  }
  return false;
}
