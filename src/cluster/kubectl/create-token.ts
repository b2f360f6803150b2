import type { Run } from "../machine/syscall.ts";
import type { Command } from "./command.ts";
import { nameArgument } from "./create-generators.ts";
import { KubectlError, StatusError } from "./failure.ts";
import type { Flags } from "./flags.ts";
import { objectPrinter, outputFlags } from "./output.ts";
import { resourcePath, type Session } from "./session.ts";

/** `kubectl create token`: a service account's token, from the server. @source kubectl pkg/cmd/create/create_token.go */
export const createTokenCommand: Command = {
  name: "token",
  short: "Request a service account token",
  usage: "SERVICE_ACCOUNT_NAME",
  flags: [
    ...outputFlags,
    { name: "audience", type: "array", usage: "Audience of the requested token." },
    { name: "duration", type: "duration", default: "0s", usage: "Requested lifetime of the issued token." },
  ],
  run: createToken,
};

function* createToken(session: Session, flags: Flags): Run<void> {
  const name = nameArgument(session, flags);
  const printer = objectPrinter(session, flags);
  const audiences = flags.list("audience");
  const seconds = Math.floor(flags.durationMs("duration") / 1000);
  if (seconds < 0) throw new KubectlError("--duration must be greater than or equal to 0");
  const resource = (yield* session.resources()).get("serviceaccounts");
  const body = {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { audiences: audiences.length === 0 ? null : audiences, ...(seconds === 0 ? {} : { expirationSeconds: seconds }) },
  };
  try {
    const request = yield* session.request<{ readonly status: { readonly token: string } }>({
      method: "POST",
      path: resourcePath(resource, session.namespace, name, "token"),
      body,
    });
    yield* session.out(printer === undefined ? `${request.status.token}\n` : printer(request, undefined));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new KubectlError(`failed to create token: ${error.message}`);
  }
}
