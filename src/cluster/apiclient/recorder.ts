import type { KubernetesObject, LooseObject } from "../api/meta.ts";
import type { ApiRequest, ApiResponse } from "../apiserver/request.ts";
import { formatRfc3339 } from "../sim/date.ts";
import type { Simulation } from "../sim/simulation.ts";
import type { ApiClient } from "./client.ts";
import { EventCorrelator, recall, remember } from "./event-correlator.ts";

type EventText = Parameters<ApiClient["event"]>[1];

/** An event that was written, in the object's namespace. */
interface Known {
  readonly name: string;
  count: number;
}

/**
 * Writes Events, and counts equal ones in the one that is there.
 * @source client-go tools/record/event.go (makeEvent: the name is the object's and the time in nanoseconds, in hex), events_cache.go (eventLogger)
 */
export class EventRecorder {
  readonly #send: (request: ApiRequest) => ApiResponse;
  readonly #simulation: Simulation;
  readonly #known = new Map<string, Known>();
  readonly #lastNames = new Map<string, bigint>();
  readonly #correlator = new EventCorrelator();

  constructor(send: (request: ApiRequest) => ApiResponse, simulation: Simulation) {
    this.#send = send;
    this.#simulation = simulation;
  }

  record(object: KubernetesObject, event: EventText, userAgent: string): void {
    const { metadata } = object;
    // An object without a namespace has its events in `default`.
    const namespace = metadata.namespace ?? "default";
    const now = formatRfc3339(this.#simulation.dateMs());
    const { type, reason, component, host, fieldPath } = event;
    const source = [component, host, object.apiVersion, object.kind, namespace, metadata.name, metadata.uid].join("\u0000");
    const kind = [source, fieldPath, type, reason].join("\u0000");
    const correlation = this.#correlator.correlate({ source, kind, message: event.message }, this.#simulation.clock.now());
    const isCombined = correlation.type === "write" && correlation.isCombined;
    const key = correlation.type === "write" ? correlation.key : `${kind}\u0000${event.message}`;
    const message = isCombined ? `(combined from similar events): ${event.message}` : event.message;

    const path = `/api/v1/namespaces/${namespace}/events`;
    const known = recall(this.#known, key);
    if (known !== undefined) {
      known.count++;
      if (correlation.type === "drop") return;
      const patch = { count: known.count, lastTimestamp: now, ...(isCombined ? { message } : {}) };
      const answer = this.#send({
        method: "PATCH",
        path: `${path}/${known.name}`,
        body: patch,
        contentType: "application/merge-patch+json",
        userAgent,
        isComponent: true,
      });
      if (answer.code < 300) return;
      this.#known.delete(key); // it is gone: begin anew
    }
    if (correlation.type === "drop") return;

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
    const answer = this.#send({ method: "POST", path, body, userAgent, isComponent: true });
    if (answer.code >= 300) return; // nobody waits for an event: a namespace that is going refuses it
    remember(this.#known, key, { name, count: 1 });
  }

  /** Nanoseconds of now in hex; later than the last one given for that object, since in the simulation several events share an instant. */
  #nameSuffix(object: string): string {
    const { clock, startMs } = this.#simulation;
    const now = BigInt(startMs) * 1_000_000n + BigInt(clock.now()) * 1_000n;
    const last = recall(this.#lastNames, object);
    const given = last !== undefined && last >= now ? last + 1n : now;
    remember(this.#lastNames, object, given);
    return given.toString(16);
  }
}
