import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { FieldManagers } from "./field-managers.ts";
import type { Registry } from "./registry.ts";
import type { ApiHandler } from "./request.ts";
import type { Store } from "./store.ts";

export interface BootstrapOptions {
  readonly handle: ApiHandler;
  readonly store: Store;
  readonly managers: FieldManagers;
  readonly simulation: Simulation;
  readonly registry: Registry;
  /** Where the API server listens. */
  readonly address: { readonly ip: string; readonly port: number };
  /** The first address of each service range. */
  readonly clusterIPs: readonly string[];
}

/** The system is a day older than the user's first look. */
const systemAgeMs = 86_400_000;

const namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/**
 * What a cluster holds before anybody wrote anything: its namespaces and the Service `kubernetes`, by which pods find the API server.
 * @source pkg/controlplane/controller: systemnamespaces, kubernetesservice; pkg/controlplane/reconcilers
 */
export function bootstrap(options: BootstrapOptions): void {
  const { handle, registry, simulation } = options;
  const creationTimestamp = formatRfc3339(simulation.dateMs() - systemAgeMs);

  function create(kind: string, namespace: string | undefined, object: LooseObject): void {
    const resource = registry.stored(kind);
    if (resource === undefined) return; // a server of fewer kinds
    const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.apiVersion}`;
    const path = `${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${resource.plural}`;
    const metadata = { creationTimestamp, ...(object.metadata as LooseObject) };
    const body = { apiVersion: resource.apiVersion, kind, ...object, metadata };
    handle({ method: "POST", path, body, userAgent: "kube-apiserver", trusted: true, isComponent: true });
  }

  keepNamespaceContents(options, create);
  for (const name of namespaces) create("Namespace", undefined, { metadata: { name } });
  for (const { name, value, description } of systemPriorities)
    create("PriorityClass", undefined, { metadata: { name }, value, description });
  keepOwnService(options, (kind, object) => create(kind, "default", object));
  expireEvents(options);
}

/** Classes that every cluster has. @source pkg/apis/scheduling/v1/helpers.go */
const systemPriorities = [
  {
    name: "system-node-critical",
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
  {
    name: "system-cluster-critical",
    value: 2_000_000_000,
    description: "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
] as const;

/** How often the server looks whether its Service is there. @source pkg/controlplane/instance.go, DefaultEndpointReconcilerInterval */
const reconcileUs = 10_000_000;

/** The Service `kubernetes` with its endpoints; what a user deletes of it comes back. @source pkg/controlplane/controller/kubernetesservice */
function keepOwnService(
  { store, simulation, address, clusterIPs }: BootstrapOptions,
  create: (kind: string, object: LooseObject) => void,
): void {
  const name = "kubernetes";
  const ports = [{ name: "https", port: address.port, protocol: "TCP" }];
  const parts: Readonly<Record<string, LooseObject>> = {
    Service: {
      metadata: { name, namespace: "default", labels: { component: "apiserver", provider: name } },
      spec: {
        clusterIP: clusterIPs[0],
        clusterIPs: clusterIPs.slice(0, 1),
        ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: address.port }],
      },
    },
    Endpoints: {
      metadata: { name, namespace: "default", labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
      subsets: [{ addresses: [{ ip: address.ip }], ports }],
    },
    EndpointSlice: {
      metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address.ip], conditions: { ready: true } }],
      ports,
    },
  };

  for (const kind of Object.keys(parts)) {
    const part = parts[kind] as LooseObject;
    create(kind, part);
    store.watch(kind, ({ type, object }) => {
      if (type !== "DELETED" || object.metadata.name !== name || object.metadata.namespace !== "default") return;
      simulation.clock.after(reconcileUs - (simulation.clock.now() % reconcileUs), () => {
        if (store.get(kind, "default", name) !== undefined) return;
        create(kind, { ...part, metadata: { ...(part.metadata as LooseObject), creationTimestamp: formatRfc3339(simulation.dateMs()) } });
      });
    });
  }
}

/**
 * Each namespace has the account `default` and the certificate of the server, and has them again when they are deleted.
 * @source pkg/controller/serviceaccount/serviceaccounts_controller.go; pkg/controller/certificates/rootcacertpublisher
 */
function keepNamespaceContents(
  { store, simulation }: BootstrapOptions,
  create: (kind: string, namespace: string | undefined, object: LooseObject) => void,
): void {
  const contents: Readonly<Record<string, LooseObject>> = {
    ServiceAccount: { metadata: { name: "default" } },
    ConfigMap: {
      metadata: {
        name: "kube-root-ca.crt",
        annotations: {
          "kubernetes.io/description":
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
        },
      },
      data: { "ca.crt": certificate },
    },
  };

  const nameOf = (kind: string): string => (contents[kind]?.metadata as { readonly name: string } | undefined)?.name ?? "";

  function ensure({ metadata: { name: namespace } }: KubernetesObject, kind: string, creationTimestamp: string): void {
    if (store.get(kind, namespace, nameOf(kind)) !== undefined) return;
    const content = contents[kind] as LooseObject;
    create(kind, namespace, { ...content, metadata: { ...(content.metadata as LooseObject), namespace, creationTimestamp } });
  }

  store.watch("Namespace", ({ type, object }) => {
    if (type === "ADDED" && object.metadata.deletionTimestamp === undefined)
      for (const kind of Object.keys(contents)) ensure(object, kind, object.metadata.creationTimestamp);
  });
  for (const kind of Object.keys(contents)) {
    store.watch(kind, ({ type, object }) => {
      if (type !== "DELETED" || nameOf(kind) !== object.metadata.name) return;
      simulation.clock.after(0, () => {
        const namespace = store.get("Namespace", undefined, object.metadata.namespace ?? "");
        if (namespace !== undefined && namespace.metadata.deletionTimestamp === undefined) {
          ensure(namespace, kind, formatRfc3339(simulation.dateMs()));
        }
      });
    });
  }
}

/** What stands for the cluster's certificate authority; nothing in the simulation verifies against it. */
const certificate = "-----BEGIN CERTIFICATE-----\nMIIBsimulatedClusterAuthority==\n-----END CERTIFICATE-----\n";

/** Events are kept for an hour after their last change. @source kube-apiserver --event-ttl */
const eventTtlMs = 3_600_000;
const sweepUs = 60_000_000;

function expireEvents({ store, managers, simulation }: BootstrapOptions): void {
  const lastChangeMs = new Map<string, number>();
  let isSweeping = false;

  function sweep(): void {
    const dueMs = simulation.dateMs() - eventTtlMs;
    // Written again means put at the end again, so the oldest come first.
    for (const [key, changedMs] of lastChangeMs) {
      if (changedMs > dueMs) break;
      lastChangeMs.delete(key);
      const slash = key.indexOf("/");
      const gone = store.remove("Event", key.slice(0, slash), key.slice(slash + 1));
      if (gone !== undefined) managers.forget(gone);
    }
    isSweeping = lastChangeMs.size > 0;
    if (isSweeping) simulation.clock.afterPeriodic(sweepUs, sweep);
  }

  store.watch("Event", ({ type, object }) => {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    lastChangeMs.delete(key);
    if (type === "DELETED") return;
    lastChangeMs.set(key, simulation.dateMs());
    if (isSweeping) return;
    isSweeping = true;
    simulation.clock.afterPeriodic(sweepUs, sweep);
  });
}
