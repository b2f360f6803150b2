import { formatRfc3339, parseRfc3339 } from "../sim/date.ts";
import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";

export const triggerTimeKey = "endpoints.kubernetes.io/last-change-trigger-time";

/**
 * When the change happened that made a Service's endpoints be written: the earliest of the pods' (and the Service's own) changes since the last look.
 * @source staging endpointslice trigger_time_tracker.go
 */
export class TriggerTimes {
  readonly #seen = new Map<string, ReadonlyMap<string, number>>();

  /** RFC 3339; undefined when nothing changed since the last call. */
  changed(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const now = new Map<string, number>();
    let earliest: number | undefined;
    const note = (name: string, atMs: number | undefined) => {
      if (atMs === undefined) return;
      now.set(name, atMs);
      if (before?.get(name) === atMs) return;
      if (earliest === undefined || atMs < earliest) earliest = atMs;
    };
    for (const pod of pods) note(`${pod.metadata.name}/${pod.metadata.uid}`, podChangeMs(pod));
    const created = parseRfc3339(service.metadata.creationTimestamp);
    if (before === undefined) note("", created);
    else if (created !== undefined) now.set("", created);
    this.#seen.set(key, now);
    return earliest === undefined ? undefined : formatRfc3339(earliest);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

function podChangeMs(pod: Pod): number | undefined {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.lastTransitionTime === undefined ? undefined : parseRfc3339(ready.lastTransitionTime);
}
