import type { NodeOptions } from "../cluster/objects.ts";

/** A plain object of the stream, and where it stands in it. */
export interface GivenObject {
  readonly document: number;
  /** The path inside the document (items of a List). */
  readonly path: readonly (string | number)[];
  readonly object: Readonly<Record<string, unknown>>;
}

/** Marks Endpoints and slices that were made by controllers of another cluster and are kept as they were. */
export const importedLabel = "kubehop.dev/imported";

type Fields = Readonly<Record<string, unknown>>;

const droppedKinds: readonly string[] = ["Event", "Lease", "CSINode", "ControllerRevision", "ComponentStatus"];
const controllerManagers: readonly string[] = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

/** Lists (`kind: List`, `ServiceList` …) taken apart; items without kind get their list's. */
export function flattenLists(given: GivenObject): readonly GivenObject[] {
  const { kind, items } = given.object;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return [given];
  return items.flatMap((item: unknown, i) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return [];
    const typed = { ...(kind === "List" ? {} : { apiVersion: given.object["apiVersion"], kind: kind.slice(0, -4) }), ...item };
    return flattenLists({ document: given.document, path: [...given.path, "items", i], object: typed });
  });
}

/**
 * The objects as this cluster takes them: what belongs to the cluster they came from (uids, leases, mirror pods, controllers' own slices) is left
 * out or marked, owners stay named and are linked anew. Pure.
 */
export function importObjects(given: readonly GivenObject[]): readonly GivenObject[] {
  const kept = given.filter((g) => !isDropped(g.object));
  const world = readWorld(kept.map((g) => g.object));
  return kept.flatMap((g) => {
    const object = withoutForeignMeta(g.object, world);
    const kind = object["kind"];
    if (kind !== "EndpointSlice" && kind !== "Endpoints") return [{ ...g, object }];
    const fate = fateOfEndpoints(object, world);
    if (fate === "rebuild") return [];
    return [{ ...g, object: fate === "mark" ? withLabel(object, importedLabel, "true") : object }];
  });
}

/** The machines that Node documents describe; undefined when there are none. */
export function nodesOf(given: readonly GivenObject[]): readonly NodeOptions[] | undefined {
  const nodes = given.map((g) => g.object).filter((o) => o["kind"] === "Node" && o["apiVersion"] === "v1");
  if (nodes.length === 0) return undefined;
  return nodes.map((node, i) => {
    const spec = asFields(node["spec"]);
    const status = asFields(node["status"]);
    const ips = asList(status["addresses"])
      .map(asFields)
      .filter((a) => a["type"] === "InternalIP")
      .map((a) => String(a["address"]));
    const podCIDRs = asList(spec["podCIDRs"]).map(String);
    const capacity = asFields(status["capacity"]);
    return {
      name: String(asFields(node["metadata"])["name"] ?? `node${i + 1}`),
      ips: ips.length > 0 ? ips : [`192.168.0.${i + 2}`],
      podCIDRs: podCIDRs.length > 0 ? podCIDRs : [typeof spec["podCIDR"] === "string" ? spec["podCIDR"] : `10.244.${i + 1}.0/24`],
      labels: asTexts(asFields(node["metadata"])["labels"]),
      taints: asList(spec["taints"])
        .map(asFields)
        .filter((t) => !String(t["key"]).startsWith("node.kubernetes.io/"))
        .map((t) => ({
          key: String(t["key"]),
          effect: String(t["effect"]),
          ...(t["value"] === undefined ? {} : { value: String(t["value"]) }),
        })),
      unschedulable: spec["unschedulable"] === true,
      capacity: Object.fromEntries(Object.entries(capacity).filter(([, q]) => typeof q === "string" || typeof q === "number")) as Record<
        string,
        string | number
      >,
    };
  });
}

interface World {
  /** Namespace/name of each Service, with its selector (undefined: none). */
  readonly services: ReadonlyMap<string, Fields | undefined>;
  readonly pods: readonly { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }[];
  /** `Kind/namespace/name` of everything given. */
  readonly names: ReadonlySet<string>;
}

function readWorld(objects: readonly Fields[]): World {
  const services = new Map<string, Fields | undefined>();
  const pods: { namespace: string; labels: Readonly<Record<string, string>> }[] = [];
  const names = new Set<string>();
  for (const object of objects) {
    const { namespace, name } = identity(object);
    names.add(`${object["kind"]}/${namespace}/${name}`);
    if (object["kind"] === "Service") {
      const selector = asFields(object["spec"])["selector"];
      services.set(`${namespace}/${name}`, selector === undefined || selector === null ? undefined : asFields(selector));
    }
    if (object["kind"] === "Pod") pods.push({ namespace, labels: asTexts(asFields(object["metadata"])["labels"]) });
  }
  return { services, pods, names };
}

function isDropped(object: Fields): boolean {
  if (droppedKinds.includes(String(object["kind"]))) return true;
  const annotations = asFields(asFields(object["metadata"])["annotations"]);
  return object["kind"] === "Pod" && annotations["kubernetes.io/config.mirror"] !== undefined;
}

function fateOfEndpoints(object: Fields, world: World): "keep" | "mark" | "rebuild" {
  const { namespace, name, labels } = identity(object);
  const isSlice = object["kind"] === "EndpointSlice";
  const service = `${namespace}/${isSlice ? (labels["kubernetes.io/service-name"] ?? "") : name}`;
  const isManaged = isSlice
    ? controllerManagers.includes(labels["endpointslice.kubernetes.io/managed-by"] ?? "")
    : world.services.get(service) !== undefined;
  if (!isManaged) return "keep";
  // A mirrored slice comes again from its Endpoints.
  if (labels["endpointslice.kubernetes.io/managed-by"] === controllerManagers[1] && world.names.has(`Endpoints/${service}`))
    return "rebuild";
  const selector = world.services.get(service);
  if (selector === undefined) return "rebuild";
  const wanted = Object.entries(selector);
  const isPodGiven = world.pods.some((pod) => pod.namespace === namespace && wanted.every(([key, value]) => pod.labels[key] === value));
  return isPodGiven ? "rebuild" : "mark";
}

const foreignMeta: readonly string[] = ["uid", "resourceVersion", "managedFields", "selfLink", "generation"];
const foreignAnnotations: readonly string[] = ["endpoints.kubernetes.io/last-change-trigger-time"];

function withoutForeignMeta(object: Fields, world: World): Fields {
  const metadata = object["metadata"];
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return object;
  const kept: Record<string, unknown> = Object.fromEntries(Object.entries(metadata).filter(([key]) => !foreignMeta.includes(key)));
  if (kept["annotations"] !== undefined) {
    kept["annotations"] = Object.fromEntries(
      Object.entries(asFields(kept["annotations"])).filter(([key]) => !foreignAnnotations.includes(key)),
    );
  }
  const { namespace } = identity(object);
  const owners = asList(kept["ownerReferences"]).map(asFields);
  if (owners.length > 0) {
    // Owners are known again by kind and name; those that were not given are gone.
    const present = owners.filter(
      (o) => world.names.has(`${o["kind"]}/${namespace}/${o["name"]}`) || world.names.has(`${o["kind"]}/default/${o["name"]}`),
    );
    if (present.length > 0) kept["ownerReferences"] = present.map((o) => ({ ...o, uid: "" }));
    else delete kept["ownerReferences"];
  }
  return { ...object, metadata: kept };
}

function withLabel(object: Fields, key: string, value: string): Fields {
  const metadata = asFields(object["metadata"]);
  return { ...object, metadata: { ...metadata, labels: { ...asFields(metadata["labels"]), [key]: value } } };
}

function identity(object: Fields): { namespace: string; name: string; labels: Readonly<Record<string, string>> } {
  const metadata = asFields(object["metadata"]);
  return {
    namespace: String(metadata["namespace"] ?? "default"),
    name: String(metadata["name"] ?? ""),
    labels: asTexts(metadata["labels"]),
  };
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asTexts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asFields(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
