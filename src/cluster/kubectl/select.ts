import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Run } from "../machine/syscall.ts";
import { KubectlError, StatusError } from "./failure.ts";
import type { FlagDefinition } from "./flags.ts";
import { matchesText } from "./label-text.ts";
import { type ManifestFile, manifestItems, readManifests } from "./manifest.ts";
import { manifestHints } from "./manifest-hints.ts";
import type { Resource } from "./resources.ts";
import { resourcePath, type Session } from "./session.ts";

/**
 * What a command is about: its words (`svc`, `svc,ep`, `svc kubia`, `svc/kubia`), selectors and files, as requests still to be made.
 *
 * @source cli-runtime resource/builder.go
 */
export type Target =
  | {
      readonly type: "list";
      readonly resource: Resource;
      readonly namespace: string | undefined;
      readonly query: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "one";
      readonly resource: Resource;
      readonly namespace: string | undefined;
      readonly name: string;
      /** The file it came from; "" for words. */
      readonly source: string;
      /** What the file says. */
      readonly object: LooseObject | undefined;
    };

export interface Selection {
  readonly targets: readonly Target[];
  /** Of files: those that can't be read or are of an unknown kind. */
  readonly errors: readonly Error[];
  /** One object by name: it is printed bare, not in a List. */
  readonly isSingle: boolean;
}

export interface SelectOptions {
  readonly args: readonly string[];
  readonly files?: readonly ManifestFile[];
  readonly isRecursive?: boolean;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
  /** `--all` */
  readonly selectsAll?: boolean;
  /** A type alone means all of it (get, describe). */
  readonly typeAloneIsAll?: boolean;
  /** Files are checked before sending, as apply and create do. */
  readonly validates?: boolean;
}

export const fileFlags: readonly FlagDefinition[] = [
  { name: "filename", short: "f", type: "array", usage: "Filename, directory, or URL to files to use" },
  { name: "kustomize", short: "k", type: "string", usage: "Process the kustomization directory." },
  { name: "recursive", short: "R", type: "bool", default: "false", usage: "Process the directory used in -f, --filename recursively." },
];

export const selectorFlag: FlagDefinition = {
  name: "selector",
  short: "l",
  type: "string",
  usage: "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.",
};

export const missingResource =
  "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/** @throws KubectlError, StatusError */
export function* select(session: Session, options: SelectOptions): Run<Selection> {
  const { args, files = [], allNamespaces = false } = options;
  const query: Record<string, string> = {};
  if (options.labelSelector !== undefined && options.labelSelector !== "") query.labelSelector = options.labelSelector;
  if (options.fieldSelector !== undefined && options.fieldSelector !== "") query.fieldSelector = options.fieldSelector;
  if (files.length > 0) {
    if (args.length > 0)
      throw new KubectlError("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well");
    return yield* selectFiles(session, options, query);
  }
  const resources = yield* session.resources();
  if (args.length === 0) throw new KubectlError(missingResource);

  if (args.some((arg) => arg.includes("/"))) {
    const targets: Target[] = [];
    for (const arg of args) {
      const parts = arg.split("/");
      if (parts.length === 1) {
        throw new KubectlError(
          "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
        );
      }
      if (parts.length > 2) throw new KubectlError("arguments in resource/name form may not have more than one slash");
      const [types = "", name = ""] = parts;
      if (types === "" || name === "") throw new KubectlError("arguments in resource/name form must have a single resource and name");
      if (query.labelSelector !== undefined || query.fieldSelector !== undefined)
        throw new KubectlError("name cannot be provided when a selector is specified");
      if (allNamespaces) throw new KubectlError("a resource cannot be retrieved by name across all namespaces");
      targets.push(one(session, resources.get(types), name));
    }
    return { targets, errors: [], isSingle: targets.length === 1 };
  }

  const [types = "", ...names] = args;
  const kinds: Resource[] = [];
  for (const word of types.split(",")) {
    const category = resources.find(word) === undefined ? resources.category(word) : [];
    for (const resource of category.length > 0 ? category : [resources.get(word)]) if (!kinds.includes(resource)) kinds.push(resource);
  }
  if (names.length > 0) {
    if (query.labelSelector !== undefined || query.fieldSelector !== undefined)
      throw new KubectlError("name cannot be provided when a selector is specified");
    if (options.selectsAll === true) throw new KubectlError("name cannot be provided when a selector is specified");
    const isNamespaced = kinds.some((resource) => resource.isNamespaced);
    if (allNamespaces && isNamespaced) throw new KubectlError("a resource cannot be retrieved by name across all namespaces");
    const targets = kinds.flatMap((resource) => names.map((name) => one(session, resource, name)));
    return { targets, errors: [], isSingle: targets.length === 1 };
  }
  if (
    options.typeAloneIsAll !== true &&
    options.selectsAll !== true &&
    query.labelSelector === undefined &&
    query.fieldSelector === undefined
  ) {
    throw new KubectlError("resource(s) were provided, but no name was specified");
  }
  const namespace = allNamespaces ? undefined : session.namespace;
  const targets = kinds.map(
    (resource): Target => ({ type: "list", resource, namespace: resource.isNamespaced ? namespace : undefined, query }),
  );
  return { targets, errors: [], isSingle: false };
}

function one(session: Session, resource: Resource, name: string): Target {
  return { type: "one", resource, namespace: resource.isNamespaced ? session.namespace : undefined, name, source: "", object: undefined };
}

function* selectFiles(session: Session, options: SelectOptions, query: Readonly<Record<string, string>>): Run<Selection> {
  const texts = yield* readManifests(session, options.files ?? [], options.isRecursive === true);
  const targets: Target[] = [];
  const errors: Error[] = [];
  for (const item of manifestItems(texts, options.validates === true)) {
    if ("error" in item) {
      errors.push(item.error);
      if (item.missing !== undefined) session.hint("kubectl.fragment", { missing: item.missing });
      continue;
    }
    const target = yield* targetOf(session, item.source, item.object);
    if (target instanceof Error) {
      errors.push(target);
      for (const { code, args, command } of manifestHints(item.object, "unmapped")) session.hint(code, args, command);
    } else if (query.labelSelector === undefined || matchesText(item.object, query.labelSelector)) targets.push(target);
  }
  return { targets, errors, isSingle: targets.length === 1 };
}

/** Finds the resource of an object from a file, and its namespace. */
export function* targetOf(session: Session, source: string, object: LooseObject): Run<Target | Error> {
  const resources = yield* session.resources();
  const apiVersion = String(object.apiVersion);
  const kind = String(object.kind);
  const metadata = (object.metadata ?? {}) as LooseObject;
  const name = typeof metadata.name === "string" ? metadata.name : "";
  const given = typeof metadata.namespace === "string" ? metadata.namespace : "";
  const resource = resources.byKind(apiVersion, kind);
  if (resource === undefined) {
    const noMatch = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
    if (!session.behaviour.mappingNotFoundText) return new KubectlError(`unable to recognize ${JSON.stringify(source)}: ${noMatch}`);
    return new KubectlError(
      `resource mapping not found for name: ${JSON.stringify(name)} namespace: ${JSON.stringify(given)} from ${JSON.stringify(source)}: ${noMatch}\nensure CRDs are installed first`,
    );
  }
  if (!resource.isNamespaced) return { type: "one", resource, namespace: undefined, name, source, object };
  const namespace = given === "" ? session.namespace : given;
  if (session.enforcesNamespace && namespace !== session.namespace) {
    return new KubectlError(
      `the namespace from the provided object ${JSON.stringify(given)} does not match the namespace ${JSON.stringify(session.namespace)}. You must pass '--namespace=${given}' to perform this operation.`,
    );
  }
  // kubectl fills the namespace in before it sends or annotates.
  return {
    type: "one",
    resource,
    namespace,
    name,
    source,
    object: given === "" ? { ...object, metadata: { ...metadata, namespace } } : object,
  };
}

/** An object that a command works on. */
export interface Info {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly source: string;
  readonly object: KubernetesObject;
}

/** Fetches what the selection names; lists are taken apart. Errors are gathered. */
export function* fetch(
  session: Session,
  selection: Selection,
): Run<{ readonly infos: readonly Info[]; readonly errors: readonly Error[] }> {
  const infos: Info[] = [];
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      if (target.type === "list") {
        const list = yield* session.request<{ items: readonly KubernetesObject[] }>({
          method: "GET",
          path: resourcePath(target.resource, target.namespace),
          query: { ...target.query, limit: "500" },
        });
        for (const item of list.items) infos.push(infoOf(target.resource, item));
      } else {
        const object = yield* fetchOne(session, target);
        infos.push({ ...infoOf(target.resource, object), source: target.source });
      }
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof KubectlError)) throw error;
      errors.push(target.type === "list" && error instanceof StatusError ? listFailure(error, target) : error);
    }
  }
  return { infos, errors };
}

/** What a list's refusal says more than the server. @source cli-runtime resource/selector.go */
export function listFailure(error: StatusError, { resource, query }: Extract<Target, { type: "list" }>): StatusError {
  const { reason, message } = error.status;
  if (reason !== "BadRequest" && reason !== "NotFound") return error;
  const what = JSON.stringify(`${resource.group}/${resource.version}, Resource=${resource.plural}`);
  const { labelSelector = "", fieldSelector = "" } = query;
  const prefix =
    labelSelector === "" && fieldSelector === ""
      ? `Unable to list ${what}`
      : `Unable to find ${what} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}`;
  return new StatusError({ ...error.status, message: `${prefix}: ${message}` });
}

export function* fetchOne(session: Session, target: Extract<Target, { type: "one" }>): Run<KubernetesObject> {
  if (target.name === "") throw new KubectlError("resource name may not be empty");
  return yield* orMissingNamespace(session, target.namespace, () =>
    session.request<KubernetesObject>({ method: "GET", path: resourcePath(target.resource, target.namespace, target.name) }),
  );
}

/** A missing object whose namespace is missing too: that is what is said. @source cli-runtime resource/visitor.go, Info.Get */
export function* orMissingNamespace<T>(session: Session, namespace: string | undefined, get: () => Run<T>): Run<T> {
  try {
    return yield* get();
  } catch (error) {
    if (error instanceof StatusError && error.isNotFound && namespace !== undefined && namespace !== "default")
      yield* session.request({ method: "GET", path: `/api/v1/namespaces/${namespace}` });
    throw error;
  }
}

/** Items of lists come without apiVersion and kind from some servers: the resource knows. */
export function infoOf(resource: Resource, object: KubernetesObject): Info {
  const full = object.kind === undefined ? { ...object, apiVersion: resource.apiVersion, kind: resource.kind } : object;
  const { namespace, name } = full.metadata;
  return { resource, namespace: resource.isNamespaced ? (namespace ?? "default") : undefined, name, source: "", object: full };
}
