import type { ClusterVersion, KindDefinition, KindVersion } from "../api/kind.ts";
import { groupVersion } from "../api/kinds.ts";
import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { Struct } from "../api/schema.ts";
import { type Feature, hasFeature, isServed } from "../api/versions.ts";
import type { ResourceName } from "./status.ts";

/** A kind as it is served under one group and version. */
export interface ServedResource extends ResourceName {
  readonly definition: KindDefinition;
  readonly version: string;
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  readonly schema: Struct;
  /** undefined for the stored version. */
  readonly conversion: KindVersion | undefined;
  /** Fields of spec that this cluster's version does not know: they are not shown. */
  readonly hidden: readonly string[];
}

/** What this cluster serves, by group, version and plural. */
export interface Registry {
  /** `v1` or `apps/v1`, then `deployments`. Components reach the stored version of a kind whether it is served or not. */
  byPath(groupVersion: string, plural: string, isComponent: boolean): ServedResource | undefined;
  byKind(apiVersion: string, kind: string): ServedResource | undefined;
  /** The stored version of a kind. */
  stored(kind: string): ServedResource | undefined;
  /** Every group version, core first, in the order of the kinds' list. */
  readonly groupVersions: readonly string[];
  /** From now on the group's custom resources are served: their definitions were applied. */
  install(group: string): void;
  resources(groupVersion: string): readonly ServedResource[];
}

/** Fields that came later than their kind. */
const laterFields: Readonly<Record<string, readonly { readonly field: string; readonly feature: Feature }[]>> = {
  Service: [
    { field: "clusterIPs", feature: "dualStackFields" },
    { field: "ipFamilies", feature: "dualStackFields" },
    { field: "ipFamilyPolicy", feature: "dualStackFields" },
    { field: "internalTrafficPolicy", feature: "internalTrafficPolicy" },
    { field: "trafficDistribution", feature: "trafficDistribution" },
  ],
};

export function createRegistry(kinds: readonly KindDefinition[], clusterVersion: ClusterVersion): Registry {
  const byGroupVersion = new Map<string, Map<string, ServedResource>>();
  const byKind = new Map<string, ServedResource>();
  const stored = new Map<string, ServedResource>();
  const internal = new Map<string, ServedResource>();
  const absent = new Set(kinds.filter(({ isCustom }) => isCustom === true).map(({ group }) => group));
  const isThere = (apiVersion: string): boolean => absent.size === 0 || !absent.has(apiVersion.split("/")[0] as string);

  function add(resource: ServedResource): void {
    let plurals = byGroupVersion.get(resource.apiVersion);
    if (plurals === undefined) {
      plurals = new Map();
      byGroupVersion.set(resource.apiVersion, plurals);
    }
    plurals.set(resource.plural, resource);
    byKind.set(`${resource.apiVersion} ${resource.kind}`, resource);
  }

  for (const definition of kinds) {
    const { group, storageVersion, kind, plural, schema } = definition;
    const main: ServedResource = {
      definition,
      group,
      version: storageVersion,
      apiVersion: groupVersion(group, storageVersion),
      kind,
      plural,
      schema,
      conversion: undefined,
      hidden: [],
    };
    const hidden = (laterFields[kind] ?? []).filter(({ feature }) => !hasFeature(feature, clusterVersion)).map(({ field }) => field);
    stored.set(kind, main);
    internal.set(`${main.apiVersion}/${plural}`, main);
    if (isServed(group, storageVersion, kind, clusterVersion)) add({ ...main, hidden });
    for (const conversion of definition.versions) {
      if (!isServed(conversion.group, conversion.version, kind, clusterVersion)) continue;
      const { group: otherGroup, version, schema: otherSchema } = conversion;
      add({
        definition,
        group: otherGroup,
        version,
        apiVersion: groupVersion(otherGroup, version),
        kind,
        plural,
        schema: otherSchema,
        conversion,
        hidden: [],
      });
    }
  }

  return {
    byPath: (apiVersion, plural, isComponent) =>
      isComponent ? internal.get(`${apiVersion}/${plural}`) : isThere(apiVersion) ? byGroupVersion.get(apiVersion)?.get(plural) : undefined,
    byKind: (apiVersion, kind) => (isThere(apiVersion) ? byKind.get(`${apiVersion} ${kind}`) : undefined),
    stored: (kind) => stored.get(kind),
    get groupVersions() {
      return [...byGroupVersion.keys()].filter(isThere);
    },
    install: (group) => void absent.delete(group),
    resources: (apiVersion) => (isThere(apiVersion) ? [...(byGroupVersion.get(apiVersion)?.values() ?? [])] : []),
  };
}

/** The stored object as this version shows it. */
export function shown(resource: ServedResource, object: KubernetesObject): KubernetesObject {
  if (resource.conversion === undefined) return resource.hidden.length === 0 ? object : without(object, resource.hidden);
  return { ...resource.conversion.fromStored(object), apiVersion: resource.apiVersion, kind: resource.kind } as unknown as KubernetesObject;
}

/** The object less some fields of its spec. */
function without(object: KubernetesObject, fields: readonly string[]): KubernetesObject {
  const spec = { ...(object as unknown as { readonly spec?: LooseObject }).spec };
  for (const field of fields) delete (spec as Record<string, unknown>)[field];
  return { ...object, spec } as KubernetesObject;
}

/** Whether `shown` gives the stored object itself. */
export function isShownAsStored({ conversion, hidden }: ServedResource): boolean {
  return conversion === undefined && hidden.length === 0;
}

/** What was written in this version, as the stored version. */
export function toStored(resource: ServedResource, object: LooseObject): LooseObject {
  if (resource.conversion === undefined) return object;
  const { definition } = resource;
  const stored = resource.conversion.toStored(object);
  return { ...stored, apiVersion: groupVersion(definition.group, definition.storageVersion), kind: definition.kind };
}
