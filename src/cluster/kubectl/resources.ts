import type { Run } from "../machine/syscall.ts";
import { KubectlError } from "./failure.ts";
import type { Session } from "./session.ts";

/** A kind of resource as the server says it serves it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  /** `apps/v1` */
  readonly apiVersion: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  /** `scale`, `status` … */
  readonly subresources: readonly string[];
}

interface ResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs: readonly string[];
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  }[];
}

interface GroupList {
  readonly groups: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string }[];
    readonly preferredVersion: { readonly groupVersion: string };
  }[];
}

/** Asks for every group version, in the server's order of preference. @source client-go discovery */
export function* discover(session: Session): Run<Resources> {
  const core = yield* session.request<{ versions: readonly string[] }>({ method: "GET", path: "/api" });
  const groups = yield* session.request<GroupList>({ method: "GET", path: "/apis" });
  const paths = [...core.versions.map((version) => `/api/${version}`)];
  for (const { versions, preferredVersion } of groups.groups) {
    const preferred = preferredVersion.groupVersion;
    paths.push(
      `/apis/${preferred}`,
      ...versions.filter(({ groupVersion }) => groupVersion !== preferred).map(({ groupVersion }) => `/apis/${groupVersion}`),
    );
  }
  const resources: Resource[] = [];
  for (const path of paths) resources.push(...fromList(yield* session.request<ResourceList>({ method: "GET", path })));
  return new Resources(resources);
}

function fromList(list: ResourceList): readonly Resource[] {
  const [group = "", version = ""] = list.groupVersion.includes("/") ? list.groupVersion.split("/") : ["", list.groupVersion];
  return list.resources
    .filter(({ name }) => !name.includes("/"))
    .map((resource) => ({
      group,
      version,
      apiVersion: list.groupVersion,
      plural: resource.name,
      singular: resource.singularName === undefined || resource.singularName === "" ? resource.kind.toLowerCase() : resource.singularName,
      kind: resource.kind,
      isNamespaced: resource.namespaced,
      shortNames: resource.shortNames ?? [],
      categories: resource.categories ?? [],
      verbs: resource.verbs,
      subresources: list.resources
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map(({ name }) => name.slice(resource.name.length + 1)),
    }));
}

/** All that is served, the preferred version of each group first. */
export class Resources {
  readonly all: readonly Resource[];

  constructor(all: readonly Resource[]) {
    this.all = all;
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    // The client's mapper also knows kinds in lower case; the server then refuses them.
    return this.all.find(
      (resource) => resource.apiVersion === apiVersion && (resource.kind === kind || resource.kind.toLowerCase() === kind),
    );
  }

  /** `svc`, `Service`, `deployments.apps`, `deployments.v1.apps`. */
  find(word: string): Resource | undefined {
    const lower = word.toLowerCase();
    const exact = this.all.find((resource) => isNamed(resource, lower));
    if (exact !== undefined) return exact;
    const [name = "", ...rest] = lower.split(".");
    if (rest.length === 0) return undefined;
    const qualifier = rest.join(".");
    return (
      this.all.find((resource) => isNamed(resource, name) && resource.group !== "" && resource.group === qualifier) ??
      this.all.find((resource) => isNamed(resource, name) && `${resource.version}.${resource.group}` === qualifier) ??
      this.all.find((resource) => isNamed(resource, name) && qualifier !== "" && resource.group.startsWith(qualifier))
    );
  }

  /** @throws KubectlError */
  get(word: string): Resource {
    const found = this.find(word);
    if (found !== undefined) return found;
    throw new KubectlError(`the server doesn't have a resource type ${JSON.stringify(word.split(".")[0])}`);
  }

  /** `all` and other categories, in kubectl's order. */
  category(word: string): readonly Resource[] {
    const seen = new Set<string>();
    return this.all.filter((resource) => {
      const key = `${resource.group}/${resource.plural}`;
      if (!resource.categories.includes(word) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
}

function isNamed(resource: Resource, word: string): boolean {
  return (
    resource.plural === word || resource.singular === word || resource.shortNames.includes(word) || resource.kind.toLowerCase() === word
  );
}

/** `deployments.apps`, `services`: as errors and `-o name` of lists have it. */
export function qualifiedPlural(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** `deployment.apps/web`: how a line of success names an object. */
export function objectName(resource: Resource, name: string): string {
  return `${kindPrefix(resource)}/${name}`;
}

export function kindPrefix(resource: Resource): string {
  const kind = resource.kind.toLowerCase();
  return resource.group === "" ? kind : `${kind}.${resource.group}`;
}
