import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import type { Run, Stream } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { klogPrefix } from "./klog.ts";
import { podFor } from "./pods.ts";
import { fetch, select } from "./select.ts";
import type { Session } from "./session.ts";

/** `kubectl port-forward`: a listener here, a connection inside the pod for each accepted one. @source kubectl pkg/cmd/portforward/portforward.go */
export const portForwardCommand: Command = {
  name: "port-forward",
  short: "Forward one or more local ports to a pod",
  usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
  completes: "pods",
  flags: [
    { name: "address", type: "slice", default: "localhost", usage: "Addresses to listen on (comma separated)." },
    { name: "pod-running-timeout", type: "duration", default: "1m0s" },
  ],
  run: portForward,
};

/** A socket inside the pod, as the kubelet hands it over. */
interface PodSocket {
  readonly state: string;
  readonly error: string | undefined;
  readonly isEnded: boolean;
  onChange: (() => void) | undefined;
  read(): Payload | undefined;
  write(payload: Payload): string | undefined;
  close(): void;
  abort(): void;
}

type Payload = Parameters<Stream["send"]>[0];

function* portForward(session: Session, flags: Flags): Run<number> {
  const [word, ...ports] = flags.args;
  if (word === undefined || ports.length === 0) throw session.usage("TYPE/NAME and list of ports are required for port-forward");
  const tooHigh = ports.map((text) => text.split(":")[0] ?? "").find((text) => /^\d+$/.test(text) && Number(text) > 65_535);
  if (tooHigh !== undefined)
    throw new KubectlError(`error parsing local port '${tooHigh}': strconv.ParseUint: parsing "${tooHigh}": value out of range`);
  const { infos, errors } = yield* fetch(session, yield* select(session, { args: word.includes("/") ? [word] : ["pods", word] }));
  if (errors[0] !== undefined) throw errors[0];
  const pod = yield* podFor(session, word);
  if (pod.status?.phase !== "Running")
    throw new KubectlError(`unable to forward port because pod is not running. Current status=${pod.status?.phase ?? "Pending"}`);
  const owner = infos[0]?.object;
  const pairs = ports.map((text) => portPair(text, pod, owner?.kind === "Service" ? (owner as Service) : undefined));
  const { sys } = session;
  for (const { local, remote } of pairs) {
    const listening = sys.listen(local);
    if (!listening.ok) {
      yield* session.err(
        `Unable to listen on port ${local}: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:${local}: bind: address already in use]\n`,
      );
      throw new KubectlError(`unable to listen on any of the requested ports: [{${local} ${remote}}]`);
    }
    const { listener } = listening;
    const addresses = flags.list("address");
    const shown = addresses.includes("localhost") ? ["127.0.0.1", "[::1]"] : addresses;
    for (const address of shown) yield* session.out(`Forwarding from ${address}:${listener.port} -> ${remote}\n`);
    const accepting = function* (): Run<void> {
      for (;;) {
        const stream = yield* listener.accept();
        yield* session.out(`Handling connection for ${listener.port}\n`);
        sys.thread("forward", forward(session, pod, stream, remote));
      }
    };
    sys.thread("accept", accepting());
  }
  for (;;) yield* sys.sleep(3_600_000_000);
}

function* forward(session: Session, pod: Pod, stream: Stream, remote: number): Run<void> {
  const response = yield* session.send({
    method: "GET",
    path: `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/portforward`,
    query: { ports: `${remote}` },
  });
  const far = (response.upgrade as () => PodSocket)();
  while (far.state === "SYN-SENT" && far.error === undefined) yield* changed(far);
  if (far.error !== undefined) {
    yield* session.err(
      `${klogPrefix(session, "E", "portforward.go:424")}"Unhandled Error" err="an error occurred forwarding ${stream.local.port} -> ${remote}: error forwarding port ${remote} to pod ${pod.metadata.uid}, uid : failed to execute portforward in network namespace: failed to connect to localhost:${remote} inside namespace: dial tcp4 127.0.0.1:${remote}: connect: connection refused"\nerror: lost connection to pod\n`,
    );
    stream.abort();
    return;
  }
  session.sys.thread("backward", fromPod(far, stream));
  for (;;) {
    const piece = yield* stream.receive();
    if (piece === "end") return far.close();
    if (typeof piece === "string") return far.abort();
    if (far.write(piece) !== undefined) return stream.abort();
  }
}

function* fromPod(far: PodSocket, stream: Stream): Run<void> {
  for (;;) {
    const piece = far.read();
    if (piece !== undefined) {
      if ((yield* stream.send(piece)) !== undefined) return far.abort();
    } else if (far.isEnded) return stream.close();
    else if (far.error !== undefined) return stream.abort();
    else yield* changed(far);
  }
}

function* changed(socket: PodSocket): Run<void> {
  yield (resume) => {
    socket.onChange = () => resume(undefined);
    return () => {
      socket.onChange = undefined;
    };
  };
}

/** `8080`, `8888:80`, `:80`, or a port's name. For a Service the number is the Service's and becomes the pod's. */
function portPair(text: string, pod: Pod, service: Service | undefined): { readonly local: number; readonly remote: number } {
  const [first = "", second] = text.split(":");
  const remoteText = second ?? first;
  let remote: number;
  if (service !== undefined) {
    const port = service.spec.ports?.find((one) => `${one.port}` === remoteText || one.name === remoteText);
    if (port === undefined) throw new KubectlError(`Service ${service.metadata.name} does not have a service port ${remoteText}`);
    remote = typeof port.targetPort === "string" ? containerPort(pod, port.targetPort) : (port.targetPort ?? port.port);
    const local = second === undefined ? port.port : first === "" ? 0 : Number(first);
    return { local, remote };
  }
  remote = /^\d+$/.test(remoteText) ? Number(remoteText) : containerPort(pod, remoteText);
  const local = second === undefined ? remote : first === "" ? 0 : Number(first);
  if (Number.isNaN(local))
    throw new KubectlError(
      `error parsing local port ${JSON.stringify(first)}: strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax`,
    );
  if (remote === 0) throw new KubectlError("remote port must be > 0");
  return { local, remote };
}

function containerPort(pod: Pod, name: string): number {
  for (const { ports } of pod.spec.containers) {
    const found = ports?.find((port) => port.name === name);
    if (found !== undefined) return found.containerPort;
  }
  throw new KubectlError(`Pod '${pod.metadata.name}' does not have a named port '${name}'`);
}
