import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Container, Pod, Volume } from "../api/pod/types.ts";
import type { Machine } from "../machine/machine.ts";
import { decodeText } from "./container-env.ts";
import { podField, resourceField } from "./downward.ts";
import { expand, type Variables } from "./expand.ts";

type Data = KubernetesObject & { readonly data?: Readonly<Record<string, string>>; readonly binaryData?: Readonly<Record<string, string>> };

export interface VolumeSources {
  configMap(name: string): Data | undefined;
  secret(name: string): Data | undefined;
  readonly hostIP: string;
  readonly podIPs: readonly string[];
}

/** A file of a volume: its path within, and the text. */
export interface VolumeFile {
  readonly path: string;
  readonly text: string;
}

export type VolumeContent = { readonly ok: true; readonly files: readonly VolumeFile[] } | { readonly ok: false; readonly message: string };

interface Item {
  readonly key: string;
  readonly path: string;
}

/** What a volume holds at first; undefined for one that starts empty. Pure. @source pkg/volume/{configmap,secret,downwardapi,projected} */
export function volumeContent(pod: Pod, volume: Volume, sources: VolumeSources): VolumeContent | undefined {
  if (volume.configMap !== undefined) return fromMap("configmap", volume.configMap, sources);
  if (volume.secret !== undefined) return fromMap("secret", { ...volume.secret, name: volume.secret.secretName ?? "" }, sources);
  if (volume.downwardAPI !== undefined) return { ok: true, files: downwardFiles(pod, volume.downwardAPI.items ?? [], sources) };
  if (volume.projected !== undefined) return projected(pod, volume.projected.sources ?? [], sources);
  return undefined;
}

function fromMap(
  kind: "configmap" | "secret",
  source: { readonly name?: string; readonly items?: readonly Item[]; readonly optional?: boolean },
  sources: VolumeSources,
): VolumeContent {
  const found = kind === "secret" ? sources.secret(source.name ?? "") : sources.configMap(source.name ?? "");
  if (found === undefined) {
    return source.optional === true ? { ok: true, files: [] } : { ok: false, message: `${kind} "${source.name}" not found` };
  }
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(found.data ?? {})) texts.set(key, kind === "secret" ? decodeText(value) : value);
  for (const [key, value] of Object.entries(found.binaryData ?? {})) texts.set(key, decodeText(value));
  const items = source.items ?? [...texts.keys()].sort().map((key) => ({ key, path: key }));
  const files: VolumeFile[] = [];
  for (const { key, path } of items) {
    const text = texts.get(key);
    if (text !== undefined) files.push({ path, text });
    else if (source.optional !== true) {
      return { ok: false, message: `references non-existent ${kind === "secret" ? "secret" : "config"} key: ${key}` };
    }
  }
  return { ok: true, files };
}

function downwardFiles(pod: Pod, items: readonly LooseObject[], sources: VolumeSources): readonly VolumeFile[] {
  return items.map((item) => {
    const { path, fieldRef, resourceFieldRef } = item as {
      readonly path: string;
      readonly fieldRef?: { readonly fieldPath: string };
      readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string };
    };
    if (fieldRef !== undefined) return { path, text: podField(pod, fieldRef.fieldPath, sources) ?? "" };
    return { path, text: resourceFieldRef === undefined ? "" : (resourceField(pod, "", resourceFieldRef) ?? "") };
  });
}

function projected(pod: Pod, list: readonly LooseObject[], sources: VolumeSources): VolumeContent {
  const files: VolumeFile[] = [];
  for (const source of list) {
    const { configMap, secret, downwardAPI, serviceAccountToken } = source as {
      readonly configMap?: { readonly name?: string; readonly items?: readonly Item[]; readonly optional?: boolean };
      readonly secret?: { readonly name?: string; readonly items?: readonly Item[]; readonly optional?: boolean };
      readonly downwardAPI?: { readonly items?: readonly LooseObject[] };
      readonly serviceAccountToken?: { readonly path: string };
    };
    const reference = configMap ?? secret;
    if (reference !== undefined) {
      const content = fromMap(configMap === undefined ? "secret" : "configmap", reference, sources);
      if (!content.ok) return content;
      files.push(...content.files);
    }
    if (downwardAPI !== undefined) files.push(...downwardFiles(pod, downwardAPI.items ?? [], sources));
    if (serviceAccountToken !== undefined) {
      files.push({
        path: serviceAccountToken.path,
        text: `token-of-${pod.metadata.namespace}-${pod.spec.serviceAccountName ?? "default"}`,
      });
    }
  }
  return { ok: true, files };
}

/** Where everything of a pod lies on the node, while the pod is there. @source pkg/kubelet/kubelet_getters.go, getPodDir */
export function podPath(pod: Pod): string {
  return `/var/lib/kubelet/pods/${pod.metadata.uid}`;
}

/** Where a volume lies on the node. @source pkg/kubelet/kubelet_getters.go, getPodVolumeDir */
export function volumePath(pod: Pod, volume: Volume): string {
  if (volume.hostPath !== undefined) return volume.hostPath.path;
  if (volume.persistentVolumeClaim !== undefined) {
    return `/var/lib/kubelet/claims/${pod.metadata.namespace}/${volume.persistentVolumeClaim.claimName}`;
  }
  const plugin = volume.configMap
    ? "configmap"
    : volume.secret
      ? "secret"
      : volume.downwardAPI
        ? "downward-api"
        : volume.projected
          ? "projected"
          : "empty-dir";
  return `${podPath(pod)}/volumes/kubernetes.io~${plugin}/${volume.name}`;
}

/** Lays out (or renews) a volume's files on the node. */
export function writeVolume(node: Machine, pod: Pod, volume: Volume, files: readonly VolumeFile[]): void {
  const root = volumePath(pod, volume);
  node.files.makeDirectory(root, { parents: true });
  const wanted = new Set(files.map(({ path }) => path.split("/")[0]));
  const present = node.files.list(root);
  for (const name of present.ok ? present.value : []) if (!wanted.has(name)) node.files.remove(`${root}/${name}`, { recursive: true });
  for (const { path, text } of files) {
    const slash = path.lastIndexOf("/");
    if (slash >= 0) node.files.makeDirectory(`${root}/${path.slice(0, slash)}`, { parents: true });
    node.files.write(`${root}/${path}`, text);
  }
}

/** Puts a container's mounts into its tree: the same directory for all containers of the pod. */
export function mountVolumes(node: Machine, machine: Machine, pod: Pod, container: Container, env: Variables): void {
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find(({ name }) => name === mount.name);
    if (volume === undefined) continue;
    const root = volumePath(pod, volume);
    const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, env);
    const source = subPath === undefined || subPath === "" ? root : `${root}/${subPath}`;
    if (!node.files.status(source).ok) node.files.makeDirectory(source, { parents: true });
    machine.files.mount(mount.mountPath.replace(/\/+$/, ""), node.files, source);
  }
}
