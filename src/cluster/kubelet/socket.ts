import type { KubernetesObject } from "../api/meta.ts";
import type { KubeletSocket } from "../apiserver/request.ts";
import type { InputStream, OutputStream, SpawnOptions, Terminal } from "../machine/syscall.ts";
import type { KubeletOptions } from "./host.ts";
import type { PodWorker } from "./pod-worker.ts";

/** What `exec` gets as `streams`: the caller's own, so that output appears where it was asked for. */
export interface ExecStreams {
  readonly stdin?: InputStream;
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly terminal?: Terminal;
  readonly session?: number;
}

/** The kubelet's side of exec, logs and port-forward. @source pkg/kubelet/server/server.go; pkg/kubelet/kubelet_pods.go, GetKubeletContainerLogs */
export function createKubeletSocket(options: KubeletOptions, workerOf: (pod: KubernetesObject) => PodWorker | undefined): KubeletSocket {
  const { simulation } = options;
  return {
    exec(pod, { container, command, streams }) {
      const instance = workerOf(pod)?.slot(container)?.instance;
      if (instance === undefined)
        return { ok: false, code: 404, message: `unable to upgrade connection: container not found ("${container}")` };
      const given = (streams ?? {}) as ExecStreams;
      const spawn: SpawnOptions = {
        args: command,
        newGroup: true,
        ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
        ...(given.stdout === undefined ? {} : { stdout: given.stdout }),
        ...(given.stderr === undefined ? {} : { stderr: given.stderr }),
        ...(given.session === undefined ? {} : { session: given.session }),
        ...(given.terminal === undefined ? {} : { terminal: given.terminal }),
      };
      const started = instance.machine.spawn(spawn);
      if (started.ok) return { ok: true, process: started.process };
      const problem =
        started.error === "ENOENT"
          ? command[0]?.includes("/")
            ? `stat ${command[0]}: no such file or directory`
            : "executable file not found in $PATH"
          : "permission denied";
      const id = execId(simulation.random(`exec/${instance.machine.place}`));
      const message = `Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: exec: "${command[0]}": ${problem}: unknown`;
      return { ok: false, code: 500, message };
    },

    attach(pod, { container, streams }) {
      const instance = workerOf(pod)?.slot(container)?.instance;
      if (instance === undefined)
        return { ok: false, code: 404, message: `unable to upgrade connection: container not found ("${container}")` };
      const { stdin, stdout, terminal, session } = (streams ?? {}) as ExecStreams;
      instance.console.attach({
        ...(stdin === undefined ? {} : { stdin }),
        ...(stdout === undefined ? {} : { stdout }),
        ...(terminal === undefined ? {} : { terminal }),
      });
      if (session !== undefined) instance.process.joinSession(session);
      return { ok: true, process: instance.process };
    },

    logs(pod, { container, previous, tailLines, sinceMs, timestamps, follow, onEnd }) {
      const { name } = pod.metadata;
      const slot = workerOf(pod)?.slot(container);
      if (slot === undefined)
        return { ok: false, code: 400, message: `container "${container}" in pod "${name}" is waiting to start: ContainerCreating` };
      const log = previous ? slot.previousLog : slot.log;
      if (previous && log === undefined) {
        return { ok: false, code: 400, message: `previous terminated container "${container}" in pod "${name}" not found` };
      }
      if (log === undefined) {
        const reason = slot.state.waiting?.reason;
        const isPull = reason === "ErrImagePull" || reason === "ImagePullBackOff";
        const why = isPull
          ? reason === "ErrImagePull"
            ? "image can't be pulled"
            : "trying and failing to pull image"
          : (reason ?? "ContainerCreating");
        return { ok: false, code: 400, message: `container "${container}" in pod "${name}" is waiting to start: ${why}` };
      }
      const text = log.text({
        ...(tailLines === undefined ? {} : { tailLines }),
        ...(sinceMs === undefined ? {} : { sinceMs }),
        timestamps,
      });
      if (follow === undefined) return { ok: true, text };
      return { ok: true, text, stop: log.follow(follow, onEnd ?? (() => {}), timestamps) };
    },

    portForward(pod, port) {
      const sandbox = workerOf(pod)?.sandbox;
      if (sandbox === undefined)
        return { ok: false, code: 500, message: `error forwarding port ${port} to pod ${pod.metadata.name}, uid : failed to find sandbox` };
      // As containerd does: a connection inside the pod's own namespace, to its loopback address.
      const { network } = sandbox;
      const connect = () => network.sockets.connectTcp(network.book.socket(network.book.ip("127.0.0.1"), port), { session: 0 });
      return { ok: true, connect };
    },
  };
}

function execId(random: { uint32(): number }): string {
  let text = "";
  for (let i = 0; i < 8; i++) text += random.uint32().toString(16).padStart(8, "0");
  return text;
}
