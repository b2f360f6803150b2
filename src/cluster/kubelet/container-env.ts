import type { KubernetesObject } from "../api/meta.ts";
import type { Container, Pod } from "../api/pod/types.ts";
import { decodeBase64, decodeUtf8 } from "../protocols/bytes.ts";
import { podField, resourceField } from "./downward.ts";
import { expand, type Variables } from "./expand.ts";

/** What is read for `configMapKeyRef` and kin. */
export interface EnvSources {
  configMap(name: string): (KubernetesObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
  secret(name: string): (KubernetesObject & { readonly data?: Readonly<Record<string, string>> }) | undefined;
  readonly hostIP: string;
  readonly podIPs: readonly string[];
}

/** A container's variables. Those of Services, which can be many, are one value for all containers of a namespace. */
export class ContainerVariables implements Variables {
  /** The container's own, in order. */
  readonly own: ReadonlyMap<string, string>;
  readonly fromServices: ReadonlyMap<string, string>;

  constructor(own: ReadonlyMap<string, string>, fromServices: ReadonlyMap<string, string>) {
    this.own = own;
    this.fromServices = fromServices;
  }

  get(name: string): string | undefined {
    return this.own.get(name) ?? this.fromServices.get(name);
  }
}

export type EnvResult = { readonly ok: true; readonly env: ContainerVariables } | { readonly ok: false; readonly message: string };

/**
 * A container's own variables: `envFrom`, then `env` in order; each may use those before it and the Services' ones. Those of Services come in last, where absent.
 * A missing source that is not optional keeps the container from being made: the message of CreateContainerConfigError.
 *
 * @source pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables
 */
export function containerEnv(pod: Pod, container: Container, sources: EnvSources, fromServices: ReadonlyMap<string, string>): EnvResult {
  const own = new Map<string, string>();
  const env = new ContainerVariables(own, fromServices);
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ?? secretRef;
    if (reference === undefined) continue;
    const found = configMapRef === undefined ? sources.secret(reference.name ?? "") : sources.configMap(reference.name ?? "");
    if (found === undefined) {
      if (reference.optional === true) continue;
      return { ok: false, message: `${configMapRef === undefined ? "secret" : "configmap"} "${reference.name}" not found` };
    }
    for (const [key, value] of Object.entries(found.data ?? {})) {
      const text = configMapRef === undefined ? decodeText(value) : value;
      own.set(prefix + key, text);
    }
  }
  for (const variable of container.env ?? []) {
    const value = envValue(pod, container, variable, sources, env);
    if (typeof value === "object") return value;
    if (value === undefined) continue;
    own.set(variable.name, value);
  }
  return { ok: true, env };
}

type EnvVar = NonNullable<Container["env"]>[number];

function envValue(
  pod: Pod,
  container: Container,
  variable: EnvVar,
  sources: EnvSources,
  known: Variables,
): string | undefined | { readonly ok: false; readonly message: string } {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? "", known);
  if (from.fieldRef !== undefined) return podField(pod, from.fieldRef.fieldPath, sources) ?? "";
  if (from.resourceFieldRef !== undefined) return resourceField(pod, container.name, from.resourceFieldRef) ?? "";
  const reference = from.configMapKeyRef ?? from.secretKeyRef;
  if (reference === undefined) return "";
  const isSecret = from.configMapKeyRef === undefined;
  const found = isSecret ? sources.secret(reference.name ?? "") : sources.configMap(reference.name ?? "");
  const value = found?.data?.[reference.key];
  if (value !== undefined) return isSecret ? decodeText(value) : value;
  if (reference.optional === true) return undefined;
  const kind = isSecret ? "secret" : "configmap";
  if (found === undefined) return { ok: false, message: `${kind} "${reference.name}" not found` };
  const holder = isSecret ? "Secret" : "ConfigMap";
  return { ok: false, message: `couldn't find key ${reference.key} in ${holder} ${pod.metadata.namespace}/${reference.name}` };
}

export function decodeText(base64: string): string {
  const bytes = decodeBase64(base64);
  return bytes === undefined ? "" : decodeUtf8(bytes);
}
