/**
 * The least that a simulator could do for each job, written without it: what the product's figures are divided by.
 * A lookup, a draw, an insert, six objects kept; a shared value passed to five listeners; one indexed pass over pods. Nothing here is part of Kubehop.
 */

/** mulberry32: a draw costs a few multiplications, as ours does. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface FloorHop {
  readonly at: string;
  readonly action: string;
  readonly source: string;
  readonly destination: string;
  readonly rule: string | undefined;
  readonly packet: number;
  readonly time: number;
}

interface FloorEntry {
  readonly source: string;
  readonly port: number;
  readonly endpoint: string;
  readonly state: string;
  readonly expires: number;
}

const ringSize = 4096;
const client = "10.244.1.9";

function floorEntry(endpoint: string, port: number, time: number): FloorEntry {
  return { source: client, port, endpoint, state: "NEW", expires: time + 120_000 };
}

/** A service router: virtual address -> endpoints, one drawn, one conntrack entry under its 5-tuple; with `trace`, six hops kept in a ring. */
export class FloorRouter {
  readonly vips: readonly string[];
  readonly #endpoints = new Map<string, readonly string[]>();
  #conntrack = new Map<string, FloorEntry>();
  readonly #random = seeded(1);
  /** Kept, or the engine removes the making of hops altogether. */
  readonly ring: (readonly FloorHop[])[] = new Array(ringSize).fill([]);
  #count = 0;

  constructor(services: number, endpoints: number) {
    this.vips = Array.from({ length: services }, (_, i) => `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}:80`);
    this.vips.forEach((vip, i) => {
      const all = Array.from({ length: endpoints }, (_, e) => `10.244.${e >> 8}.${e & 255}:${8080 + (i & 7)}`);
      this.#endpoints.set(vip, all);
    });
  }

  /** Fresh state, for the next round. */
  reset(): void {
    this.#conntrack = new Map();
  }

  bare(vip: string): string {
    const endpoints = this.#endpoints.get(vip) as readonly string[];
    const endpoint = endpoints[(this.#random() * endpoints.length) | 0] as string;
    const count = this.#count++;
    const port = 1024 + (count % 64_000);
    const key = `tcp ${client}:${port} ${vip}`;
    this.#conntrack.set(key, floorEntry(endpoint, port, count));
    return endpoint;
  }

  trace6(vip: string): string {
    const destination = this.bare(vip);
    const time = this.#count;
    const source = client;
    const rule = undefined;
    this.ring[time & (ringSize - 1)] = [
      { at: "pod/client", action: "send", source, destination: vip, rule, packet: 1, time },
      { at: "node/node1", action: "dnat", source, destination, rule: "KUBE-SEP", packet: 1, time: time + 1 },
      { at: "node/node1", action: "forward", source, destination, rule, packet: 1, time: time + 2 },
      { at: "node/node2", action: "forward", source, destination, rule, packet: 1, time: time + 3 },
      { at: "pod/server", action: "receive", source, destination, rule, packet: 1, time: time + 4 },
      { at: "pod/client", action: "receive", source: vip, destination: source, rule, packet: 2, time: time + 5 },
    ];
    return destination;
  }
}

/** Conntrack entries as the floor keeps them, for their size in the heap. */
export function floorConntrack(count: number): Map<string, object> {
  const entries = new Map<string, object>();
  for (let i = 0; i < count; i++) {
    const key = `tcp ${client}:${i} 10.96.${i >> 8}.${i & 255}:80`;
    entries.set(key, floorEntry("10.244.2.7:8080", i, i));
  }
  return entries;
}

interface FloorPod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: { readonly podIP: string; readonly ready: boolean };
}

const floorPod = (i: number, services: number): FloorPod => ({
  metadata: { name: `web-${i}`, namespace: "default", labels: { app: `s${i % services}`, tier: "web" } },
  status: { podIP: `10.244.${i >> 8}.${i & 255}`, ready: true },
});

/** One update to a store of 1,000 pods seen by five watchers: by sharing one immutable object, or by a deep copy for each. */
export class FloorWatch {
  readonly #store = new Map<string, FloorPod>();
  /** What the watchers saw last: kept. */
  readonly seen: unknown[] = [undefined, undefined, undefined, undefined, undefined];

  constructor() {
    for (let i = 0; i < 1000; i++) this.#store.set(`default/web-${i}`, floorPod(i, 10));
  }

  #update(i: number): FloorPod {
    const key = `default/web-${i % 1000}`;
    const old = this.#store.get(key) as FloorPod;
    const next = { ...old, status: { ...old.status, ready: !old.status.ready } };
    this.#store.set(key, next);
    return next;
  }

  share(i: number): void {
    const next = this.#update(i);
    for (let w = 0; w < 5; w++) this.seen[w] = next;
  }

  structuredClone(i: number, fat: object): void {
    this.#update(i);
    for (let w = 0; w < 5; w++) this.seen[w] = structuredClone(fat);
  }
}

interface FloorEndpoint {
  readonly addresses: readonly string[];
  readonly conditions: { readonly ready: boolean };
  readonly targetRef: { readonly kind: "Pod"; readonly namespace: string; readonly name: string };
}

/** Services and the slices of their pods, found by an index of labels: what a full reconcile costs at least. */
export class FloorReconcile {
  readonly #pods: readonly FloorPod[];
  readonly #services: number;
  result = new Map<string, readonly FloorEndpoint[]>();

  constructor(services: number, pods: number) {
    this.#services = services;
    this.#pods = Array.from({ length: pods }, (_, i) => floorPod(i, services));
  }

  indexed(): void {
    const index = new Map<string, FloorPod[]>();
    for (const pod of this.#pods) {
      for (const [key, value] of Object.entries(pod.metadata.labels)) {
        const label = `${pod.metadata.namespace}/${key}=${value}`;
        const known = index.get(label);
        if (known === undefined) index.set(label, [pod]);
        else known.push(pod);
      }
    }
    const result = new Map<string, readonly FloorEndpoint[]>();
    for (let s = 0; s < this.#services; s++) {
      const selected = (index.get(`default/app=s${s}`) ?? []).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      const endpoints = selected.map(({ metadata: { namespace, name }, status: { podIP, ready } }): FloorEndpoint => {
        return { addresses: [podIP], conditions: { ready }, targetRef: { kind: "Pod", namespace, name } };
      });
      result.set(`default/s${s}`, endpoints);
    }
    this.result = result;
  }
}
