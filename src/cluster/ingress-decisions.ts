import type { IngressDecision } from "./ingress-nginx/proxy.ts";
import type { Connection } from "./network/hop.ts";

/** What Ingress controllers decided, by the connection that asked: bounded, the oldest go first. Lines are made when somebody reads them. */
export class IngressDecisions {
  readonly #decisions = new Map<Connection, IngressDecision>();

  add(connection: Connection, decision: IngressDecision): void {
    this.#decisions.set(connection, decision);
    if (this.#decisions.size > decisionsMax) this.#decisions.delete(this.#decisions.keys().next().value as Connection);
  }

  /** The outcome, then each rule that was looked at. */
  get(connection: Connection): readonly string[] | undefined {
    const decision = this.#decisions.get(connection);
    return decision === undefined ? undefined : linesOf(decision);
  }

  values(): readonly (readonly string[])[] {
    return [...this.#decisions.values()].map(linesOf);
  }
}

function linesOf(decision: IngressDecision): readonly string[] {
  const tried = decision.tried.map((one) => `${one.rule}: ${one.outcome}, ${one.reason}`);
  return [`${decision.request} ${decision.host} → ${decision.outcome} ${decision.status}`, ...tried];
}

/** How many decisions of Ingress controllers are remembered. */
const decisionsMax = 2000;
