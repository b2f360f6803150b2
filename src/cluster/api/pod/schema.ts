import { labelSelector, localObjectReference, objectMeta, resourceList, root } from "../meta-shape.ts";
import type { Schema, Struct } from "../schema.ts";
import {
  about,
  always,
  bool,
  int32,
  int64,
  intOrString,
  list,
  named,
  pointer,
  string,
  stringMap,
  strings,
  struct,
  time,
} from "../shape.ts";
import { objectFieldSelector, resourceFieldSelector, volume } from "./volume-schema.ts";

/** The shape of a Pod as Go declares it. @source k8s.io/api/core/v1/types.go (1.32) */

const httpHeader = struct("v1.HTTPHeader", { name: always(string), value: always(string) }, ["name", "value"]);
const exec = about(
  "Runs a command in the container; exit status 0 is success.",
  struct("v1.ExecAction", { command: about("The command and its arguments. No shell reads it.", strings) }),
);
const httpGet = about(
  "Asks for a page of the pod; an answer from 200 to 399 is success.",
  struct(
    "v1.HTTPGetAction",
    {
      path: about("The path to ask for; `/` if left out.", string),
      port: about("Number or name of the container's port.", always(intOrString)),
      host: about("The host to connect to; the pod's own IP if left out.", string),
      scheme: named("v1.URIScheme", ["HTTP", "HTTPS"]),
      httpHeaders: list(httpHeader),
    },
    ["port"],
  ),
);
const tcpSocket = about(
  "Opens a connection to the port; that it opens is success.",
  struct("v1.TCPSocketAction", { port: always(intOrString), host: string }, ["port"]),
);
const sleep = struct("v1.SleepAction", { seconds: always(int64) }, ["seconds"]);
const grpc = struct("v1.GRPCAction", { port: always(int32), service: pointer(string) }, ["port"]);

export const probe: Struct = struct("v1.Probe", {
  exec,
  httpGet,
  tcpSocket,
  grpc,
  initialDelaySeconds: about("Seconds after the container's start before the first probe.", int32),
  timeoutSeconds: about("Seconds after which a probe without an answer has failed; 1 if left out.", int32),
  periodSeconds: about("Seconds between probes; 10 if left out.", int32),
  successThreshold: about("Successes in a row after a failure before it counts as well again.", int32),
  failureThreshold: about("Failures in a row before it counts as failed; 3 if left out.", int32),
  terminationGracePeriodSeconds: pointer(int64),
});

const lifecycleHandler = struct("v1.LifecycleHandler", { exec, httpGet, tcpSocket, sleep });
const lifecycle = struct("v1.Lifecycle", { postStart: lifecycleHandler, preStop: lifecycleHandler });

const containerPort = struct(
  "v1.ContainerPort",
  {
    name: about("A name by which Services and probes may call the port.", string),
    hostPort: about("A port of the node that leads here.", int32),
    containerPort: about("The port on which the container listens.", always(int32)),
    protocol: named("v1.Protocol", ["TCP", "UDP", "SCTP"]),
    hostIP: string,
  },
  ["containerPort"],
);

const envVar = struct(
  "v1.EnvVar",
  {
    name: always(string),
    value: string,
    valueFrom: struct("v1.EnvVarSource", {
      fieldRef: objectFieldSelector,
      resourceFieldRef: resourceFieldSelector,
      configMapKeyRef: struct("v1.ConfigMapKeySelector", { name: string, key: always(string), optional: pointer(bool) }, ["key"]),
      secretKeyRef: struct("v1.SecretKeySelector", { name: string, key: always(string), optional: pointer(bool) }, ["key"]),
    }),
  },
  ["name"],
);
const envFrom = struct("v1.EnvFromSource", {
  prefix: string,
  configMapRef: struct("v1.ConfigMapEnvSource", { name: string, optional: pointer(bool) }),
  secretRef: struct("v1.SecretEnvSource", { name: string, optional: pointer(bool) }),
});

const resourceRequirements: Struct = struct("v1.ResourceRequirements", {
  limits: resourceList,
  requests: about("What the scheduler sets aside for the container.", resourceList),
  claims: list(struct("v1.ResourceClaim", { name: always(string), request: string }), { mergeKey: "name" }),
});

const seLinuxOptions = struct("v1.SELinuxOptions", { user: string, role: string, type: string, level: string });
const windowsOptions = struct("v1.WindowsSecurityContextOptions", {
  gmsaCredentialSpecName: pointer(string),
  gmsaCredentialSpec: pointer(string),
  runAsUserName: pointer(string),
  hostProcess: pointer(bool),
});
const seccompProfile = struct("v1.SeccompProfile", {
  type: always(named("v1.SeccompProfileType")),
  localhostProfile: pointer(string),
});
const appArmorProfile = struct("v1.AppArmorProfile", {
  type: always(named("v1.AppArmorProfileType")),
  localhostProfile: pointer(string),
});
const securityContext = struct("v1.SecurityContext", {
  capabilities: struct("v1.Capabilities", { add: list(named("v1.Capability")), drop: list(named("v1.Capability")) }),
  privileged: pointer(bool),
  seLinuxOptions,
  windowsOptions,
  runAsUser: pointer(int64),
  runAsGroup: pointer(int64),
  runAsNonRoot: pointer(bool),
  readOnlyRootFilesystem: pointer(bool),
  allowPrivilegeEscalation: pointer(bool),
  procMount: pointer(named("v1.ProcMountType")),
  seccompProfile,
  appArmorProfile,
});

const volumeMount = struct(
  "v1.VolumeMount",
  {
    name: always(string),
    readOnly: bool,
    recursiveReadOnly: pointer(named("v1.RecursiveReadOnlyMode")),
    mountPath: always(string),
    subPath: string,
    mountPropagation: pointer(named("v1.MountPropagationMode")),
    subPathExpr: string,
  },
  ["name", "mountPath"],
);

const containerFields: Readonly<Record<string, Schema>> = {
  name: always(string),
  image: about("The image to run: `luksa/kubia`, `nginx:1.27`.", string),
  command: about("Replaces the image's entry point.", strings),
  args: about("Replaces the image's own arguments.", strings),
  workingDir: string,
  ports: about(
    "Ports that the container listens on. They name and tell; they open and close nothing.",
    list(containerPort, { mergeKey: "containerPort" }),
  ),
  envFrom: list(envFrom),
  env: about("Environment variables.", list(envVar, { mergeKey: "name" })),
  resources: always(resourceRequirements),
  resizePolicy: list(
    struct("v1.ContainerResizePolicy", {
      resourceName: always(named("v1.ResourceName")),
      restartPolicy: always(named("v1.ResourceResizeRestartPolicy")),
    }),
  ),
  restartPolicy: about(
    "`Always` makes an init container a sidecar: it keeps running beside the others.",
    pointer(named("v1.ContainerRestartPolicy")),
  ),
  volumeMounts: list(volumeMount, { mergeKey: "mountPath" }),
  volumeDevices: list(struct("v1.VolumeDevice", { name: always(string), devicePath: always(string) }), { mergeKey: "devicePath" }),
  livenessProbe: about("When it fails, the container is restarted.", probe),
  readinessProbe: about("While it fails, the pod gets no traffic from Services.", probe),
  startupProbe: about("Until it succeeds, the other probes wait.", probe),
  lifecycle,
  terminationMessagePath: string,
  terminationMessagePolicy: named("v1.TerminationMessagePolicy"),
  imagePullPolicy: about(
    "When the image is fetched anew; `Always` if the tag is `latest` or missing, else `IfNotPresent`.",
    named("v1.PullPolicy", ["Always", "IfNotPresent", "Never"]),
  ),
  securityContext,
  stdin: bool,
  stdinOnce: bool,
  tty: bool,
};

export const container: Struct = struct("v1.Container", containerFields, ["name"]);
const ephemeralContainer = struct("v1.EphemeralContainer", { ...containerFields, targetContainerName: string }, ["name"]);

const nodeSelectorRequirement = struct(
  "v1.NodeSelectorRequirement",
  { key: always(string), operator: always(named("v1.NodeSelectorOperator")), values: strings },
  ["key", "operator"],
);
const nodeSelectorTerm = struct("v1.NodeSelectorTerm", {
  matchExpressions: list(nodeSelectorRequirement),
  matchFields: list(nodeSelectorRequirement),
});
export const nodeSelector: Struct = struct("v1.NodeSelector", { nodeSelectorTerms: always(list(nodeSelectorTerm)) }, ["nodeSelectorTerms"]);
const podAffinityTerm = struct(
  "v1.PodAffinityTerm",
  {
    labelSelector,
    namespaces: strings,
    topologyKey: always(string),
    namespaceSelector: labelSelector,
    matchLabelKeys: strings,
    mismatchLabelKeys: strings,
  },
  ["topologyKey"],
);
const weightedPodAffinityTerm = struct("v1.WeightedPodAffinityTerm", { weight: always(int32), podAffinityTerm: always(podAffinityTerm) });
const podAffinityFields = {
  requiredDuringSchedulingIgnoredDuringExecution: list(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(weightedPodAffinityTerm),
};
const affinity = struct("v1.Affinity", {
  nodeAffinity: struct("v1.NodeAffinity", {
    requiredDuringSchedulingIgnoredDuringExecution: nodeSelector,
    preferredDuringSchedulingIgnoredDuringExecution: list(
      struct("v1.PreferredSchedulingTerm", { weight: always(int32), preference: always(nodeSelectorTerm) }),
    ),
  }),
  podAffinity: struct("v1.PodAffinity", podAffinityFields),
  podAntiAffinity: struct("v1.PodAntiAffinity", podAffinityFields),
});

export const toleration: Struct = struct("v1.Toleration", {
  key: string,
  operator: named("v1.TolerationOperator", ["Exists", "Equal"]),
  value: string,
  effect: named("v1.TaintEffect", ["NoSchedule", "PreferNoSchedule", "NoExecute"]),
  tolerationSeconds: pointer(int64),
});

const podSecurityContext = struct("v1.PodSecurityContext", {
  seLinuxOptions,
  windowsOptions,
  runAsUser: pointer(int64),
  runAsGroup: pointer(int64),
  runAsNonRoot: pointer(bool),
  supplementalGroups: list(int64),
  supplementalGroupsPolicy: pointer(named("v1.SupplementalGroupsPolicy")),
  fsGroup: pointer(int64),
  sysctls: list(struct("v1.Sysctl", { name: always(string), value: always(string) })),
  fsGroupChangePolicy: pointer(named("v1.PodFSGroupChangePolicy")),
  seccompProfile,
  appArmorProfile,
  seLinuxChangePolicy: pointer(named("v1.PodSELinuxChangePolicy")),
});

const topologySpreadConstraint = struct(
  "v1.TopologySpreadConstraint",
  {
    maxSkew: always(int32),
    topologyKey: always(string),
    whenUnsatisfiable: always(named("v1.UnsatisfiableConstraintAction", ["DoNotSchedule", "ScheduleAnyway"])),
    labelSelector,
    minDomains: pointer(int32),
    nodeAffinityPolicy: pointer(named("v1.NodeInclusionPolicy")),
    nodeTaintsPolicy: pointer(named("v1.NodeInclusionPolicy")),
    matchLabelKeys: strings,
  },
  ["maxSkew", "topologyKey", "whenUnsatisfiable"],
);

export const podSpec: Struct = struct(
  "v1.PodSpec",
  {
    volumes: list(volume, { mergeKey: "name" }),
    initContainers: about("Run one after another, each to its end, before the containers start.", list(container, { mergeKey: "name" })),
    containers: about(
      "The containers of the pod. They share its IP address and live on one node.",
      always(list(container, { mergeKey: "name" })),
    ),
    ephemeralContainers: list(ephemeralContainer, { mergeKey: "name" }),
    restartPolicy: about(
      "When containers that ended are started again; `Always` if left out.",
      named("v1.RestartPolicy", ["Always", "OnFailure", "Never"]),
    ),
    terminationGracePeriodSeconds: about("Seconds that the containers have to end by themselves; 30 if left out.", pointer(int64)),
    activeDeadlineSeconds: pointer(int64),
    dnsPolicy: about(
      "Where names are looked up; `ClusterFirst` asks the cluster's DNS server.",
      named("v1.DNSPolicy", ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]),
    ),
    nodeSelector: about("Labels that the node must have.", { ...stringMap }),
    serviceAccountName: string,
    serviceAccount: string,
    automountServiceAccountToken: pointer(bool),
    nodeName: about("The node that the pod runs on. The scheduler fills it in.", string),
    hostNetwork: about("Whether the pod has the node's own network and IP instead of one of its own.", bool),
    hostPID: bool,
    hostIPC: bool,
    shareProcessNamespace: pointer(bool),
    securityContext: podSecurityContext,
    imagePullSecrets: list(localObjectReference, { mergeKey: "name" }),
    hostname: string,
    subdomain: about("With `hostname` and a headless Service of this name, the pod has a DNS name of its own.", string),
    affinity,
    schedulerName: string,
    tolerations: list(toleration),
    hostAliases: about(
      "Lines for the pod's /etc/hosts.",
      list(struct("v1.HostAlias", { ip: always(string), hostnames: strings }, ["ip"]), { mergeKey: "ip" }),
    ),
    priorityClassName: string,
    priority: pointer(int32),
    dnsConfig: struct("v1.PodDNSConfig", {
      nameservers: strings,
      searches: strings,
      options: list(struct("v1.PodDNSConfigOption", { name: string, value: pointer(string) })),
    }),
    readinessGates: about(
      "Conditions that something else sets, and that must be True before the pod is ready.",
      list(struct("v1.PodReadinessGate", { conditionType: always(named("v1.PodConditionType")) }, ["conditionType"])),
    ),
    runtimeClassName: pointer(string),
    enableServiceLinks: about("Whether the Services of the namespace are told in environment variables.", pointer(bool)),
    preemptionPolicy: pointer(named("v1.PreemptionPolicy")),
    overhead: resourceList,
    topologySpreadConstraints: list(topologySpreadConstraint, { mergeKey: "topologyKey" }),
    setHostnameAsFQDN: pointer(bool),
    os: struct("v1.PodOS", { name: always(named("v1.OSName")) }),
    hostUsers: pointer(bool),
    schedulingGates: list(struct("v1.PodSchedulingGate", { name: always(string) }), { mergeKey: "name" }),
    resourceClaims: list(
      struct("v1.PodResourceClaim", {
        name: always(string),
        resourceClaimName: pointer(string),
        resourceClaimTemplateName: pointer(string),
      }),
      { mergeKey: "name" },
    ),
    resources: resourceRequirements,
  },
  ["containers"],
);

export const podTemplateSpec: Struct = struct("v1.PodTemplateSpec", {
  metadata: always(objectMeta),
  spec: about("What the pods made from this template are like.", always(podSpec)),
});

const running = struct("v1.ContainerStateRunning", { startedAt: always({ type: "time" }) });
const waiting = struct("v1.ContainerStateWaiting", { reason: string, message: string });
const terminated = struct("v1.ContainerStateTerminated", {
  exitCode: always(int32),
  signal: int32,
  reason: string,
  message: string,
  startedAt: always({ type: "time" }),
  finishedAt: always({ type: "time" }),
  containerID: string,
});
const containerState = struct("v1.ContainerState", { waiting, running, terminated });
const containerStatus = struct("v1.ContainerStatus", {
  name: always(string),
  state: always(containerState),
  lastState: always(containerState),
  ready: always(bool),
  restartCount: always(int32),
  image: always(string),
  imageID: always(string),
  containerID: string,
  started: pointer(bool),
  allocatedResources: resourceList,
  resources: resourceRequirements,
  volumeMounts: list(
    struct("v1.VolumeMountStatus", {
      name: always(string),
      mountPath: always(string),
      readOnly: bool,
      recursiveReadOnly: pointer(named("v1.RecursiveReadOnlyMode")),
    }),
    { mergeKey: "mountPath" },
  ),
  user: struct("v1.ContainerUser", {
    linux: struct("v1.LinuxContainerUser", { uid: always(int64), gid: always(int64), supplementalGroups: list(int64) }),
  }),
  allocatedResourcesStatus: list(struct("v1.ResourceStatus", { name: always(named("v1.ResourceName")) }), { mergeKey: "name" }),
});

export const podCondition: Struct = struct("v1.PodCondition", {
  type: always(named("v1.PodConditionType")),
  status: always(named("v1.ConditionStatus")),
  lastProbeTime: always({ type: "time" }),
  lastTransitionTime: always({ type: "time" }),
  reason: string,
  message: string,
});

export const podStatus: Struct = struct("v1.PodStatus", {
  phase: named("v1.PodPhase"),
  conditions: list(podCondition, { mergeKey: "type" }),
  message: string,
  reason: string,
  nominatedNodeName: string,
  hostIP: string,
  hostIPs: list(struct("v1.HostIP", { ip: always(string) }), { mergeKey: "ip" }),
  podIP: about("The pod's address, reachable from the whole cluster.", string),
  podIPs: list(struct("v1.PodIP", { ip: always(string) }), { mergeKey: "ip" }),
  startTime: time,
  initContainerStatuses: list(containerStatus),
  containerStatuses: list(containerStatus),
  qosClass: named("v1.PodQOSClass"),
  ephemeralContainerStatuses: list(containerStatus),
  resize: named("v1.PodResizeStatus"),
  resourceClaimStatuses: list(struct("v1.PodResourceClaimStatus", { name: always(string), resourceClaimName: pointer(string) }), {
    mergeKey: "name",
  }),
});

export const podSchema: Struct = root(
  "v1.Pod",
  { spec: about("What the pod is to be like.", always(podSpec)), status: about("What the kubelet last saw.", always(podStatus)) },
  "One or more containers that share an IP address and a node: the smallest thing that Kubernetes runs.",
);
