import { formatLabels } from "../../api/labels.ts";
import type { Service } from "../../api/service/types.ts";
import type { Describer } from "./context.ts";
import { endpointsOf } from "./endpoints-text.ts";
import { writeAnnotations, writeLabels } from "./writer.ts";

/** @source kubectl pkg/describe/describe.go, describeService, at 1.32 and the versions named in versions.ts */
export const describeService: Describer = function* (w, { session, object }) {
  const service = object as Service;
  const { metadata, spec } = service;
  const { behaviour } = session;
  const status = (
    object as unknown as { status?: { loadBalancer?: { ingress?: readonly { ip?: string; hostname?: string; ipMode?: string }[] } } }
  ).status;
  const endpoints = yield* endpointsOf(session, metadata.namespace, metadata.name);
  w.write(0, `Name:\t${metadata.name}\nNamespace:\t${metadata.namespace}\n`);
  writeLabels(w, "Labels", metadata.labels);
  writeAnnotations(w, "Annotations", metadata.annotations);
  w.write(0, `Selector:\t${formatLabels(spec.selector)}\n`);
  w.write(0, `Type:\t${spec.type}\n`);
  if (behaviour.describeIpFamilies) {
    if (spec.ipFamilyPolicy !== undefined) w.write(0, `IP Family Policy:\t${spec.ipFamilyPolicy}\n`);
    w.write(0, `IP Families:\t${(spec.ipFamilies ?? []).length > 0 ? (spec.ipFamilies ?? []).join(",") : "<none>"}\n`);
  }
  w.write(0, `IP:\t${spec.clusterIP ?? ""}\n`);
  if (behaviour.describeIpFamilies)
    w.write(0, `IPs:\t${(spec.clusterIPs ?? []).length > 0 ? (spec.clusterIPs ?? []).join(",") : "<none>"}\n`);
  if ((spec.externalIPs ?? []).length > 0) w.write(0, `External IPs:\t${(spec.externalIPs ?? []).join(",")}\n`);
  const { loadBalancerIP, externalName } = spec as { loadBalancerIP?: string; externalName?: string };
  if (loadBalancerIP !== undefined && loadBalancerIP !== "") w.write(0, `Desired LoadBalancer IP:\t${loadBalancerIP}\n`);
  if (externalName !== undefined && externalName !== "") w.write(0, `External Name:\t${externalName}\n`);
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0) {
    const texts = ingress.map(({ ip, hostname, ipMode }) =>
      ip === undefined || ip === "" ? (hostname ?? "") : ipMode === undefined ? ip : `${ip} (${ipMode})`,
    );
    w.write(0, `LoadBalancer Ingress:\t${texts.join(", ")}\n`);
  }
  for (const port of spec.ports ?? []) {
    const name = port.name === undefined || port.name === "" ? "<unset>" : port.name;
    w.write(0, `Port:\t${name}\t${port.port}/${port.protocol}\n`);
    w.write(0, `TargetPort:\t${port.targetPort ?? 0}/${port.protocol}\n`);
    if ((port.nodePort ?? 0) !== 0) w.write(0, `NodePort:\t${name}\t${port.nodePort}/${port.protocol}\n`);
    w.write(0, `Endpoints:\t${endpoints(port.name ?? "")}\n`);
  }
  w.write(0, `Session Affinity:\t${spec.sessionAffinity ?? "None"}\n`);
  if (spec.externalTrafficPolicy !== undefined) w.write(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}\n`);
  if (behaviour.describeInternalTrafficPolicy && spec.internalTrafficPolicy !== undefined)
    w.write(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}\n`);
  const {
    trafficDistribution,
    healthCheckNodePort = 0,
    loadBalancerSourceRanges = [],
  } = spec as {
    trafficDistribution?: string;
    healthCheckNodePort?: number;
    loadBalancerSourceRanges?: readonly string[];
  };
  if (behaviour.describeTrafficDistribution && trafficDistribution !== undefined)
    w.write(0, `Traffic Distribution:\t${trafficDistribution}\n`);
  if (healthCheckNodePort !== 0) w.write(0, `HealthCheck NodePort:\t${healthCheckNodePort}\n`);
  if (loadBalancerSourceRanges.length > 0) w.write(0, `LoadBalancer Source Ranges:\t${loadBalancerSourceRanges.join(",")}\n`);
};
