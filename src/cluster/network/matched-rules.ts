import type { ObjectName, Reason } from "./name.ts";
import type { AppliedRule } from "./netfilter/rule.ts";

/** Why a hop came about: one value for all packets that meet the same rules. */
export interface Decision {
  readonly rule: AppliedRule | undefined;
  readonly matched: MatchedRules;
  readonly object: ObjectName | undefined;
  readonly reason: Reason;
}

const decisionsMax = 1000;

/**
 * The rules that matched so far, as a place in the tree of all such lists: to note one more is a step, and nothing is made for a list that was met
 * before. Packets meet the same few rules again and again, and hops are kept for long.
 */
export class MatchedRules {
  readonly list: readonly AppliedRule[];
  /** The root: nothing matched. */
  readonly none: MatchedRules;
  /** How many places the tree has; counted at its root. */
  size = 1;
  #last: AppliedRule | undefined = undefined;
  #lastPlace: MatchedRules | undefined = undefined;
  #others: Map<AppliedRule, MatchedRules> | undefined = undefined;
  #lastDecision: Decision | undefined = undefined;
  #decisions: Map<Reason, Decision> | undefined = undefined;

  constructor(list: readonly AppliedRule[] = [], none?: MatchedRules) {
    this.list = list;
    this.none = none ?? this;
  }

  and(rule: AppliedRule): MatchedRules {
    // The same as last time, more often than not: packets come in runs.
    if (this.#last === rule) return this.#lastPlace as MatchedRules;
    this.#others ??= new Map();
    let next = this.#others.get(rule);
    if (next === undefined) {
      next = new MatchedRules([...this.list, rule], this.none);
      this.#others.set(rule, next);
      this.none.size++;
    }
    this.#last = rule;
    this.#lastPlace = next;
    return next;
  }

  /** The one value for what was decided after these rules. */
  decision(rule: AppliedRule | undefined, object: ObjectName | undefined, reason: Reason): Decision {
    const last = this.#lastDecision;
    if (last !== undefined && last.reason === reason && last.rule === rule && last.object === object) return last;
    this.#decisions ??= new Map();
    let decision = this.#decisions.get(reason);
    if (decision === undefined || decision.rule !== rule || decision.object !== object) {
      decision = { rule, matched: this, object, reason };
      if (this.#decisions.size >= decisionsMax) this.#decisions.clear(); // reasons with arguments are values of their own
      this.#decisions.set(reason, decision);
    }
    this.#lastDecision = decision;
    return decision;
  }
}
