import type { LooseObject } from "../../api/meta.ts";
import { encodeBase64 } from "../base64.ts";
import { KubectlError } from "../failure.ts";
import type { GeneratorEntry, GeneratorOptions, Kustomization } from "./kustomization.ts";
import { idText, isCalled, metadataOf, namespaceOf, type Resource } from "./resource.ts";

/** The resources with the ConfigMaps and Secrets that are made of files and words. `read` gives a file's text. */
export function withGenerated(
  resources: readonly Resource[],
  kustomization: Kustomization,
  read: (path: string) => string,
): readonly Resource[] {
  const common = kustomization.generatorOptions ?? {};
  let current = resources;
  for (const entry of kustomization.configMapGenerator ?? []) current = placed(current, entry, configMap(entry, common, read), common);
  for (const entry of kustomization.secretGenerator ?? []) current = placed(current, entry, secret(entry, common, read), common);
  return current;
}

/** @source kustomize api/resmap/reswrangler.go, AbsorbAll */
function placed(resources: readonly Resource[], entry: GeneratorEntry, object: LooseObject, common: GeneratorOptions): readonly Resource[] {
  const wantsHash = !(entry.options?.disableNameSuffixHash ?? common.disableNameSuffixHash ?? false);
  const at = resources.findIndex(
    (one) =>
      one.object.kind === object.kind &&
      isCalled(one, String(metadataOf(object).name)) &&
      (entry.namespace === undefined || namespaceOf(one) === entry.namespace),
  );
  const known = resources[at];
  if (entry.behavior !== "merge" && entry.behavior !== "replace") {
    if (known !== undefined) throw new KubectlError(`may not add resource with an already registered id: ${idText(object)}`);
    return [...resources, { object, formerNames: [], wantsHash }];
  }
  if (known === undefined) throw new KubectlError(`id resid.ResId{${idText(object)}} does not exist; cannot merge or replace`);
  const data = entry.behavior === "merge" ? { ...(known.object.data as LooseObject), ...(object.data as LooseObject) } : object.data;
  const metadata = { ...metadataOf(object), ...metadataOf(known.object) };
  const changed: Resource = { ...known, object: { ...known.object, metadata, data }, wantsHash };
  return resources.map((one, i) => (i === at ? changed : one));
}

function configMap(entry: GeneratorEntry, common: GeneratorOptions, read: (path: string) => string): LooseObject {
  return generated("ConfigMap", entry, common, pairs(entry, read));
}

function secret(entry: GeneratorEntry, common: GeneratorOptions, read: (path: string) => string): LooseObject {
  const data = new Map([...pairs(entry, read)].map(([key, value]) => [key, inLines(encodeBase64(value))]));
  return { ...generated("Secret", entry, common, data), type: entry.type ?? "Opaque" };
}

function generated(kind: string, entry: GeneratorEntry, common: GeneratorOptions, data: ReadonlyMap<string, string>): LooseObject {
  return {
    apiVersion: "v1",
    kind,
    metadata: metadata(entry, common, kind.toLowerCase()),
    ...(data.size === 0 ? {} : { data: Object.fromEntries(data) }),
    ...((entry.options?.immutable ?? common.immutable) ? { immutable: true } : {}),
  };
}

/** More than seventy characters are broken into lines. @source kustomize api/internal/generators/utils.go, encodeBase64 */
function inLines(text: string): string {
  if (text.length < 70) return text;
  return text.replace(/.{1,70}/g, "$&\n");
}

/** @throws KubectlError @source kustomize api/internal/generators/utils.go, makeBaseNode */
function metadata({ name, namespace, options }: GeneratorEntry, common: GeneratorOptions, kind: string): LooseObject {
  if (name === undefined) throw new KubectlError(`a ${kind} must have a name`);
  const labels = { ...common.labels, ...options?.labels };
  const annotations = { ...common.annotations, ...options?.annotations };
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** @source kustomize api/kv/kv.go */
function pairs(
  { name, envs = [], env, files = [], literals = [] }: GeneratorEntry,
  read: (path: string) => string,
): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  const add = (key: string, value: string): void => {
    if (data.has(key)) throw new KubectlError(`configmap ${name} illegally repeats the key \`${key}\``);
    data.set(key, value);
  };
  for (const path of [...envs, ...(env === undefined ? [] : [env])])
    for (const line of read(path).split("\n")) {
      const text = line.trimStart();
      if (text === "" || text.startsWith("#")) continue;
      const equals = text.indexOf("=");
      add(equals < 0 ? text : text.slice(0, equals), equals < 0 ? "" : text.slice(equals + 1));
    }
  for (const source of files) {
    const equals = source.indexOf("=");
    const path = source.slice(equals + 1);
    add(equals < 0 ? (path.split("/").at(-1) as string) : source.slice(0, equals), read(path));
  }
  for (const literal of literals) {
    const equals = literal.indexOf("=");
    if (equals <= 0) throw new KubectlError(`literal source ${literal} should be in the format key=value`);
    add(literal.slice(0, equals), literal.slice(equals + 1).replace(/^["']+|["']+$/g, ""));
  }
  return data;
}
