import { isEqualData } from "../api/equal.ts";
import type { Node } from "../api/node/types.ts";
import type { Service } from "../api/service/types.ts";
import type { ApiClient } from "../apiclient/client.ts";
import { createWorkQueue } from "../apiclient/work-queue.ts";
import type { Simulation } from "../sim/simulation.ts";
import { AddressPool } from "./address-pool.ts";
import { HealthChecker, type Target } from "./health.ts";
import type { CloudNetwork, LoadBalancerRouter } from "./host.ts";

export type { CloudNetwork, LoadBalancerRouter } from "./host.ts";

const component = "service-controller";
const finalizer = "service.kubernetes.io/load-balancer-cleanup";
const excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers";
const autoscalerTaint = "ToBeDeletedByClusterAutoscaler";
/** How long our cloud takes; real ones 20 to 60 s. */
const provisionUs = 3_000_000;

type IpFamily = "IPv4" | "IPv6";

interface Balancer {
  readonly router: LoadBalancerRouter;
  readonly health: HealthChecker;
  ips: readonly string[];
  /** How many families the Service had when it was last seen to. */
  families: number;
  hosts: string;
}

/** Whether the cloud cares for it: classes are for other implementations. @source cloud-provider controllers/service/controller.go, wantsLoadBalancer */
export function wantsLoadBalancer(service: Service): boolean {
  return (
    service.spec.type === "LoadBalancer" && service.spec.loadBalancerClass === undefined && service.metadata.deletionTimestamp === undefined
  );
}

/**
 * The nodes a balancer may send to, each by its address of the Service's first family: readiness is the health check's affair.
 * @source the same, stableNodeSetPredicates
 */
export function targetNodes(nodes: readonly Node[], family: IpFamily = "IPv4"): readonly Target[] {
  const targets: Target[] = [];
  for (const node of nodes) {
    if (node.metadata.labels?.[excludeLabel] !== undefined) continue;
    if ((node.spec?.taints ?? []).some(({ key }) => key === autoscalerTaint)) continue;
    const ips = (node.status?.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
    const ip = ips.find((address) => familyOf(address) === family) ?? ips[0];
    if (ip !== undefined) targets.push({ node: node.metadata.name, ip });
  }
  return targets;
}

/** The cloud's service controller. Not started where a cluster has no cloud: then EXTERNAL-IP stays pending and no event is written. */
export function startCloud(options: {
  readonly simulation: Simulation;
  /** As `service-controller`. */
  readonly client: ApiClient;
  readonly network: CloudNetwork;
  /** Where external addresses are from, at most one range per family. */
  readonly pools: readonly string[];
  /** Which Services it cares for; default all that want it. */
  serves?(service: Service): boolean;
}): void {
  const { simulation, client, network } = options;
  const services = client.informer<Service>("Service");
  const nodes = client.informer<Node>("Node");
  const pools = new Map(options.pools.map((cidr) => [familyOf(cidr), new AddressPool(cidr)]));
  const take = (ip: string) => pools.get(familyOf(ip))?.take(ip) === true;
  const balancers = new Map<string, Balancer>();
  const pending = new Set<string>();
  const queue = createWorkQueue(simulation, (key) => reconcile(key));

  // Addresses that given documents already have are theirs before any is handed out.
  for (const service of services.list()) for (const ip of givenIps(service)) take(ip);
  services.onEvent(({ object }) => queue.add(`${object.metadata.namespace}/${object.metadata.name}`));
  nodes.onEvent(({ type, object, old }) => {
    const isSame = type === "MODIFIED" && old !== undefined && isEqualData(targetNodes([old]), targetNodes([object]));
    if (!isSame) for (const key of [...balancers.keys()].sort()) queue.add(key);
  });

  function reconcile(key: string): undefined {
    const slash = key.indexOf("/");
    const service = services.get(key.slice(0, slash), key.slice(slash + 1));
    const balancer = balancers.get(key);
    if (service === undefined || !wantsLoadBalancer(service) || options.serves?.(service) === false) {
      pending.delete(key);
      if (balancer !== undefined || (service?.metadata.finalizers ?? []).includes(finalizer)) remove(key, service, balancer);
      return;
    }
    if (balancer !== undefined) {
      check(service, balancer, true);
      if (balancer.families !== familiesOf(service).length) changeFamilies(key, service, balancer);
      return;
    }
    const given = givenIps(service);
    if (given.length > 0) {
      for (const ip of given) take(ip);
      build(key, service, given);
      return;
    }
    if (pending.has(key)) return;
    pending.add(key);
    tell(service, "EnsuringLoadBalancer", "Ensuring load balancer");
    if (!(service.metadata.finalizers ?? []).includes(finalizer)) {
      setFinalizers(service, [...(service.metadata.finalizers ?? []), finalizer]);
    }
    simulation.clock.after(provisionUs, () => provision(key));
  }

  function provision(key: string): void {
    const slash = key.indexOf("/");
    const service = services.get(key.slice(0, slash), key.slice(slash + 1));
    if (!pending.delete(key) || service === undefined || !wantsLoadBalancer(service)) return;
    const ips = allocate(service);
    if (ips.length === 0) {
      const message = "Error syncing load balancer: failed to ensure load balancer: no address is left in the pool";
      client.event(service, { type: "Warning", reason: "SyncLoadBalancerFailed", message, component });
      simulation.clock.afterPeriodic(5_000_000, () => queue.add(key));
      return;
    }
    if (targetNodes(nodes.list()).length === 0) {
      const message = "There are no available nodes for LoadBalancer";
      client.event(service, { type: "Warning", reason: "UnAvailableLoadBalancer", message, component });
    }
    const ingress = ips.map((ip) => ({ ip, ipMode: "VIP" }));
    const { namespace, name } = service.metadata;
    client.patch("Service", namespace, name, { status: { loadBalancer: { ingress } } }, "status");
    build(key, service, ips);
    tell(service, "EnsuredLoadBalancer", "Ensured load balancer");
  }

  /** A Service that became dual-stack gets an address of the other family; one that is so no more gives it back. @source the same, needsUpdate */
  function changeFamilies(key: string, service: Service, balancer: Balancer): void {
    const count = familiesOf(service).length;
    tell(service, "IPFamilies", `Count: ${balancer.families} -> ${count}`);
    balancer.families = count;
    tell(service, "EnsuringLoadBalancer", "Ensuring load balancer");
    simulation.clock.after(provisionUs, () => {
      const { namespace, name } = service.metadata;
      const now = services.get(namespace, name);
      if (now === undefined || balancers.get(key) !== balancer) return;
      const families = familiesOf(now);
      for (const ip of balancer.ips) if (!families.includes(familyOf(ip))) pools.get(familyOf(ip))?.release(ip);
      const kept = balancer.ips.filter((ip) => families.includes(familyOf(ip)));
      balancer.ips = [...kept, ...allocate(now, (family) => !kept.some((ip) => familyOf(ip) === family))];
      balancer.router.setAddresses(balancer.ips);
      const ingress = balancer.ips.map((ip) => ({ ip, ipMode: "VIP" }));
      client.patch("Service", namespace, name, { status: { loadBalancer: { ingress } } }, "status");
      check(now, balancer, false);
      tell(now, "EnsuredLoadBalancer", "Ensured load balancer");
    });
  }

  /** One address in each of the Service's families that has a range; of the first the one it asks for, if that is free. */
  function allocate(service: Service, isWanted: (family: IpFamily) => boolean = () => true): readonly string[] {
    const asked = service.spec.loadBalancerIP ?? "";
    return familiesOf(service).flatMap((family) => {
      if (!isWanted(family)) return [];
      const ip = asked !== "" && familyOf(asked) === family && take(asked) ? asked : pools.get(family)?.lowest();
      return ip === undefined ? [] : [ip];
    });
  }

  function build(key: string, service: Service, ips: readonly string[]): void {
    const router = network.createLoadBalancer(service.metadata.namespace ?? "", service.metadata.name);
    router.setAddresses(ips);
    const balancer: Balancer = {
      router,
      health: new HealthChecker(simulation.clock, router),
      ips,
      families: familiesOf(service).length,
      hosts: "",
    };
    balancers.set(key, balancer);
    check(service, balancer, false);
  }

  function check(service: Service, balancer: Balancer, isUpdate: boolean): void {
    const targets = targetNodes(nodes.list(), service.spec.ipFamilies?.[0]);
    const hosts = targets.map(({ node }) => node).join();
    if (isUpdate && hosts !== balancer.hosts) tell(service, "UpdatedLoadBalancer", "Updated load balancer with new hosts");
    balancer.hosts = hosts;
    const port = service.spec.externalTrafficPolicy === "Local" ? (service.spec.healthCheckNodePort ?? 0) : 0;
    if (port > 0) balancer.health.set(targets, port, "/");
    else balancer.health.set(targets, 10256, "/healthz");
  }

  function remove(key: string, service: Service | undefined, balancer: Balancer | undefined): void {
    balancers.delete(key);
    if (service !== undefined) tell(service, "DeletingLoadBalancer", "Deleting load balancer");
    balancer?.health.stop();
    balancer?.router.remove();
    for (const ip of balancer?.ips ?? []) pools.get(familyOf(ip))?.release(ip);
    if (service === undefined) return;
    tell(service, "DeletedLoadBalancer", "Deleted load balancer");
    if ((service.status?.loadBalancer?.ingress ?? []).length > 0) {
      client.patch("Service", service.metadata.namespace, service.metadata.name, { status: { loadBalancer: { ingress: null } } }, "status");
    }
    setFinalizers(
      service,
      (service.metadata.finalizers ?? []).filter((name) => name !== finalizer),
    );
  }

  function setFinalizers(service: Service, finalizers: readonly string[]): void {
    const { namespace, name } = service.metadata;
    client.patch("Service", namespace, name, { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } });
  }

  function tell(service: Service, reason: string, message: string): void {
    client.event(service, { type: "Normal", reason, message, component });
  }
}

function familiesOf({ spec }: Service): readonly IpFamily[] {
  return spec.ipFamilies ?? ["IPv4"];
}

function familyOf(address: string): IpFamily {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function givenIps(service: Service): readonly string[] {
  if (service.spec.type !== "LoadBalancer") return [];
  return (service.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).filter((ip) => ip !== undefined);
}
