import type { Connection } from "../network/packet.ts";
import type { SocketError } from "../network/sockets.ts";
import type { ServiceKey, Sys } from "./syscall.ts";

/** What went wrong for a command that a user started: facts, told to whoever can explain them. The program's own words are not changed by it. */
export type Misfortune =
  | { readonly type: "no-such-file"; readonly path: string }
  | { readonly type: "no-such-name"; readonly name: string }
  | { readonly type: "not-connected"; readonly error: SocketError; readonly connection: Connection }
  | { readonly type: "ping-unanswered"; readonly ip: string };

export type MisfortuneListener = (misfortune: Misfortune, place: string) => void;

export const misfortunes: ServiceKey<MisfortuneListener> = { name: "misfortunes" };

/** Of programs that no command started (session 0: servers, probes) nothing is told: nobody sits before them. */
export function tellMisfortune(sys: Pick<Sys, "service" | "session" | "host">, misfortune: Misfortune): void {
  if (sys.session !== 0) sys.service(misfortunes)?.(misfortune, sys.host.place);
}
