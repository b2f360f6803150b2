import { createClientFactory } from "../../../src/cluster/apiclient/factory.ts";
import { type ApiServerOptions, createApiServer } from "../../../src/cluster/apiserver/handle.ts";
import type { ApiRequest, ApiResponse, Status } from "../../../src/cluster/apiserver/request.ts";
import { createSimulation } from "../../../src/cluster/sim/simulation.ts";

/** A server with all kinds, and short ways in. */
export function startServer(options: Partial<ApiServerOptions> & { readonly seed?: number } = {}) {
  const simulation = createSimulation(options.seed ?? 1, 1_767_603_600_000);
  const server = createApiServer({ simulation, clusterVersion: { minor: 32, text: "v1.32.0" }, isFrozen: true, ...options });
  const send = (method: ApiRequest["method"], path: string, body?: unknown, rest: Partial<ApiRequest> = {}): ApiResponse =>
    server.handle({ method, path, body, userAgent: "kubectl", ...rest });
  const factory = createClientFactory(server.handle, simulation);
  return {
    ...server,
    simulation,
    send,
    factory,
    client: factory.client("test"),
    /** Lets what is due within so many simulated seconds happen. */
    pass: (seconds: number) => simulation.queue.run(simulation.clock.now() + seconds * 1_000_000, 1_000_000),
  };
}

export function messageOf({ body }: ApiResponse): string {
  return (body as Status).message;
}

export const inDefault = "/api/v1/namespaces/default";
export const appsInDefault = "/apis/apps/v1/namespaces/default";

export function service(name: string, spec: object): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

export function pod(name: string, rest: { readonly metadata?: object; readonly spec?: object } = {}): object {
  const spec = { containers: [{ name: "main", image: "luksa/kubia" }], ...rest.spec };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, ...rest.metadata }, spec };
}
