import { printYaml } from "../../../yaml/print.ts";
import type { LooseObject } from "../../api/meta.ts";
import { KubectlError } from "../failure.ts";
import { nameHash } from "../name-hash.ts";
import { documentsIn } from "./documents.ts";
import { withGenerated } from "./generate.ts";
import { deprecations, type Kustomization, readKustomization } from "./kustomization.ts";
import { inLegacyOrder } from "./order.ts";
import { patched, patchedByJson } from "./patch.ts";
import { idText, isMap, metadataOf, nameOf, namespaceOf, type Resource, renamed } from "./resource.ts";
import { transformed, withCountsAndImages, withNamesFollowed } from "./transform.ts";

/** The files that a kustomization may read. Paths are absolute. */
export interface FileTree {
  read(path: string): string | undefined;
  isFolder(path: string): boolean;
}

export interface Built {
  /** YAML, as `kubectl kustomize` prints it. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/** What the kustomization in a folder stands for. Pure. @throws KubectlError @source kustomize api/krusty/kustomizer.go, api/internal/target/kusttarget.go */
export function buildKustomization(
  files: FileTree,
  folder: string,
  options: { /** The folder as it was asked for. */ readonly shown: string; readonly hashesName: boolean },
): Built {
  if (!files.isFolder(folder)) throw new KubectlError(noFolder(options.shown, folder));
  const warnings: string[] = [];
  const { resources, kustomization } = accumulate(files, folder, [], warnings);
  const hashed = resources.map((resource) =>
    resource.wantsHash ? renamed(resource, `${nameOf(resource)}-${hashOf(resource.object, options.hashesName)}`) : resource,
  );
  const followed = withNamesFollowed(hashed);
  const ordered = kustomization.sortOptions?.order === "fifo" ? followed : inLegacyOrder(followed);
  return { text: ordered.map(({ object }) => printYaml(object)).join("---\n"), warnings };
}

/**
 * From kustomize 4 on the name is no part of it: it is looked for under the one key `metadata/name`, which nothing has.
 * @source kustomize api/internal/hasher/hasher.go, getNodeValues; kubernetes.io shows the results
 */
function hashOf(object: LooseObject, hashesName: boolean): string {
  const { kind, data = "", binaryData, type = "", stringData } = object;
  const name = hashesName ? (metadataOf(object).name ?? "") : "";
  if (kind === "ConfigMap") return nameHash({ kind, name, data, ...(isMap(binaryData) ? { binaryData } : {}) });
  if (kind === "Secret") return nameHash({ kind, type, name, data, ...(isMap(stringData) ? { stringData } : {}) });
  return nameHash(object);
}

interface Accumulated {
  readonly resources: readonly Resource[];
  readonly kustomization: Kustomization;
}

/** One folder with all below it. `open`: the folders being read, so that none reads itself. `given`: what a component works on. */
function accumulate(
  files: FileTree,
  folder: string,
  open: readonly string[],
  warnings: string[],
  given?: readonly Resource[],
): Accumulated {
  if (open.includes(folder)) throw new KubectlError(`cycle detected: candidate root '${folder}' contains visited root '${folder}'`);
  const kustomization = kustomizationIn(files, folder);
  warnings.push(...deprecations(kustomization));
  const kind = kustomization.kind ?? "Kustomization";
  if (given !== undefined && kind !== "Component")
    throw new KubectlError(
      `accumulating components: accumulateDirectory: "expected kind 'Component' for path '${folder}' but got '${kind}'"`,
    );
  if (given === undefined && kind === "Component" && open.length > 0)
    throw new KubectlError(`accumulating resources: expected kind != 'Component' for path '${folder}'`);
  const read = (path: string): string => {
    const text = files.read(joined(folder, path));
    if (text !== undefined) return text;
    throw new KubectlError(`evalsymlink failure on '${joined(folder, path)}' : lstat ${joined(folder, path)}: no such file or directory`);
  };
  let resources = given ?? [];
  const add = (more: readonly Resource[]): void => {
    for (const one of more) {
      const same = resources.find((other) => sameId(other, one));
      if (same !== undefined) throw new KubectlError(`may not add resource with an already registered id: ${idText(one.object)}`);
      resources = [...resources, one];
    }
  };
  for (const path of [...(kustomization.resources ?? []), ...(kustomization.bases ?? [])]) {
    const full = joined(folder, path);
    if (files.isFolder(full)) add(accumulate(files, full, [...open, folder], warnings).resources);
    else add(objectsIn(files, path, full));
  }
  resources = withGenerated(resources, kustomization, read);
  for (const path of kustomization.components ?? [])
    resources = accumulate(files, joined(folder, path), [...open, folder], warnings, resources).resources;
  resources = patched(resources, kustomization, read);
  resources = patchedByJson(transformed(resources, kustomization), kustomization, read);
  resources = withCountsAndImages(resources, kustomization);
  return { resources, kustomization };
}

function sameId(a: Resource, b: Resource): boolean {
  return (
    a.object.kind === b.object.kind &&
    nameOf(a) === nameOf(b) &&
    namespaceOf(a) === namespaceOf(b) &&
    a.object.apiVersion === b.object.apiVersion
  );
}

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

function kustomizationIn(files: FileTree, folder: string): Kustomization {
  const found = fileNames.map((name) => files.read(joined(folder, name))).filter((text) => text !== undefined);
  if (found.length > 1) throw new KubectlError(`Found multiple kustomization files under: ${folder}\n`);
  if (found[0] === undefined)
    throw new KubectlError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${folder}'`);
  return readKustomization(found[0]);
}

function objectsIn(files: FileTree, path: string, full: string): readonly Resource[] {
  const text = files.read(full);
  const failed = (reason: string): KubectlError =>
    new KubectlError(
      `accumulating resources: accumulation err='accumulating resources from '${path}': ${reason}': ${text === undefined ? noFolder(full, full) : `must build at directory: '${full}': file is not directory`}`,
    );
  if (text === undefined) throw failed(`open ${full}: no such file or directory`);
  const found: Resource[] = [];
  for (const content of documentsIn(text)) {
    if (!content.ok)
      throw failed(`MalformedYAMLError: ${content.message.replace(/^error converting YAML to JSON: /, "")} in File: ${path}`);
    if (content.value === null) continue;
    const value = content.value as LooseObject;
    const objects = value.kind === "List" && Array.isArray(value.items) ? (value.items as readonly LooseObject[]) : [value];
    for (const object of objects) {
      if (!isMap(object) || object.kind === undefined) throw failed(`missing Resource metadata`);
      if (typeof metadataOf(object).name !== "string") throw failed(`missing metadata.name in object ${goText(object)}`);
      found.push({ object, formerNames: [], wantsHash: false });
    }
  }
  return found;
}

/** An object without a name, as Go prints what is known of it: `{{v1 Pod} {{ } map[] map[]}}`. @source kustomize kyaml/yaml/rnode.go, GetValidatedMetadata */
function goText(object: LooseObject): string {
  const { labels, annotations, namespace = "" } = metadataOf(object);
  const pairs = (map: unknown): string =>
    Object.entries(isMap(map) ? map : {})
      .map(([key, value]) => `${key}:${value}`)
      .sort()
      .join(" ");
  return `{{${object.apiVersion ?? ""} ${object.kind}} {{ ${namespace}} map[${pairs(labels)}] map[${pairs(annotations)}]}}`;
}

function noFolder(shown: string, full: string): string {
  return `must build at directory: not a valid directory: evalsymlink failure on '${shown}' : lstat ${full}: no such file or directory`;
}

function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
