import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { attachOrLogs } from "./attach.ts";
import type { Command } from "./command.ts";
import { createObject, requireFlags, zeroMeta } from "./create-generators.ts";
import { deleteOne } from "./delete.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { dryRunFlag, outputFlags } from "./output.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl run`: a Pod; up to 1.17 a Deployment unless told otherwise. @source kubectl pkg/cmd/run/run.go at 1.32 and 1.17 */
export function runCommand(minor: number): Command {
  return {
    name: "run",
    short: "Run a particular image on the cluster",
    usage:
      'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]',
    flags: [
      ...outputFlags,
      dryRunFlag,
      { name: "annotations", type: "array", usage: "Annotations to apply to the pod." },
      {
        name: "attach",
        type: "bool",
        default: "false",
        usage: "If true, wait for the Pod to start running, and then attach to the Pod as if 'kubectl attach ...' were called.",
      },
      {
        name: "command",
        type: "bool",
        default: "false",
        usage:
          "If true and extra arguments are present, use them as the 'command' field in the container, rather than the 'args' field which is the default.",
      },
      { name: "env", type: "array", usage: "Environment variables to set in the container." },
      {
        name: "expose",
        type: "bool",
        default: "false",
        usage: "If true, create a ClusterIP service associated with the pod. Requires `--port`.",
      },
      { name: "field-manager", type: "string", default: "kubectl-run" },
      { name: "image", type: "string", usage: "The image for the container to run." },
      { name: "image-pull-policy", type: "string", usage: "The image pull policy for the container." },
      { name: "labels", short: "l", type: "string", usage: "Comma separated labels to apply to the pod." },
      { name: "leave-stdin-open", type: "bool", default: "false" },
      { name: "overrides", type: "string", usage: "An inline JSON override for the generated object." },
      { name: "override-type", type: "string", default: "merge" },
      { name: "pod-running-timeout", type: "duration", default: "1m0s" },
      { name: "port", type: "string", usage: "The port that this container exposes." },
      { name: "privileged", type: "bool", default: "false" },
      { name: "quiet", short: "q", type: "bool", default: "false", usage: "If true, suppress prompt messages." },
      {
        name: "restart",
        type: "string",
        default: "Always",
        usage: "The restart policy for this Pod. Legal values [Always, OnFailure, Never].",
      },
      { name: "rm", type: "bool", default: "false", usage: "If true, delete the pod after it exits." },
      { name: "save-config", type: "bool", default: "false" },
      {
        name: "stdin",
        short: "i",
        type: "bool",
        default: "false",
        usage: "Keep stdin open on the container in the pod, even if nothing is attached.",
      },
      { name: "tty", short: "t", type: "bool", default: "false", usage: "Allocate a TTY for the container in the pod." },
      { name: "grace-period", type: "int", default: "-1" },
      ...(minor <= 20
        ? [
            {
              name: "generator",
              type: "string" as const,
              ...(minor >= 18 ? { deprecated: "has no effect and will be removed in the future." } : {}),
            },
          ]
        : []),
      ...(minor <= 17 ? [{ name: "replicas", short: "r", type: "int" as const, default: "1" }] : []),
      ...(minor <= 20 && minor >= 18
        ? [
            {
              name: "replicas",
              short: "r",
              type: "int" as const,
              default: "1",
              deprecated: "has no effect and will be removed in the future.",
            },
          ]
        : []),
    ],
    run,
  };
}

function* run(session: Session, flags: Flags): Run<number> {
  requireFlags(flags, "image");
  const [name] = flags.args;
  if (name === undefined || flags.argsLengthAtDash === 0) throw session.usage("NAME is required for run");
  const image = flags.text("image");
  if (image === "") throw new KubectlError("--image is required");
  if (!/^[\w./:@-]+$/.test(image)) throw new KubectlError(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  const restart = flags.text("restart");
  if (!["Always", "OnFailure", "Never"].includes(restart)) throw session.usage(`invalid restart policy: ${restart}`);
  const isInteractive = flags.is("stdin");
  if (flags.is("tty") && !isInteractive) throw session.usage("-i/--stdin is required for containers with -t/--tty=true");
  const isAttached = flags.is("attach") || isInteractive;
  if (flags.is("rm") && !isAttached) throw session.usage("--rm should only be used for attached containers");
  const policy = flags.text("image-pull-policy");
  if (!["", "Always", "IfNotPresent", "Never"].includes(policy)) throw session.usage(`invalid image pull policy: ${policy}`);
  if (flags.is("expose") && flags.text("port") === "") throw session.usage("--port must be set when exposing a service");

  const labels = flags.isGiven("labels") ? parseLabels(flags.text("labels")) : { run: name };
  const annotations = Object.fromEntries(flags.list("annotations").map(pairOf));
  const pod = podSpec(flags, name, restart);
  const meta = { ...zeroMeta, labels, name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
  let object: LooseObject = { apiVersion: "v1", kind: "Pod", metadata: meta, spec: pod, status: {} };
  if (session.behaviour.runMakesDeployment) object = yield* byGenerator(session, flags, labels, meta, pod, restart);
  const overrides = flags.text("overrides");
  if (overrides !== "") object = overridden(object, overrides);

  if (flags.is("expose")) {
    const port = Number(flags.text("port"));
    yield* createObject(session, flags, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...zeroMeta, name },
      spec: { ports: [{ port, protocol: "TCP", targetPort: port }], selector: labels },
      status: { loadBalancer: {} },
    });
  }
  if (!isAttached || flags.text("dry-run") !== "none") {
    yield* createObject(session, flags, object);
    return 0;
  }

  const resources = yield* session.resources();
  const resource = resources.get("pods");
  const created = yield* session.request<KubernetesObject>({
    method: "POST",
    path: resourcePath(resource, session.namespace),
    query: { fieldManager: "kubectl-run" },
    body: object,
  });
  const status = yield* attachOrLogs(session, flags, created, restart);
  if (flags.is("rm")) {
    yield* deleteOne(session, {
      resource,
      namespace: session.namespace,
      name,
      graceSeconds: -1,
      propagation: "Background",
      dryRun: "none",
    });
    if (!flags.is("quiet")) {
      const where = session.behaviour.deleteNamesNamespace ? ` from ${session.namespace} namespace` : "";
      yield* session.out(`pod "${name}" deleted${where}\n`);
    }
  }
  return status;
}

/** The variables that `--env` gives. */
export function envOf(flags: Flags): readonly { readonly name: string; readonly value: string }[] {
  return flags.list("env").map((text) => {
    const equals = text.indexOf("=");
    if (equals <= 0) throw new KubectlError(`invalid env: ${text}`);
    return { name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
}

function podSpec(flags: Flags, name: string, restart: string): LooseObject {
  const words = flags.args.slice(1);
  const port = flags.text("port");
  if (port !== "" && !/^[-+]?\d+$/.test(port)) throw new KubectlError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  const env = envOf(flags);
  const container = {
    ...(words.length === 0 ? {} : flags.is("command") ? { command: words } : { args: words }),
    ...(env.length === 0 ? {} : { env }),
    image: flags.text("image"),
    ...(flags.text("image-pull-policy") === "" ? {} : { imagePullPolicy: flags.text("image-pull-policy") }),
    name,
    ...(port === "" ? {} : { ports: [{ containerPort: Number(port) }] }),
    resources: {},
    ...(flags.is("privileged") ? { securityContext: { privileged: true } } : {}),
    ...(flags.is("stdin") ? { stdin: true, stdinOnce: !flags.is("leave-stdin-open") } : {}),
    ...(flags.is("tty") ? { tty: true } : {}),
  };
  return { containers: [container], dnsPolicy: "ClusterFirst", restartPolicy: restart };
}

/** Up to 1.17: what is made depends on --generator, else on --restart. */
function* byGenerator(
  session: Session,
  flags: Flags,
  labels: LooseObject,
  meta: LooseObject,
  pod: LooseObject,
  restart: string,
): Run<LooseObject> {
  const given = flags.text("generator");
  const generator = given !== "" ? given : restart === "Always" ? "deployment/apps.v1" : restart === "OnFailure" ? "job/v1" : "run-pod/v1";
  const replicas = flags.number("replicas");
  const template = { metadata: { ...zeroMeta, labels }, spec: pod };
  if (generator !== "run-pod/v1") {
    yield* session.err(
      `kubectl run --generator=${generator} is DEPRECATED and will be removed in a future version. Use kubectl run --generator=run-pod/v1 or kubectl create instead.\n`,
    );
  }
  switch (generator) {
    case "run-pod/v1":
      return { apiVersion: "v1", kind: "Pod", metadata: meta, spec: pod, status: {} };
    case "run/v1":
      return {
        apiVersion: "v1",
        kind: "ReplicationController",
        metadata: meta,
        spec: { replicas, selector: labels, template },
        status: { replicas: 0 },
      };
    case "job/v1":
      return { apiVersion: "batch/v1", kind: "Job", metadata: meta, spec: { template }, status: {} };
    case "deployment/apps.v1":
    case "deployment/apps.v1beta1":
      return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: meta,
        spec: { replicas, selector: { matchLabels: labels }, strategy: {}, template },
        status: {},
      };
  }
  throw new KubectlError(`generator ${JSON.stringify(generator)} not found`);
}

function pairOf(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw new KubectlError(`unexpected annotation: ${text}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

export function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw new KubectlError(`unexpected label spec: ${pair}`);
    labels[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return labels;
}

/** `--overrides`: a merge patch of what the client made. */
export function overridden(object: LooseObject, overrides: string): LooseObject {
  let patch: unknown;
  try {
    patch = JSON.parse(overrides);
  } catch {
    throw new KubectlError("Invalid JSON Patch");
  }
  return merged(object, patch) as LooseObject;
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base: Record<string, unknown> = typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete base[key];
    else base[key] = merged(base[key], value);
  }
  return base;
}
