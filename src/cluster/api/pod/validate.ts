import { isEqualData } from "../equal.ts";
import { duplicate, forbidden, invalid, notSupported, required } from "../field-error.ts";
import { ipMessage, parseIp } from "../ip.ts";
import type { AdmissionContext, FieldError } from "../kind.ts";
import { validateLabelSelector } from "../label-selector.ts";
import type { KubernetesObject, LooseObject } from "../meta.ts";
import { dns1123Label, dns1123Subdomain, inclusiveRangeMessage, labelValueCheck, qualifiedName } from "../names.ts";
import { metadataOf, validateAnnotations, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from "../object-meta.ts";
import { diffText } from "./spec-diff.ts";
import type { Container, Pod, PodAffinity, PodSpec, PodTemplateSpec, Toleration, Volume } from "./types.ts";
import {
  validateContainers,
  validateDescendingPath,
  validateHostNetwork,
  validateInitContainers,
  validateOnlyForPod,
  validateResources,
} from "./validate-container.ts";

/** @source pkg/apis/core/validation/validation.go (1.32): ValidatePodCreate, ValidatePodUpdate */
export function validatePod(object: LooseObject, old: KubernetesObject | undefined, _context: AdmissionContext): readonly FieldError[] {
  const { spec } = object as unknown as Pod;
  if (old !== undefined) return validatePodUpdate(object, old as Pod);
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

/** @source ValidateVolumes, validateVolumeSource */
function validateVolumes(volumes: readonly Volume[], names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const place = `${path}[${index}]`;
    const faults = validateVolumeSource(volume, place);
    if (volume.name === "") faults.push(required(`${place}.name`));
    else for (const message of dns1123Label(volume.name)) faults.push(invalid(`${place}.name`, volume.name, message));
    if (names.has(volume.name)) faults.push(duplicate(`${place}.name`, volume.name));
    if (faults.length === 0) names.add(volume.name);
    errors.push(...faults);
  }
  return errors;
}

function validateVolumeSource(volume: Volume, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const sources = Object.keys(volume).filter((key) => key !== "name");
  for (const extra of sources.slice(1)) errors.push(forbidden(`${path}.${extra}`, "may not specify more than 1 volume type"));
  const { hostPath, secret, configMap, persistentVolumeClaim, emptyDir } = volume;
  switch (sources[0]) {
    case undefined:
      errors.push(required(path, "must specify a volume type"));
      break;
    case "hostPath":
      if ((hostPath?.path ?? "") === "") errors.push(required(`${path}.hostPath.path`));
      else if (hostPath!.path.split("/").includes(".."))
        errors.push(invalid(`${path}.hostPath.path`, hostPath!.path, "must not contain '..'"));
      if (!hostPathTypes.includes(hostPath?.type ?? "")) {
        errors.push(notSupported(`${path}.hostPath.type`, hostPath?.type, hostPathTypes));
      }
      break;
    case "secret":
      if ((secret?.secretName ?? "") === "") errors.push(required(`${path}.secret.secretName`));
      errors.push(...validateItems(secret?.items ?? [], secret?.defaultMode, `${path}.secret`));
      break;
    case "configMap":
      if ((configMap?.name ?? "") === "") errors.push(required(`${path}.configMap.name`));
      errors.push(...validateItems(configMap?.items ?? [], configMap?.defaultMode, `${path}.configMap`));
      break;
    case "persistentVolumeClaim":
      if ((persistentVolumeClaim?.claimName ?? "") === "") errors.push(required(`${path}.persistentVolumeClaim.claimName`));
      break;
    case "emptyDir":
      if (emptyDir?.sizeLimit?.startsWith("-") === true) {
        errors.push(forbidden(`${path}.emptyDir.sizeLimit`, "SizeLimit field must be a valid resource quantity"));
      }
      break;
  }
  return errors;
}

/** In the order in which the server sorts them. */
const hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
const fileModeMessage = "must be a number between 0 and 0777 (octal), both inclusive";

function validateItems(
  items: readonly { readonly key: string; readonly path: string; readonly mode?: number }[],
  defaultMode: number | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const isMode = (mode: number | undefined): boolean => mode === undefined || (mode >= 0 && mode <= 0o777);
  if (!isMode(defaultMode)) errors.push(invalid(`${path}.defaultMode`, defaultMode, fileModeMessage));
  for (const [index, { key, path: target, mode }] of items.entries()) {
    const place = `${path}.items[${index}]`;
    if (key === "") errors.push(required(`${place}.key`));
    if (target === "") errors.push(required(`${place}.path`));
    else errors.push(...validateDescendingPath(target, `${place}.path`));
    if (!isMode(mode)) errors.push(invalid(`${place}.mode`, mode, fileModeMessage));
  }
  return errors;
}

function validateAffinity({ affinity }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms !== undefined) {
    const place = `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    if ((terms ?? []).length === 0) errors.push(required(place, "must have at least one node selector term"));
    for (const [index, term] of (terms ?? []).entries()) {
      for (const [at, requirement] of (term.matchExpressions ?? []).entries()) {
        errors.push(...validateNodeRequirement(requirement, `${place}[${index}].matchExpressions[${at}]`));
      }
    }
  }
  const preferred = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { weight, preference }] of preferred.entries()) {
    const place = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (weight <= 0 || weight > 100) errors.push(invalid(`${place}.weight`, weight, "must be in the range 1-100"));
    for (const [at, requirement] of (preference.matchExpressions ?? []).entries()) {
      errors.push(...validateNodeRequirement(requirement, `${place}.preference.matchExpressions[${at}]`));
    }
  }
  for (const field of ["podAffinity", "podAntiAffinity"] as const) {
    if (affinity?.[field] !== undefined) errors.push(...validatePodAffinity(affinity[field], `${path}.${field}`));
  }
  return errors;
}

function validateNodeRequirement(
  { key, operator, values = [] }: { readonly key: string; readonly operator: string; readonly values?: readonly string[] },
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(`${path}.operator`, operator, "not a valid selector operator"));
  }
  for (const message of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, message));
  for (const [index, value] of values.entries()) {
    for (const message of labelValueCheck(value)) errors.push(invalid(`${path}.values[${index}]`, value, message));
  }
  return errors;
}

function validatePodAffinity(affinity: PodAffinity, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const term = (one: NonNullable<PodAffinity["requiredDuringSchedulingIgnoredDuringExecution"]>[number], place: string): void => {
    errors.push(...validateLabelSelector(one.labelSelector, `${place}.labelSelector`));
    errors.push(...validateLabelSelector(one.namespaceSelector, `${place}.namespaceSelector`));
    for (const name of one.namespaces ?? []) {
      for (const message of dns1123Label(name)) errors.push(invalid(`${place}.namespace`, name, message));
    }
    if (one.topologyKey === "") errors.push(required(`${place}.topologyKey`, "can not be empty"));
    for (const message of qualifiedName(one.topologyKey)) errors.push(invalid(`${place}.topologyKey`, one.topologyKey, message));
  };
  for (const [index, one] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    term(one, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`);
  }
  for (const [index, { weight, podAffinityTerm }] of (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    const place = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (weight <= 0 || weight > 100) errors.push(invalid(`${place}.weight`, weight, "must be in the range 1-100"));
    term(podAffinityTerm, `${place}.podAffinityTerm`);
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

function validateSchedulingGates({ schedulingGates = [] }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of schedulingGates.entries()) {
    for (const message of qualifiedName(name)) errors.push(invalid(`${path}[${index}]`, name, message));
    if (seen.has(name)) errors.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
  }
  return errors;
}

function validateSpread({ topologySpreadConstraints = [] }: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of topologySpreadConstraints.entries()) {
    const place = `${path}[${index}]`;
    if (maxSkew <= 0) errors.push(invalid(`${place}.maxSkew`, maxSkew, "must be greater than zero"));
    if (topologyKey === "") errors.push(required(`${place}.topologyKey`, "can not be empty"));
    else for (const message of qualifiedName(topologyKey)) errors.push(invalid(`${place}.topologyKey`, topologyKey, message));
    const actions = ["DoNotSchedule", "ScheduleAnyway"];
    if (!actions.includes(whenUnsatisfiable)) errors.push(notSupported(`${place}.whenUnsatisfiable`, whenUnsatisfiable, actions));
    errors.push(...validateLabelSelector(labelSelector, `${place}.labelSelector`));
  }
  return errors;
}

/** @source ValidateTolerations */
function validateTolerations(tolerations: readonly Toleration[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { key = "", operator, value = "", effect, tolerationSeconds }] of tolerations.entries()) {
    const place = `${path}[${index}]`;
    if (key !== "") for (const message of qualifiedName(key)) errors.push(invalid(`${place}.key`, key, message));
    if (key === "" && operator !== "Exists") {
      errors.push(
        invalid(
          `${place}.operator`,
          operator ?? "",
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      errors.push(invalid(`${place}.effect`, effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    switch (operator) {
      case undefined:
      case "Equal":
        // All that is wrong with the value is one error here.
        if (labelValueCheck(value).length > 0) errors.push(invalid(`${place}.operator`, value, labelValueCheck(value).join(";")));
        break;
      case "Exists":
        if (value !== "") errors.push(invalid(`${place}.operator`, value, "value must be empty when `operator` is 'Exists'"));
        break;
      default:
        errors.push(notSupported(`${place}.operator`, operator, ["Equal", "Exists"]));
    }
    const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    if (effect !== undefined && !effects.includes(effect)) errors.push(notSupported(`${place}.effect`, effect, effects));
  }
  return errors;
}

const updatableFields = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

/** Almost nothing of a pod may change once it is made. @source ValidatePodUpdate */
function validatePodUpdate(object: LooseObject, old: Pod): FieldError[] {
  const { spec } = object as unknown as Pod;
  const errors = validateObjectMetaUpdate(metadataOf(object), old.metadata);
  errors.push(...validateWholePod(spec));
  for (const field of ["containers", "initContainers"] as const) {
    if ((spec[field] ?? []).length !== (old.spec[field] ?? []).length) {
      errors.push(forbidden(`spec.${field}`, "pod updates may not add or remove containers"));
      return errors;
    }
  }
  const deadline = spec.activeDeadlineSeconds;
  const oldDeadline = old.spec.activeDeadlineSeconds;
  if (deadline === undefined && oldDeadline !== undefined) {
    errors.push(invalid("spec.activeDeadlineSeconds", undefined, "must not update from a positive integer to nil value"));
  } else if (deadline !== undefined && oldDeadline !== undefined && deadline > oldDeadline) {
    errors.push(invalid("spec.activeDeadlineSeconds", deadline, "must be less than or equal to previous value"));
  }
  errors.push(...validateOnlyAddedTolerations(spec.tolerations ?? [], old.spec.tolerations ?? []));

  const munged = munge(spec, old.spec);
  if (!isEqualData(munged, old.spec)) {
    const detail = `pod updates may not change fields other than ${updatableFields.join(",")}\n${diffText(old.spec, munged, "core.PodSpec")}`;
    errors.push(forbidden("spec", detail));
  }
  return errors;
}

function validateOnlyAddedTolerations(tolerations: readonly Toleration[], old: readonly Toleration[]): FieldError[] {
  const isMissing = old.some(
    (one) => !tolerations.some((other) => isEqualData({ ...other, tolerationSeconds: 0 }, { ...one, tolerationSeconds: 0 })),
  );
  return isMissing ? [forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")] : [];
}

/** The new spec with all that may change put back. */
function munge(spec: PodSpec, old: PodSpec): PodSpec {
  const images = (
    containers: readonly Container[] | undefined,
    before: readonly Container[] | undefined,
  ): readonly Container[] | undefined =>
    containers?.map((container, index) => {
      const image = before?.[index]?.image;
      return image === undefined ? container : { ...container, image };
    });
  const containers = images(spec.containers, old.containers) ?? [];
  const initContainers = images(spec.initContainers, old.initContainers);
  const result: { -readonly [K in keyof PodSpec]: PodSpec[K] } = { ...spec, containers };
  if (initContainers !== undefined) result.initContainers = initContainers;
  delete result.activeDeadlineSeconds;
  if (old.activeDeadlineSeconds !== undefined) result.activeDeadlineSeconds = old.activeDeadlineSeconds;
  delete result.tolerations;
  if (old.tolerations !== undefined) result.tolerations = old.tolerations;
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    result.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds!;
  }
  // Gates may only go.
  const gates = spec.schedulingGates ?? [];
  if (gates.every(({ name }) => (old.schedulingGates ?? []).some((gate) => gate.name === name))) {
    delete result.schedulingGates;
    if (old.schedulingGates !== undefined) result.schedulingGates = old.schedulingGates;
  }
  return result;
}
