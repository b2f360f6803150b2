/** curl's progress meter. @source curl 7.88.1 lib/progress.c */
export const progressHeader =
  "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n";

export interface Progress {
  readonly elapsedUs: number;
  readonly received: number;
  /** undefined when the answer gave no length. */
  readonly expected: number | undefined;
  readonly sent: number;
  readonly toSend: number;
}

/** One line, with the carriage return before it. */
export function progressLine(progress: Progress): string {
  const { elapsedUs, received, expected, sent, toSend } = progress;
  const elapsedMs = Math.floor(elapsedUs / 1000);
  const average = (bytes: number): number => (elapsedUs < 1 ? bytes * 1_000_000 : Math.floor((bytes * 1_000_000) / elapsedUs));
  const downSpeed = average(received);
  const upSpeed = average(sent);
  const current = received + sent === 0 ? 0 : Math.floor(((received + sent) * 1000) / Math.max(1, elapsedMs));
  const totalBytes = (expected ?? received) + (toSend === 0 ? sent : toSend);
  const doneBytes = received + sent;
  const percent = (done: number, total: number): number => (total > 0 ? Math.floor((done * 100) / total) : 0);
  const estimateSeconds = downSpeed > 0 && expected !== undefined ? Math.floor(expected / downSpeed) : 0;
  const spent = Math.floor(elapsedMs / 1000);
  const left = estimateSeconds > 0 ? estimateSeconds - spent : 0;
  return [
    `\r${pad(percent(doneBytes, totalBytes), 3)} ${short(totalBytes)}`,
    `${pad(percent(received, expected ?? received), 3)} ${short(received)}`,
    `${pad(percent(sent, toSend), 3)} ${short(sent)}`,
    `${short(downSpeed)}  ${short(upSpeed)} ${clock(estimateSeconds)} ${clock(spent)} ${clock(left)} ${short(current)}`,
  ].join("  ");
}

function pad(value: number, width: number): string {
  return `${value}`.padStart(width);
}

/** `max5data`: at most five characters. */
function short(bytes: number): string {
  if (bytes < 100_000) return pad(bytes, 5);
  const kibi = 1024;
  if (bytes < 10_000 * kibi) return `${pad(Math.floor(bytes / kibi), 4)}k`;
  const mebi = kibi * kibi;
  if (bytes < 100 * mebi) return `${pad(Math.floor(bytes / mebi), 2)}.${Math.floor((bytes % mebi) / Math.floor(mebi / 10))}M`;
  return `${pad(Math.floor(bytes / mebi), 4)}M`;
}

function clock(seconds: number): string {
  if (seconds <= 0) return "--:--:--";
  const hours = Math.floor(seconds / 3600);
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return `${pad(hours, 2)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
