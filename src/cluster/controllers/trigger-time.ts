import type { Pod } from "../api/pod/types.ts";
import type { Service } from "../api/service/types.ts";

export const triggerTimeKey = "endpoints.kubernetes.io/last-change-trigger-time";

/**
 * When the change happened that made a Service's endpoints be written: the earliest of the pods' (and the Service's own) changes since the last look.
 * @source staging endpointslice trigger_time_tracker.go
 */
export class TriggerTimes {
  readonly #seen = new Map<string, ReadonlyMap<string, string>>();

  /** RFC 3339; undefined when nothing changed since the last call. */
  changed(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const now = new Map<string, string>();
    let earliest: string | undefined;
    for (const { metadata, status } of pods) {
      const at = status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
      if (at === undefined) continue;
      now.set(metadata.uid, at);
      // All are of one length and zone, so text compares as time does.
      if (before?.get(metadata.uid) !== at && (earliest === undefined || at < earliest)) earliest = at;
    }
    const created = service.metadata.creationTimestamp;
    if (before === undefined && (earliest === undefined || created < earliest)) earliest = created;
    this.#seen.set(key, now);
    return earliest;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
