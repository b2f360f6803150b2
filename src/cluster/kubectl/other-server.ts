import type { Run } from "../machine/syscall.ts";
import { KubectlError, KubectlFatal, notFoundInTheRequest } from "./failure.ts";
import type { Session } from "./session.ts";

/** As client-go's dialer gives up. */
const dialTimeoutUs = 30_000_000;

/**
 * `--server ADDRESS`: somewhere else than the kubeconfig says. Whoever forgets `--` before a command's own `-s` comes here.
 * The cluster's own API server goes on as usual; any other address is really called, and is none.
 *
 * @source client-go rest/config.go, kubectl pkg/cmd/util/helpers.go (StandardErrorMessage for url.Error)
 */
export function* talkElsewhere(session: Session, server: string): Run<void> {
  const match = /^(?:(https?):\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(server);
  if (match === null) throw new KubectlError(`Error in configuration: invalid server ${server}`);
  const [, scheme = "http", host = "", portText] = match;
  const port = portText === undefined ? (scheme === "https" ? 443 : 80) : Number(portText);
  if (`${host}:${port}` === session.options.apiServer) return;
  session.hint("kubectl.server-flag", { server });
  const address = session.sys.address(host.replace(/^\[|\]$/g, ""), port);
  if (address === undefined)
    throw new KubectlFatal(`Unable to connect to the server: dial tcp: lookup ${host} on 198.51.100.53:53: no such host`);
  const connected = yield* session.sys.connect(address, { timeoutUs: dialTimeoutUs });
  if (connected.ok) {
    connected.stream.close();
    throw notFoundInTheRequest();
  }
  if (connected.error === "ECONNREFUSED")
    throw new KubectlFatal(`The connection to the server ${host}:${port} was refused - did you specify the right host or port?`);
  const reason =
    connected.error === "ETIMEDOUT"
      ? "i/o timeout"
      : connected.error === "EHOSTUNREACH"
        ? "connect: no route to host"
        : "connect: network is unreachable";
  throw new KubectlFatal(`Unable to connect to the server: dial tcp ${host}:${port}: ${reason}`);
}
