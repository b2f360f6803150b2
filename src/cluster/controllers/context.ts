import type { ClusterVersion } from "../api/kind.ts";
import type { ApiClient } from "../apiclient/client.ts";
import type { Simulation } from "../sim/simulation.ts";

/** What every controller is given. Controllers know each other only by what stands in the API server. */
export interface ControllerContext {
  readonly simulation: Simulation;
  readonly clusterVersion: ClusterVersion;
  /** Clients of one factory, so that informers are shared. */
  client(userAgent: string): ApiClient;
}

export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  return object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;
}

export function splitKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
