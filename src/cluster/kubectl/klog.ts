import { civilDate, twoDigits } from "../sim/date.ts";
import type { Session } from "./session.ts";

/** What stands before a line of kubectl's own log: `E0105 09:00:01.250000       7 proxy_server.go:147] `. `place`: file and line. @source k8s.io/klog, formatHeader */
export function klogPrefix(session: Session, level: "W" | "E", place: string): string {
  const date = civilDate(session.nowMs);
  const micros = Math.floor((session.nowMs % 1000) * 1000);
  const time = `${twoDigits(date.hour)}:${twoDigits(date.minute)}:${twoDigits(date.second)}.${`${micros}`.padStart(6, "0")}`;
  return `${level}${twoDigits(date.month)}${twoDigits(date.day)} ${time} ${`${session.sys.pid}`.padStart(7)} ${place}] `;
}
