import type { Clock } from "../sim/clock.ts";
import type { Random } from "../sim/random.ts";
import type { Simulation } from "../sim/simulation.ts";
import { type AddressBook, type Cidr, type Ip, parseCidr, type SocketAddress } from "./address.ts";
import type { Forwarder, Forwarding } from "./forward.ts";
import { IcmpLayer } from "./icmp.ts";
import { type InterfaceAddress, type Namespace, NetworkInterface, type SocketBuffer } from "./interface.ts";
import type { Place, Reason } from "./name.ts";
import type { Rewrite } from "./netfilter/nat.ts";
import { Netfilter, type NetfilterHost } from "./netfilter/netfilter.ts";
import type { Connection, IcmpType, Packet, Protocol } from "./packet.ts";
import type { Recorder } from "./recorder.ts";
import { makeRoute, type Route, RouteTable } from "./route.ts";
import type { ConnectionIntent, SocketError, SocketOwner, SocketRow, Sockets, TcpListener, TcpSocket, UdpSocket } from "./sockets.ts";
import type { Stack } from "./stack.ts";
import { TcpLayer } from "./tcp.ts";
import { UdpLayer } from "./udp.ts";

const loopbackCidr = parseCidr("127.0.0.0/8") as Cidr;

export type NetnsKind = "node" | "pod" | "client" | "external" | "lb";

/**
 * A network namespace: the network of one node, pod, client or outside host. Interfaces, addresses, routes, sockets, and netfilter where rules are written.
 * @source network_namespaces(7)
 */
export class Netns implements Namespace, Forwarder, Stack, NetfilterHost, Sockets {
  readonly place: Place;
  readonly kind: NetnsKind;
  readonly book: AddressBook;
  readonly clock: Clock;
  readonly loopback: NetworkInterface;
  /** `net.ipv4.ip_forward` and its sister of IPv6. */
  forwards = false;
  divert: ((buffer: SocketBuffer) => boolean) | undefined = undefined;
  /** The machine that this one lives on: a pod is dead while its node is. */
  host: Netns | undefined = undefined;
  readonly #simulation: Simulation;
  readonly #forwarding: Forwarding;
  readonly #recorder: Recorder;
  #interfaces: NetworkInterface[] = [];
  #nextIndex = 1;
  /** How many interfaces carry the address. */
  #local = new Map<number, number>();
  readonly routes = new RouteTable();
  #loopbackRoute: Route;
  #isPowered = true;
  #choices: Random | undefined = undefined;
  #ephemeral: Random | undefined = undefined;
  #netfilter: Netfilter | undefined = undefined;
  readonly #tcp: TcpLayer;
  /** Made when somebody asks for it. */
  #sctp: TcpLayer | undefined = undefined;
  readonly #udp: UdpLayer;
  readonly #icmp: IcmpLayer;

  constructor(simulation: Simulation, book: AddressBook, forwarding: Forwarding, recorder: Recorder, place: Place, kind: NetnsKind) {
    this.#simulation = simulation;
    this.clock = simulation.clock;
    this.book = book;
    this.#forwarding = forwarding;
    this.#recorder = recorder;
    this.place = place;
    this.kind = kind;
    this.#tcp = new TcpLayer(this, "tcp");
    this.#udp = new UdpLayer(this);
    this.#icmp = new IcmpLayer(this);
    this.loopback = new NetworkInterface(this, this.#nextIndex++, "lo", "loopback", "00:00:00:00:00:00", 65_536);
    this.#interfaces.push(this.loopback);
    this.#loopbackRoute = makeRoute(loopbackCidr, this.loopback, { scope: "host", protocol: "kernel" });
    this.addAddress(this.loopback, "127.0.0.1", 8, "host");
    this.addAddress(this.loopback, "::1", 128, "host");
  }

  // Interfaces, addresses, routes

  /** All interfaces, `lo` first, the others in the order added. */
  interfaces(): readonly NetworkInterface[] {
    return [...this.#interfaces];
  }

  interface(name: string): NetworkInterface | undefined {
    return this.#interfaces.find((one) => one.name === name);
  }

  addInterface(name: string, kind: NetworkInterface["kind"], mtu = 1500): NetworkInterface {
    const made = new NetworkInterface(this, this.#nextIndex++, name, kind, macOf(this.place, name), mtu);
    this.#interfaces.push(made);
    return made;
  }

  /** The interface with its addresses and routes; what is under way to it finds the link gone. */
  removeInterface(name: string): void {
    const gone = this.interface(name);
    if (gone === undefined) return;
    for (const address of gone.addresses) this.removeAddress(gone, address.ip.text);
    gone.up = false;
    gone.wire = undefined;
    this.#interfaces = this.#interfaces.filter((one) => one !== gone);
    this.routes.removeInterface(gone);
  }

  addAddress(to: NetworkInterface, ip: string, prefixLength: number, scope: InterfaceAddress["scope"] = "global"): void {
    const address = { ip: this.book.ip(ip), prefixLength, scope };
    if (to.addresses.some((other) => other.ip === address.ip)) return;
    to.addresses = [...to.addresses, address];
    this.#local.set(address.ip.id, (this.#local.get(address.ip.id) ?? 0) + 1);
    const bits = address.ip.family === 4 ? 32 : 128;
    if (to.kind !== "loopback" && prefixLength < bits) {
      const onLink = parseCidr(`${address.ip.text}/${prefixLength}`) as Cidr;
      this.routes.add(makeRoute(onLink, to, { source: address.ip, scope: "link", protocol: "kernel" }));
    }
    this.routes.changed();
  }

  removeAddress(from: NetworkInterface, ip: string): void {
    const address = this.book.ip(ip);
    if (!from.addresses.some((other) => other.ip === address)) return;
    from.addresses = from.addresses.filter((other) => other.ip !== address);
    const count = (this.#local.get(address.id) ?? 1) - 1;
    if (count === 0) this.#local.delete(address.id);
    else this.#local.set(address.id, count);
    this.routes.changed();
  }

  /** `ip link set NAME up|down`. */
  setInterfaceUp(name: string, up: boolean): void {
    const found = this.interface(name);
    if (found === undefined) return;
    found.up = up;
    this.routes.changed();
  }

  /** `ip route replace CIDR [via IP] dev NAME [src IP]`. */
  addRoute(
    cidr: string,
    name: string,
    options: { readonly via?: string; readonly source?: string; readonly scope?: Route["scope"] } = {},
  ): void {
    const out = this.interface(name);
    const destination = parseCidr(cidr);
    if (out === undefined || destination === undefined) return;
    this.routes.add(
      makeRoute(destination, out, {
        ...(options.via === undefined ? {} : { via: this.book.ip(options.via) }),
        ...(options.source === undefined ? {} : { source: this.book.ip(options.source) }),
        ...(options.scope === undefined ? {} : { scope: options.scope }),
      }),
    );
  }

  removeRoute(cidr: string): void {
    const destination = parseCidr(cidr);
    if (destination !== undefined) this.routes.remove(destination);
  }

  isLocal(ip: Ip): boolean {
    return this.#local.has(ip.id) || (ip.family === 4 && (ip.words[0] as number) >>> 24 === 127);
  }

  route(to: Ip): Route | undefined {
    return this.isLocal(to) ? this.#loopbackRoute : this.routes.find(to);
  }

  sourceFor(to: Ip): Ip | undefined {
    if (this.isLocal(to)) return to.family === 4 && (to.words[0] as number) >>> 24 === 127 ? this.book.ip("127.0.0.1") : to;
    const route = this.routes.find(to);
    if (route === undefined) return undefined;
    return route.source ?? route.out.primary(to.family) ?? this.primary(to.family);
  }

  /** The first global address of that family. */
  primary(family: 4 | 6): Ip | undefined {
    for (const one of this.#interfaces) {
      if (one.kind === "loopback" || one.kind === "dummy") continue;
      const ip = one.primary(family);
      if (ip !== undefined) return ip;
    }
    return undefined;
  }

  socketAddress(ip: Ip): SocketAddress {
    return this.book.socket(ip, 0);
  }

  // Power

  get isOn(): boolean {
    return this.#isPowered && (this.host === undefined || this.host.isOn);
  }

  /** Everything that was only in memory is gone without a word: sockets, conntrack, rules. Addresses and routes are made anew by the boot, so they stay. */
  powerOff(): void {
    this.#isPowered = false;
    this.clearSockets();
    this.#netfilter?.reset();
  }

  powerOn(): void {
    this.#isPowered = true;
  }

  /** Every socket gone without a word (the machine, or the pod's sandbox, ceased). */
  clearSockets(): void {
    this.#tcp.clear();
    this.#sctp?.clear();
    this.#udp.clear();
    this.#icmp.clear();
  }

  // Netfilter

  /** Made when first asked for; a namespace without it tracks nothing. */
  get netfilter(): Netfilter {
    this.#netfilter ??= new Netfilter(this);
    return this.#netfilter;
  }

  get activeNetfilter(): Netfilter | undefined {
    const netfilter = this.#netfilter;
    return netfilter?.isActive === true ? netfilter : undefined;
  }

  /** `kube-proxy/NODE`: the draws among endpoints. */
  get choices(): Random {
    this.#choices ??= this.#simulation.random(`kube-proxy/${this.place.slice(this.place.lastIndexOf("/") + 1)}`);
    return this.#choices;
  }

  /** `ephemeral/PLACE`: source ports and first sequence numbers. */
  get ephemeral(): Random {
    this.#ephemeral ??= this.#simulation.random(`ephemeral/${this.place}`);
    return this.#ephemeral;
  }

  get natPorts(): Random {
    return this.#simulation.random(`nat-port/${this.place}`);
  }

  nowUs(): number {
    return this.clock.now();
  }

  onRewrite(buffer: SocketBuffer, rewrite: Rewrite): void {
    this.#forwarding.rewrite(this.place, buffer, rewrite);
  }

  // Sockets

  connectTcp(to: SocketAddress, intent: ConnectionIntent, protocol: "tcp" | "sctp" = "tcp"): TcpSocket {
    return (protocol === "tcp" ? this.#tcp : this.#sctpLayer()).connect(to, intent);
  }

  listenTcp(
    port: number,
    options: { readonly ip?: Ip; readonly owner?: SocketOwner; readonly protocol?: "tcp" | "sctp" } = {},
  ): TcpListener | SocketError {
    return (options.protocol === "sctp" ? this.#sctpLayer() : this.#tcp).listen(port, options.ip, options.owner);
  }

  bindUdp(port: number, options: Parameters<Sockets["bindUdp"]>[1] = {}): UdpSocket | SocketError {
    return this.#udp.bind(port, options);
  }

  ping(
    to: Ip,
    message: Parameters<Sockets["ping"]>[1],
    intent: ConnectionIntent,
    onAnswer: Parameters<Sockets["ping"]>[3],
  ): (() => void) | SocketError {
    return this.#icmp.ping(to, message, intent, onAnswer);
  }

  /** As `ss` lists them: by protocol, local and remote address. */
  rows(): readonly SocketRow[] {
    return [...this.#udp.rows(), ...this.#tcp.rows(), ...(this.#sctp?.rows() ?? [])].sort(
      (a, b) => byText(a.protocol, b.protocol) || byText(a.local, b.local) || byText(a.remote, b.remote),
    );
  }

  // What the loop and the transports ask

  arrive(buffer: SocketBuffer): void {
    this.#forwarding.arrive(this, buffer);
  }

  deliver(buffer: SocketBuffer): void {
    const protocol = buffer.packet.protocol;
    if (protocol === "tcp") this.#tcp.receive(buffer);
    else if (protocol === "udp") this.#udp.receive(buffer);
    else if (protocol === "icmp") this.#icmp.receive(buffer);
    else this.#sctpLayer().receive(buffer);
  }

  /** An ICMP error reaches the socket it is about. */
  unreachable(about: Packet, type: IcmpType): void {
    if (about.protocol === "tcp") this.#tcp.icmpError(about, type);
    else if (about.protocol === "sctp") this.#sctp?.icmpError(about, type);
    else this.#udp.icmpError(about, type);
  }

  #sctpLayer(): TcpLayer {
    this.#sctp ??= new TcpLayer(this, "sctp");
    return this.#sctp;
  }

  open(protocol: Protocol, source: SocketAddress, destination: SocketAddress, intent: ConnectionIntent): Connection {
    return this.#recorder.open(this.place, protocol, source, destination, intent);
  }

  output(packet: Packet, reason?: Reason): void {
    this.#forwarding.send(this, packet, reason, undefined);
  }

  received(buffer: SocketBuffer, reason: Reason): void {
    this.#forwarding.received(this, buffer, reason);
  }

  refused(buffer: SocketBuffer, reason: Reason): void {
    this.#forwarding.refused(this, buffer, reason);
  }

  sendIcmpError(about: SocketBuffer, type: IcmpType): void {
    this.#forwarding.sendIcmpError(this, about, type);
  }

  sendReset(packet: Packet): void {
    if (packet.protocol === "tcp") this.#tcp.sendReset(packet, packet.destination);
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A locally administered address that follows from where the interface is. */
function macOf(place: Place, name: string): string {
  const text = `${place}/${name}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  let second = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  const bytes = ["02"];
  for (let i = 0; i < 4; i++) bytes.push(((hash >>> (8 * i)) & 255).toString(16).padStart(2, "0"));
  second &= 255;
  bytes.push(second.toString(16).padStart(2, "0"));
  return bytes.join(":");
}
