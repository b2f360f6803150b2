import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Run } from "../machine/syscall.ts";
import { attachTo, untilStarted } from "./attach.ts";
import type { Command } from "./command.ts";
import { joinFailures, KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { envOf } from "./run.ts";
import { fetch, select } from "./select.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl debug`: a container with tools in a running pod, or a pod with the node's own network. @source kubectl pkg/cmd/debug/debug.go, profiles.go */
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
    { name: "env", type: "array", usage: "Environment variables to set in the container." },
    { name: "image", type: "string", usage: "Container image to use for debug container." },
    { name: "image-pull-policy", type: "string" },
    { name: "profile", type: "string", default: "legacy" },
    { name: "quiet", short: "q", type: "bool", default: "false", usage: "If true, suppress informational messages." },
    { name: "stdin", short: "i", type: "bool", default: "false" },
    { name: "target", type: "string", usage: "When using an ephemeral container, target processes in this container name." },
    { name: "tty", short: "t", type: "bool", default: "false", usage: "Allocate a TTY for the debugging container." },
  ],
  run: debug,
};

const profiles = ["legacy", "general", "baseline", "netadmin", "restricted", "sysadmin", "auto"];

function* debug(session: Session, flags: Flags): Run<number> {
  const words = flags.argsLengthAtDash < 0 ? flags.args : flags.args.slice(0, flags.argsLengthAtDash);
  if (flags.text("image") === "") throw new KubectlError("you must specify --image when not using --copy-to.");
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
    if (object.kind === "Pod") status = yield* debugPod(session, flags, object as Pod);
    else if (object.kind === "Node") status = yield* debugNode(session, flags, object.metadata.name);
    else throw new KubectlError(`"*v1.${object.kind}" not supported by debug`);
  }
  const failure = joinFailures(errors);
  if (failure !== undefined) throw failure;
  return status;
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

function* debugPod(session: Session, flags: Flags, pod: Pod): Run<number> {
  let name = flags.text("container");
  if (name === "") {
    name = `debugger-${session.sys.random.suffix(5)}`;
    if (!flags.is("quiet")) yield* session.out(`Defaulting debug container name to ${name}.\n`);
  }
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
