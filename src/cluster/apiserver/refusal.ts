import type { Status } from "./request.ts";

/**
 * The server says no. Thrown inside this room, from as deep as the fault is found, and caught once, at the door (`handle.ts`),
 * which answers with the status. It never leaves the room.
 */
export class Refusal extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}
