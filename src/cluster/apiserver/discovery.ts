import type { ServerContext } from "./context.ts";
import type { ServedResource } from "./registry.ts";

/**
 * In which order groups are offered: what a plain name like `ingress` means is decided by it.
 * @source kubernetes cmd/kube-apiserver aggregator.go, apiVersionPriorities; custom resources come last
 */
const groupOrder: readonly string[] = [
  "extensions",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
];

const objectVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const changeVerbs = ["get", "patch", "update"];
const proxyVerbs = ["create", "delete", "get", "patch", "update"];

/** Subresources that no KindDefinition tells of, with the kind of their body. */
const extraSubresources: Readonly<
  Record<string, readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[] }[]>
> = {
  Pod: [
    { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
    { name: "binding", kind: "Binding", verbs: ["create"] },
    { name: "ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"] },
    { name: "eviction", kind: "Eviction", verbs: ["create"] },
    { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
    { name: "log", kind: "Pod", verbs: ["get"] },
    { name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"] },
    { name: "proxy", kind: "PodProxyOptions", verbs: proxyVerbs },
  ],
  Service: [{ name: "proxy", kind: "ServiceProxyOptions", verbs: proxyVerbs }],
  Namespace: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
  ServiceAccount: [{ name: "token", kind: "TokenRequest", verbs: ["create"] }],
};

/** Answers `/api`, `/apis`, `/apis/GROUP` and the lists of resources; undefined for any other path. @source apimachinery meta/v1 types.go */
export function discoveryDocument(context: ServerContext, path: string): unknown {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return { paths: rootPaths(context) };
  const [root, group, version] = segments;
  if (root === "api") {
    if (group === undefined) return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
    return group === "v1" && version === undefined ? resourceList(context, "v1") : undefined;
  }
  if (root !== "apis") return undefined;
  if (group === undefined)
    return { kind: "APIGroupList", apiVersion: "v1", groups: groupNames(context).map((name) => apiGroup(context, name)) };
  if (version === undefined)
    return groupNames(context).includes(group) ? { kind: "APIGroup", apiVersion: "v1", ...apiGroup(context, group) } : undefined;
  const groupVersion = `${group}/${version}`;
  return segments.length === 3 && context.registry.groupVersions.includes(groupVersion) ? resourceList(context, groupVersion) : undefined;
}

/** What is served at all. @source apiserver pkg/server/routes/index.go */
function rootPaths(context: ServerContext): readonly string[] {
  const groups = groupNames(context).flatMap((name) => [
    `/apis/${name}`,
    ...apiGroup(context, name).versions.map((one) => `/apis/${one.groupVersion}`),
  ]);
  return ["/api", "/api/v1", "/apis", "/apis/", ...groups, "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"].sort();
}

function groupNames({ registry }: ServerContext): readonly string[] {
  const names = new Set(registry.groupVersions.filter((each) => each.includes("/")).map((each) => each.split("/")[0] as string));
  const rank = (name: string): number => (groupOrder.includes(name) ? groupOrder.indexOf(name) : groupOrder.length);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function apiGroup({ registry }: ServerContext, name: string) {
  const versions = registry.groupVersions
    .filter((each) => each.startsWith(`${name}/`))
    .map((groupVersion) => ({ groupVersion, version: groupVersion.slice(name.length + 1) }))
    .sort((a, b) => (isStable(a.version) === isStable(b.version) ? (a.version < b.version ? 1 : -1) : isStable(a.version) ? -1 : 1));
  return { name, versions, preferredVersion: versions[0] };
}

function isStable(version: string): boolean {
  return !version.includes("alpha") && !version.includes("beta");
}

function resourceList({ registry }: ServerContext, groupVersion: string) {
  const resources = registry.resources(groupVersion).flatMap(describe);
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function describe(resource: ServedResource) {
  const { definition, plural, kind } = resource;
  const { namespaced, shortNames, categories, singular } = definition;
  const subresource = (name: string, subKind: string, verbs: readonly string[], rest: object = {}) => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    kind: subKind,
    verbs,
    ...rest,
  });
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: kind === "Namespace" ? objectVerbs.filter((verb) => verb !== "deletecollection") : objectVerbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
    },
    ...(definition.hasStatus ? [subresource("status", kind, changeVerbs)] : []),
    ...(definition.scale === undefined ? [] : [subresource("scale", "Scale", changeVerbs, { group: "autoscaling", version: "v1" })]),
    ...(extraSubresources[kind] ?? []).map(({ name, kind: subKind, verbs }) => subresource(name, subKind, verbs)),
  ];
}

/** `/version`. @source apimachinery version/types.go */
export function versionDocument({ clusterVersion }: ServerContext) {
  return {
    major: "1",
    minor: `${clusterVersion.minor}`,
    gitVersion: clusterVersion.text,
    gitCommit: "0000000000000000000000000000000000000000",
    gitTreeState: "clean",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.23.3",
    compiler: "gc",
    platform: "linux/amd64",
  };
}
