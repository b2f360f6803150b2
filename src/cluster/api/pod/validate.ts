import { forbidden, invalid, notSupported, required } from "../field-error.ts";
import { ipMessage, parseIp } from "../ip.ts";
import type { AdmissionContext, FieldError } from "../kind.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { dns1123Label, dns1123Subdomain, inclusiveRangeMessage, qualifiedName } from "../names.ts";
import { metadataOf, validateAnnotations, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import type { Pod, PodSpec, PodTemplateSpec } from "./types.ts";
import { validateContainers, validateHostNetwork, validateInitContainers, validateOnlyForPod } from "./validate-container.ts";
import { validateResources } from "./validate-resources.ts";
import { validateAffinity, validateSchedulingGates, validateSpread, validateTolerations } from "./validate-scheduling.ts";
import { validatePodChange } from "./validate-update.ts";
import { validateVolumes } from "./validate-volume.ts";

/** @source pkg/apis/core/validation/validation.go (1.32): ValidatePodCreate, ValidatePodUpdate */
export function validatePod(object: LooseObject, old: KubernetesObject | undefined, _context: AdmissionContext): readonly FieldError[] {
  const { spec } = object as unknown as Pod;
  if (old !== undefined) {
    return [
      ...validateObjectMetaUpdate(metadataOf(object), old.metadata),
      ...validateWholePod(spec),
      ...validatePodChange(spec, old as Pod),
    ];
  }
  const errors = validateObjectMeta(metadataOf(object), { namespaced: true });
  errors.push(...validatePodAnnotations(metadataOf(object).annotations));
  errors.push(...validateWholePod(spec));
  if ((spec.ephemeralContainers ?? []).length > 0) errors.push(forbidden("spec.ephemeralContainers", "cannot be set on create"));
  if (spec.nodeName !== undefined && (spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  }
  return errors;
}

const deletionCost = "controller.kubernetes.io/pod-deletion-cost";

/** @source ValidatePodSpecificAnnotations */
function validatePodAnnotations(annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const cost = annotations[deletionCost];
  if (cost === undefined || /^(?:0|-?[1-9]\d{0,9})$/.test(cost)) return [];
  return [invalid(`metadata.annotations[${deletionCost}]`, cost, "must be a 32bit integer")];
}

function validateWholePod(spec: PodSpec): FieldError[] {
  return [
    ...validatePodSpec(spec, "spec", true),
    ...validateOnlyForPod(spec.containers, "spec.containers"),
    ...validateOnlyForPod(spec.initContainers ?? [], "spec.initContainers"),
  ];
}

/** Of a controller: no names here, but labels. @source ValidatePodTemplateSpec */
export function validatePodTemplate(template: PodTemplateSpec, path: string): FieldError[] {
  return [
    ...validateLabels(template.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(template.metadata?.annotations, `${path}.annotations`),
    ...validatePodSpec(template.spec, `${path}.spec`),
    ...((template.spec.ephemeralContainers ?? []).length > 0
      ? [forbidden(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template")]
      : []),
  ];
}

const restartPolicies = ["Always", "OnFailure", "Never"];

const dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

export function validatePodSpec(spec: PodSpec, path: string, isPod = false): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = new Set<string>();
  errors.push(...validateVolumes(spec.volumes ?? [], volumes, `${path}.volumes`));
  const scope = { volumes, gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 0 };
  errors.push(...validateContainers(spec.containers ?? [], scope, `${path}.containers`));
  errors.push(...validateInitContainers(spec.initContainers ?? [], spec.containers ?? [], scope, `${path}.initContainers`));
  errors.push(...validateHostNetwork(spec, isPod, path));
  if (!restartPolicies.includes(spec.restartPolicy)) {
    errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy, restartPolicies));
  }
  if (!dnsPolicies.includes(spec.dnsPolicy)) errors.push(notSupported(`${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies));
  errors.push(...validateLabels(spec.nodeSelector, `${path}.nodeSelector`));
  errors.push(...validateAffinity(spec, `${path}.affinity`));
  errors.push(...validateDnsConfig(spec, `${path}.dnsConfig`));
  for (const [index, { conditionType }] of (spec.readinessGates ?? []).entries()) {
    for (const message of qualifiedName(conditionType)) {
      errors.push(invalid(`${path}.readinessGates[${index}].conditionType`, conditionType, message));
    }
  }
  errors.push(...validateSchedulingGates(spec, `${path}.schedulingGates`));
  errors.push(...validateSpread(spec, `${path}.topologySpreadConstraints`));
  for (const [field, check] of [
    ["serviceAccountName", dns1123Subdomain],
    ["nodeName", dns1123Subdomain],
  ] as const) {
    const value = spec[field];
    if (value !== undefined) for (const message of check(value)) errors.push(invalid(`${path}.${field}`, value, message));
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > 2147483647)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, inclusiveRangeMessage(1, 2147483647)));
  }
  for (const field of ["hostname", "subdomain"] as const) {
    const value = spec[field];
    if (value !== undefined) for (const message of dns1123Label(value)) errors.push(invalid(`${path}.${field}`, value, message));
  }
  errors.push(...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`));
  for (const [index, { ip, hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    if (parseIp(ip) === undefined) errors.push(invalid(`${path}.hostAliases[${index}].ip`, ip, ipMessage));
    for (const [at, name] of hostnames.entries()) {
      for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}.hostAliases[${index}].hostnames[${at}]`, name, message));
    }
  }
  for (const field of ["priorityClassName", "runtimeClassName"] as const) {
    const value = spec[field];
    if (value !== undefined && value !== "") {
      for (const message of dns1123Subdomain(value)) errors.push(invalid(`${path}.${field}`, value, message));
    }
  }
  const preemptions = ["PreemptLowerPriority", "Never"];
  if (spec.preemptionPolicy !== undefined && !preemptions.includes(spec.preemptionPolicy)) {
    errors.push(notSupported(`${path}.preemptionPolicy`, spec.preemptionPolicy, preemptions));
  }
  if (spec.overhead !== undefined) errors.push(...validateResources({ limits: spec.overhead }, `${path}.overhead`));
  if (spec.os !== undefined && spec.os.name !== "linux" && spec.os.name !== "windows") {
    errors.push(notSupported(`${path}.os`, spec.os.name, ["linux", "windows"]));
  }
  return errors;
}

function validateDnsConfig({ dnsConfig, dnsPolicy }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === "None") {
    if (dnsConfig === undefined) return [required(path, "must provide `dnsConfig` when `dnsPolicy` is None")];
    if (nameservers.length === 0)
      return [required(`${path}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  if (nameservers.length > 3) {
    errors.push(invalid(`${path}.nameservers`, { printed: goList(nameservers) }, "must not have more than 3 nameservers"));
  }
  for (const [index, ip] of nameservers.entries()) {
    if (parseIp(ip) === undefined) errors.push(invalid(`${path}.nameservers[${index}]`, ip, ipMessage));
  }
  if (searches.length > 32) {
    errors.push(invalid(`${path}.searches`, { printed: goList(searches) }, "must not have more than 32 search paths"));
  }
  for (const [index, search] of searches.entries()) {
    // A last dot is borne.
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}.searches[${index}]`, name, message));
  }
  for (const [index, { name = "" }] of options.entries()) {
    if (name === "") errors.push(required(`${path}.options[${index}]`, "must not be empty"));
  }
  return errors;
}

function goList(values: readonly string[]): string {
  return `[]string{${values.map((value) => `"${value}"`).join(", ")}}`;
}
