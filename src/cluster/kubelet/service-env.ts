import type { Service } from "../api/service/types.ts";

/**
 * Variables that tell a container of the Services of its namespace. Headless and ExternalName ones have none.
 * @source pkg/kubelet/envvars/envvars.go, FromServices; kubernetes.io "Connecting Applications with Services"
 */
export function serviceEnv(services: readonly Service[]): readonly (readonly [string, string])[] {
  const variables: (readonly [string, string])[] = [];
  for (const service of services) {
    const { clusterIP, ports = [] } = service.spec;
    if (clusterIP === undefined || clusterIP === "" || clusterIP === "None" || service.spec.type === "ExternalName") continue;
    const name = variableName(service.metadata.name);
    const [first] = ports;
    variables.push([`${name}_SERVICE_HOST`, clusterIP]);
    if (first !== undefined) variables.push([`${name}_SERVICE_PORT`, `${first.port}`]);
    for (const port of ports) if (port.name) variables.push([`${name}_SERVICE_PORT_${variableName(port.name)}`, `${port.port}`]);
    const host = clusterIP.includes(":") ? `[${clusterIP}]` : clusterIP;
    for (const [i, port] of ports.entries()) {
      const protocol = port.protocol ?? "TCP";
      const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
      if (i === 0) variables.push([`${name}_PORT`, url]);
      const prefix = `${name}_PORT_${port.port}_${protocol}`;
      variables.push(
        [prefix, url],
        [`${prefix}_PROTO`, protocol.toLowerCase()],
        [`${prefix}_PORT`, `${port.port}`],
        [`${prefix}_ADDR`, clusterIP],
      );
    }
  }
  return variables;
}

function variableName(name: string): string {
  return name.replaceAll("-", "_").toUpperCase();
}

/** Which Services those are: all of the namespace unless the pod wants none, and `default/kubernetes` always. @source pkg/kubelet/kubelet_pods.go, getServiceEnvVarMap */
export function linkedServices(own: readonly Service[], kubernetes: Service | undefined, enableServiceLinks: boolean): readonly Service[] {
  const linked = enableServiceLinks ? [...own] : own.filter((service) => service === kubernetes);
  if (kubernetes !== undefined && !linked.some(({ metadata }) => metadata.name === "kubernetes")) linked.unshift(kubernetes);
  return linked;
}
