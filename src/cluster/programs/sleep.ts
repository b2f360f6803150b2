import type { ProgramEntry, Sys } from "../machine/syscall.ts";
import { programName } from "./options.ts";
import { type Toolset, toolPath } from "./toolset.ts";

const unitUs: Readonly<Record<string, number>> = { "": 1_000_000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 };

/** What `infinity` comes to: a hundred days. */
const foreverUs = 8_640_000_000_000;

/** `wait settled` would give up on anything longer. */
const restUs = 600_000_000;

/** `5`, `0.5`, `2m`, `infinity`: microseconds. */
export function parseInterval(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return foreverUs;
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  return match === null ? undefined : Math.min(foreverUs, Math.round(Number(match[1]) * (unitUs[match[2] as string] as number)));
}

/** `sleep NUMBER[smhd]...` @source coreutils 9.1 sleep.c; busybox 1.35 sleep.c */
export function sleep(toolset: Toolset): ProgramEntry {
  function* run(sys: Sys) {
    const words = sys.args.slice(1).filter((word) => word !== "--");
    const name = programName(sys);
    if (words.length === 0) {
      yield* sys.err(
        toolset === "gnu"
          ? `${name}: missing operand\nTry '${name} --help' for more information.\n`
          : "BusyBox v1.35.0 (2022-08-01 15:14:44 UTC) multi-call binary.\n\nUsage: sleep [N]...\n",
      );
      return 1;
    }
    let us = 0;
    for (const word of words) {
      const interval = parseInterval(word);
      if (interval === undefined) {
        yield* sys.err(
          toolset === "gnu"
            ? `${name}: invalid time interval ‘${word}’\nTry '${name} --help' for more information.\n`
            : `${name}: invalid number '${word}'\n`,
        );
        return 1;
      }
      us += interval;
    }
    if (us >= foreverUs) {
      // Without a clock: a container that sleeps for ever holds up nobody's `wait settled`.
      const never = sys.pipe();
      for (;;) yield* never.input.read();
    }
    // A container that is kept alive by a long sleep is settled; a Job that works for half a minute is not.
    yield* sys.session === 0 && us > restUs ? sys.rest(us) : sys.sleep(us);
    return 0;
  }
  return { name: "sleep", path: toolPath("sleep", toolset), run };
}
