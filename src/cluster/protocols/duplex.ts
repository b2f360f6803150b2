/**
 * What protocols need of a connection, as shapes of their own: this room imports nothing. The machine's `Stream` fits, and so does a TLS session
 * wrapped around one, so HTTP never asks what is below it.
 */
export interface Payload {
  readonly kind: string;
  readonly bytes: number;
}

/** The shape of the machine's waits: what a generator yields while time passes. */
export type Wait = (resume: (value: unknown) => void) => (() => void) | undefined;
export type Step<T> = Generator<Wait, T, unknown>;

export interface Duplex {
  /** Undefined when it was queued, else errno's name. */
  send(payload: Payload): Step<string | undefined>;
  /** The next payload; "end" after the peer's FIN; errno's name after a reset or when `timeoutUs` passed (`ETIMEDOUT`). */
  receive(timeoutUs?: number): Step<Payload | string>;
  close(): void;
  abort(): void;
}

/** Whether what `receive` gave is data. */
export function isPayload(received: Payload | string): received is Payload {
  return typeof received !== "string";
}
