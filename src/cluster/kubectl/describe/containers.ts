import type { LooseObject } from "../../api/meta.ts";
import { quantityValue } from "../../api/quantity.ts";
import { longDate, type Writer } from "./writer.ts";

/** @source kubectl pkg/describe/describe.go, describeContainers */
export interface ContainerShape {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly containerPort: number; readonly hostPort?: number; readonly protocol?: string }[];
  readonly env?: readonly EnvShape[];
  readonly envFrom?: readonly { readonly prefix?: string; readonly configMapRef?: Reference; readonly secretRef?: Reference }[];
  readonly resources?: { readonly limits?: Readonly<Record<string, string>>; readonly requests?: Readonly<Record<string, string>> };
  readonly livenessProbe?: ProbeShape;
  readonly readinessProbe?: ProbeShape;
  readonly startupProbe?: ProbeShape;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
    readonly subPath?: string;
  }[];
}

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

interface EnvShape {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly apiVersion?: string; readonly fieldPath: string };
    readonly resourceFieldRef?: { readonly resource: string; readonly divisor?: string | number };
    readonly secretKeyRef?: Reference & { readonly key: string };
    readonly configMapKeyRef?: Reference & { readonly key: string };
  };
}

interface ProbeShape {
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: { readonly scheme?: string; readonly host?: string; readonly port: number | string; readonly path?: string };
  readonly tcpSocket?: { readonly host?: string; readonly port: number | string };
  readonly grpc?: { readonly port: number; readonly service?: string };
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

export interface StatusShape {
  readonly name: string;
  readonly containerID?: string;
  readonly imageID?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: StateShape;
  readonly lastState?: StateShape;
}

interface StateShape {
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: { readonly reason?: string };
  readonly terminated?: {
    readonly reason?: string;
    readonly message?: string;
    readonly exitCode: number;
    readonly signal?: number;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

/** `indent` is two blanks inside a template. `fieldOf` resolves a pod's own fields. */
export function writeContainers(
  w: Writer,
  title: string,
  containers: readonly ContainerShape[],
  statuses: readonly StatusShape[],
  indent: string,
  fieldOf?: (path: string) => string,
): void {
  w.write(0, containers.length === 0 ? `${indent}${title}: <none>\n` : `${indent}${title}:\n`);
  for (const container of containers) {
    const status = statuses.find(({ name }) => name === container.name);
    writeBasics(w, container, status, indent);
    for (const [name, words] of [
      ["Command", container.command],
      ["Args", container.args],
    ] as const) {
      if (words === undefined || words.length === 0) continue;
      w.write(2, `${name}:\n`);
      for (const word of words) for (const line of word.split("\n")) w.write(3, `${line}\n`);
    }
    if (status !== undefined) {
      writeState(w, "State", status.state ?? {});
      if (status.lastState?.terminated !== undefined) writeState(w, "Last State", status.lastState);
      w.write(2, `Ready:\t${status.ready === true ? "True" : "False"}\n`);
      w.write(2, `Restart Count:\t${status.restartCount ?? 0}\n`);
    }
    writeAmounts(w, "Limits", container.resources?.limits);
    writeAmounts(w, "Requests", container.resources?.requests);
    if (container.livenessProbe !== undefined) w.write(2, `Liveness:\t${probeText(container.livenessProbe)}\n`);
    if (container.readinessProbe !== undefined) w.write(2, `Readiness:\t${probeText(container.readinessProbe)}\n`);
    if (container.startupProbe !== undefined) w.write(2, `Startup:\t${probeText(container.startupProbe)}\n`);
    writeEnvFrom(w, container);
    writeEnv(w, container, fieldOf);
    writeMounts(w, container);
  }
}

function writeBasics(w: Writer, container: ContainerShape, status: StatusShape | undefined, indent: string): void {
  w.write(1, `${indent === "" ? "" : " "}${container.name}:\n`);
  if (status !== undefined) w.write(2, `Container ID:\t${status.containerID ?? ""}\n`);
  w.write(2, `Image:\t${container.image ?? ""}\n`);
  if (status !== undefined) w.write(2, `Image ID:\t${status.imageID ?? ""}\n`);
  const { ports = [] } = container;
  const plural = ports.length > 1 ? "s" : "";
  const list = (number: (port: (typeof ports)[number]) => number): string =>
    ports.length === 0 ? "<none>" : ports.map((port) => `${number(port)}/${port.protocol ?? "TCP"}`).join(", ");
  w.write(2, `Port${plural}:\t${list(({ containerPort }) => containerPort)}\n`);
  w.write(2, `Host Port${plural}:\t${list((port) => port.hostPort ?? 0)}\n`);
}

function writeState(w: Writer, title: string, state: StateShape): void {
  if (state.running !== undefined) {
    w.write(2, `${title}:\tRunning\n`);
    w.write(3, `Started:\t${longDate(state.running.startedAt)}\n`);
  } else if (state.terminated !== undefined) {
    const { reason = "", message = "", exitCode, signal = 0, startedAt, finishedAt } = state.terminated;
    w.write(2, `${title}:\tTerminated\n`);
    if (reason !== "") w.write(3, `Reason:\t${reason}\n`);
    if (message !== "") w.write(3, `Message:\t${message}\n`);
    w.write(3, `Exit Code:\t${exitCode}\n`);
    if (signal > 0) w.write(3, `Signal:\t${signal}\n`);
    w.write(3, `Started:\t${longDate(startedAt)}\n`);
    w.write(3, `Finished:\t${longDate(finishedAt)}\n`);
  } else {
    w.write(2, `${title}:\tWaiting\n`);
    const reason = state.waiting?.reason ?? "";
    if (reason !== "") w.write(3, `Reason:\t${reason}\n`);
  }
}

function writeAmounts(w: Writer, title: string, amounts: Readonly<Record<string, string>> | undefined): void {
  const names = Object.keys(amounts ?? {}).sort();
  if (names.length === 0) return;
  w.write(2, `${title}:\n`);
  for (const name of names) w.write(3, `${name}:\t${amounts?.[name]}\n`);
}

function probeText(probe: ProbeShape): string {
  const numbers = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s #success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  if (probe.exec !== undefined) return `exec [${(probe.exec.command ?? []).join(" ")}] ${numbers}`;
  if (probe.httpGet !== undefined) {
    const { scheme = "HTTP", host = "", port, path = "" } = probe.httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path} ${numbers}`;
  }
  if (probe.tcpSocket !== undefined) return `tcp-socket ${probe.tcpSocket.host ?? ""}:${probe.tcpSocket.port} ${numbers}`;
  if (probe.grpc !== undefined) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ""} ${numbers}`;
  return `unknown ${numbers}`;
}

function writeEnvFrom(w: Writer, { envFrom = [] }: ContainerShape): void {
  if (envFrom.length === 0) return;
  w.write(2, "Environment Variables from:\n");
  for (const { prefix = "", configMapRef, secretRef } of envFrom) {
    const reference = configMapRef ?? secretRef;
    const from = configMapRef === undefined ? "Secret" : "ConfigMap";
    w.write(
      3,
      `${reference?.name ?? ""}\t${from}${prefix === "" ? "" : ` with prefix '${prefix}'`}\tOptional: ${reference?.optional === true}\n`,
    );
  }
}

function writeEnv(w: Writer, { env = [], resources }: ContainerShape, fieldOf: ((path: string) => string) | undefined): void {
  w.write(2, env.length === 0 ? "Environment:\t<none>\n" : "Environment:\n");
  for (const { name, value = "", valueFrom } of env) {
    if (valueFrom === undefined) {
      value.split("\n").forEach((line, i) => {
        w.write(3, `${i === 0 ? `${name}:` : ""}\t${line}\n`);
      });
    } else if (valueFrom.fieldRef !== undefined) {
      w.write(
        3,
        `${name}:\t${fieldOf?.(valueFrom.fieldRef.fieldPath) ?? ""} (${valueFrom.fieldRef.apiVersion ?? "v1"}:${valueFrom.fieldRef.fieldPath})\n`,
      );
    } else if (valueFrom.resourceFieldRef !== undefined)
      w.write(3, `${name}:\t${amountText(resources, valueFrom.resourceFieldRef)} (${valueFrom.resourceFieldRef.resource})\n`);
    else if (valueFrom.secretKeyRef !== undefined) {
      const { key, name: secret = "", optional } = valueFrom.secretKeyRef;
      w.write(3, `${name}:\t<set to the key '${key}' in secret '${secret}'>\tOptional: ${optional === true}\n`);
    } else if (valueFrom.configMapKeyRef !== undefined) {
      const { key, name: map = "", optional } = valueFrom.configMapKeyRef;
      w.write(3, `${name}:\t<set to the key '${key}' of config map '${map}'>\tOptional: ${optional === true}\n`);
    }
  }
}

/** In units of the divisor, rounded up. @source kubectl pkg/util/resource/resource.go, ExtractContainerResourceValue */
function amountText(
  resources: ContainerShape["resources"],
  { resource, divisor = "0" }: { readonly resource: string; readonly divisor?: string | number },
): string {
  const [group, name = ""] = resource.split(".");
  const amount = (group === "limits" ? resources?.limits : resources?.requests)?.[name];
  if (amount === undefined) return group === "limits" && (name === "cpu" || name === "memory") ? "node allocatable" : "0";
  const unit = quantityValue(`${divisor}`, "milli") || 1000;
  return `${Math.ceil(quantityValue(`${amount}`, "milli") / unit)}`;
}

function writeMounts(w: Writer, { volumeMounts = [] }: ContainerShape): void {
  w.write(2, volumeMounts.length === 0 ? "Mounts:\t<none>\n" : "Mounts:\n");
  for (const { mountPath, name, readOnly, subPath = "" } of volumeMounts.toSorted((a, b) =>
    a.mountPath < b.mountPath ? -1 : a.mountPath > b.mountPath ? 1 : 0,
  )) {
    const flags = [readOnly === true ? "ro" : "rw", ...(subPath === "" ? [] : [`path=${JSON.stringify(subPath)}`])];
    w.write(3, `${mountPath} from ${name} (${flags.join(",")})\n`);
  }
}

interface VolumeShape {
  readonly name: string;
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
  readonly configMap?: { readonly name?: string; readonly optional?: boolean };
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly downwardAPI?: {
    readonly items?: readonly {
      readonly path: string;
      readonly fieldRef?: { readonly fieldPath: string };
      readonly resourceFieldRef?: { readonly resource: string };
    }[];
  };
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly?: boolean };
  readonly projected?: { readonly sources?: readonly LooseObject[] };
}

/** `hasOptionalNames`: before 1.33 projected volumes had `ConfigMapOptional` and `SecretOptionalName`, and printed pointers. */
export function writeVolumes(w: Writer, volumes: readonly LooseObject[], indent: string, hasOptionalNames: boolean): void {
  w.write(0, volumes.length === 0 ? `${indent}Volumes:\t<none>\n` : `${indent}Volumes:\n`);
  for (const volume of volumes as unknown as readonly VolumeShape[]) {
    w.write(1, `${indent === "" ? "" : " "}${volume.name}:\n`);
    const lines = volumeLines(volume, hasOptionalNames);
    for (const line of lines) w.write(line.startsWith("<") ? 1 : 2, `${line}\n`);
  }
}

function volumeLines(volume: VolumeShape, hasOptionalNames: boolean): readonly string[] {
  if (volume.hostPath !== undefined) {
    return [
      "Type:\tHostPath (bare host directory volume)",
      `Path:\t${volume.hostPath.path}`,
      `HostPathType:\t${volume.hostPath.type ?? "<none>"}`,
    ];
  }
  if (volume.emptyDir !== undefined) {
    return [
      "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
      `Medium:\t${volume.emptyDir.medium ?? ""}`,
      `SizeLimit:\t${volume.emptyDir.sizeLimit ?? "<unset>"}`,
    ];
  }
  if (volume.secret !== undefined) {
    return [
      "Type:\tSecret (a volume populated by a Secret)",
      `SecretName:\t${volume.secret.secretName ?? ""}`,
      `Optional:\t${volume.secret.optional === true}`,
    ];
  }
  if (volume.configMap !== undefined) {
    return [
      "Type:\tConfigMap (a volume populated by a ConfigMap)",
      `Name:\t${volume.configMap.name ?? ""}`,
      `Optional:\t${volume.configMap.optional === true}`,
    ];
  }
  if (volume.persistentVolumeClaim !== undefined) {
    return [
      "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
      `ClaimName:\t${volume.persistentVolumeClaim.claimName}`,
      `ReadOnly:\t${volume.persistentVolumeClaim.readOnly === true}`,
    ];
  }
  if (volume.nfs !== undefined) {
    return [
      "Type:\tNFS (an NFS mount that lasts the lifetime of a pod)",
      `Server:\t${volume.nfs.server}`,
      `Path:\t${volume.nfs.path}`,
      `ReadOnly:\t${volume.nfs.readOnly === true}`,
    ];
  }
  if (volume.downwardAPI !== undefined) {
    const items = (volume.downwardAPI.items ?? []).map(
      ({ path, fieldRef, resourceFieldRef }) => `  ${fieldRef?.fieldPath ?? resourceFieldRef?.resource} -> ${path}`,
    );
    return ["Type:\tDownwardAPI (a volume populated by information about the pod)", "Items:", ...items];
  }
  if (volume.projected !== undefined) {
    const lines = ["Type:\tProjected (a volume that contains injected data from multiple sources)"];
    for (const source of volume.projected.sources ?? []) {
      const { secret, configMap, serviceAccountToken } = source as {
        secret?: { name: string; optional?: boolean };
        configMap?: { name: string; optional?: boolean };
        serviceAccountToken?: { expirationSeconds?: number };
      };
      const optional = (name: string, value: boolean | undefined): string =>
        hasOptionalNames ? `${name}:\t${value ?? "<nil>"}` : `Optional:\t${value === true}`;
      if (secret !== undefined) lines.push(`SecretName:\t${secret.name}`, optional("SecretOptionalName", secret.optional));
      else if (source.downwardAPI !== undefined) lines.push("DownwardAPI:\ttrue");
      else if (configMap !== undefined) lines.push(`ConfigMapName:\t${configMap.name}`, optional("ConfigMapOptional", configMap.optional));
      else if (serviceAccountToken !== undefined) lines.push(`TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 3600}`);
    }
    return lines;
  }
  return ["<unknown>"];
}

interface TolerationShape {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

export function writeTolerations(w: Writer, tolerations: readonly TolerationShape[], indent = ""): void {
  if (tolerations.length === 0) w.write(0, `${indent}Tolerations:\t<none>\n`);
  tolerations
    .toSorted((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : (a.key ?? "") > (b.key ?? "") ? 1 : 0))
    .forEach(({ key = "", operator = "Equal", value = "", effect = "", tolerationSeconds }, i) => {
      let text = key + (value === "" ? "" : `=${value}`) + (effect === "" ? "" : `:${effect}`);
      if (operator === "Exists" && value === "") text += text === "" ? "op=Exists" : " op=Exists";
      if (tolerationSeconds !== undefined) text += ` for ${tolerationSeconds}s`;
      w.write(0, `${i === 0 ? `${indent}Tolerations:` : indent}\t${text}\n`);
    });
}
