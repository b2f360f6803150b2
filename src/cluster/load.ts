import type { KubernetesObject, LooseObject } from "./api/meta.ts";
import type { ApiHandler, ApiResponse, Status } from "./apiserver/request.ts";
import { lastApplied, withLastApplied } from "./kubectl/last-applied.ts";

/** What the API server did not take of a scenario's documents, or took with a warning. */
export interface LoadRefusal {
  /** Which of the objects. */
  readonly index: number;
  readonly message: string;
  /** The fields it names, each with its own message; empty where it names none. */
  readonly fields: readonly { readonly field: string; readonly message: string }[];
  readonly isWarning: boolean;
}

export interface Loader {
  readonly handle: ApiHandler;
  /** `/api/v1/namespaces/default/services` for an object; undefined where the server has no such kind. */
  collectionPath(object: LooseObject): string | undefined;
}

/** Creates one object as it was given, status included. */
export function createGiven(loader: Loader, object: LooseObject, isStrict: boolean): ApiResponse {
  const path = loader.collectionPath(object);
  if (path === undefined) {
    const { apiVersion, kind } = object;
    const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
    return { code: 404, body: { kind: "Status", message, reason: "NotFound", code: 404 }, warnings: [] };
  }
  return loader.handle({
    method: "POST",
    path,
    body: object,
    query: { fieldValidation: isStrict ? "Strict" : "Warn", fieldManager: makerOf(object, isStrict) },
    userAgent: "kubectl",
    trusted: true,
  });
}

/** Who is said to have made it: a controller what has an owner, the user's apply the text, and the set-up of the cluster all else. */
function makerOf({ kind, metadata }: LooseObject, isText: boolean): string {
  const { ownerReferences, namespace } = (metadata ?? {}) as LooseObject;
  if (Array.isArray(ownerReferences)) return "kube-controller-manager";
  if (isText) return "kubectl-client-side-apply";
  if (kind === "Node") return "kubelet";
  return namespace === "kube-system" ? "kubeadm" : "kubectl-client-side-apply";
}

/**
 * Documents of a scenario, created in order at t=0; namespaces first, then what owns, then what is owned, since owners are known again by kind and name.
 */
export function loadObjects(
  loader: Loader,
  objects: readonly LooseObject[],
  find: (kind: string, namespace: string, name: string) => KubernetesObject | undefined,
): readonly LoadRefusal[] {
  const refusals: LoadRefusal[] = [];
  const order = objects.map((_, index) => index).sort((a, b) => rank(objects[a]) - rank(objects[b]) || a - b);
  for (const index of order) {
    const response = createOrChange(loader, withOwners(asApplied(objects[index] as LooseObject, loader), find));
    if (response.code >= 400) refusals.push(refusal(index, response.body as Status));
    for (const message of response.warnings) refusals.push({ index, message, fields: [], isWarning: true });
  }
  return refusals.sort((a, b) => a.index - b.index);
}

/** A document as `kubectl apply` would send it, with itself in its annotation; what another cluster's controllers made is no user's text. */
function asApplied(object: LooseObject, loader: Loader): LooseObject {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return object;
  const { annotations, ownerReferences, namespace } = metadata as LooseObject;
  if (ownerReferences !== undefined || (annotations as LooseObject | undefined)?.[lastApplied] !== undefined) return object;
  const isNamespaced = loader.collectionPath(object)?.includes("/namespaces/") === true;
  const named = isNamespaced && namespace === undefined ? { ...object, metadata: { ...metadata, namespace: "default" } } : object;
  const { status, ...text } = named;
  return { ...withLastApplied(text), ...(status === undefined ? {} : { status }) };
}

/** What the server made itself (the `default` namespace, the Service `kubernetes`) is changed as `kubectl apply` would change it. */
function createOrChange(loader: Loader, object: LooseObject): ApiResponse {
  const created = createGiven(loader, object, true);
  if ((created.body as Partial<Status>).reason !== "AlreadyExists") return created;
  const name = String((object["metadata"] as LooseObject | undefined)?.["name"]);
  return loader.handle({
    method: "PATCH",
    path: `${loader.collectionPath(object)}/${name}`,
    body: object,
    contentType: "application/merge-patch+json",
    query: { fieldValidation: "Strict", fieldManager: "kubectl-client-side-apply" },
    userAgent: "kubectl",
  });
}

function rank(object: LooseObject | undefined): number {
  const metadata = (object?.["metadata"] ?? {}) as LooseObject;
  if (object?.["kind"] === "Namespace") return 0;
  return Array.isArray(metadata["ownerReferences"]) ? (object?.["kind"] === "Pod" ? 3 : 2) : 1;
}

function withOwners(
  object: LooseObject,
  find: (kind: string, namespace: string, name: string) => KubernetesObject | undefined,
): LooseObject {
  const metadata = object["metadata"] as LooseObject | undefined;
  const references = metadata?.["ownerReferences"];
  if (!Array.isArray(references)) return object;
  const namespace = String(metadata?.["namespace"] ?? "default");
  const known = (references as readonly LooseObject[]).flatMap((reference) => {
    const owner = find(String(reference["kind"]), namespace, String(reference["name"]));
    return owner === undefined ? [] : [{ ...reference, uid: owner.metadata.uid }];
  });
  const { ownerReferences: _, ...rest } = metadata as LooseObject;
  return { ...object, metadata: known.length === 0 ? rest : { ...rest, ownerReferences: known } };
}

function refusal(index: number, status: Status): LoadRefusal {
  const causes = (status.details?.causes ?? []).flatMap((cause) =>
    cause.field === undefined ? [] : [{ field: cause.field, message: cause.message }],
  );
  return { index, message: status.message, fields: causes, isWarning: false };
}
