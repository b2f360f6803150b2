import type { Program, ProgramEntry, Sys } from "../machine/syscall.ts";
import { type Toolset, toolPath } from "./toolset.ts";

/** df and free show the same small machine everywhere: nothing here uses disk or memory. @source coreutils 9.1 df, procps 4.0.2 free; busybox 1.35 for the columns */
export function resourceTools(toolset: Toolset): readonly ProgramEntry[] {
  const entry = (name: string, run: (sys: Sys) => Program): ProgramEntry => ({ name, path: toolPath(name, toolset), run });

  function* df(sys: Sys): Program {
    const isHuman = sys.args.some((word) => /^-[a-zA-Z]*h/.test(word));
    const device = sys.host.kind === "pod" ? "overlay" : "/dev/sda1";
    const row = isHuman ? `${device.padEnd(14)}   20G  4.0G   16G  20% /` : `${device.padEnd(14)}  20971520 4194304  16777216  20% /`;
    yield* sys.out(
      `${isHuman ? "Filesystem      Size  Used Avail Use% Mounted on" : "Filesystem     1K-blocks    Used Available Use% Mounted on"}\n${row}\n`,
    );
    return 0;
  }

  function* free(sys: Sys): Program {
    const flag = sys.args.slice(1).join("");
    const shown = (kib: number): string =>
      (flag.includes("h")
        ? `${(kib / 1_048_576).toFixed(1)}Gi`
        : flag.includes("g")
          ? `${Math.floor(kib / 1_048_576)}`
          : flag.includes("m")
            ? `${Math.floor(kib / 1024)}`
            : `${kib}`
      ).padStart(12);
    const numbers = [4_194_304, 1_048_576, 2_097_152, 4096, 1_048_576, 3_145_728];
    const head = ["total", "used", "free", "shared", "buff/cache", "available"].map((name) => name.padStart(12)).join("");
    yield* sys.out(`       ${head}\nMem:   ${numbers.map(shown).join("")}\nSwap:  ${[0, 0, 0].map(shown).join("")}\n`);
    return 0;
  }

  return [entry("df", df), entry("free", free)];
}
