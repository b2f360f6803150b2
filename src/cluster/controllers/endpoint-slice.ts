import type { Endpoint, EndpointSlice } from "../api/endpoint-slice/types.ts";
import { isEqualData } from "../api/equal.ts";
import type { LooseObject } from "../api/meta.ts";
import type { Node } from "../api/node/types.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import { type ControllerContext, keyOf, splitKey } from "./context.ts";
import { type AddressType, planSlices, portGroups, type SliceDraft, type SlicePlan } from "./endpoint-slice-plan.ts";
import { controllerReference } from "./ownership.ts";
import { importedLabel, isHeadless } from "./service-endpoint.ts";
import { isEndpointChange, ServiceIndex } from "./service-index.ts";
import { hintMode, ownTopologyHints, planAutoHints } from "./topology-hints.ts";
import { TriggerTimes, triggerTimeKey } from "./trigger-time.ts";

const component = "endpoint-slice-controller";
export const serviceNameLabel = "kubernetes.io/service-name";
export const managedByLabel = "endpointslice.kubernetes.io/managed-by";
const controllerName = "endpointslice-controller.k8s.io";
const headlessLabel = "service.kubernetes.io/headless";

/** Changes of slices by others are looked at a second later, so that one's own writes are not chased. @source pkg/controller/endpointslice, endpointSliceChangeMinSyncDelay */
const sliceChangeDelayUs = 1_000_000;

/** @source pkg/controller/endpointslice/endpointslice_controller.go; staging endpointslice reconciler.go */
export function startEndpointSliceController(context: ControllerContext): void {
  const client = context.client(component);
  const services = client.informer<Service>("Service");
  const pods = client.informer<Pod>("Pod");
  const nodes = client.informer<Node>("Node");
  const slices = client.informer<EndpointSlice>("EndpointSlice");
  slices.index("controllers/service", (slice) => [`${slice.metadata.namespace}/${slice.metadata.labels?.[serviceNameLabel]}`]);
  const index = new ServiceIndex(pods, services);
  const triggers = new TriggerTimes();
  const hinted = new Map<string, boolean>();
  /** Resource versions that we wrote: their events need no second look. */
  const ownWrites = new Set<string>();
  const queue = createWorkQueue(context.simulation, (key) => reconcile(key));

  services.onEvent(({ object }) => queue.add(keyOf(object)));
  pods.onEvent(({ type, object, old }) => {
    if (type === "MODIFIED" && old !== undefined && !isEndpointChange(old, object)) return;
    for (const service of index.servicesOf(object)) queue.add(keyOf(service));
    if (old === undefined || old.metadata.labels === object.metadata.labels) return;
    for (const service of index.servicesOf(old)) queue.add(keyOf(service));
  });
  slices.onEvent(({ type, object, old }) => {
    if (!isOurs(object) && (old === undefined || !isOurs(old as EndpointSlice))) return;
    const isForeign = type === "DELETED" || (type === "MODIFIED" && !ownWrites.has(object.metadata.resourceVersion));
    ownWrites.delete(object.metadata.resourceVersion);
    if (isForeign) queue.addAfter(`${object.metadata.namespace}/${object.metadata.labels?.[serviceNameLabel]}`, sliceChangeDelayUs);
  });
  nodes.onEvent(({ type, object, old }) => {
    if (type === "MODIFIED" && old !== undefined && isSameTopology(old, object)) return;
    for (const service of services.list()) {
      if (hintMode(service, context.clusterVersion.minor) === "auto" || type === "MODIFIED") queue.add(keyOf(service));
    }
  });

  function reconcile(key: string): "retry" | undefined {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    if (service === undefined) {
      triggers.forget(key); // the garbage collector removes its slices
      hinted.delete(key);
      return undefined;
    }
    if (service.metadata.deletionTimestamp !== undefined && (service.metadata.finalizers ?? []).includes("foregroundDeletion"))
      return undefined;
    if (service.spec.selector === undefined || service.spec.type === "ExternalName") return undefined;
    const known = slices.byIndex("controllers/service", key);
    if (known.some(({ metadata }) => metadata.labels?.[importedLabel] !== undefined)) return undefined;
    const mine = known.filter(isOurs);
    const selected = index.podsOf(service);
    const trigger = triggers.changed(key, service, selected);
    const families = addressTypes(service, selected);
    const labels = sliceLabels(service);
    let isWell = true;
    for (const slice of mine) {
      // The Service no longer has that family.
      if (!families.includes(slice.addressType as AddressType))
        isWell = client.delete("EndpointSlice", namespace, slice.metadata.name).ok && isWell;
    }
    for (const family of families) {
      const existing = mine.filter(({ addressType }) => addressType === family);
      const groups = portGroups(service, selected, family, (node) => nodes.get(undefined, node));
      const plan = planSlices(groups, existing, family, (slice) => isEqualData(slice.metadata.labels ?? {}, labels));
      isWell = carryOut(service, withHints(service, family, plan), existing, labels, trigger) && isWell;
    }
    return isWell ? undefined : "retry";
  }

  function withHints(service: Service, family: AddressType, plan: SlicePlan): SlicePlan {
    const mode = hintMode(service, context.clusterVersion.minor);
    const drafts: SliceDraft[] = [...plan.create, ...plan.update, ...plan.unchanged.map((slice) => draft(slice, family))];
    const everyone = drafts.flatMap(({ endpoints }) => endpoints);
    let hintsOf: (endpoint: Endpoint) => Endpoint["hints"] = () => undefined;
    if (mode === "auto") {
      const auto = planAutoHints(everyone, nodes.list());
      if (auto.ok) hintsOf = (endpoint) => zoneHint(auto.hints.get(endpoint));
      tellHints(service, family, auto.ok ? undefined : auto.message);
    } else if (mode !== undefined) hintsOf = (endpoint) => ownTopologyHints(endpoint, mode);
    const hint = (one: SliceDraft): SliceDraft => ({
      ...one,
      endpoints: one.endpoints.map((endpoint) => withHint(endpoint, hintsOf(endpoint))),
    });
    const unchanged: EndpointSlice[] = [];
    const update = plan.update.map(hint);
    for (const slice of plan.unchanged) {
      const isHinted = (slice.endpoints ?? []).every((endpoint) => isEqualData(endpoint.hints, hintsOf(endpoint)));
      if (isHinted) unchanged.push(slice);
      else update.push(hint(draft(slice, family)));
    }
    return { create: plan.create.map(hint), update, remove: plan.remove, unchanged };
  }

  /** That they are on is told once; that they can't be, at each sync. @source topologycache/topologycache.go, AddHints */
  function tellHints(service: Service, family: AddressType, problem: string | undefined): void {
    const key = `${keyOf(service)}/${family}`;
    const isOn = problem === undefined;
    if (isOn && hinted.get(key) === true) return;
    hinted.set(key, isOn);
    client.event(service, {
      type: isOn ? "Normal" : "Warning",
      reason: isOn ? "TopologyAwareHintsEnabled" : "TopologyAwareHintsDisabled",
      message: `${problem ?? "Topology Aware Hints has been enabled"}, addressType: ${family}`,
      component,
    });
  }

  function carryOut(
    service: Service,
    plan: SlicePlan,
    existing: readonly EndpointSlice[],
    labels: Readonly<Record<string, string>>,
    trigger: string | undefined,
  ): boolean {
    let isWell = true;
    const annotations = trigger === undefined ? {} : { annotations: { [triggerTimeKey]: trigger } };
    for (const one of plan.create) {
      const metadata = {
        generateName: `${service.metadata.name}-`,
        namespace: service.metadata.namespace,
        labels,
        ...annotations,
        ownerReferences: [controllerReference(service)],
      };
      const result = client.create<EndpointSlice>("EndpointSlice", body(one, metadata));
      if (result.ok) ownWrites.add(result.object.metadata.resourceVersion);
      else isWell = false;
    }
    for (const one of plan.update) {
      const current = existing.find(({ metadata }) => metadata.name === one.name);
      if (current === undefined) continue;
      const { annotations: before, ...rest } = current.metadata;
      const { [triggerTimeKey]: _trigger, ...kept } = before ?? {};
      const merged = { ...kept, ...annotations.annotations };
      const metadata = { ...rest, labels, ...(Object.keys(merged).length > 0 ? { annotations: merged } : {}) };
      const result = client.update<EndpointSlice>("EndpointSlice", body(one, metadata) as unknown as EndpointSlice);
      if (result.ok) ownWrites.add(result.object.metadata.resourceVersion);
      else isWell = false;
    }
    for (const { metadata } of plan.remove) {
      const result = client.delete("EndpointSlice", metadata.namespace, metadata.name);
      isWell = (result.ok || result.status.reason === "NotFound") && isWell;
    }
    return isWell;
  }
}

function body(one: SliceDraft, metadata: LooseObject): LooseObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata,
    addressType: one.addressType,
    endpoints: one.endpoints,
    ports: one.ports,
  };
}

function draft(slice: EndpointSlice, family: AddressType): SliceDraft {
  return { name: slice.metadata.name, addressType: family, ports: slice.ports ?? [], endpoints: slice.endpoints ?? [] };
}

function zoneHint(zone: string | undefined): Endpoint["hints"] {
  return zone === undefined ? undefined : { forZones: [{ name: zone }] };
}

function withHint(endpoint: Endpoint, hints: Endpoint["hints"]): Endpoint {
  if (isEqualData(endpoint.hints, hints)) return endpoint;
  const { hints: _before, ...rest } = endpoint;
  return hints === undefined ? rest : { ...rest, hints };
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === controllerName;
}

/** Labels of the Service, its reserved ones aside. @source staging endpointslice utils.go, setEndpointSliceLabels */
function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const { [serviceNameLabel]: _name, [managedByLabel]: _manager, [headlessLabel]: _headless, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [headlessLabel]: "" } : {}),
    [serviceNameLabel]: service.metadata.name,
    [managedByLabel]: controllerName,
  };
}

/** @source staging endpointslice utils.go, getAddressTypesForService */
function addressTypes(service: Service, pods: readonly Pod[]): readonly AddressType[] {
  if ((service.spec.ipFamilies ?? []).length > 0) return service.spec.ipFamilies as readonly AddressType[];
  if (service.spec.clusterIP !== undefined && service.spec.clusterIP !== "None" && service.spec.clusterIP !== "") {
    return [service.spec.clusterIP.includes(":") ? "IPv6" : "IPv4"];
  }
  const sixOnly = pods.length > 0 && pods.every(({ status }) => status?.podIP?.includes(":") ?? false);
  return [sixOnly ? "IPv6" : "IPv4"];
}

function isSameTopology(old: Node, now: Node): boolean {
  const zone = "topology.kubernetes.io/zone";
  if (old.metadata.labels?.[zone] !== now.metadata.labels?.[zone]) return false;
  if (old.status === now.status) return true;
  const ready = (node: Node) => node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return ready(old) === ready(now) && isEqualData(old.status?.allocatable, now.status?.allocatable);
}
