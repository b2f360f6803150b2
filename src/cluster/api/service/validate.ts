import { duplicate, forbidden, invalid, notSupported, printed, required } from "../field-error.ts";
import { goQuote, goScalar, goStruct } from "../go-value.ts";
import { goIntOrString } from "../int-or-string.ts";
import { cidrMessage, ipMessage, parseCidr, parseIp, specialIpMessage } from "../ip.ts";
import type { AdmissionContext, FieldError } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { dns1035Label, dns1123Label, dns1123Subdomain, type NameCheck, portNumber, qualifiedName } from "../names.ts";
import { metadataOf, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import { validatePortNumOrName } from "../port.ts";
import { hasFeature, trafficDistributions } from "../versions.ts";
import { isExternallyAccessible, isHeadless, needsHealthCheck, type Service, type ServicePort, type ServiceSpec } from "./types.ts";
import { validateClusterIPChange, validateClusterIPs, validateFamilyChange } from "./validate-cluster-ip.ts";
/** @source pkg/apis/core/validation/validation.go (1.32): ValidateService, ValidateServiceUpdate; the order of checks is the server's */
export function validateService(object: LooseObject, old: KubernetesObject | undefined, context: AdmissionContext): readonly FieldError[] {
  const service = object as unknown as Service;
  const errors: FieldError[] = [];
  if (old !== undefined) {
    const before = old as Service;
    errors.push(...validateObjectMetaUpdate(metadataOf(object), old.metadata));
    errors.push(...validateClusterIPChange(before.spec, service.spec));
    errors.push(...validateFamilyChange(before.spec, service.spec));
    errors.push(...validateClassChange(before.spec, service.spec));
    if (
      needsHealthCheck(before.spec) &&
      needsHealthCheck(service.spec) &&
      before.spec.healthCheckNodePort !== service.spec.healthCheckNodePort
    ) {
      errors.push(forbidden("spec.healthCheckNodePort", "field is immutable"));
    }
  }
  errors.push(...validateObjectMeta(metadataOf(object), { namespaced: true, name: serviceName(context) }));
  errors.push(...validateTopologyAnnotations(service));
  errors.push(...validateSpec(service, context));
  return errors;
}

export function serviceName(context: AdmissionContext): NameCheck {
  return hasFeature("relaxedServiceNames", context.clusterVersion) ? dns1123Label : dns1035Label;
}

function validateTopologyAnnotations({ metadata }: Service): FieldError[] {
  const hints = metadata.annotations?.["service.kubernetes.io/topology-aware-hints"];
  const mode = metadata.annotations?.["service.kubernetes.io/topology-mode"];
  if (hints === undefined || mode === undefined || hints === mode) return [];
  const detail = "must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified";
  return [invalid("metadata.annotations[service.kubernetes.io/topology-mode]", mode, detail)];
}

function validateSpec(service: Service, context: AdmissionContext): FieldError[] {
  const { spec } = service;
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== "ExternalName") errors.push(required("spec.ports"));
  errors.push(...validateTypeSpecials(spec));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) errors.push(...validatePort(port, ports.length > 1, names, `spec.ports[${index}]`));
  errors.push(...validateLabels(spec.selector, "spec.selector"));
  errors.push(...validateSessionAffinity(spec));
  errors.push(...validateClusterIPs(spec));
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const path = `spec.externalIPs[${index}]`;
    if (parseIp(ip) === undefined) errors.push(invalid(path, ip, ipMessage));
    else errors.push(...nonSpecialIp(path, ip));
  }
  if (!serviceTypes.includes(spec.type)) errors.push(notSupported("spec.type", spec.type, serviceTypes));
  if (spec.type === "ClusterIP") {
    for (const [index, port] of ports.entries()) {
      if ((port.nodePort ?? 0) !== 0) errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  errors.push(...validateDuplicatePorts(ports));
  errors.push(...validateSourceRanges(service));
  errors.push(...validateLoadBalancerFields(spec));
  errors.push(...validateExternalTraffic(spec));
  errors.push(...validateInternalTraffic(spec, context));
  const distributions = trafficDistributions(context.clusterVersion);
  if (spec.trafficDistribution !== undefined && !distributions.includes(spec.trafficDistribution)) {
    errors.push(notSupported("spec.trafficDistribution", spec.trafficDistribution, distributions));
  }
  return errors;
}

const serviceTypes: readonly string[] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

const protocols: readonly string[] = ["SCTP", "TCP", "UDP"];

const trafficPolicies: readonly string[] = ["Cluster", "Local"];

const kubeletPort = 10250;

function nonSpecialIp(path: string, ip: string): FieldError[] {
  const message = specialIpMessage(ip);
  return message === undefined ? [] : [invalid(path, ip, message)];
}

function validateTypeSpecials(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  switch (spec.type) {
    case "LoadBalancer":
      for (const [index, { port }] of (spec.ports ?? []).entries()) {
        // A work-around for clouds whose firewalls opened the kubelet's port with the Service's.
        if (port === kubeletPort) {
          errors.push(invalid(`spec.ports[${index}]`, port, `may not expose port ${port} externally since it is used by kubelet`));
        }
      }
      if (isHeadless(spec)) errors.push(invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services"));
      break;
    case "NodePort":
      if (isHeadless(spec)) errors.push(invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for NodePort services"));
      break;
    case "ExternalName":
      if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden("spec.clusterIPs", "may not be set for ExternalName services"));
      if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden("spec.ipFamilies", "may not be set for ExternalName services"));
      if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden("spec.ipFamilyPolicy", "may not be set for ExternalName services"));
      errors.push(...validateExternalName(spec.externalName ?? ""));
      break;
  }
  return errors;
}

function validateExternalName(name: string): FieldError[] {
  // A last dot says that the name is whole.
  const cname = name.endsWith(".") ? name.slice(0, -1) : name;
  if (cname === "") return [required("spec.externalName")];
  return dns1123Subdomain(cname).map((message) => invalid("spec.externalName", cname, message));
}

function validatePort(port: ServicePort, isNameRequired: boolean, names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { name = "" } = port;
  if (name === "") {
    if (isNameRequired) errors.push(required(`${path}.name`));
  } else {
    for (const message of dns1123Label(name)) errors.push(invalid(`${path}.name`, name, message));
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  for (const message of portNumber(port.port)) errors.push(invalid(`${path}.port`, port.port, message));
  if (!protocols.includes(port.protocol)) errors.push(notSupported(`${path}.protocol`, port.protocol, protocols));
  errors.push(...validatePortNumOrName(port.targetPort, `${path}.targetPort`));
  if (port.appProtocol !== undefined) {
    for (const message of qualifiedName(port.appProtocol)) errors.push(invalid(`${path}.appProtocol`, port.appProtocol, message));
  }
  return errors;
}

function validateSessionAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  if (sessionAffinity !== "ClientIP" && sessionAffinity !== "None") {
    return [notSupported("spec.sessionAffinity", sessionAffinity, ["ClientIP", "None"])];
  }
  if (sessionAffinity === "None") return [];
  const timeout = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (timeout === undefined || (timeout > 0 && timeout <= 86400)) return [];
  return [invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than 86400")];
}

function validateDuplicatePorts(ports: readonly ServicePort[]): FieldError[] {
  const errors: FieldError[] = [];
  const nodePorts = new Set<string>();
  for (const [index, { protocol, nodePort = 0 }] of ports.entries()) {
    if (nodePort === 0) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [index, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${index}]`, printed(goPortKey(protocol, port))));
    seen.add(key);
  }
  return errors;
}

/** The server shows the key by which it compared: a port of which only two fields are filled in. */
function goPortKey(protocol: string, port: number): string {
  return goStruct("core.ServicePort", [
    ["Name", '""'],
    ["Protocol", goQuote(protocol)],
    ["AppProtocol", "(*string)(nil)"],
    ["Port", goScalar(port)],
    ["TargetPort", goIntOrString(0)],
    ["NodePort", "0"],
  ]);
}

const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";

function validateSourceRanges({ spec, metadata }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) {
    const path = "spec.LoadBalancerSourceRanges";
    if (spec.type !== "LoadBalancer") errors.push(forbidden(path, "may only be used when `type` is 'LoadBalancer'"));
    for (const [index, range] of ranges.entries()) {
      if (parseCidr(range.trim()) === undefined) errors.push(invalid(`${path}[${index}]`, range.trim(), cidrMessage));
    }
    return errors;
  }
  const annotation = metadata.annotations?.[sourceRangesAnnotation];
  if (annotation === undefined) return errors;
  const path = `metadata.annotations[${sourceRangesAnnotation}]`;
  if (spec.type !== "LoadBalancer") errors.push(forbidden(path, "may only be used when `type` is 'LoadBalancer'"));
  if (annotation.trim() === "") return errors;
  for (const range of annotation.trim().split(",")) {
    if (parseCidr(range.trim()) === undefined) errors.push(invalid(path, range.trim(), cidrMessage));
  }
  return errors;
}

function validateLoadBalancerFields(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.type !== "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== undefined) {
    errors.push(forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'"));
  }
  errors.push(...validateClass(spec));
  return errors;
}

function validateClass(spec: ServiceSpec): FieldError[] {
  const { loadBalancerClass } = spec;
  if (loadBalancerClass === undefined) return [];
  if (spec.type !== "LoadBalancer") return [forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'")];
  return qualifiedName(loadBalancerClass).map((message) => invalid("spec.loadBalancerClass", loadBalancerClass, message));
}

function validateExternalTraffic(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { externalTrafficPolicy: policy, healthCheckNodePort = 0 } = spec;
  if (!isExternallyAccessible(spec)) {
    if (policy !== undefined) {
      errors.push(invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services"));
    }
  } else if (policy === undefined) errors.push(required("spec.externalTrafficPolicy"));
  else if (!trafficPolicies.includes(policy)) errors.push(notSupported("spec.externalTrafficPolicy", policy, trafficPolicies));
  if (needsHealthCheck(spec)) {
    // A missing port is given after validation.
    if (healthCheckNodePort !== 0) {
      for (const message of portNumber(healthCheckNodePort)) errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, message));
    }
  } else if (healthCheckNodePort !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalid("spec.healthCheckNodePort", healthCheckNodePort, detail));
  }
  return errors;
}

function validateInternalTraffic({ internalTrafficPolicy: policy, type }: ServiceSpec, { clusterVersion }: AdmissionContext): FieldError[] {
  if (policy === undefined) {
    if (!hasFeature("internalTrafficPolicy", clusterVersion)) return [];
    const isNeeded = type === "NodePort" || type === "LoadBalancer" || type === "ClusterIP";
    return isNeeded ? [required("spec.internalTrafficPolicy")] : [];
  }
  return trafficPolicies.includes(policy) ? [] : [notSupported("spec.internalTrafficPolicy", policy, trafficPolicies)];
}

function validateClassChange(old: ServiceSpec, spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (old.type === "LoadBalancer" && spec.type === "LoadBalancer" && old.loadBalancerClass !== spec.loadBalancerClass) {
    errors.push(invalid("spec.loadBalancerClass", spec.loadBalancerClass, "may not change once set"));
  }
  errors.push(...validateClass(spec));
  return errors;
}
