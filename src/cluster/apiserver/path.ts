/** Where a request goes. @source apiserver endpoints/request/requestinfo.go */
export interface ResourcePath {
  /** `v1`, `apps/v1`. */
  readonly groupVersion: string;
  readonly plural: string;
  /** undefined for all namespaces and for cluster-scoped resources. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What stands behind the subresource (`proxy`). */
  readonly rest: readonly string[];
}

/** undefined when the path is none of a resource (`/version`, `/apis`, `/api/v1`). */
export function parsePath(path: string): ResourcePath | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  let groupVersion: string;
  let at: number;
  if (segments[0] === "api") {
    groupVersion = segments[1] ?? "";
    at = 2;
  } else if (segments[0] === "apis") {
    groupVersion = `${segments[1]}/${segments[2]}`;
    at = 3;
  } else return undefined;
  if (segments.length <= at) return undefined;

  let namespace: string | undefined;
  if (segments[at] === "namespaces" && segments.length > at + 2 && !isNamespaceSubresource(segments[at + 2] as string)) {
    namespace = segments[at + 1] as string;
    at += 2;
  }
  const [plural = "", name, subresource, ...rest] = segments.slice(at);
  return { groupVersion, plural, namespace, name, subresource, rest };
}

function isNamespaceSubresource(segment: string): boolean {
  return segment === "status" || segment === "finalize";
}
