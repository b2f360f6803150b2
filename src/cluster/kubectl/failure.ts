import type { Status } from "../apiserver/request.ts";

/**
 * How kubectl fails: every error ends in one place, which words it and gives exit status 1.
 *
 * @source kubectl pkg/cmd/util/helpers.go, checkErr and StandardErrorMessage
 */
export type Failure = KubectlError | StatusError | Failures;

/** An error of kubectl itself: printed behind `error: `. */
export class KubectlError extends Error {
  override readonly name = "KubectlError";
}

/** Printed as it is, without `error: ` before it. */
export class KubectlFatal extends KubectlError {}

/** A template failed: what it had printed, and the explanation, stand on standard output; the error itself follows as usual. */
export class TemplateError extends KubectlError {
  readonly printed: string;
  constructor(message: string, printed: string) {
    super(message);
    this.printed = printed;
  }
}

/** Ends with that status and prints nothing more. */
export class Exit extends Error {
  override readonly name = "Exit";
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** The server said no. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: Status;
  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
  get isNotFound(): boolean {
    return this.status.reason === "NotFound";
  }
}

/** Several at once: each on its line, without `error: ` before it. */
export class Failures extends Error {
  override readonly name = "Failures";
  readonly errors: readonly Error[];
  constructor(errors: readonly Error[]) {
    super(errors.length === 1 ? (errors[0] as Error).message : `[${errors.map((error) => error.message).join(", ")}]`);
    this.errors = errors;
  }
}

/** One error stays itself, several become one. */
export function joinFailures(errors: readonly Error[]): Error | undefined {
  if (errors.length <= 1) return errors[0];
  const flat = errors.flatMap((error) => (error instanceof Failures ? error.errors : [error]));
  return new Failures(flat);
}

/** What goes to standard error. */
export function failureText(error: Error): string {
  const text = wording(error);
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function wording(error: Error): string {
  if (error instanceof StatusError && error.status.reason === "Invalid") return invalidText(error.status);
  const standard = standardText(error);
  if (standard !== undefined) return standard;
  if (error instanceof Failures) return error.errors.map((one) => `${standardText(one) ?? one.message}\n`).join("");
  return error instanceof KubectlFatal || error.message.startsWith("error: ") ? error.message : `error: ${error.message}`;
}

function standardText(error: Error): string | undefined {
  if (!(error instanceof StatusError)) return undefined;
  const { reason, message } = error.status;
  if (reason === "Unauthorized") return `error: You must be logged in to the server (${message})`;
  return reason === "" ? `Error from server: ${message}` : `Error from server (${reason}): ${message}`;
}

function invalidText({ details, message }: Status): string {
  if (details === undefined) return message === "" ? "The request is invalid" : `The request is invalid: ${message}`;
  const { kind = "", name = "", causes = [] } = details;
  let text = "The request is invalid";
  if (kind !== "" || name !== "") text = `The ${kind} ${JSON.stringify(name)} is invalid`;
  else if (message !== "" && causes.length === 0) text += `: ${message}`;
  const faults = [...new Set(causes.map((cause) => `${cause.field ?? ""}: ${cause.message}`))];
  if (faults.length === 0) return text;
  if (faults.length === 1) return `${text}: ${faults[0]}`;
  return `${text}: \n${faults.map((fault) => `* ${fault}\n`).join("")}`;
}

/** `error when creating "STDIN": …`. @source kubectl pkg/cmd/util/helpers.go, AddSourceToErr */
export function withSource(verb: string, source: string, error: Error): Error {
  if (source === "") return error;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${error.message}`;
  return error instanceof StatusError ? new StatusError({ ...error.status, message }) : new KubectlError(message);
}

/** A use that the command does not know. @source cmdutil.UsageErrorf */
export function usageError(commandPath: string, message: string): KubectlError {
  return new KubectlError(`${message}\nSee '${commandPath} -h' for help and examples`);
}

export function notFoundInTheRequest(): StatusError {
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "the server could not find the requested resource",
    reason: "NotFound",
    code: 404,
  });
}
