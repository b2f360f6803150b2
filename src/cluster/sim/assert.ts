/** Thrown when the simulation broke a promise of its own. Never a user's fault; no run in the tests may meet one. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** States one fact that must hold whatever the user does. @throws AssertionError when it does not */
export function assert(fact: boolean, message: string): asserts fact {
  if (!fact) throw new AssertionError(message);
}

/** Ends a `switch` over a union: a new member then fails to compile at each place that must think about it. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected member: ${JSON.stringify(value)}`);
}
