import { parseDocuments } from "../../yaml/parse.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { Failures, KubectlError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { goJson, withSortedKeys } from "./go-json.ts";
import { kustomized } from "./kustomize.ts";
import type { Session } from "./session.ts";

/** A document of a file, with the name errors call it by. */
export interface ManifestObject {
  readonly source: string;
  readonly object: LooseObject;
}

export type ManifestItem = ManifestObject | { readonly source: string; readonly error: Error; readonly missing?: string };

export interface ManifestText {
  readonly source: string;
  readonly text: string;
}

/** A `-f`, or a `-k`. */
export type ManifestFile = string | { readonly kustomization: string };

/** @throws KubectlError @source cli-runtime resource/builder.go, FilenameOptions.validate */
export function manifestFiles(flags: Flags): readonly ManifestFile[] {
  const files = flags.list("filename");
  const kustomization = flags.text("kustomize");
  if (kustomization === "") return files;
  if (files.length > 0) throw new KubectlError("only one of -f or -k can be specified");
  return [{ kustomization }];
}

/** Every `-f`: a file, `-` for standard input, or a folder's .json, .yaml and .yml; and what `-k` builds. @source cli-runtime resource/builder.go, visitor.go */
export function* readManifests(session: Session, files: readonly ManifestFile[], isRecursive: boolean): Run<readonly ManifestText[]> {
  const texts: ManifestText[] = [];
  for (const file of files) {
    if (typeof file !== "string") {
      texts.push({ source: file.kustomization, text: yield* kustomized(session, file.kustomization) });
      continue;
    }
    if (file === "-") {
      texts.push({ source: "STDIN", text: yield* session.sys.readAll() });
      continue;
    }
    if (/^https?:\/\//.test(file))
      throw new KubectlError(`unable to read URL ${JSON.stringify(file)}, server reported 404 Not Found, status code=404`);
    const path = session.sys.path(file);
    const status = session.sys.files.status(path);
    if (!status.ok) throw new KubectlError(`the path ${JSON.stringify(file)} does not exist`);
    if (status.value.type === "directory") texts.push(...readFolder(session, file, path, isRecursive));
    else texts.push({ source: file, text: textOf(session, path) });
  }
  return texts;
}

function readFolder(session: Session, shown: string, path: string, isRecursive: boolean): readonly ManifestText[] {
  const texts: ManifestText[] = [];
  const names = session.sys.files.list(path);
  for (const name of names.ok ? names.value : []) {
    const inner = `${path}/${name}`;
    const status = session.sys.files.status(inner);
    if (!status.ok) continue;
    const label = `${shown.replace(/\/$/, "")}/${name}`;
    if (status.value.type === "directory") {
      if (isRecursive) texts.push(...readFolder(session, label, inner, true));
    } else if (/\.(json|ya?ml)$/.test(name)) texts.push({ source: label, text: textOf(session, inner) });
  }
  if (texts.length === 0) throw new KubectlError(`error reading [${shown}]: recognized file extensions are [.json .yaml .yml]`);
  return texts;
}

function textOf(session: Session, path: string): string {
  const file = session.sys.files.read(path);
  return file.ok ? file.value : "";
}

/**
 * The objects of the texts, Lists taken apart. Where a text can't be read its error stands in its place, and what follows in it is lost.
 * `validates`: apiVersion and kind are looked for, as before sending.
 */
export function manifestItems(texts: readonly ManifestText[], validates: boolean): readonly ManifestItem[] {
  return texts.flatMap(({ source, text }) => itemsOf(source, text, validates));
}

function itemsOf(source: string, text: string, validates: boolean): readonly ManifestItem[] {
  const items: ManifestItem[] = [];
  for (const document of parseDocuments(text)) {
    if (!document.content.ok) {
      items.push({ source, error: new KubectlError(`error parsing ${source}: ${document.content.message}`) });
      return items;
    }
    const { value } = document.content;
    if (value === null || value === undefined) continue;
    const fault = validates ? validationFault(source, value) : undefined;
    if (fault !== undefined) {
      items.push({ source, error: fault, ...(typeof value === "object" ? { missing: missingParts(value) } : {}) });
      return items;
    }
    items.push(...objectsOf(source, value));
  }
  return items;
}

/** Looked at by the client whatever `--validate` says of fields. @source kubectl pkg/validation/schema.go, getObjectKind */
function validationFault(source: string, value: unknown): Error | undefined {
  const faults: string[] = [];
  if (typeof value !== "object" || Array.isArray(value) || value === null) faults.push("invalid object to validate");
  else {
    const { apiVersion, kind } = value as LooseObject;
    if (apiVersion === undefined || apiVersion === null) faults.push("apiVersion not set");
    else if (typeof apiVersion !== "string") faults.push("apiVersion isn't string type");
    if (kind === undefined || kind === null) faults.push("kind not set");
    else if (typeof kind !== "string") faults.push("kind isn't string type");
  }
  if (faults.length === 0) return undefined;
  const text = faults.length === 1 ? faults[0] : `[${faults.join(", ")}]`;
  return new KubectlError(
    `error validating ${JSON.stringify(source)}: error validating data: ${text}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}

function missingParts(value: object): string {
  return ["apiVersion", "kind"].filter((key) => (value as LooseObject)[key] === undefined).join(", ");
}

function objectsOf(source: string, value: unknown): readonly ManifestItem[] {
  const undecodable = (reason: string): ManifestItem => ({
    source,
    error: new KubectlError(`unable to decode ${JSON.stringify(source)}: ${reason}`),
  });
  if (typeof value !== "object" || Array.isArray(value) || value === null) {
    const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    return [
      undecodable(
        `json: cannot unmarshal ${kind} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
      ),
    ];
  }
  const object = withSortedKeys(value) as LooseObject;
  if (typeof object.kind !== "string" || object.kind === "") return [undecodable(`Object 'Kind' is missing in '${goJson(object)}'`)];
  if (typeof object.apiVersion !== "string" || object.apiVersion === "")
    return [undecodable(`Object 'apiVersion' is missing in '${goJson(object)}'`)];
  if (object.kind.endsWith("List") && Array.isArray(object.items)) {
    const itemKind = object.kind === "List" ? undefined : object.kind.slice(0, -"List".length);
    return object.items.flatMap((item: unknown) =>
      objectsOf(
        source,
        itemKind === undefined || typeof item !== "object" || item === null
          ? item
          : { apiVersion: object.apiVersion, kind: itemKind, ...item },
      ),
    );
  }
  const fault = metadataFault(object);
  return fault === undefined ? [{ source, object }] : [undecodable(fault)];
}

/** kubectl reads the metadata itself, so a number there never reaches the server. @source apimachinery unstructured/helpers.go */
function metadataFault(object: LooseObject): string | undefined {
  const { metadata } = object;
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== "object" || Array.isArray(metadata)) {
    return `json: cannot unmarshal ${jsonKind(metadata)} into Go struct field PartialObjectMetadata.metadata of type v1.ObjectMeta`;
  }
  const meta = metadata as LooseObject;
  for (const field of ["annotations", "labels"] as const) {
    const map = meta[field];
    if (map === undefined || map === null) continue;
    if (typeof map !== "object" || Array.isArray(map)) {
      return `json: cannot unmarshal ${jsonKind(map)} into Go struct field ObjectMeta.metadata.${field} of type map[string]string`;
    }
    for (const key of Object.keys(map).sort()) {
      const value = (map as LooseObject)[key];
      if (typeof value !== "string" && value !== null) {
        return `json: cannot unmarshal ${jsonKind(value)} into Go struct field ObjectMeta.metadata.${field} of type string`;
      }
    }
  }
  for (const field of ["name", "namespace", "generateName"] as const) {
    const value = meta[field];
    if (value !== undefined && value !== null && typeof value !== "string") {
      return `json: cannot unmarshal ${jsonKind(value)} into Go struct field ObjectMeta.metadata.${field} of type string`;
    }
  }
  return undefined;
}

export function jsonKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** The first error, or all of them. */
export function throwItems(errors: readonly Error[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new Failures(errors);
}

/** The object as it is sent to be created: an exported one's resourceVersion is taken out. @source cli-runtime pkg/resource/helper.go, CreateWithOptions */
export function newborn(object: LooseObject): LooseObject {
  const metadata = object.metadata as LooseObject | undefined;
  if (metadata?.resourceVersion === undefined) return object;
  const { resourceVersion: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}
