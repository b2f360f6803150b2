import type { EndpointSlice } from "../../api/endpoint-slice/types.ts";
import type { KubernetesObject } from "../../api/meta.ts";
import type { Run } from "../../machine/syscall.ts";
import { resourcePath, type Session } from "../session.ts";
import { hostPort } from "./writer.ts";

interface EndpointsShape extends KubernetesObject {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  }[];
}

/** Where a Service leads, per port name: from EndpointSlices, before 1.31 from Endpoints. */
export type EndpointsOf = (portName: string) => string;

export function* endpointsOf(session: Session, namespace: string | undefined, service: string): Run<EndpointsOf> {
  const resources = yield* session.resources();
  if (session.behaviour.describeReadsSlices) {
    const list = yield* session.request<{ items: readonly EndpointSlice[] }>({
      method: "GET",
      path: resourcePath(resources.get("endpointslices.discovery.k8s.io"), namespace),
      query: { labelSelector: `kubernetes.io/service-name=${service}` },
    });
    return (portName) => sliceText(list.items, portName, session.behaviour.describeSkipsUnready);
  }
  const endpoints = yield* session.requestIfFound<EndpointsShape>({
    method: "GET",
    path: resourcePath(resources.get("endpoints"), namespace, service),
  });
  return (portName) => endpointsText(endpoints, portName);
}

/** Ready ones only (since 1.32), three at most. `<none>` only where there is no slice at all. @source kubectl pkg/describe/describe.go, formatEndpointSlices */
function sliceText(slices: readonly EndpointSlice[], portName: string, skipsUnready: boolean): string {
  if (slices.length === 0) return "<none>";
  const all: string[] = [];
  for (const slice of slices) {
    const endpoints = slice.endpoints ?? [];
    const ports = slice.ports ?? [];
    const ready = endpoints.filter(({ conditions }) => !skipsUnready || conditions?.ready !== false);
    if (ports.length === 0) all.push(...ready.map(({ addresses }) => addresses[0] as string));
    else {
      for (const { name = "", port } of ports) {
        if (name === portName) all.push(...ready.map(({ addresses }) => hostPort(addresses[0] as string, port ?? 0)));
      }
    }
  }
  return firstThree(all);
}

function endpointsText(endpoints: EndpointsShape | undefined, portName: string): string {
  if (endpoints === undefined || (endpoints.subsets ?? []).length === 0) return "<none>";
  const all = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports }) => {
    if (ports === undefined || ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.filter(({ name = "" }) => name === portName).flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port)));
  });
  return firstThree(all);
}

function firstThree(all: readonly string[]): string {
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
}
