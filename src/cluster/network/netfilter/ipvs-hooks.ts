import { NEW, type SocketBuffer } from "../interface.ts";
import { priorities } from "./hooks.ts";
import { IpvsConnection } from "./ipvs-stats.ts";
import { type IpvsDestination, type IpvsService, type IpvsTable, nextInTurn } from "./ipvs-table.ts";
import type { Netfilter } from "./netfilter.ts";
import { printIpvsDestination, printIpvsService } from "./print-ipvs.ts";
import type { TextRule } from "./rule.ts";
import { ACCEPT, CONTINUE, REJECT, REROUTE, type Verdict } from "./verdict.ts";

/**
 * Puts the virtual servers into a namespace. What comes in is looked at in INPUT, behind the filter table: a packet to an address of the machine's own
 * that is a virtual server's leaves again, to the destination whose turn it is. What is made here is looked at in OUTPUT, behind nat.
 * Returns what takes it away again.
 * @source net/netfilter/ipvs/ip_vs_core.c, ip_vs_ops4
 */
export function attachIpvs(table: IpvsTable, netfilter: Netfilter, nowUs: () => number): () => void {
  const take = (buffer: SocketBuffer): Verdict => {
    if (buffer.state !== NEW || table.isEmpty) return CONTINUE; // conntrack leads the later packets of a connection
    const { packet } = buffer;
    const service = table.service(packet.protocol, packet.destination);
    return service === undefined ? CONTINUE : send(service, buffer, netfilter, nowUs());
  };
  const removals = [
    netfilter.hooks.register("input", priorities.ipvs, take),
    netfilter.natHooks.register("output", 1, (buffer) => {
      const verdict = take(buffer);
      return verdict === REROUTE ? ACCEPT : verdict; // the loop routes anew by itself where the destination changed
    }),
  ];
  return () => {
    for (const remove of removals) remove();
  };
}

function send(service: IpvsService, buffer: SocketBuffer, netfilter: Netfilter, nowUs: number): Verdict {
  if (buffer.record) buffer.note(appliedService(service));
  const destination = chooseDestination(service, buffer, nowUs);
  if (destination === undefined) {
    buffer.rule = appliedEmpty(service);
    buffer.chain = "IPVS";
    buffer.rejectWith = buffer.packet.source.ip.family === 6 ? "icmp6-port-unreachable" : "icmp-port-unreachable";
    return REJECT;
  }
  const applied = appliedDestination(service, destination);
  buffer.note(applied);
  buffer.rule = applied;
  netfilter.nat.setDestination(buffer, destination.address);
  if (buffer.entry !== undefined) {
    buffer.entry.ipvs = new IpvsConnection(service.stats, destination.stats, nowUs);
    buffer.entry.ipvs.passed(false, buffer.packet.bytes, nowUs);
  }
  return REROUTE;
}

/** @source ip_vs_core.c, ip_vs_schedule, ip_vs_sched_persist */
function chooseDestination(service: IpvsService, buffer: SocketBuffer, nowUs: number): IpvsDestination | undefined {
  const client = buffer.packet.source.ip.id;
  if (service.persistentSeconds > 0) {
    const template = service.templates.get(client);
    if (template !== undefined && template.expiresUs > nowUs && isUsable(service, template.destination)) {
      template.expiresUs = nowUs + service.persistentSeconds * 1_000_000;
      return template.destination;
    }
    service.templates.delete(client);
  }
  const next = nextInTurn(service);
  if (next === undefined) return undefined;
  service.turn = next.position;
  if (service.persistentSeconds > 0) {
    service.templates.set(client, { destination: next.destination, expiresUs: nowUs + service.persistentSeconds * 1_000_000 });
  }
  return next.destination;
}

/** kube-proxy sets expire_quiescent_template: a destination of weight 0 keeps no client. */
function isUsable(service: IpvsService, destination: IpvsDestination): boolean {
  return destination.weight > 0 && service.destinations.includes(destination);
}

/** The clients, by the id of their address, that will get their destination again. */
export function heldClients(
  service: IpvsService,
  nowUs: number,
): readonly (readonly [client: number, { readonly destination: IpvsDestination; readonly expiresUs: number }])[] {
  return [...service.templates].filter(([, { destination, expiresUs }]) => expiresUs > nowUs && isUsable(service, destination));
}

/** The destinations that a new connection of this client may get: its own where it is persistent, else every one that has a turn. */
export function possibleDestinations(service: IpvsService, clientId: number, nowUs: number): readonly IpvsDestination[] {
  const template = service.templates.get(clientId);
  if (service.persistentSeconds > 0 && template !== undefined && template.expiresUs > nowUs && isUsable(service, template.destination)) {
    return [template.destination];
  }
  return service.destinations.filter((destination) => destination.weight > 0);
}

const services = new WeakMap<IpvsService, TextRule>();
const empties = new WeakMap<IpvsService, TextRule>();
const destinations = new WeakMap<IpvsDestination, TextRule>();

export function appliedService(service: IpvsService): TextRule {
  return remembered(services, service, () => ({ text: printIpvsService(service), object: service.object, because: undefined }));
}

export function appliedEmpty(service: IpvsService): TextRule {
  return remembered(empties, service, () => ({ text: printIpvsService(service), object: service.object, because: service.becauseEmpty }));
}

export function appliedDestination(service: IpvsService, destination: IpvsDestination): TextRule {
  return remembered(destinations, destination, () => ({
    text: printIpvsDestination(service, destination),
    object: service.object,
    because: destination.because,
  }));
}

function remembered<K extends object>(known: WeakMap<K, TextRule>, key: K, make: () => TextRule): TextRule {
  let rule = known.get(key);
  if (rule === undefined) {
    rule = make();
    known.set(key, rule);
  }
  return rule;
}
