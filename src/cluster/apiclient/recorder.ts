import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { ApiRequest, ApiResponse } from "../apiserver/request.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { ApiClient } from "./client.ts";

type EventText = Parameters<ApiClient["event"]>[1];

interface Known {
  readonly path: string;
  count: number;
}

/** As many events are remembered for counting. @source client-go tools/record/events_cache.go, maxLruCacheEntries */
const knownMax = 4096;

/**
 * Writes Events, and counts equal ones in the one that is there.
 * @source client-go tools/record/event.go (makeEvent: the name is the object's and the time in nanoseconds, in hex), events_cache.go (eventLogger)
 */
export class EventRecorder {
  readonly #send: (request: ApiRequest) => ApiResponse;
  readonly #simulation: Simulation;
  readonly #known = new Map<string, Known>();
  readonly #lastNames = new Map<string, bigint>();

  constructor(send: (request: ApiRequest) => ApiResponse, simulation: Simulation) {
    this.#send = send;
    this.#simulation = simulation;
  }

  record(object: KubernetesObject, event: EventText, userAgent: string): void {
    const { metadata } = object;
    // An object without a namespace has its events in `default`.
    const namespace = metadata.namespace ?? "default";
    const now = formatRfc3339(this.#simulation.dateMs());
    const { type, reason, message, component, host, fieldPath } = event;
    const key = [component, host, object.kind, namespace, metadata.name, metadata.uid, fieldPath, type, reason, message].join("\u0000");

    const known = this.#known.get(key);
    if (known !== undefined) {
      known.count++;
      const patch = { count: known.count, lastTimestamp: now };
      const answer = this.#send({
        method: "PATCH",
        path: known.path,
        body: patch,
        contentType: "application/merge-patch+json",
        userAgent,
        isComponent: true,
      });
      if (answer.code < 300) return;
      this.#known.delete(key); // it is gone: begin anew
    }

    const name = `${metadata.name}.${this.#nameSuffix(`${namespace}/${metadata.name}`)}`;
    const body: LooseObject = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
      involvedObject: {
        kind: object.kind,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        name: metadata.name,
        uid: metadata.uid,
        apiVersion: object.apiVersion,
        resourceVersion: metadata.resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
    const path = `/api/v1/namespaces/${namespace}/events`;
    const answer = this.#send({ method: "POST", path, body, userAgent, isComponent: true });
    if (answer.code >= 300) return; // nobody waits for an event: a namespace that is going refuses it
    if (this.#known.size >= knownMax) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(key, { path: `${path}/${name}`, count: 1 });
  }

  /** Nanoseconds of now in hex; later than the last one given for that object, since in the simulation several events share an instant. */
  #nameSuffix(object: string): string {
    const { clock, startMs } = this.#simulation;
    const now = BigInt(startMs) * 1_000_000n + BigInt(clock.now()) * 1_000n;
    const last = this.#lastNames.get(object);
    const given = last !== undefined && last >= now ? last + 1n : now;
    if (this.#lastNames.size >= knownMax) this.#lastNames.clear();
    this.#lastNames.set(object, given);
    return given.toString(16);
  }
}
