import { Machine, type MachineOptions } from "../../../src/cluster/machine/machine.ts";
import type { MachineNetwork } from "../../../src/cluster/machine/net.ts";
import type { ProgramEntry } from "../../../src/cluster/machine/syscall.ts";
import { AddressBook } from "../../../src/cluster/network/address.ts";
import { createShellSession, type SessionOptions } from "../../../src/cluster/shell/session.ts";
import { settlingService } from "../../../src/cluster/shell/settling.ts";
import type { EventQueue } from "../../../src/cluster/sim/clock.ts";
import { createSimulation, type DrivenSimulation } from "../../../src/cluster/sim/simulation.ts";

/** A machine without a network, for what needs none. */
export function machineOn(
  simulation: DrivenSimulation,
  programs: ReadonlyMap<string, ProgramEntry>,
  options?: Partial<MachineOptions>,
): Machine {
  const machine = new Machine({
    simulation,
    place: "client/laptop",
    kind: "client",
    hostname: "laptop",
    network: noNetwork,
    programs,
    ...options,
  });
  return machine.withService(settlingService, { queue: simulation.queue as EventQueue });
}

const noNetwork: MachineNetwork = {
  book: new AddressBook(),
  interfaces: () => [],
  addresses: () => ["203.0.113.10"],
  sockets: {
    connectTcp: () => {
      throw new Error("this machine has no network");
    },
    listenTcp: () => "EACCES",
    bindUdp: () => "EACCES",
    ping: () => "ENETUNREACH",
    rows: () => [],
  },
};

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
  readonly timeMs: number;
}

/** A shell session and its clock: `run` advances until the command has ended. */
export function shellOn(
  programs: ReadonlyMap<string, ProgramEntry>,
  options?: Partial<MachineOptions> & Partial<SessionOptions> & { readonly seed?: number },
) {
  const simulation = createSimulation(options?.seed ?? 1, 1_767_603_600_000);
  const machine = machineOn(simulation, programs, options);
  const session = createShellSession(machine, { session: 1, ...options });
  return {
    simulation,
    machine,
    session,
    run(text: string, limits?: { readonly maxEvents?: number; readonly interruptAfterMs?: number }): RunResult {
      let stdout = "";
      let stderr = "";
      let exit: number | undefined;
      session.run(text, {
        stdout: (piece) => {
          stdout += piece;
        },
        stderr: (piece) => {
          stderr += piece;
        },
        onEnd: (status) => {
          exit = status;
        },
      });
      const startUs = simulation.queue.now();
      if (limits?.interruptAfterMs !== undefined) simulation.clock.after(limits.interruptAfterMs * 1000, () => session.interrupt());
      let events = limits?.maxEvents ?? 2_000_000;
      while (exit === undefined) {
        const next = simulation.queue.nextAtUs();
        if (next === undefined) throw new Error(`nothing is due and the command has not ended: ${text}`);
        events -= simulation.queue.run(next, 1);
        if (events === 0) session.stop();
        if (events < -50_000) throw new Error(`the command could not be stopped: ${text}`);
      }
      return { stdout, stderr, exit, timeMs: (simulation.queue.now() - startUs) / 1000 };
    },
  };
}
