import { parseAllDocuments } from "yaml";
import type { EndpointSliceObject, ServiceObject } from "../../../src/cluster/kube-proxy/objects.ts";

export interface ScenarioObjects {
  readonly mode: "iptables" | "ipvs" | "nftables";
  readonly nodes: readonly {
    readonly name: string;
    readonly ip: string;
    readonly podCIDR: string;
    readonly labels?: Record<string, string>;
  }[];
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly services: readonly ServiceObject[];
  readonly slices: readonly EndpointSliceObject[];
}

interface Document {
  readonly kind: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: {
    readonly cluster?: { proxyMode?: ScenarioObjects["mode"]; nodes?: ScenarioObjects["nodes"]; podCIDR?: string; serviceCIDR?: string };
  };
}

/** The objects of a scenario's text that kube-proxy looks at, with the little defaulting that it relies on. */
export function scenarioObjects(text: string): ScenarioObjects {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Document);
  const cluster = documents.find((document) => document.kind === "Scenario")?.spec?.cluster ?? {};
  const withNamespace = <T>(object: Document): T => ({ ...object, metadata: { namespace: "default", uid: "", ...object.metadata } }) as T;
  return {
    mode: cluster.proxyMode ?? "iptables",
    nodes: cluster.nodes ?? [],
    podCidr: cluster.podCIDR ?? "10.244.0.0/16",
    serviceCidr: cluster.serviceCIDR ?? "10.96.0.0/12",
    services: documents.filter((document) => document.kind === "Service").map((object) => withNamespace(object)),
    slices: documents.filter((document) => document.kind === "EndpointSlice").map((object) => withNamespace(object)),
  };
}
