import type { ApiClient, Informer } from "../apiclient/client.ts";
import type { AddressBook } from "../network/address.ts";
import type { Netns } from "../network/netns.ts";
import type { TcpListener } from "../network/sockets.ts";
import type { Timer } from "../sim/clock.ts";
import type { Simulation } from "../sim/simulation.ts";
import { cleanUpUdp } from "./conntrack-cleanup.ts";
import type { DesiredPort, NodeFacts } from "./desired.ts";
import { sliceOwner } from "./endpoints.ts";
import {
  healthzPort,
  metricsAnswer,
  metricsPort,
  proxyHealthAnswer,
  type ServiceHealth,
  serveHealth,
  serviceHealthAnswer,
} from "./health.ts";
import type { ProxyMode } from "./kernel.ts";
import type { EndpointSliceObject, NodeObject, ServiceObject } from "./objects.ts";
import type { PortChange, Programmer } from "./programmer.ts";
import { sameValue } from "./same-value.ts";
import { DesiredState, desiredPorts } from "./state.ts";

/** `--iptables-min-sync-period` and its kin. */
const minSyncPeriodUs = 1_000_000;
const slicesByService = "kube-proxy/service";
const zoneLabel = "topology.kubernetes.io/zone";
const autoscalerTaint = "ToBeDeletedByClusterAutoscaler";

export interface ProxierOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly namespace: Netns;
  readonly mode: ProxyMode;
  readonly nodeName: string;
  readonly families: readonly FamilyOptions[];
  readonly onSynced?: (services: readonly string[]) => void;
}

/** One IP family: kube-proxy runs one proxier for each. */
export interface FamilyOptions {
  /** The facts that do not change; name, zone and the like are filled in. */
  readonly facts: Omit<NodeFacts, "name" | "zone">;
  readonly programmer: Programmer;
}

interface FamilyProxy extends FamilyOptions {
  readonly state: DesiredState;
}

/** Watches Services and EndpointSlices and keeps the node's rules as they ask. It writes rules and moves no packet: stopped, its rules go on working. */
export class Proxier {
  readonly #simulation: Simulation;
  readonly #namespace: Netns;
  readonly #book: AddressBook;
  readonly #nodeName: string;
  readonly #mode: ProxyMode;
  readonly #services: Informer<ServiceObject>;
  readonly #slices: Informer<EndpointSliceObject>;
  readonly #nodes: Informer<NodeObject>;
  readonly #families: readonly FamilyProxy[];
  readonly #onSynced: ((services: readonly string[]) => void) | undefined;
  #isRunning = false;
  #isWatching = false;
  #startedUs = 0;
  #lastSyncUs = -minSyncPeriodUs;
  #timer: Timer | undefined;
  #needsAll = true;
  #changed = new Set<string>();
  #zone = "";
  #healthz: TcpListener | undefined;
  #metrics: TcpListener | undefined;
  /** Listeners of health check node ports, by port. */
  #healthPorts = new Map<number, { listener: TcpListener | undefined; health: ServiceHealth }>();

  constructor(options: ProxierOptions) {
    this.#simulation = options.simulation;
    this.#namespace = options.namespace;
    this.#book = options.namespace.book;
    this.#nodeName = options.nodeName;
    this.#mode = options.mode;
    this.#onSynced = options.onSynced;
    this.#families = options.families.map((family) => ({ ...family, state: new DesiredState() }));
    this.#services = options.client.informer<ServiceObject>("Service");
    this.#slices = options.client.informer<EndpointSliceObject>("EndpointSlice");
    this.#nodes = options.client.informer<NodeObject>("Node");
    this.#slices.index(slicesByService, (slice) => {
      const owner = sliceOwner(slice);
      return owner === undefined ? [] : [owner];
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Runs, and no change waits for the next sync. */
  get isUpToDate(): boolean {
    return this.#isRunning && this.#timer === undefined;
  }

  /** The addresses that the rules of that Service (`namespace/name`) send to, as they stand. */
  reachable(service: string): ReadonlySet<string> {
    const ports = this.#families.flatMap(({ state }) => [...state.ports(service).values()]);
    return new Set(ports.flatMap(({ allReachable }) => allReachable.map(({ ip }) => ip)));
  }

  /** Starts, and within this instant brings all rules up to date. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#startedUs = this.#simulation.clock.now();
    this.#needsAll = true;
    this.#watch();
    this.#healthz = serveHealth(
      this.#namespace,
      { port: healthzPort },
      () => this.#simulation.dateMs(),
      (request) =>
        proxyHealthAnswer(request.target, {
          lastUpdatedMs: this.#simulation.startMs + Math.floor(this.#lastSyncUs / 1000),
          nowMs: this.#simulation.dateMs(),
          isNodeEligible: this.#isNodeEligible(),
        }),
    );
    this.#metrics = serveHealth(
      this.#namespace,
      { port: metricsPort, ip: this.#book.ip("127.0.0.1") },
      () => this.#simulation.dateMs(),
      (request) => metricsAnswer(request.target, this.#mode),
    );
    this.#schedule();
  }

  /** `systemctl stop kube-proxy`: the rules stand as they are, changes no longer arrive. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#simulation.clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#healthz?.close();
    this.#healthz = undefined;
    this.#metrics?.close();
    this.#metrics = undefined;
    for (const { listener } of this.#healthPorts.values()) listener?.close();
    this.#healthPorts.clear();
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const serviceKey = (service: ServiceObject): string => `${service.metadata.namespace ?? "default"}/${service.metadata.name}`;
    this.#services.onEvent(({ object }) => this.#note(serviceKey(object)));
    this.#slices.onEvent(({ object, old }) => {
      this.#note(sliceOwner(object));
      if (old !== undefined) this.#note(sliceOwner(old));
    });
    this.#nodes.onEvent(({ object }) => {
      if (object.metadata.name !== this.#nodeName || this.#zoneOf(object) === this.#zone) return;
      this.#needsAll = true; // hints are read anew for every Service
      this.#schedule();
    });
  }

  #note(service: string | undefined): void {
    if (!this.#isRunning || service === undefined) return;
    this.#changed.add(service);
    this.#schedule();
  }

  /** Now (at the end of this instant) if the last sync is a second ago, else when that second is over. @source BoundedFrequencyRunner */
  #schedule(): void {
    if (!this.#isRunning || this.#timer !== undefined) return;
    const now = this.#simulation.clock.now();
    const delayUs = now === this.#startedUs ? 0 : Math.max(0, this.#lastSyncUs + minSyncPeriodUs - now);
    this.#timer = this.#simulation.clock.after(delayUs, () => {
      this.#timer = undefined;
      this.#sync();
    });
  }

  #sync(): void {
    const nowUs = this.#simulation.clock.now();
    this.#lastSyncUs = nowUs;
    const isAll = this.#needsAll;
    const changed = [...this.#changed].sort();
    this.#needsAll = false;
    this.#changed.clear();
    if (isAll) this.#zone = this.#zoneOf(this.#nodes.get(undefined, this.#nodeName));
    const touched: DesiredPort[] = [];
    const synced = new Set<string>();
    for (const family of this.#families) {
      const node: NodeFacts = { ...family.facts, name: this.#nodeName, zone: this.#zone };
      const changes: PortChange[] = [];
      const replace = (key: string, service: ServiceObject | undefined): void => {
        const found = family.state.replace(key, desiredPorts(service, this.#slices.byIndex(slicesByService, key), node));
        changes.push(...found);
        if (found.length > 0) synced.add(key);
      };
      if (isAll) {
        family.state.clear();
        family.programmer.start(node);
        for (const service of this.#services.list()) {
          replace(`${service.metadata.namespace ?? "default"}/${service.metadata.name}`, service);
        }
      } else {
        for (const key of changed) {
          const slash = key.indexOf("/");
          replace(key, this.#services.get(key.slice(0, slash), key.slice(slash + 1)));
        }
      }
      family.programmer.apply(changes);
      if (isAll) family.programmer.removeStale();
      for (const { desired } of changes) if (desired !== undefined) touched.push(desired);
    }
    cleanUpUdp(this.#namespace.netfilter.conntrack, this.#book, touched, nowUs);
    this.#updateHealthPorts(isAll ? undefined : changed);
    if (synced.size > 0) this.#onSynced?.([...synced]);
  }

  /** Opens, updates and closes the health check node ports of the Services named; undefined: of all. */
  #updateHealthPorts(changed: readonly string[] | undefined): void {
    const states = this.#families.map(({ state }) => state);
    const wanted = new Map<number, ServiceHealth>();
    for (const key of changed ?? new Set(states.flatMap((state) => state.keys()))) {
      // A Service of both families has the same pods in each.
      const ports = states.map((state) => [...state.ports(key).values()]).find((found) => found.length > 0) ?? [];
      const port = ports.find((candidate) => candidate.port.healthCheckNodePort !== 0)?.port;
      if (port === undefined) continue;
      const ips = new Set<string>();
      for (const { endpoints } of ports) for (const endpoint of endpoints) if (endpoint.isLocal && endpoint.isReady) ips.add(endpoint.ip);
      wanted.set(port.healthCheckNodePort, { namespace: port.namespace, name: port.name, localEndpoints: ips.size });
    }
    for (const [port, open] of [...this.#healthPorts]) {
      const isAsked = changed === undefined || changed.includes(`${open.health.namespace}/${open.health.name}`);
      if (!isAsked || wanted.has(port)) continue;
      open.listener?.close();
      this.#healthPorts.delete(port);
    }
    for (const [port, health] of wanted) {
      const open = this.#healthPorts.get(port);
      if (open !== undefined) {
        if (!sameValue(open.health, health)) open.health = health;
        continue;
      }
      const entry: { listener: TcpListener | undefined; health: ServiceHealth } = { listener: undefined, health };
      this.#healthPorts.set(port, entry);
      entry.listener = serveHealth(
        this.#namespace,
        { port },
        () => this.#simulation.dateMs(),
        () => serviceHealthAnswer(entry.health),
      );
    }
  }

  #zoneOf(node: NodeObject | undefined): string {
    return node?.metadata.labels?.[zoneLabel] ?? "";
  }

  #isNodeEligible(): boolean {
    const node = this.#nodes.get(undefined, this.#nodeName);
    if (node === undefined || node.metadata.deletionTimestamp !== undefined) return false;
    return (node.spec?.taints ?? []).every((taint) => taint.key !== autoscalerTaint);
  }
}
