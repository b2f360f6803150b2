import { createRandom, type Random } from "../sim/random.ts";
import type { Simulation } from "../sim/simulation.ts";

/** Names and uids that the server gives. */
export interface Identities {
  /** `removals` counts what was ever removed: so two objects never have one uid, even when one takes the other's name within an instant. */
  uid(kind: string, namespace: string | undefined, name: string, removals: number): string;
  /** `web-` and five characters; `isTaken` asks whether the name is in use. */
  name(kind: string, namespace: string | undefined, base: string, isTaken: (name: string) => boolean): string;
  /** Five characters for something inside an object, which no other object's draws depend on. */
  suffix(purpose: string): string;
}

/** Longest base of a generated name. @source apiserver storage/names/generate.go: 63 less 5 */
const baseLengthMax = 58;

export function createIdentities(simulation: Simulation): Identities {
  // One draw for all uids: a stream kept for each object that ever was would never be freed.
  const salt = simulation.random("uid").uint32();

  return {
    uid: (kind, namespace, name, removals) =>
      uuid(createRandom(salt, `uid/${kind}/${namespace ?? ""}/${name}/${simulation.clock.now()}/${removals}`)),
    name(kind, namespace, base, isTaken) {
      const shortened = base.length > baseLengthMax ? base.slice(0, baseLengthMax) : base;
      const stream = simulation.random(`name/${kind}/${namespace ?? ""}/${base.endsWith("-") ? base.slice(0, -1) : base}`);
      for (;;) {
        const name = shortened + stream.suffix(5);
        if (!isTaken(name)) return name;
      }
    },
    suffix: (purpose) => createRandom(salt, `${purpose}/${simulation.clock.now()}`).suffix(5),
  };
}

/** Version 4. @source RFC 9562, 5.4 */
function uuid(random: Random): string {
  const hex = [random.uint32(), random.uint32(), random.uint32(), random.uint32()]
    .map((part) => part.toString(16).padStart(8, "0"))
    .join("");
  const variant = "89ab"[Number.parseInt(hex[16] as string, 16) & 3];
  // Joined, for every object keeps one: a text put together piece by piece keeps its pieces, at ten times the size.
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
