import type { KubernetesObject } from "../../src/cluster/api/meta.ts";
import { hiddenBy, noFilters } from "../../src/graph/filter.ts";
import { layoutLogical } from "../../src/graph/layout-logical.ts";
import { layoutPhysical } from "../../src/graph/layout-physical.ts";
import type { GraphNode } from "../../src/graph/model.ts";
import type { ObjectsByKind } from "../../src/graph/objects.ts";
import type { ScenarioSummary } from "../../src/playground/protocol.ts";

/** Objects as a picture needs them, made without a cluster: pictures of many worlds are then quick. */

export function summaryOf(nodes: number): ScenarioSummary {
  return {
    name: "kubia",
    version: "v1.32.0",
    proxyMode: "iptables",
    domain: "cluster.local",
    seed: 1,
    podCIDR: "10.244.0.0/16",
    serviceCIDR: "10.96.0.0/12",
    nodes: Array.from({ length: nodes }, (_, i) => ({
      name: `node${i + 1}`,
      ips: [`192.168.0.${2 + i}`],
      podCIDRs: [`10.244.${1 + i}.0/24`],
    })),
    clients: [{ name: "laptop", ips: ["203.0.113.10"] }],
    external: [],
  };
}

interface PodOptions {
  readonly namespace?: string;
  readonly app?: string;
  /** From 1; 0: not scheduled. */
  readonly node?: number;
  readonly isReady?: boolean;
  readonly restarts?: number;
  readonly waiting?: string;
  readonly isTerminating?: boolean;
}

/** A pod of the Deployment `app`. */
export function pod(name: string, options: PodOptions = {}): KubernetesObject {
  const { namespace = "default", app = "web", node = 1, isReady = true, restarts = 0, waiting, isTerminating = false } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...meta(name, namespace),
      labels: { app, "pod-template-hash": "abc" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: `${app}-abc`, uid: "u", controller: true }],
      ...(isTerminating ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}),
    },
    spec: { ...(node === 0 ? {} : { nodeName: `node${node}` }), containers: [{ name: "c" }] },
    status: {
      phase: node === 0 || (waiting !== undefined && restarts === 0) ? "Pending" : "Running",
      podIP: "10.244.1.2",
      conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
      containerStatuses:
        node === 0
          ? []
          : [
              {
                name: "c",
                ready: isReady,
                restartCount: restarts,
                state: waiting === undefined ? { running: {} } : { waiting: { reason: waiting } },
              },
            ],
    },
  } as unknown as KubernetesObject;
}

export function service(name: string, app = name, options: { readonly namespace?: string; readonly type?: string } = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: meta(name, options.namespace ?? "default"),
    spec: { type: options.type ?? "ClusterIP", clusterIP: "10.96.0.9", selector: { app }, ports: [{ port: 80, protocol: "TCP" }] },
  } as unknown as KubernetesObject;
}

function meta(name: string, namespace: string) {
  return { name, namespace, uid: `${namespace}/${name}`, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
}

export function objectsOf(objects: readonly KubernetesObject[]): ObjectsByKind {
  const kinds = new Map<string, Map<string, KubernetesObject>>();
  for (const object of objects) {
    const ofKind = kinds.get(object.kind) ?? new Map<string, KubernetesObject>();
    ofKind.set([object.metadata.namespace, object.metadata.name].filter(Boolean).join("/"), object);
    kinds.set(object.kind, ofKind);
  }
  return kinds;
}

export const layouts = { physical: layoutPhysical, logical: layoutLogical } as const;

export const nothingHidden = hiddenBy(noFilters, { system: true, noise: true, ingress: true });
export const systemHidden = hiddenBy(noFilters, { system: false, noise: false, ingress: false });

/** Where a box stands, in its frame. */
export const placeOf = ({ x, y, parent }: GraphNode) => `${parent ?? ""} ${x} ${y}`;
