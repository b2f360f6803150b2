import { duplicate, forbidden, invalid, notFound, notSupported, required } from "../field-error.ts";
import type { FieldError } from "../kind.ts";
import { dns1123Label, portName, portNumber } from "../names.ts";
import type { Container, ContainerPort, PodSpec, VolumeMount } from "./types.ts";
import { validateEnv, validateEnvFrom } from "./validate-env.ts";
import { validateLifecycleAndProbes } from "./validate-probe.ts";
import { validateResources } from "./validate-resources.ts";
import { validateDescendingPath } from "./validate-volume.ts";

/** Containers of every sort. @source pkg/apis/core/validation/validation.go (1.32) */

export interface ContainerScope {
  /** Names of the pod's volumes that are well made. */
  readonly volumes: ReadonlySet<string>;
  /** The pod's, which bounds a hook's sleep. */
  readonly gracePeriodSeconds: number;
}

/** @source validateContainers */
export function validateContainers(containers: readonly Container[], scope: ContainerScope, path: string): FieldError[] {
  if (containers.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const place = `${path}[${index}]`;
    errors.push(...validateCommon(container, scope, place));
    if (names.has(container.name)) errors.push(duplicate(`${place}.name`, container.name));
    names.add(container.name);
    errors.push(...validateLifecycleAndProbes(container, scope.gracePeriodSeconds, place));
    if (container.restartPolicy !== undefined) errors.push(forbidden(`${place}.restartPolicy`, "may not be set for non-init containers"));
  }
  errors.push(...validateHostPorts(containers, path));
  return errors;
}

/** @source validateInitContainers */
export function validateInitContainers(
  containers: readonly Container[],
  regular: readonly Container[],
  scope: ContainerScope,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set(regular.map(({ name }) => name));
  for (const [index, container] of containers.entries()) {
    const place = `${path}[${index}]`;
    errors.push(...validateCommon(container, scope, place));
    if (container.restartPolicy !== undefined && container.restartPolicy !== "Always") {
      errors.push(notSupported(`${place}.restartPolicy`, container.restartPolicy, ["Always"]));
    }
    if (names.has(container.name)) errors.push(duplicate(`${place}.name`, container.name));
    else if (container.name !== "") names.add(container.name);
    // One runs after the other, so each has the host's ports for itself.
    errors.push(...validateHostPorts([container], path));
    if (container.restartPolicy === "Always") errors.push(...validateLifecycleAndProbes(container, scope.gracePeriodSeconds, place));
    else {
      for (const field of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
        if (container[field] !== undefined) {
          errors.push(forbidden(`${place}.${field}`, "may not be set for init containers without restartPolicy=Always"));
        }
      }
    }
  }
  return errors;
}

function validateCommon(container: Container, scope: ContainerScope, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { name, image = "" } = container;
  if (name === "") errors.push(required(`${path}.name`));
  else for (const message of dns1123Label(name)) errors.push(invalid(`${path}.name`, name, message));
  if (image === "") errors.push(required(`${path}.image`));
  const messagePolicies = ["File", "FallbackToLogsOnError"];
  if (container.terminationMessagePolicy !== undefined && !messagePolicies.includes(container.terminationMessagePolicy)) {
    errors.push(notSupported(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies));
  }
  errors.push(...validatePorts(container.ports ?? [], `${path}.ports`));
  errors.push(...validateEnv(container.env ?? [], `${path}.env`));
  errors.push(...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`));
  errors.push(...validateMounts(container.volumeMounts ?? [], scope, `${path}.volumeMounts`));
  const pullPolicies = ["Always", "IfNotPresent", "Never"];
  if (container.imagePullPolicy !== undefined && !pullPolicies.includes(container.imagePullPolicy)) {
    errors.push(notSupported(`${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies));
  }
  errors.push(...validateResources(container.resources, `${path}.resources`));
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = "", containerPort, hostPort = 0, protocol }] of ports.entries()) {
    const place = `${path}[${index}]`;
    if (name !== "") {
      const messages = portName(name);
      for (const message of messages) errors.push(invalid(`${place}.name`, name, message));
      if (messages.length === 0) {
        if (names.has(name)) errors.push(duplicate(`${place}.name`, name));
        names.add(name);
      }
    }
    if (containerPort === 0) errors.push(required(`${place}.containerPort`));
    else for (const message of portNumber(containerPort)) errors.push(invalid(`${place}.containerPort`, containerPort, message));
    if (hostPort !== 0) for (const message of portNumber(hostPort)) errors.push(invalid(`${place}.hostPort`, hostPort, message));
    const protocols = ["SCTP", "TCP", "UDP"];
    if (!protocols.includes(protocol)) errors.push(notSupported(`${place}.protocol`, protocol, protocols));
  }
  return errors;
}

function validateHostPorts(containers: readonly Container[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [at, { ports = [] }] of containers.entries()) {
    for (const [index, { hostPort = 0, hostIP = "", protocol }] of ports.entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(key)) errors.push(duplicate(`${path}[${at}].ports[${index}].hostPort`, key));
      seen.add(key);
    }
  }
  return errors;
}

function validateMounts(mounts: readonly VolumeMount[], { volumes }: ContainerScope, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const points = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const place = `${path}[${index}]`;
    if (mount.name === "") errors.push(required(`${place}.name`));
    if (!volumes.has(mount.name)) errors.push(notFound(`${place}.name`, mount.name));
    if (mount.mountPath === "") errors.push(required(`${place}.mountPath`));
    if (points.has(mount.mountPath)) errors.push(invalid(`${place}.mountPath`, mount.mountPath, "must be unique"));
    points.add(mount.mountPath);
    // The paths of these name the list, not the entry.
    if (mount.subPath !== undefined) errors.push(...validateDescendingPath(mount.subPath, `${path}.subPath`));
    if (mount.subPathExpr !== undefined) {
      if (mount.subPath !== undefined) {
        errors.push(invalid(`${place}.subPathExpr`, mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      }
      errors.push(...validateDescendingPath(mount.subPathExpr, `${path}.subPathExpr`));
    }
  }
  return errors;
}

/** The address of the pod is the node's, and so are its ports. @source validatePodHostNetworkDeps */
export function validateHostNetwork({ hostNetwork, containers }: PodSpec, isPod: boolean, path: string): FieldError[] {
  if (hostNetwork !== true) return [];
  const errors: FieldError[] = [];
  for (const [at, { ports = [] }] of (containers ?? []).entries()) {
    for (const [index, { hostPort = 0, containerPort }] of ports.entries()) {
      // A template may leave the host's port to its pods.
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) continue;
      const place = `${path}.containers[${at}].ports[${index}].hostPort`;
      errors.push(invalid(place, hostPort, "must match `containerPort` when `hostNetwork` is true"));
    }
  }
  return errors;
}

/** What is asked of the containers of pods, but not of templates. @source validateContainersOnlyForPod */
export function validateOnlyForPod(containers: readonly Container[], path: string): FieldError[] {
  return containers.flatMap(({ image = "" }, index) =>
    image === image.trim() ? [] : [invalid(`${path}[${index}].image`, image, "must not have leading or trailing whitespace")],
  );
}
