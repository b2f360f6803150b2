import type { ConnectionRecord } from "../../cluster/index.ts";
import type { Ending, Said, Shown, TextPlace } from "../protocol.ts";

/** The bricks that every explained ending is made of. */

export function shown(object: string, textPlace: TextPlace | undefined): Shown {
  return { object, ...(textPlace === undefined ? {} : { place: textPlace }) };
}

export function ending(
  connection: ConnectionRecord,
  code: string,
  args: Said["args"],
  text: string | undefined,
  show: readonly Shown[],
  isFailure = true,
): Ending {
  return { cause: { code, args }, isFailure, connection: connection.info.id, show, ...(text === undefined ? {} : { text }) };
}

/** `pod/default/web-x` as people say it: `web-x`. */
export function place(at: string | undefined): string {
  return at === undefined ? "" : at.slice(at.lastIndexOf("/") + 1);
}

export function ipOf(socket: string): string {
  return socket.slice(0, socket.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}

export function portOf(socket: string): string {
  return socket.slice(socket.lastIndexOf(":") + 1);
}
