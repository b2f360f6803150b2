import type { LooseObject } from "../meta.ts";
import type { Container, ContainerPort, EnvVar, Handler, PodSpec, Probe, ResourceRequirements, Volume } from "./types.ts";

/** @source pkg/apis/core/v1/defaults.go (SetDefaults_Pod, SetDefaults_PodSpec, SetDefaults_Container …) */

export function defaultPod(object: LooseObject): LooseObject {
  const spec = defaultPodSpec(object.spec as PodSpec);
  const forPod = (containers: readonly Container[] | undefined): readonly Container[] | undefined =>
    containers?.map((container) => ({
      ...container,
      ...(spec.hostNetwork === true && container.ports !== undefined ? { ports: container.ports.map(onHost) } : {}),
      resources: requestsFromLimits(container.resources),
    }));
  return {
    ...object,
    spec: {
      ...spec,
      containers: forPod(spec.containers) ?? [],
      ...(spec.initContainers === undefined ? {} : { initContainers: forPod(spec.initContainers) }),
      enableServiceLinks: spec.enableServiceLinks ?? true,
    },
  };
}

/** What was not asked for, but limited, is asked for to the limit. Pods only: templates leave it to their pods. */
function requestsFromLimits(resources: ResourceRequirements | undefined): ResourceRequirements {
  if (resources?.limits === undefined) return resources ?? {};
  return { ...resources, requests: { ...resources.limits, ...resources.requests } };
}

/** Of pods and of templates. */
export function defaultPodSpec(given: PodSpec | undefined): PodSpec {
  const spec = given ?? ({} as PodSpec);
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  return {
    ...spec,
    containers: (spec.containers ?? []).map(defaultContainer),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(defaultContainer) }),
    ...(spec.ephemeralContainers === undefined ? {} : { ephemeralContainers: spec.ephemeralContainers.map(defaultContainer) }),
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(defaultVolume) }),
    ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    restartPolicy: spec.restartPolicy ?? "Always",
    dnsPolicy: spec.dnsPolicy ?? "ClusterFirst",
    securityContext: spec.securityContext ?? {},
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    schedulerName: spec.schedulerName ?? "default-scheduler",
  };
}

function defaultContainer(container: Container): Container {
  return {
    ...container,
    ...(container.ports === undefined ? {} : { ports: container.ports.map(defaultPort) }),
    ...(container.env === undefined ? {} : { env: container.env.map(defaultEnv) }),
    ...(container.livenessProbe === undefined ? {} : { livenessProbe: defaultProbe(container.livenessProbe) }),
    ...(container.readinessProbe === undefined ? {} : { readinessProbe: defaultProbe(container.readinessProbe) }),
    ...(container.startupProbe === undefined ? {} : { startupProbe: defaultProbe(container.startupProbe) }),
    ...(container.lifecycle === undefined ? {} : { lifecycle: defaultLifecycle(container.lifecycle) }),
    resources: container.resources ?? {},
    terminationMessagePath: container.terminationMessagePath ?? "/dev/termination-log",
    terminationMessagePolicy: container.terminationMessagePolicy ?? "File",
    imagePullPolicy: container.imagePullPolicy ?? (isLatest(container.image ?? "") ? "Always" : "IfNotPresent"),
  };
}

/** No tag is the tag `latest`; a digest is none. */
function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const name = image.slice(image.lastIndexOf("/") + 1);
  const colon = name.indexOf(":");
  return colon < 0 || name.slice(colon + 1) === "latest";
}

function defaultPort(port: ContainerPort): ContainerPort {
  return { ...port, protocol: port.protocol ?? "TCP" };
}

/** In the node's own network a container's port is the node's. */
function onHost(port: ContainerPort): ContainerPort {
  return { ...port, hostPort: port.hostPort ?? port.containerPort };
}

function defaultEnv(variable: EnvVar): EnvVar {
  const fieldRef = variable.valueFrom?.fieldRef;
  if (fieldRef === undefined || fieldRef.apiVersion !== undefined) return variable;
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: { ...fieldRef, apiVersion: "v1" } } };
}

function defaultProbe(probe: Probe): Probe {
  return {
    ...defaultHandler(probe),
    timeoutSeconds: probe.timeoutSeconds ?? 1,
    periodSeconds: probe.periodSeconds ?? 10,
    successThreshold: probe.successThreshold ?? 1,
    failureThreshold: probe.failureThreshold ?? 3,
  };
}

function defaultLifecycle(lifecycle: NonNullable<Container["lifecycle"]>): NonNullable<Container["lifecycle"]> {
  const { postStart, preStop } = lifecycle;
  return {
    ...(postStart === undefined ? {} : { postStart: defaultHandler(postStart) }),
    ...(preStop === undefined ? {} : { preStop: defaultHandler(preStop) }),
  };
}

function defaultHandler<H extends Handler>(handler: H): H {
  const { httpGet, grpc } = handler;
  return {
    ...handler,
    ...(httpGet === undefined ? {} : { httpGet: { ...httpGet, path: httpGet.path ?? "/", scheme: httpGet.scheme ?? "HTTP" } }),
    ...(grpc === undefined ? {} : { grpc: { ...grpc, service: grpc.service ?? "" } }),
  };
}

const fileMode = 0o644;

function defaultVolume(volume: Volume): Volume {
  const { secret, configMap, downwardAPI, projected, hostPath } = volume;
  const result = {
    ...volume,
    ...(secret === undefined ? {} : { secret: { ...secret, defaultMode: secret.defaultMode ?? fileMode } }),
    ...(configMap === undefined ? {} : { configMap: { ...configMap, defaultMode: configMap.defaultMode ?? fileMode } }),
    ...(downwardAPI === undefined ? {} : { downwardAPI: { ...downwardAPI, defaultMode: downwardAPI.defaultMode ?? fileMode } }),
    ...(hostPath === undefined ? {} : { hostPath: { ...hostPath, type: hostPath.type ?? "" } }),
    ...(projected === undefined
      ? {}
      : {
          projected: {
            ...projected,
            sources: (projected.sources ?? []).map(defaultProjection),
            defaultMode: projected.defaultMode ?? fileMode,
          },
        }),
  };
  // A volume that is only a name is an empty folder.
  return Object.keys(result).length === 1 ? { ...result, emptyDir: {} } : result;
}

function defaultProjection(source: LooseObject): LooseObject {
  const token = source.serviceAccountToken as LooseObject | undefined;
  if (token === undefined || token.expirationSeconds !== undefined) return source;
  return { ...source, serviceAccountToken: { ...token, expirationSeconds: 3600 } };
}
