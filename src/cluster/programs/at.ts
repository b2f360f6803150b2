import { type Program, type ProgramEntry, Signal, type Sys } from "../machine/syscall.ts";
import { clusterService } from "./services.ts";

/**
 * `at MACHINE [-- CMD…]`: runs a command on a node or another client, or opens a shell there, as ssh would. Names are `node1` or `node/node1`.
 * @source OpenSSH ssh(1): the words for a name that is not known and a machine that does not answer, exit status 255
 */
function* runAt(sys: Sys): Program {
  const cluster = sys.service(clusterService);
  const [name, ...rest] = sys.args.slice(1);
  if (name === undefined || name === "--") {
    yield* sys.err("usage: at MACHINE [-- command [argument ...]]\n");
    return 255;
  }
  const command = rest[0] === "--" ? rest.slice(1) : rest;
  const machine = cluster?.machine(name);
  if (machine === undefined) {
    yield* sys.err(`ssh: Could not resolve hostname ${name}: Name or service not known\n`);
    return 255;
  }
  if (!machine.isOn) {
    yield* sys.sleep(3_000_000);
    yield* sys.err(`ssh: connect to host ${machine.hostname} port 22: No route to host\n`);
    return 255;
  }
  const { stdin, stdout, stderr, session, terminal } = sys;
  const args =
    command.length === 0
      ? ["bash"]
      : command.length === 1 && /[\s|&;<>$`"'*?(){}\\]/.test(command[0] as string)
        ? ["bash", "-c", command[0] as string]
        : command;
  const started = machine.spawn({ args, stdin, stdout, stderr, session, terminal });
  if (!started.ok) {
    yield* sys.err(`bash: line 1: ${args[0]}: command not found\n`);
    return 127;
  }
  try {
    const exit = yield* started.process.wait();
    if (machine.isOn) return exit;
    yield* sys.err(`Connection to ${machine.hostname} closed by remote host.\n`);
    return 255;
  } catch (signal) {
    // The connection is gone, and with it what ran over there.
    if (signal instanceof Signal) started.process.kill(signal.name === "SIGINT" ? "SIGINT" : "SIGHUP");
    throw signal;
  }
}

export const at: ProgramEntry = { name: "at", run: runAt };
