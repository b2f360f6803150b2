import { kinds } from "./api/kinds.ts";
import type { KubernetesObject, LooseObject } from "./api/meta.ts";
import { type ApiServer, createApiServer, type FieldOwner } from "./apiserver/handle.ts";
import type { ApiHandler, ApiRequest, KubeletSocket, WatchEvent } from "./apiserver/request.ts";
import { type NodeDescription, nodeObject } from "./kubelet/node-status.ts";
import { createGiven, type Loader, type LoadRefusal, loadObjects } from "./load.ts";
import type { ClusterOptions } from "./options.ts";
import { collectionPath } from "./served.ts";
import { assert } from "./sim/assert.ts";
import { formatRfc3339 } from "./sim/date.ts";
import { createSimulation, type DrivenSimulation } from "./sim/simulation.ts";
import { dnsObjects, dnsWorkload } from "./system/coredns-objects.ts";
import { GivenNames } from "./system/given-names.ts";
import { ingressObjects, ingressWorkload } from "./system/ingress-objects.ts";
import { systemSince } from "./system/since.ts";
import { createRunning, SystemAddresses } from "./system/workloads.ts";

/**
 * The objects of a cluster, checked and stored, before anything acts on them: enough for a first picture. The page draws this much while
 * what acts on it (cluster.ts and all below) is still on its way.
 */
export class StoredObjects {
  readonly simulation: DrivenSimulation;
  readonly #options: ClusterOptions;
  readonly #server: ApiServer;
  readonly #loader: Loader;
  #kubeletOf: ((nodeName: string) => KubeletSocket | undefined) | undefined;
  /** Whose request is being answered; undefined: nobody's. */
  #request: ApiRequest | undefined;
  readonly handle: ApiHandler;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.simulation = createSimulation(options.seed, options.startMs);
    this.#server = createApiServer({
      simulation: this.simulation,
      kinds,
      clusterVersion: options.version,
      serviceCIDRs: options.serviceCIDRs,
      nodePortRange: options.nodePortRange,
      kubeletOf: (pod) => {
        const name = (pod as unknown as { spec: { nodeName?: string } }).spec.nodeName;
        return name === undefined ? undefined : this.#kubeletOf?.(name);
      },
    });
    const { handle } = this.#server;
    this.handle = (request) => {
      // A watcher may ask in its turn while it is told.
      const outer = this.#request;
      this.#request = request;
      const response = handle(request);
      this.#request = outer;
      return response;
    };
    this.#loader = { handle: this.handle, collectionPath: (object) => collectionPath(options.version, object) };
  }

  /** Where exec and logs are sent, once there are kubelets. */
  plugKubelets(kubeletOf: (nodeName: string) => KubeletSocket | undefined): void {
    this.#kubeletOf = kubeletOf;
  }

  find(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#server.store.get(kind, namespace, name);
  }

  list(kind: string, namespace?: string): readonly KubernetesObject[] {
    return this.#server.store.list(kind, namespace);
  }

  get count(): number {
    return kinds.reduce((sum, { kind }) => sum + this.#server.store.count(kind), 0);
  }

  /** Who manages a field of an object: the latest first. */
  ownersOf(object: KubernetesObject, path: readonly (string | number)[]): readonly FieldOwner[] {
    return this.#server.ownersOf(object, path);
  }

  all(): readonly KubernetesObject[] {
    return kinds.flatMap(({ kind }) => this.list(kind));
  }

  /** `by`: the component whose write it is, as it calls itself (`kubelet/node1`); undefined for users' tools. */
  watch(kind: string, listener: (event: WatchEvent, by: string | undefined) => void): void {
    this.#server.store.watch(kind, (event) => {
      listener(event, this.#request?.isComponent === true ? this.#request.userAgent : undefined);
    });
  }

  install(group: string): void {
    this.#server.install(group);
  }

  /** Creates the cluster's own objects and a scenario's documents, in order, at t=0. What a document brings itself is not made twice. */
  load(objects: readonly LooseObject[]): readonly LoadRefusal[] {
    this.#createSystem(new GivenNames(objects));
    this.#server.expect(objects);
    return loadObjects(
      this.#loader,
      objects,
      (kind, namespace, name) => this.find(kind, namespace, name) ?? this.find(kind, undefined, name),
    );
  }

  /** Nodes, DNS and the Ingress controller, as they have been running for a day. */
  #createSystem(given: GivenNames): void {
    const options = this.#options;
    const create = (object: LooseObject): KubernetesObject => {
      const response = createGiven(this.#loader, object, false);
      assert(response.code < 300, `a system object was refused: ${object["kind"]}`);
      return response.body as KubernetesObject;
    };
    const objects = [
      ...options.nodes.map((node) => nodeObject(describeNode(options, node))),
      ...dnsObjects(options),
      ...(options.ingressController === undefined ? [] : ingressObjects(options)),
    ];
    for (const object of objects) if (!given.has(object)) create(object);
    const addresses = new SystemAddresses(given.podIps);
    const workloads = [dnsWorkload(options), ...(options.ingressController === undefined ? [] : [ingressWorkload(options)])];
    for (const workload of workloads) {
      if (!given.has(workload.deployment)) createRunning(this.simulation, options, workload, addresses, create);
    }
  }
}

function describeNode(options: ClusterOptions, node: ClusterOptions["nodes"][number]): NodeDescription {
  return {
    ...node,
    taints: node.taints as unknown as readonly LooseObject[],
    version: options.version.text,
    createdAt: systemSince(options),
    now: formatRfc3339(options.startMs),
  };
}

export function storeObjects(options: ClusterOptions): StoredObjects {
  return new StoredObjects(options);
}
