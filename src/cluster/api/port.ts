import { invalid } from "./field-error.ts";
import type { IntOrString } from "./int-or-string.ts";
import type { FieldError } from "./kind.ts";
import { portName, portNumber } from "./names.ts";

/** A port by its number, or by the name that a container gives it. @source ValidatePortNumOrName */
export function validatePortNumOrName(port: IntOrString, path: string): FieldError[] {
  const messages = typeof port === "number" ? portNumber(port) : portName(port);
  return messages.map((message) => invalid(path, port, message));
}
