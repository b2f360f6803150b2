import { formatLabels, matchesLabels } from "./api/labels.ts";
import { isPodReady, type Pod } from "./api/pod/types.ts";
import { isHeadless, type Service } from "./api/service/types.ts";
import { editDistance } from "./kubectl/command.ts";
import type { Misfortune } from "./machine/misfortune.ts";
import type { Connection, Hop } from "./network/packet.ts";

/** What a hint is made of: the code of its sentence, and what stands in it. */
export interface Explanation {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** The cluster as the explanation looks at it. */
export interface World {
  readonly domain: string;
  services(): readonly Service[];
  pods(): readonly Pod[];
}

/** Why that went wrong, where the cluster knows more than the program could. Pure; undefined when there is nothing to add. */
export function explainMisfortune(misfortune: Misfortune, place: string, world: World): Explanation | undefined {
  switch (misfortune.type) {
    case "no-such-file":
      return misfortune.path === "/etc/resolve.conf" ? { code: "machine.resolve-conf", args: {} } : undefined;
    case "no-such-name":
      return explainName(misfortune.name.toLowerCase().replace(/\.$/, ""), place, world);
    case "not-connected":
      return misfortune.error === "ECONNREFUSED" ? explainRefusal(misfortune.connection, world) : undefined;
    case "ping-unanswered": {
      const service = world.services().find(({ spec }) => spec.clusterIPs?.includes(misfortune.ip));
      if (service === undefined) return undefined;
      const ports = (service.spec.ports ?? []).map(({ port, protocol }) => `${protocol} ${port}`).join(", ");
      return { code: "network.ping-cluster-ip", args: { service: service.metadata.name, ports } };
    }
  }
}

/** `pod/shop/web-1` → `shop`; undefined for a machine that is no pod. */
function namespaceOf(place: string): string | undefined {
  const [kind, namespace] = place.split("/");
  return kind === "pod" ? namespace : undefined;
}

function explainName(name: string, place: string, world: World): Explanation | undefined {
  const services = world.services();
  const inside = name.endsWith(`.svc.${world.domain}`) ? name.slice(0, -`.svc.${world.domain}`.length) : name.replace(/\.svc$/, "");
  const [service = "", namespace, ...more] = inside.split(".");
  if (more.length > 0) return undefined;
  const own = namespaceOf(place);
  const named = services.filter(({ metadata }) => metadata.name === service);
  if (own === undefined) {
    const isMeant = named.some(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
    return isMeant ? { code: "dns.outside-the-cluster", args: { name } } : undefined;
  }
  const where = namespace ?? own;
  const found = named.find(({ metadata }) => metadata.namespace === where);
  if (found !== undefined) return explainNameOf(found, world);
  const elsewhere = named.map(({ metadata }) => metadata.namespace as string).sort()[0];
  if (elsewhere !== undefined)
    return { code: "dns.other-namespace", args: { name, namespace: elsewhere, full: `${service}.${elsewhere}` } };
  const near = services
    .filter(({ metadata }) => metadata.namespace === where && editDistance(metadata.name, service) <= Math.min(2, service.length - 2))
    .map(({ metadata }) => metadata.name)
    .sort()[0];
  return near === undefined ? undefined : { code: "dns.near-name", args: { name: service, near } };
}

/** The Service is there, and yet its name has no address. */
function explainNameOf(service: Service, world: World): Explanation | undefined {
  const { name } = service.metadata;
  const { externalName } = service.spec;
  if (service.spec.type === "ExternalName" && externalName !== undefined && /^\d{1,3}(\.\d{1,3}){3}$/.test(externalName))
    return { code: "kubectl.external-name-ip", args: { address: externalName } };
  if (!isHeadless(service.spec)) return undefined;
  return { code: "dns.headless-nobody-ready", args: { name, count: selected(service, world).length } };
}

function explainRefusal(connection: Connection, world: World): Explanation | undefined {
  const refused = connection.hops.findLast((hop) => hop.action === "reject");
  if (refused === undefined) return undefined;
  const { code, args } = refused.reason;
  if (code === "kube-proxy.no-endpoints") return explainNoEndpoints(String(args.service), world);
  return code === "port-closed" ? explainClosedPort(connection, refused, world) : undefined;
}

/** `portText`: `default/kubia` or `default/kubia:http`, as rules name a Service's port. */
function explainNoEndpoints(portText: string, world: World): Explanation | undefined {
  const [id] = portText.split(":");
  const service = world.services().find(({ metadata }) => id === `${metadata.namespace}/${metadata.name}`);
  if (service === undefined) return undefined;
  const { name } = service.metadata;
  const { selector } = service.spec;
  if (Object.keys(selector ?? {}).length === 0) return { code: "network.no-selector", args: { service: name } };
  const pods = selected(service, world);
  if (pods.length === 0) return { code: "network.selector-matches-nothing", args: { service: name, selector: formatLabels(selector) } };
  if (pods.some(isPodReady)) return undefined; // they have only just become so
  return { code: "network.nobody-ready", args: { service: name, count: pods.length } };
}

/** A pod refused: its port is closed, whatever the manifests say. */
function explainClosedPort(connection: Connection, refused: Hop, world: World): Explanation | undefined {
  const pod = world.pods().find(({ metadata }) => refused.at === `pod/${metadata.namespace}/${metadata.name}`);
  if (pod === undefined) return undefined;
  const port = Number(refused.reason.args.port);
  const declared = pod.spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
  const args = { pod: pod.metadata.name, port };
  const wasRewritten = connection.hops.some((hop) => hop.action === "dnat");
  if (declared.includes(port)) return { code: "network.container-port", args };
  if (wasRewritten && declared.length === 0) return { code: "network.container-port", args };
  if (declared.length === 0) return undefined;
  const open = declared.join(", ");
  if (wasRewritten) return { code: "network.target-port", args: { ...args, declared: open } };
  const isHeadlessOf = world.services().some((service) => isHeadless(service.spec) && selects(service, pod));
  return isHeadlessOf ? { code: "network.headless-port", args: { ...args, declared: open } } : undefined;
}

function selected(service: Service, world: World): readonly Pod[] {
  return world.pods().filter((pod) => selects(service, pod));
}

function selects({ metadata, spec: { selector } }: Service, pod: Pod): boolean {
  if (selector === undefined || Object.keys(selector).length === 0) return false;
  return metadata.namespace === pod.metadata.namespace && matchesLabels(selector, pod.metadata.labels);
}
