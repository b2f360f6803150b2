import type { Container, PodSpec } from "./types.ts";

/** What is accepted, but hardly meant. @source pkg/api/pod/warnings.go */
export function podWarnings(spec: PodSpec, path: string): readonly string[] {
  const warnings: string[] = [];
  for (const [index, container] of (spec.initContainers ?? []).entries())
    warnings.push(...ofContainer(container, `${path}.initContainers[${index}]`));
  for (const [index, container] of spec.containers.entries()) warnings.push(...ofContainer(container, `${path}.containers[${index}]`));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`);
  }
  return warnings;
}

function ofContainer({ ports = [], env = [] }: Container, path: string): readonly string[] {
  const warnings: string[] = [];
  for (const [index, port] of ports.entries()) {
    for (const [at, before] of ports.slice(0, index).entries()) {
      if (before.containerPort !== port.containerPort || before.protocol !== port.protocol) continue;
      if ((before.hostIP ?? "") !== (port.hostIP ?? "") || (before.hostPort ?? 0) !== (port.hostPort ?? 0)) continue;
      warnings.push(`${path}.ports[${index}]: duplicate port definition with ${path}.ports[${at}]`);
    }
  }
  const seen = new Set<string>();
  for (const [index, { name, value = "" }] of env.entries()) {
    if (seen.has(name) && (value === "" || !value.includes(`$(${name})`))) {
      warnings.push(`${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`);
    }
    seen.add(name);
  }
  return warnings;
}
