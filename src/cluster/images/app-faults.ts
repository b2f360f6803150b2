import type { Run, ServiceKey, Wait } from "../machine/syscall.ts";

/** What is wrong with an app: `break pod/NAME …` sets it, `mend pod/NAME` takes it away. */
export type AppFault =
  | { readonly type: "none" }
  /** Answers come later. */
  | { readonly type: "slow"; readonly delayUs: number }
  /** Every answer has this status. */
  | { readonly type: "status"; readonly status: number }
  /** Takes requests and never answers. */
  | { readonly type: "hang" }
  /** Listens on this address alone: the classic mistake. */
  | { readonly type: "bind"; readonly ip: string };

export const noFault: AppFault = { type: "none" };

/** The faults of one pod's apps: servers ask, and hear when something changed. */
export class AppFaults {
  #fault: AppFault = noFault;
  #waiting = new Set<(value: unknown) => void>();

  get current(): AppFault {
    return this.#fault;
  }

  set(fault: AppFault): void {
    this.#fault = fault;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume(undefined);
  }

  /** Waits until the fault changes. */
  *changed(): Run<void> {
    const wait: Wait = (resume) => {
      this.#waiting.add(resume);
      return () => this.#waiting.delete(resume);
    };
    yield wait;
  }
}

export const appFaultsService: ServiceKey<AppFaults> = { name: "app-faults" };

/** `slow 2s`, `status 500`, `hang`, `bind 127.0.0.1`; undefined when the words mean none of them (`crash` is the machine's affair). */
export function parseAppFault(words: readonly string[]): AppFault | undefined {
  const [kind, value] = words;
  switch (kind) {
    case "slow": {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(value ?? "");
      if (match === null) return undefined;
      const unitUs = { ms: 1000, s: 1_000_000, m: 60_000_000 }[(match[2] ?? "s") as "ms" | "s" | "m"];
      return { type: "slow", delayUs: Math.round(Number(match[1]) * unitUs) };
    }
    case "status":
      return /^[1-5]\d\d$/.test(value ?? "") ? { type: "status", status: Number(value) } : undefined;
    case "hang":
      return { type: "hang" };
    case "bind":
      return value === undefined ? undefined : { type: "bind", ip: value };
    default:
      return undefined;
  }
}
