import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Run } from "../machine/syscall.ts";
import { attachTo, untilStarted } from "./attach.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError } from "./failure.ts";
import type { FlagDefinition, Flags } from "./flags.ts";
import { envOf } from "./run.ts";
import { fetch, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** What a copy keeps of its pod. @source kubectl pkg/cmd/debug/debug.go, --keep-* */
const keepFlags = [
  { name: "keep-annotations", isKept: false },
  { name: "keep-init-containers", isKept: true },
  { name: "keep-labels", isKept: false },
  { name: "keep-liveness", isKept: false },
  { name: "keep-readiness", isKept: false },
  { name: "keep-startup", isKept: false },
];

/** `kubectl debug`: a container with tools in a running pod, a copy of the pod, or a pod with the node's own network. @source kubectl pkg/cmd/debug/debug.go, profiles.go */
export const debugCommand: Command = {
  name: "debug",
  short: "Create debugging sessions for troubleshooting workloads and nodes",
  usage: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]",
  completes: "pods",
  flags: [
    {
      name: "arguments-only",
      type: "bool",
      default: "false",
      usage: "If specified, everything after -- will be passed to the new container as Args instead of Command.",
    },
    { name: "attach", type: "bool", default: "false" },
    { name: "container", short: "c", type: "string", usage: "Container name to use for debug container." },
    {
      name: "copy-to",
      type: "string",
      usage: "Create a copy of the target Pod with this name.",
    },
    { name: "env", type: "array", usage: "Environment variables to set in the container." },
    { name: "image", type: "string", usage: "Container image to use for debug container." },
    { name: "image-pull-policy", type: "string" },
    ...keepFlags.map(({ name, isKept }): FlagDefinition => ({ name, type: "bool", default: `${isKept}` })),
    { name: "profile", type: "string", default: "legacy" },
    { name: "quiet", short: "q", type: "bool", default: "false", usage: "If true, suppress informational messages." },
    { name: "replace", type: "bool", default: "false", usage: "When used with '--copy-to', delete the original Pod." },
    {
      name: "same-node",
      type: "bool",
      default: "false",
      usage: "When used with '--copy-to', schedule the copy of target Pod on the same node.",
    },
    { name: "set-image", type: "slice", usage: "When used with '--copy-to', a list of name=image pairs for changing container images." },
    {
      name: "share-processes",
      type: "bool",
      default: "true",
      usage: "When used with '--copy-to', enable process namespace sharing in the copy.",
    },
    { name: "stdin", short: "i", type: "bool", default: "false" },
    { name: "target", type: "string", usage: "When using an ephemeral container, target processes in this container name." },
    { name: "tty", short: "t", type: "bool", default: "false", usage: "Allocate a TTY for the debugging container." },
  ],
  run: debug,
};

const profiles = ["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin", "auto"];

function* debug(session: Session, flags: Flags): Run<number> {
  const words = flags.argsLengthAtDash < 0 ? flags.args : flags.args.slice(0, flags.argsLengthAtDash);
  checkCopyFlags(flags);
  if (words.length === 0) throw new KubectlError("NAME or --filename is required for debug");
  if (flags.is("tty") && !flags.is("stdin")) throw new KubectlError("-i/--stdin is required for containers with -t/--tty=true");
  const profile = flags.text("profile");
  if (!profiles.includes(profile)) throw new KubectlError(`unknown profile: ${profile}`);
  if (profile === "legacy" && session.version.minor >= 32)
    yield* session.err(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
  const args = words.map((word) => (word.includes("/") ? word : `pods/${word}`));
  const { infos, errors } = yield* fetch(session, yield* select(session, { args }));
  let status = 0;
  for (const { object } of infos) {
    if (object.kind === "Pod") status = yield* (flags.text("copy-to") === "" ? debugPod : debugCopy)(session, flags, object as Pod);
    else if (object.kind === "Node") status = yield* debugNode(session, flags, object.metadata.name);
    else throw new KubectlError(`"*v1.${object.kind}" not supported by debug`);
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  return status;
}

/** @source kubectl pkg/cmd/debug/debug.go, Validate */
function checkCopyFlags(flags: Flags): void {
  const image = flags.text("image");
  const hasArgs = flags.argsLengthAtDash >= 0 && flags.args.length > flags.argsLengthAtDash;
  const setsImages = flags.list("set-image").length > 0;
  for (const pair of flags.list("set-image"))
    if (!pair.includes("="))
      throw new KubectlError(
        `invalid argument ${JSON.stringify(pair)} for "--set-image" flag: ${pair} must be formatted as key=value\nSee 'kubectl debug --help' for usage.`,
      );
  if (flags.text("copy-to") === "") {
    if (flags.is("replace")) throw new KubectlError("--replace may only be used with --copy-to.");
    if (flags.is("same-node")) throw new KubectlError("--same-node may only be used with --copy-to.");
    if (setsImages) throw new KubectlError("--set-image may only be used with --copy-to.");
    if (image === "") throw new KubectlError("you must specify --image when not using --copy-to.");
    return;
  }
  if (image === "" && !setsImages && !hasArgs) throw new KubectlError("you must specify --image, --set-image or command arguments.");
  if (hasArgs && flags.text("container") === "" && image === "")
    throw new KubectlError("you must specify an existing container or a new image when specifying args.");
  if (flags.text("target") !== "") throw new KubectlError("--target is incompatible with --copy-to. Use --share-processes instead.");
}

/** What the debug container runs. */
function container(flags: Flags, name: string): LooseObject {
  const words = flags.argsLengthAtDash < 0 ? [] : flags.args.slice(flags.argsLengthAtDash);
  const env = envOf(flags);
  return {
    name,
    image: flags.text("image"),
    ...(env.length === 0 ? {} : { env }),
    ...(words.length === 0 ? {} : flags.is("arguments-only") ? { args: words } : { command: words }),
    ...(flags.text("image-pull-policy") === "" ? {} : { imagePullPolicy: flags.text("image-pull-policy") }),
    ...(flags.is("stdin") ? { stdin: true } : {}),
    ...(flags.is("tty") ? { tty: true } : {}),
    terminationMessagePolicy: "File",
  };
}

function* nameOfNew(session: Session, flags: Flags): Run<string> {
  const given = flags.text("container");
  if (given !== "") return given;
  const name = `debugger-${session.sys.random.suffix(5)}`;
  if (!flags.is("quiet")) yield* session.out(`Defaulting debug container name to ${name}.\n`);
  return name;
}

function* debugPod(session: Session, flags: Flags, pod: Pod): Run<number> {
  const name = yield* nameOfNew(session, flags);
  const target = flags.text("target");
  if (target !== "" && !flags.is("quiet"))
    yield* session.out(
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  const added = { ...container(flags, name), ...(target === "" ? {} : { targetContainerName: target }) };
  const resources = yield* session.resources();
  const patched = yield* session.request<Pod>({
    method: "PATCH",
    path: resourcePath(resources.get("pods"), pod.metadata.namespace, pod.metadata.name, "ephemeralcontainers"),
    body: { spec: { ephemeralContainers: [added] } },
    contentType: "application/strategic-merge-patch+json",
  });
  return yield* attached(session, flags, patched, name);
}

/** The same pod once more, without its labels so that no Service sends it anything, with a container added or changed. */
function* debugCopy(session: Session, flags: Flags, pod: Pod): Run<number> {
  const asked = flags.text("container");
  const images = new Map(flags.list("set-image").map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
  const containers = (pod.spec.containers as unknown as readonly LooseObject[]).map((one) => ({
    ...one,
    image: images.get(one.name as string) ?? images.get("*") ?? one.image,
  }));
  const known = containers.find((one: LooseObject) => one.name === asked) as LooseObject | undefined;
  const adds = known === undefined && flags.text("image") !== "";
  if (known === undefined && !adds && images.size === 0) throw new KubectlError("you must specify image when creating new container");
  const name = adds ? yield* nameOfNew(session, flags) : asked;
  const given = container(flags, name);
  // A new image leaves the old one's command, unless another is given; args belong to a command.
  const { image: _, terminationMessagePolicy: __, ...changes } = given;
  const changed = (one: LooseObject): LooseObject => {
    const { args, stdin: _stdin, tty: _tty, ...kept } = one;
    const keepsArgs = given.command === undefined && given.args === undefined && args !== undefined;
    return { ...kept, ...(keepsArgs ? { args } : {}), ...changes, ...(flags.text("image") === "" ? {} : { image: flags.text("image") }) };
  };
  const all = adds ? [...containers, given] : containers.map((one: LooseObject) => (one === known ? changed(one) : one));
  const resources = yield* session.resources();
  const path = resourcePath(resources.get("pods"), pod.metadata.namespace);
  const created = yield* session.request<Pod>({ method: "POST", path, body: copyOf(flags, pod, all) });
  if (flags.is("replace"))
    yield* session.request({ method: "DELETE", path: `${path}/${pod.metadata.name}`, body: { kind: "DeleteOptions", apiVersion: "v1" } });
  return name === "" ? 0 : yield* attached(session, flags, created, name);
}

/** @source kubectl pkg/cmd/debug/debug.go, generatePodCopyWithDebugContainer; profiles.go: all but legacy leave annotations and probes out */
function copyOf(flags: Flags, pod: Pod, containers: readonly LooseObject[]): LooseObject {
  const isLegacy = flags.text("profile") === "legacy";
  const { ephemeralContainers: _, nodeName, initContainers, ...spec } = pod.spec as unknown as LooseObject;
  const probes = ["liveness", "readiness", "startup"].filter((probe) => !isLegacy && !flags.is(`keep-${probe}`));
  const withoutProbes = containers.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([field]) => !probes.some((probe) => field === `${probe}Probe`))),
  );
  const keepsInit = initContainers !== undefined && (isLegacy || flags.is("keep-init-containers"));
  const { labels, annotations } = pod.metadata;
  const shares = flags.isGiven("share-processes") ? flags.is("share-processes") : isLegacy ? undefined : true;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: flags.text("copy-to"),
      namespace: pod.metadata.namespace,
      ...(annotations !== undefined && (isLegacy || flags.is("keep-annotations")) ? { annotations } : {}),
      ...(labels !== undefined && !isLegacy && flags.is("keep-labels") ? { labels } : {}),
    },
    spec: {
      ...spec,
      ...(keepsInit ? { initContainers } : {}),
      ...(shares === undefined ? {} : { shareProcessNamespace: shares }),
      ...(flags.is("same-node") && nodeName !== undefined ? { nodeName } : {}),
      containers: withoutProbes,
    },
  };
}

/** A pod of the node's own namespaces, with the node's files below /host. */
function* debugNode(session: Session, flags: Flags, node: string): Run<number> {
  const name = `node-debugger-${node}-${session.sys.random.suffix(5)}`;
  const containerName = flags.text("container") || "debugger";
  if (!flags.is("quiet")) yield* session.out(`Creating debugging pod ${name} with container ${containerName} on node ${node}.\n`);
  const resources = yield* session.resources();
  const created = yield* session.request<Pod>({
    method: "POST",
    path: resourcePath(resources.get("pods"), session.namespace),
    body: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: { "app.kubernetes.io/managed-by": "kubectl-debug" } },
      spec: {
        containers: [{ ...container(flags, containerName), volumeMounts: [{ mountPath: "/host", name: "host-root" }] }],
        hostIPC: true,
        hostNetwork: true,
        hostPID: true,
        nodeName: node,
        restartPolicy: "Never",
        tolerations: [{ operator: "Exists" }],
        volumes: [{ name: "host-root", hostPath: { path: "/" } }],
      },
    },
  });
  return yield* attached(session, flags, created, containerName);
}

function* attached(session: Session, flags: Flags, pod: KubernetesObject, name: string): Run<number> {
  if (!flags.is("attach") && !flags.is("stdin")) return 0;
  const running = yield* untilStarted(session, flags, pod, name);
  yield* attachTo(session, flags, running, name, { fromStart: true });
  return 0;
}
