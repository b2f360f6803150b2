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

const nothing: readonly string[] = [];

/** undefined when the path is none of a resource (`/version`, `/apis`, `/api/v1`). Called for every request, so it makes little. */
export function parsePath(path: string): ResourcePath | undefined {
  const segments = path.split("/"); // the first is empty: paths begin with a slash
  if (segments.at(-1) === "") segments.pop();
  let groupVersion: string;
  let at: number;
  if (segments[1] === "api") {
    groupVersion = segments[2] ?? "";
    at = 3;
  } else if (segments[1] === "apis") {
    groupVersion = `${segments[2]}/${segments[3]}`;
    at = 4;
  } else return undefined;
  if (segments.length <= at) return undefined;

  let namespace: string | undefined;
  if (segments[at] === "namespaces" && segments.length > at + 2 && !isNamespaceSubresource(segments[at + 2] as string)) {
    namespace = segments[at + 1];
    at += 2;
  }
  return {
    groupVersion,
    plural: segments[at] ?? "",
    namespace,
    name: segments[at + 1],
    subresource: segments[at + 2],
    rest: segments.length > at + 3 ? segments.slice(at + 3) : nothing,
  };
}

function isNamespaceSubresource(segment: string): boolean {
  return segment === "status" || segment === "finalize";
}
