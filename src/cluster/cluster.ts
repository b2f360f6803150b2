import { kinds } from "./api/kinds.ts";
import type { KubernetesObject, LooseObject } from "./api/meta.ts";
import type { ApiClient } from "./apiclient/client.ts";
import { type ClientFactory, createClientFactory } from "./apiclient/factory.ts";
import type { FieldOwner } from "./apiserver/handle.ts";
import type { ApiHandler, WatchEvent } from "./apiserver/request.ts";
import { startCloud } from "./cloud/index.ts";
import { ClusterNode, machineNetwork } from "./cluster-node.ts";
import { createPrograms, type Programs } from "./cluster-programs.ts";
import { Faults } from "./cluster-service.ts";
import { type RunningControllers, startControllers } from "./controllers/index.ts";
import { startGatewayController } from "./gateway/controller.ts";
import { type ConnectionInfo, type ConnectionRecord, connectionInfo, type HopRecord, hopRecord } from "./hop-record.ts";
import { IngressDecisions } from "./ingress-decisions.ts";
import type { IngressDecision } from "./ingress-nginx/proxy.ts";
import { type InstantResult, runInstantly } from "./instant.ts";
import { type RememberedClient, rememberedClients } from "./kube-proxy/affinity.ts";
import type { LoadRefusal } from "./load.ts";
import { Loads } from "./loads.ts";
import { Machine, type StepCounter } from "./machine/machine.ts";
import type { ProgramEntry } from "./machine/syscall.ts";
import { createTerminal } from "./machine/terminal.ts";
import { AddressBook, parseCidr, parseIp, type SocketAddress } from "./network/address.ts";
import type { RecordedConnection } from "./network/hop.ts";
import { BoundedHopLog } from "./network/hop-log.ts";
import { createNetwork, type Network } from "./network/network.ts";
import type { Connection } from "./network/packet.ts";
import type { SocketError } from "./network/sockets.ts";
import type { WayCount } from "./network/way-counter.ts";
import { nodeTables } from "./node-tables.ts";
import type { ClientOptions, ClusterOptions } from "./options.ts";
import { OutsideWorld } from "./outside.ts";
import { type PacketLayer, packetLayers } from "./packet-layers.ts";
import { lendEditorTo, type PageEditor, plugServices, podServices } from "./plug-services.ts";
import { ruleTextOf } from "./rule-text.ts";
import { startScheduler } from "./scheduler/index.ts";
import { type Completion, completeLine } from "./shell/complete.ts";
import { createShellSession, type ShellSession } from "./shell/session.ts";
import { assert } from "./sim/assert.ts";
import type { EventQueue } from "./sim/clock.ts";
import type { DrivenSimulation } from "./sim/simulation.ts";
import { type StoredObjects, storeObjects } from "./stored-objects.ts";
import { dnsServiceIps } from "./system/coredns-objects.ts";
import { ingressNamespace } from "./system/ingress-objects.ts";
import { type TraceAnswer, type TraceQuestion, traceFrom } from "./trace-from.ts";

/** A program's remark that is Kubehop's own: never on stdout or stderr. */
export interface ClusterHint {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly command?: string;
}

export interface ClusterTerminal {
  line(text: string): void;
  interrupt(): void;
  endOfInput(): void;
  complete(text: string, cursor: number): { readonly from: number; readonly candidates: readonly string[] };
  close(): void;
}

export interface TerminalOptions {
  /** The shell session: connections that its commands open are counted under it. */
  readonly session: number;
  readonly columns: number;
  readonly rows: number;
  onOutput(text: string): void;
  /** Someone waits for a line, with this prompt; undefined: a program runs and reads nothing. */
  onPrompt(prompt: string | undefined, place: string): void;
  /** A line that was typed at a shell has ended, with this status. */
  onEnded?(status: number): void;
}

/** A node's kube-proxy has brought its rules up to date. */
export interface RulesSynced {
  readonly node: string;
  /** `default/kubia`: the Services whose rules changed. */
  readonly services: readonly string[];
}

export interface HopWatcher {
  opened(connection: ConnectionInfo): void;
  /** The record is made only when asked for. */
  hop(record: () => HopRecord, connection: Connection): void;
}

/** Nodes' own network: every scenario's nodes are neighbours in it, whatever addresses they have. */
function lanCidrs(options: ClusterOptions): readonly string[] {
  const prefixes = options.nodes.flatMap((node) => node.ips.map((ip) => parseCidr(ip.includes(":") ? `${ip}/64` : `${ip}/24`)?.text ?? ip));
  return [...new Set(prefixes)].sort();
}

/** A simulated cluster with its surroundings. Its owner advances `queue`; nothing happens otherwise. */
export class Cluster {
  readonly options: ClusterOptions;
  readonly simulation: DrivenSimulation;
  readonly book = new AddressBook();
  readonly log = new BoundedHopLog();
  /** Steps of all programs: what budgets are counted in. */
  readonly steps: StepCounter = { steps: 0 };
  readonly network: Network;
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  readonly clients: ReadonlyMap<string, Machine>;
  readonly outside: OutsideWorld;
  readonly factory: ClientFactory;
  readonly programs: Programs;
  /** undefined: nobody looks at a screen. */
  editor: PageEditor | undefined = undefined;
  /** What terminals wait for by `wait …`: time may pass at full speed meanwhile. */
  readonly waits = new Set<{ readonly what: string }>();
  /** Faults of apps that `break` made. */
  readonly faults = new Faults();
  /** What load generators count. */
  readonly loads = new Loads(this);
  /** What Ingress controllers decided, by the connection that asked. */
  readonly decisions = new IngressDecisions();
  readonly #stored: StoredObjects;
  readonly #hintListeners: ((hint: ClusterHint) => void)[] = [];
  readonly #syncListeners: ((synced: RulesSynced) => void)[] = [];
  #controllers: RunningControllers | undefined;
  /** Texts that `connect` was asked for, read. */
  readonly #sockets = new Map<string, SocketAddress>();
  #nextSession = 1000;
  #balancers = 0;

  /** `stored`: its objects, where they were created before. */
  constructor(options: ClusterOptions, stored: StoredObjects = storeObjects(options)) {
    this.options = options;
    this.#stored = stored;
    this.simulation = stored.simulation;
    this.network = createNetwork(this.simulation, this.log, this.book, {
      lanCidrs: lanCidrs(options),
      clusterCidrs: [...options.podCIDRs, ...options.serviceCIDRs],
      nodeFirewall: options.nodeFirewall,
    });
    stored.plugKubelets((nodeName) => {
      const node = this.nodes.get(nodeName);
      return node?.isConnected === true && node.kubelet?.isRunning === true ? node.kubelet.socket : undefined;
    });
    this.factory = createClientFactory(stored.handle, this.simulation, kinds);
    this.programs = createPrograms(this);

    this.nodes = new Map(options.nodes.map((node) => [node.name, this.#makeNode(node.name)]));
    for (const node of this.nodes.values()) {
      const peers = options.nodes
        .filter((other) => other.name !== node.name)
        .map((other) => ({ ips: other.ips, podCidrs: other.podCIDRs }));
      node.podNetwork.setPeers(peers);
    }
    this.clients = new Map(options.clients.map((client) => [client.name, this.#makeClient(client)]));
    this.outside = new OutsideWorld(this);
    for (const machine of [...this.nodes.values()].map((node) => node.machine).concat([...this.clients.values()]))
      plugServices(this, machine);
  }

  get handle(): ApiHandler {
    return this.#stored.handle;
  }

  /** undefined before `begin`. */
  get controllers(): RunningControllers | undefined {
    return this.#controllers;
  }

  /** About how much memory this takes: objects and hops are nearly all of it. */
  get bytes(): number {
    return this.#stored.count * bytesPerObject + this.log.hopCount * bytesPerHop;
  }

  get queue(): EventQueue {
    return this.simulation.queue;
  }

  client(userAgent: string): ApiClient {
    return this.factory.client(userAgent);
  }

  find(kind: string, namespace: string | undefined, name: string): KubernetesObject | undefined {
    return this.#stored.find(kind, namespace, name);
  }

  list(kind: string, namespace?: string): readonly KubernetesObject[] {
    return this.#stored.list(kind, namespace);
  }

  /** Who manages a field of an object, the latest first; `atMs` is simulated time. */
  ownersOf(object: KubernetesObject, path: readonly (string | number)[]): readonly FieldOwner[] {
    return this.#stored.ownersOf(object, path).map((owner) => ({ ...owner, atMs: owner.atMs - this.options.startMs }));
  }

  /** Serves a group of custom resources: a text that holds one is of a cluster that has their definitions. */
  install(group: string): void {
    this.#stored.install(group);
  }

  /** Creates the cluster's own objects and a scenario's documents, in order, at t=0. What a document brings itself is not made twice. */
  load(objects: readonly LooseObject[]): readonly LoadRefusal[] {
    return this.#stored.load(objects);
  }

  /** Every component does its first sync at t=0, so that endpoints and rules from given objects hold before time passes. */
  begin(): void {
    this.#stored.watch("Pod", ({ type, object }) => {
      if (type === "DELETED" && "metadata" in object) this.faults.forget(`${object.metadata.namespace}/${object.metadata.name}`);
    });
    this.#controllers = startControllers({
      simulation: this.simulation,
      clusterVersion: this.options.version,
      client: (agent) => this.client(agent),
    });
    startGatewayController(this.simulation, this.client("nginx-gateway"));
    startScheduler(this.simulation, this.client("default-scheduler"));
    for (const node of this.nodes.values()) node.startKubelet();
    for (const node of this.nodes.values()) node.proxy.start();
    for (const node of this.nodes.values()) node.startNetworkPolicies();
    if (this.options.loadBalancer || this.options.ingressController?.ip !== undefined) this.#startCloud();
    this.queue.run(0, Number.MAX_SAFE_INTEGER);
  }

  /** A node's, client's or outside host's machine, by place or by name; a pod's by its place. */
  machine(place: string): Machine | undefined {
    const name = place.slice(place.indexOf("/") + 1);
    if (place.startsWith("pod/")) return this.programs.podMachine(place);
    if (place.startsWith("external/")) return this.outside.machine(name);
    if (place.startsWith("node/")) return this.nodes.get(name)?.machine;
    if (place.startsWith("client/")) return this.clients.get(name);
    return this.nodes.get(place)?.machine ?? this.clients.get(place);
  }

  /** Where a command without further word runs: the first client. */
  get home(): Machine {
    const first = this.options.clients[0];
    const machine = first === undefined ? undefined : this.clients.get(first.name);
    assert(machine !== undefined, "a cluster has a client");
    return machine;
  }

  /** A persistent shell without a terminal, on that machine. */
  openSession(place?: string): { readonly session: number; readonly shell: ShellSession } | undefined {
    const machine = place === undefined ? this.home : this.machine(place);
    if (machine === undefined) return undefined;
    const session = this.#nextSession++;
    return { session, shell: createShellSession(machine, { session, flavour: machine.which("bash") === undefined ? "ash" : "bash" }) };
  }

  openTerminal(options: TerminalOptions): ClusterTerminal {
    const end = createTerminal(this.simulation.clock, {
      columns: options.columns,
      rows: options.rows,
      onOutput: options.onOutput,
      onPrompt: options.onPrompt,
      ...(options.onEnded === undefined ? {} : { onEnded: options.onEnded }),
    });
    const machine = this.home;
    const { input, output } = end.terminal;
    const start = () => {
      machine.spawn({
        args: ["bash"],
        stdin: input,
        stdout: output,
        stderr: output,
        terminal: end.terminal,
        session: options.session,
        newGroup: true,
      });
    };
    start();
    return {
      line: (text) => end.line(text),
      interrupt: () => end.interrupt(),
      endOfInput: () => end.endOfInput(),
      complete: (text, cursor) => this.#complete(end.place ?? machine.place, options.session, text, cursor),
      close: () => end.hangUp(),
    };
  }

  /** What Tab offers on the machine that a terminal is at. */
  #complete(place: string, session: number, text: string, cursor: number): Completion {
    const machine = this.machine(place) ?? this.home;
    const shell = machine.processes().findLast((process) => process.session === session && /sh$/.test(process.name));
    return completeLine(text, cursor, {
      files: machine.files,
      cwd: shell?.cwd ?? machine.cwd,
      home: machine.host.home,
      commands: machine.commands(),
      completers: this.programs.completers,
    });
  }

  /** The page lends its editor to `vi` and `kubectl edit`; headless there is none. */
  lendEditor(editor: PageEditor): void {
    this.editor = editor;
    for (const machine of [...this.clients.values(), ...[...this.nodes.values()].map((node) => node.machine)])
      lendEditorTo(machine.services, editor);
  }

  /** kubectl as the page itself uses it: within this instant, on no machine. */
  kubectl(args: readonly string[], stdin: string): InstantResult {
    return runInstantly(this.simulation, this.programs.kubectl, args, stdin, new Map());
  }

  /** What a tool of that machine prints now, without being run there: `conntrack -L`, `ip route`. "" where there is no such tool. */
  peek(place: string, args: readonly string[]): string {
    const machine = this.machine(place);
    const entry = machine?.program(args[0] as string);
    if (machine === undefined || entry === undefined) return "";
    const { stdout, stderr } = runInstantly(this.simulation, entry, args.slice(1), "", machine.services, machine.host);
    return stdout === "" ? stderr : stdout;
  }

  trace(question: TraceQuestion): TraceAnswer | undefined {
    return traceFrom(this, question);
  }

  /** One connection without a shell: its handshake, then its close. Runs the clock until the handshake has ended, or 127 s have passed. */
  connect(request: ConnectionRequest): ConnectionResult {
    const netns = this.network.netns(request.from);
    const to = this.#socketOf(request.to);
    if (netns === undefined || to === undefined) return { verdict: "unreachable", endpoint: undefined, hops: [] };
    const socket = netns.connectTcp(to, { record: request.record ?? true, purpose: "traffic" }, request.protocol ?? "tcp");
    const lastUs = this.queue.now() + handshakeUsMax;
    while (socket.state === "SYN-SENT" && socket.error === undefined) {
      const nextUs = this.queue.nextAtUs();
      if (nextUs === undefined || nextUs > lastUs) break;
      this.queue.run(nextUs, 1);
    }
    const { error } = socket;
    const verdict = error === undefined ? (socket.state === "SYN-SENT" ? "timeout" : "answered") : verdictOf(error);
    const result = this.#resultOf(socket.connection, verdict);
    if (verdict === "answered") socket.close();
    else socket.abort();
    return result;
  }

  /** Most results of a load experiment are never looked at: hops become records, and rules text, when they are. */
  #resultOf(connection: Connection, verdict: ConnectionResult["verdict"]): ConnectionResult {
    const endpoint = verdict === "answered" ? (connection.leadsTo ?? connection.destination).text : undefined;
    if (!connection.record) return { verdict, endpoint, hops: [] };
    const recorded = connection as RecordedConnection;
    const hops = recorded.hopsUntilNow();
    const recordsOf = () => hops().map((hop) => hopRecord(hop, (rule) => ruleTextOf(this, hop.at, rule)));
    let records: readonly HopRecord[] | undefined;
    return {
      verdict,
      endpoint,
      get hops() {
        records ??= recordsOf();
        return records;
      },
    };
  }

  /** A connection as the log has it, with what it made others open; undefined when there is none by that id, or no more. */
  connectionRecord(id: string): ConnectionRecord | undefined {
    const connection = this.log.find(id);
    return connection === undefined ? undefined : this.#recordOf(connection);
  }

  /** What is in a connection's packet after the hop of that number; undefined when the log has it no more. */
  packetLayers(id: string, sequence: number): readonly PacketLayer[] | undefined {
    const hops = this.log.find(id)?.hops ?? [];
    const hop = hops.find((one) => one.sequence === sequence);
    if (hop === undefined) return undefined;
    return packetLayers(
      hop,
      hops.filter((one) => one.packet.number === hop.packet.number && one.sequence < sequence),
    );
  }

  /** The newest connections, newest first. */
  recentConnections(count: number): readonly ConnectionInfo[] {
    return this.log.connections().slice(-count).reverse().map(connectionInfo);
  }

  /** What commands of that shell session opened at or after a time, oldest first; the last ones where there were more than `most`. */
  sessionConnections(session: number, sinceUs: number, most = Number.POSITIVE_INFINITY): readonly ConnectionRecord[] {
    return this.log
      .ofSession(session)
      .filter((connection) => connection.openedUs >= sinceUs)
      .slice(-most)
      .map((connection) => this.#recordOf(connection));
  }

  #recordOf(connection: Connection): ConnectionRecord {
    return {
      info: connectionInfo(connection),
      hops: connection.hops.map((hop) => hopRecord(hop, (rule) => ruleTextOf(this, hop.at, rule))),
      children: this.log.childrenOf(connection).map((child) => this.#recordOf(child)),
      decision: this.decisions.get(connection) ?? [],
    };
  }

  /** Hops of the last (n = 1) or an earlier connection that a command opened. */
  hopsOfLast(n: number): readonly HopRecord[] {
    const opened = this.log.connections().filter((connection) => connection.session !== 0 && connection.purpose === "traffic");
    const connection = opened.at(-n);
    return (connection?.hops ?? []).map((hop) => hopRecord(hop, (rule) => ruleTextOf(this, hop.at, rule)));
  }

  /** What this node's kube-proxy has programmed, as the tool of its mode prints it. */
  rulesText(name: string): string {
    const node = this.nodes.get(name);
    if (node === undefined) return "";
    const tables = nodeTables(this, node);
    switch (this.options.proxyMode) {
      case "iptables":
        return tables.iptablesSave({ family: 4, table: undefined, withCounters: false });
      case "nftables":
        return tables.nftList({ kind: "ruleset", family: undefined }) ?? "";
      case "ipvs":
        return tables.ipvsadm({ family: undefined, service: undefined, show: "list" }) ?? "";
    }
  }

  /** Whether nothing is about to happen but what waits for a longer while: no packet is under way, no program about to run. */
  isQuiet(): boolean {
    const next = this.queue.nextAperiodicAtUs();
    return next === undefined || next > this.queue.now() + quietUs;
  }

  onRulesSynced(listener: (synced: RulesSynced) => void): void {
    this.#syncListeners.push(listener);
  }

  /** `by`: the component whose write it is; undefined for users' tools, and for what was there before. */
  watchObjects(listener: (event: WatchEvent, by: string | undefined) => void): void {
    for (const { kind } of kinds) {
      for (const object of this.list(kind)) listener({ type: "ADDED", object }, undefined);
      this.#stored.watch(kind, listener);
    }
  }

  /** Whom a node's kernel remembers for a Service with sessionAffinity, by `service/NAMESPACE/NAME`. */
  rememberedClients(node: string, service: string): readonly RememberedClient[] {
    const found = this.nodes.get(node);
    return found === undefined ? [] : rememberedClients(found.netns, found.proxy.kernel, service);
  }

  /** How many packets that leave no hops went which way, since the last call. */
  takeWays(): readonly WayCount[] {
    return this.network.recorder.ways.take();
  }

  watchHops(watcher: HopWatcher): void {
    this.log.onOpened((connection) => watcher.opened(connectionInfo(connection)));
    this.log.onHop((hop) => watcher.hop(() => hopRecord(hop, (rule) => ruleTextOf(this, hop.at, rule)), hop.packet.connection));
  }

  /** An Ingress controller decided where a request goes. */
  decided(connection: Connection, decision: IngressDecision): void {
    this.decisions.add(connection, decision);
  }

  onHint(listener: (hint: ClusterHint) => void): void {
    this.#hintListeners.push(listener);
  }

  hint(hint: ClusterHint): void {
    for (const listener of this.#hintListeners) listener(hint);
  }

  #socketOf(text: string): SocketAddress | undefined {
    const known = this.#sockets.get(text);
    if (known !== undefined) return known;
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text);
    const ip = match?.[1] ?? match?.[2];
    if (ip === undefined || parseIp(ip) === undefined) return undefined;
    const socket = this.book.socket(this.book.ip(ip), Number(match?.[3]));
    if (this.#sockets.size >= socketsMax) this.#sockets.clear();
    this.#sockets.set(text, socket);
    return socket;
  }

  #makeNode(name: string): ClusterNode {
    const node = this.options.nodes.find((one) => one.name === name);
    assert(node !== undefined, `no node ${name}`);
    return new ClusterNode({
      simulation: this.simulation,
      network: this.network,
      factory: this.factory,
      options: this.options,
      node,
      lanCidrs: lanCidrs(this.options),
      programs: this.programs.node,
      images: this.programs.images,
      clusterDns: dnsServiceIps(this.options),
      steps: this.steps,
      services: (pod, container) => podServices(this, pod, container),
      booted: (booted) => plugServices(this, booted.machine),
      synced: (services) => {
        for (const listener of this.#syncListeners) listener({ node: name, services });
      },
    });
  }

  #makeClient(client: ClientOptions): Machine {
    return new Machine({
      simulation: this.simulation,
      place: `client/${client.name}`,
      kind: "client",
      hostname: client.name,
      network: machineNetwork(this.network.createClient(client.name, client.ips)),
      programs: this.programs.client,
      stepCounter: this.steps,
    });
  }

  #startCloud(): void {
    startCloud({
      simulation: this.simulation,
      client: this.client("service-controller"),
      pools: this.options.loadBalancerPools,
      // Without a cloud the Ingress controller alone is reached at the address that the scenario gives it.
      serves: ({ metadata }) => this.options.loadBalancer || metadata.namespace === ingressNamespace,
      network: {
        createLoadBalancer: (namespace, name) => {
          const number = ++this.#balancers;
          const balancer = this.network.createLoadBalancer(`${namespace}/${name}`, [
            `100.64.0.${number}`,
            `fd00:64::${number.toString(16)}`,
          ]);
          const { netns } = balancer;
          return {
            sockets: netns,
            book: this.book,
            setAddresses: (ips) => balancer.setVips(ips.map((ip) => this.book.ip(ip))),
            setTargets: (ips) => balancer.setTargets(ips.map((ip) => this.book.ip(ip))),
            remove: () => this.network.remove(netns),
          };
        },
      },
    });
  }
}

/** Measured: with what the API server notes of an object, and with the connection's share of a hop. */
const bytesPerObject = 5000;
const bytesPerHop = 160;

export interface ConnectionRequest {
  /** `pod/default/client`, `node/node1`, `client/laptop`. */
  readonly from: string;
  /** `10.96.0.41:80` */
  readonly to: string;
  readonly protocol?: "tcp" | "sctp";
  readonly record?: boolean;
}

export interface ConnectionResult {
  readonly verdict: "answered" | "refused" | "timeout" | "unreachable";
  readonly endpoint: string | undefined;
  readonly hops: readonly HopRecord[];
}

function verdictOf(error: SocketError): ConnectionResult["verdict"] {
  if (error === "ECONNREFUSED" || error === "ECONNRESET") return "refused";
  return error === "ETIMEDOUT" ? "timeout" : "unreachable";
}

/** A load experiment asks for the same few addresses again and again. */
const socketsMax = 20_000;

/** SYN and its six repetitions. @source tcp(7), tcp_syn_retries */
const handshakeUsMax = 127_000_000;

/** What waits longer than this is not under way: links take 6 ms at most unless someone made them slow. */
const quietUs = 25_000;

export type { DrivenSimulation, ProgramEntry };

export function createCluster(options: ClusterOptions, stored?: StoredObjects): Cluster {
  return new Cluster(options, stored);
}
