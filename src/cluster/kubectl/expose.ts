import type { KubernetesObject, LabelSelector, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { withoutZeros, zeroMeta } from "./create-generators.ts";
import { joinFailures, KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { manifestFiles } from "./manifest.ts";
import { dryRunFlag, dryRunOf, objectPrinter, outputFlags, printResult } from "./output.ts";
import { overridden, parseLabels } from "./run.ts";
import { fetch, fileFlags, type Info, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl expose`: a Service with the selector of another object. @source kubectl pkg/cmd/expose/expose.go */
export const exposeCommand: Command = {
  name: "expose",
  short: "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
  usage:
    "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type]",
  completes: "resources",
  flags: [
    ...fileFlags,
    ...outputFlags,
    dryRunFlag,
    {
      name: "cluster-ip",
      type: "string",
      usage: "ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.",
    },
    { name: "external-ip", type: "string", usage: "Additional external IP address (not managed by Kubernetes) to accept for the service." },
    { name: "field-manager", type: "string", default: "kubectl-expose" },
    { name: "labels", short: "l", type: "string", usage: "Labels to apply to the service created by this call." },
    { name: "load-balancer-ip", type: "string", usage: "IP to assign to the LoadBalancer." },
    { name: "name", type: "string", usage: "The name for the newly created object." },
    { name: "overrides", type: "string" },
    {
      name: "port",
      type: "string",
      usage: "The port that the service should serve on. Copied from the resource being exposed, if unspecified",
    },
    { name: "protocol", type: "string", usage: "The network protocol for the service to be created. Default is 'TCP'." },
    { name: "selector", type: "string", usage: "A label selector to use for this service." },
    {
      name: "session-affinity",
      type: "string",
      usage: "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'",
    },
    {
      name: "target-port",
      type: "string",
      usage: "Name or number for the port on the container that the service should direct traffic to. Optional.",
    },
    {
      name: "type",
      type: "string",
      usage: "Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName. Default is 'ClusterIP'.",
    },
  ],
  run: expose,
};

function* expose(session: Session, flags: Flags): Run<void> {
  const dryRun = yield* dryRunOf(session, flags);
  const printer = objectPrinter(session, flags);
  const selection = yield* select(session, { args: flags.args, files: manifestFiles(flags) });
  const { infos, errors } = yield* fetch(session, selection);
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  for (const info of infos) {
    const service = serviceFor(flags, info);
    const object = flags.text("overrides") === "" ? service : overridden(service, flags.text("overrides"));
    const resources = yield* session.resources();
    const resource = resources.get("services");
    const named = session.enforcesNamespace
      ? { ...object, metadata: { ...(object.metadata as LooseObject), namespace: session.namespace } }
      : object;
    const created =
      dryRun === "client"
        ? named
        : yield* session.request<KubernetesObject>({
            method: "POST",
            path: resourcePath(resource, info.namespace),
            query: { fieldManager: flags.text("field-manager"), ...(dryRun === "server" ? { dryRun: "All" } : {}) },
            body: withoutZeros(named),
          });
    if (printer === undefined && !flags.isGiven("target-port") && dryRun === "none") hintTargetPort(session, info, object);
    yield* printResult(session, flags, printer, resource, created, "exposed", dryRun);
  }
}

function serviceFor(flags: Flags, info: Info): LooseObject {
  const { kind, metadata } = info.object;
  const spec = ((info.object as unknown as LooseObject).spec ?? {}) as LooseObject;
  const exposable = ["Pod", "Service", "ReplicationController", "Deployment", "ReplicaSet"];
  if (!exposable.includes(kind)) throw new KubectlError(`cannot expose a ${kind}`);
  const selector = flags.text("selector") === "" ? selectorOf(info) : parseLabels(flags.text("selector"));
  const labels = flags.text("labels") === "" ? labelsOf(info) : parseLabels(flags.text("labels"));
  const container = portsOf(kind, spec);
  const given = flags.text("port");
  const target = flags.text("target-port");
  const targetPort = target === "" ? undefined : /^\d+$/.test(target) ? Number(target) : target;
  if (given === "" && container.length === 0) throw new KubectlError("couldn't find port via --port flag or introspection");
  const list =
    given === ""
      ? container
      : given.split(",").map((port) => ({ port, protocol: container.find((one) => one.port === port)?.protocol ?? "TCP" }));
  const ports = list.map(({ port, protocol }, i) => {
    if (!/^\d+$/.test(port)) throw new KubectlError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
    return {
      ...(list.length > 1 ? { name: `port-${i + 1}` } : {}),
      port: Number(port),
      protocol: flags.text("protocol") || protocol,
      targetPort: targetPort ?? Number(port),
    };
  });
  const type = flags.text("type");
  const clusterIP = flags.text("cluster-ip");
  const externalIP = flags.text("external-ip");
  const affinity = flags.text("session-affinity");
  const balancer = flags.text("load-balancer-ip");
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...zeroMeta, ...(Object.keys(labels).length === 0 ? {} : { labels }), name: flags.text("name") || metadata.name },
    spec: {
      ...(clusterIP === "" ? {} : { clusterIP }),
      ...(externalIP === "" ? {} : { externalIPs: [externalIP] }),
      ...(balancer === "" || type !== "LoadBalancer" ? {} : { loadBalancerIP: balancer }),
      ports,
      selector,
      ...(affinity === "" ? {} : { sessionAffinity: affinity }),
      ...(type === "" ? {} : { type }),
    },
    status: { loadBalancer: {} },
  };
}

/** @source kubectl pkg/polymorphichelpers/mapbasedselectorforobject.go */
function selectorOf(info: Info): Readonly<Record<string, string>> {
  const { kind, metadata } = info.object;
  const spec = ((info.object as unknown as LooseObject).spec ?? {}) as LooseObject;
  if (kind === "Pod") {
    if (Object.keys(metadata.labels ?? {}).length === 0)
      throw new KubectlError(
        "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
      );
    return metadata.labels ?? {};
  }
  if (kind === "Service" || kind === "ReplicationController") {
    const selector = (spec.selector ?? {}) as Readonly<Record<string, string>>;
    if (Object.keys(selector).length === 0) {
      throw new KubectlError(
        `couldn't retrieve selectors via --selector flag or introspection: the ${kind === "Service" ? "service" : "replication controller"} has no pod selector set`,
      );
    }
    return selector;
  }
  const selector = (spec.selector ?? {}) as LabelSelector;
  const failure = "couldn't retrieve selectors via --selector flag or introspection";
  if (Object.keys(selector.matchLabels ?? {}).length === 0)
    throw new KubectlError(`${failure}: invalid ${kind.toLowerCase()}: no selectors, therefore cannot be exposed`);
  if ((selector.matchExpressions?.length ?? 0) > 0) {
    const parts = (selector.matchExpressions ?? []).map(
      ({ key, operator, values = [] }) => `{Key:${key} Operator:${operator} Values:[${values.join(" ")}]}`,
    );
    throw new KubectlError(`${failure}: couldn't convert expressions - "[${parts.join(" ")}]" to map-based selector format`);
  }
  return selector.matchLabels ?? {};
}

function labelsOf(info: Info): Readonly<Record<string, string>> {
  return info.object.metadata.labels ?? {};
}

function portsOf(kind: string, spec: LooseObject): readonly { readonly port: string; readonly protocol: string }[] {
  if (kind === "Service") {
    return ((spec.ports ?? []) as readonly { port: number; protocol?: string }[]).map(({ port, protocol }) => ({
      port: `${port}`,
      protocol: protocol ?? "TCP",
    }));
  }
  const pod = (kind === "Pod" ? spec : ((spec.template as LooseObject | undefined)?.spec ?? {})) as LooseObject;
  return ((pod.containers ?? []) as readonly { ports?: readonly { containerPort: number; protocol?: string }[] }[]).flatMap(({ ports }) =>
    (ports ?? []).map(({ containerPort, protocol }) => ({ port: `${containerPort}`, protocol: protocol ?? "TCP" })),
  );
}

/** Without --target-port the Service goes to the port of its own number, where perhaps nothing listens. */
function hintTargetPort(session: Session, info: Info, object: LooseObject): void {
  const { kind } = info.object;
  if (kind === "Service") return;
  const declared = portsOf(kind, ((info.object as unknown as LooseObject).spec ?? {}) as LooseObject).map(({ port }) => Number(port));
  const ports = (object.spec as { ports: readonly { port: number; targetPort: unknown }[] }).ports;
  const missed = ports.find(({ targetPort }) => declared.length > 0 && !declared.includes(Number(targetPort)));
  if (missed !== undefined) session.hint("kubectl.expose-target-port", { port: missed.port, containerPort: declared[0] as number });
}
