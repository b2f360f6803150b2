/** Whose tools an image has: GNU's (coreutils 9.1, grep 3.8, sed 4.9, procps 4.0, as in Debian 12) or busybox 1.35's. */
export type Toolset = "gnu" | "busybox";

/** Where busybox and GNU install a command. */
export function toolPath(name: string, toolset: Toolset): string {
  return toolset === "busybox" && binCommands.has(name) ? `/bin/${name}` : `/usr/bin/${name}`;
}

/** What busybox' own install list puts into /bin. @source busybox 1.35 busybox.links */
const binCommands = new Set(
  "ash base64 bash cat chmod cp date df echo ed false grep hostname kill ln ls mkdir mv nice pidof ping printenv ps pwd rm rmdir sed sh sleep stat stty sync tar touch true uname usleep vi watch".split(
    " ",
  ),
);
