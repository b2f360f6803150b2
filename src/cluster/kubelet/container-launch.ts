import type { Container, Pod } from "../api/pod/types.ts";
import { Machine } from "../machine/machine.ts";
import type { Process } from "../machine/syscall.ts";
import { Console } from "./console.ts";
import type { ContainerVariables } from "./container-env.ts";
import { ContainerLog } from "./container-log.ts";
import { expand, type Variables } from "./expand.ts";
import type { ContainerImage, KubeletOptions, Sandbox } from "./host.ts";
import { hostsFile, podHostname } from "./hosts-file.ts";
import { podResolvConf } from "./resolv-conf.ts";
import { mountVolumes } from "./volumes.ts";

export interface LaunchedContainer {
  readonly machine: Machine;
  readonly process: Process;
  readonly log: ContainerLog;
  readonly console: Console;
}

/** What the container runs: the image's own words, unless the pod gives a command (then its arguments alone count). Pure. @source kubernetes.io, "Define a Command and Arguments for a Container" */
export function containerArgs(spec: Container, image: ContainerImage, env: Variables): readonly string[] {
  const expanded = (words: readonly string[]): readonly string[] => words.map((word) => expand(word, env));
  const command = expanded(spec.command ?? []);
  const args = expanded(spec.args ?? []);
  if (command.length > 0) return [...command, ...args];
  return [...image.entrypoint, ...(args.length > 0 ? args : image.command)];
}

/** The container as a machine of its own with its main process begun; or the runtime's words why that could not be. */
export function launchContainer(
  options: KubeletOptions,
  pod: Pod,
  sandbox: Sandbox | undefined,
  spec: Container,
  image: ContainerImage,
  env: ContainerVariables,
): LaunchedContainer | string {
  const { simulation, node, nodeName, stepCounter } = options;
  const hostname = podHostname(pod, nodeName);
  const machine = new Machine({
    simulation,
    place: `pod/${pod.metadata.namespace}/${pod.metadata.name}`,
    kind: "pod",
    hostname,
    network: sandbox?.network ?? node.network,
    programs: image.programs,
    env: () => startEnv(image, hostname, spec, env),
    cwd: spec.workingDir ?? image.workingDirectory ?? "/",
    services: options.services(pod, spec.name),
    isContainer: true,
    randomName: spec.name,
    ...(stepCounter === undefined ? {} : { stepCounter }),
  });
  layFiles(options, machine, pod, sandbox?.ips ?? [], image);
  mountVolumes(node, machine, pod, spec, env);
  const log = new ContainerLog(() => simulation.dateMs());
  const console = new Console(simulation.clock, (text) => log.write(text), spec);
  const args = containerArgs(spec, image, env);
  if (args.length === 0) return "no command specified";
  const started = machine.spawn({ args, ...console.spawn });
  if (started.ok) return { machine, process: started.process, log, console };
  const problem = started.error === "ENOENT" ? "executable file not found in $PATH" : "permission denied";
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${args[0]}": ${problem}: unknown`;
}

/**
 * What the container's programs start with: PATH and HOSTNAME, then the pod's own variables as written, then all others by name
 * (the real kubelet adds those of Services in the order of a map, so in none).
 */
function startEnv(image: ContainerImage, hostname: string, spec: Container, env: ContainerVariables): ReadonlyMap<string, string> {
  const all = new Map([...image.env, ["HOSTNAME", hostname], ["HOME", "/root"], ...env.fromServices, ...env.own]);
  const first = ["PATH", "HOSTNAME", ...(spec.env ?? []).map(({ name }) => name)];
  const names = new Set([...first, ...[...all.keys()].sort()]);
  return new Map([...names].flatMap((name) => (all.has(name) ? [[name, all.get(name) as string]] : [])));
}

/** The image's files, and those that every container gets from its kubelet. */
function layFiles(options: KubeletOptions, machine: Machine, pod: Pod, ips: readonly string[], image: ContainerImage): void {
  const { node, nodeName, clusterDomain, clusterDns, clusterVersion } = options;
  const nodeFile = (path: string): string => {
    const text = node.files.read(path);
    return text.ok ? text.value : "";
  };
  const nodeHosts = nodeFile("/etc/hosts");
  const nodeResolvConf = nodeFile("/etc/resolv.conf");
  const { files } = machine;
  files.born(() => {
    for (const [path, text] of image.files ?? []) {
      files.makeDirectory(path.slice(0, path.lastIndexOf("/")), { parents: true });
      files.write(path, text);
    }
    files.write("/etc/hosts", hostsFile(pod, ips, nodeName, clusterDomain, nodeHosts));
    files.write(
      "/etc/resolv.conf",
      podResolvConf(pod, { domain: clusterDomain, dns: clusterDns, minor: clusterVersion.minor }, nodeResolvConf),
    );
  });
}
