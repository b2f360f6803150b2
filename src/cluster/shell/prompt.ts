import type { HostInfo } from "../machine/syscall.ts";
import type { Flavour } from "./context.ts";

/** `laptop:~$ ` on clients, `root@node1:~# ` on nodes, `root@POD:/# ` in pods, `/ # ` in busybox images. */
export function promptText(flavour: Flavour, host: HostInfo, cwd: string): string {
  const isHome = cwd === host.home || cwd.startsWith(`${host.home}/`);
  const place = isHome && host.home !== "/" ? `~${cwd.slice(host.home.length)}` : cwd;
  const mark = host.user === "root" ? "#" : "$";
  if (flavour === "ash") return `${place} ${mark} `;
  if (flavour === "dash") return `${mark} `;
  if (host.kind === "client") return `${host.hostname}:${place}$ `;
  return `${host.user}@${host.hostname}:${place}${mark} `;
}
