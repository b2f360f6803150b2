import type { ConnectionInfo, HopRecord } from "../playground/protocol.ts";

/** What the canvas stood at when a moment had passed: a connection, and the last of its hops until then. */
export interface FilmAt {
  readonly connection: string;
  readonly hop: number;
}

/** Pure: the user's newest connection that had sent a packet by then; undefined before the first. */
export function filmAt(
  connections: readonly ConnectionInfo[],
  hopsOf: (connection: string) => readonly HopRecord[],
  atUs: number,
): FilmAt | undefined {
  for (let i = connections.length - 1; i >= 0; i--) {
    const info = connections[i] as ConnectionInfo;
    if (info.openedUs > atUs || info.session === 0 || info.purpose !== "traffic") continue;
    const hop = hopsOf(info.id).findLastIndex(({ timeUs }) => timeUs <= atUs);
    if (hop >= 0) return { connection: info.id, hop };
  }
  return undefined;
}
