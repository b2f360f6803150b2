import type { ServiceKey } from "../machine/syscall.ts";
import type { EventQueue } from "../sim/clock.ts";

/** What `wait DURATION` and `wait settled` need of the cluster's owner. */
export interface Settling {
  readonly queue: Pick<EventQueue, "nextAperiodicAtUs" | "afterPeriodic" | "cancel">;
  /** Told what a terminal waits for (`10s`, `settled`): time may then run at full speed. The result ends it. */
  beginWait?(what: string): () => void;
  /** Kubehop's own word beside the output, by code. */
  hint?(code: string, args: Readonly<Record<string, string | number>>): void;
}

export const settlingService: ServiceKey<Settling> = { name: "settling" };
