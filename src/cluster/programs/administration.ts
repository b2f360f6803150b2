import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { administrationService, type MachineAdministration, type Netem } from "./services.ts";

/** Real faults by real commands: power, units and the discipline of an interface. */

export const poweroff = powerProgram("poweroff", (administration) => administration.powerOff());
export const reboot = powerProgram("reboot", (administration) => administration.reboot());

function powerProgram(name: string, act: (administration: MachineAdministration) => void): ProgramEntry {
  function* run(sys: Sys): Program {
    const administration = sys.service(administrationService);
    if (administration === undefined) {
      yield* sys.err(
        "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
      );
      return 1;
    }
    yield* sys.work(1000);
    act(administration);
    return 0;
  }
  return { name, path: `/usr/sbin/${name}`, run };
}

/** `systemctl start|stop|restart|status|is-active UNIT`, `systemctl poweroff|reboot` @source systemctl(1) of systemd 252 */
export const systemctl: ProgramEntry = {
  name: "systemctl",
  *run(sys: Sys): Program {
    const administration = sys.service(administrationService);
    const words = sys.args.slice(1).filter((arg) => !arg.startsWith("-"));
    const [verb, ...names] = words;
    if (administration === undefined) {
      yield* sys.err(
        "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
      );
      return 1;
    }
    if (verb === "poweroff" || verb === "reboot") {
      yield* sys.work(1000);
      if (verb === "poweroff") administration.powerOff();
      else administration.reboot();
      return 0;
    }
    if (verb === undefined || verb === "list-units") {
      for (const unit of administration.units())
        yield* sys.out(
          `  ${`${unit.name}.service`.padEnd(24)} loaded ${unit.isActive ? "active   running" : "inactive dead   "} ${unit.description}\n`,
        );
      return 0;
    }
    if (!["start", "stop", "restart", "status", "is-active", "kill", "enable", "disable"].includes(verb)) {
      yield* sys.err(`Unknown command verb ${verb}.\n`);
      return 1;
    }
    let exit = 0;
    for (const name of names) {
      const unit = administration.units().find((candidate) => candidate.name === name.replace(/\.service$/, ""));
      if (unit === undefined) {
        const full = name.includes(".") ? name : `${name}.service`;
        if (verb === "is-active") yield* sys.out("inactive\n");
        else
          yield* sys.err(
            verb === "status"
              ? `Unit ${full} could not be found.\n`
              : `Failed to ${verb} ${full}: Unit ${full} not ${verb === "stop" ? "loaded" : "found"}.\n`,
          );
        exit = verb === "status" ? 4 : verb === "is-active" ? 3 : 5;
        continue;
      }
      if (verb === "stop" || verb === "restart" || verb === "kill") administration.stopUnit(unit.name);
      if (verb === "start" || verb === "restart") administration.startUnit(unit.name);
      if (verb === "is-active") {
        yield* sys.out(unit.isActive ? "active\n" : "inactive\n");
        if (!unit.isActive) exit = 3;
      }
      if (verb === "status") {
        yield* sys.out(
          `${unit.isActive ? "●" : "○"} ${unit.name}.service - ${unit.description}\n     Loaded: loaded (/lib/systemd/system/${unit.name}.service; enabled; preset: enabled)\n     Active: ${unit.isActive ? "active (running)" : "inactive (dead)"}\n`,
        );
        if (!unit.isActive) exit = 3;
      }
    }
    return exit;
  },
};

/** `tc qdisc add|change|replace|del|show dev DEV root netem [delay TIME] [loss PERCENT%]` @source tc(8), tc-netem(8) of iproute2 6.1 */
export const tc: ProgramEntry = {
  name: "tc",
  path: "/usr/sbin/tc",
  *run(sys: Sys): Program {
    const administration = sys.service(administrationService);
    const words = sys.args.slice(1);
    const device = words[words.indexOf("dev") + 1];
    const [object, verb] = words;
    if (object !== "qdisc") {
      yield* sys.err(`Object "${object ?? ""}" is unknown, try "tc help".\n`);
      return 1;
    }
    if (administration === undefined) {
      yield* sys.err("RTNETLINK answers: Operation not permitted\n");
      return 2;
    }
    if (verb === undefined || verb === "show" || verb === "list" || verb === "ls") {
      for (const one of sys.host.interfaces()) {
        if (words.includes("dev") && one.name !== device) continue;
        yield* sys.out(qdiscLine(administration, one.name, one.kind === "ethernet"));
      }
      return 0;
    }
    if (device === undefined || !words.includes("dev")) {
      yield* sys.err('Command line is not complete. Try option "help"\n');
      return 255;
    }
    if (verb === "del" || verb === "delete") {
      const known = administration.netem(device);
      if (known === undefined) {
        const exists = sys.host.interfaces().some((one) => one.name === device);
        yield* sys.err(exists ? "Error: Cannot delete qdisc with handle of zero.\n" : `Cannot find device "${device}"\n`);
        return exists ? 2 : 1;
      }
      administration.setNetem(device, undefined);
      return 0;
    }
    const at = words.indexOf("netem");
    if (at < 0) {
      yield* sys.err("Error: Specified qdisc kind is unknown.\n");
      return 2;
    }
    const netem = parseNetem(words.slice(at + 1));
    if (typeof netem === "string") {
      yield* sys.err(netem);
      return 1;
    }
    if (verb === "add" && administration.netem(device) !== undefined) {
      yield* sys.err("Error: Exclusivity flag on, cannot modify.\n");
      return 2;
    }
    if (administration.setNetem(device, netem)) return 0;
    yield* sys.err(`Cannot find device "${device}"\n`);
    return 1;
  },
};

function parseNetem(words: readonly string[]): Netem | string {
  let delayUs = 0;
  let lossPercent = 0;
  for (let i = 0; i < words.length; i++) {
    const value = words[i + 1] ?? "";
    if (words[i] === "delay" || words[i] === "latency") {
      const match = /^(\d+(?:\.\d+)?)(us|ms|s|usec|usecs|msec|msecs|sec|secs)?$/.exec(value);
      if (match === null) return `Illegal "delay"\n`;
      const unit = match[2] ?? "us";
      delayUs = Math.round(Number(match[1]) * (unit.startsWith("u") ? 1 : unit.startsWith("m") ? 1000 : 1_000_000));
      i++;
    } else if (words[i] === "loss") {
      const percent = value === "random" ? (words[++i + 1] ?? "") : value;
      const match = /^(\d+(?:\.\d+)?)%?$/.exec(percent);
      if (match === null || Number(match[1]) > 100) return `Illegal "loss percent"\n`;
      lossPercent = Number(match[1]);
      i++;
    } else return `What is "${words[i]}"?\n`;
  }
  return { delayUs, lossPercent };
}

function qdiscLine(administration: MachineAdministration, name: string, isEthernet: boolean): string {
  const netem = administration.netem(name);
  if (netem === undefined)
    return isEthernet
      ? `qdisc pfifo_fast 0: dev ${name} root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1\n`
      : `qdisc noqueue 0: dev ${name} root refcnt 2 \n`;
  const ms = netem.delayUs / 1000;
  const delay =
    netem.delayUs === 0
      ? ""
      : netem.delayUs >= 1_000_000
        ? ` delay ${netem.delayUs / 1_000_000}s`
        : netem.delayUs >= 1000
          ? ` delay ${ms}ms`
          : ` delay ${netem.delayUs}us`;
  return `qdisc netem 8001: dev ${name} root refcnt 2 limit 1000${delay}${netem.lossPercent === 0 ? "" : ` loss ${netem.lossPercent}%`}\n`;
}
