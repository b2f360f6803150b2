import { formatRfc3339 } from "../sim/date.ts";

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** Kept per container: as many characters as one reads; the oldest go. @source the kubelet rotates at 10 MiB; a page can't keep that much */
const maxCharacters = 256 * 1024;

/** What a container wrote to stdout and stderr, as `kubectl logs` gives it. */
export class ContainerLog {
  #lines: Line[] = [];
  #characters = 0;
  #partial = "";
  #isEnded = false;
  readonly #followers = new Set<{ readonly onText: (line: Line) => void; readonly onEnd: () => void }>();
  readonly #dateMs: () => number;

  constructor(dateMs: () => number) {
    this.#dateMs = dateMs;
  }

  write(text: string): void {
    const all = this.#partial + text;
    let start = 0;
    for (let end = all.indexOf("\n"); end >= 0; end = all.indexOf("\n", start)) {
      this.#add(all.slice(start, end + 1)); // most programs write whole lines: then it is the text itself
      start = end + 1;
    }
    this.#partial = all.slice(start);
  }

  end(): void {
    if (this.#isEnded) return;
    if (this.#partial !== "") this.#add(this.#partial);
    this.#partial = "";
    this.#isEnded = true;
    for (const { onEnd } of [...this.#followers]) onEnd();
    this.#followers.clear();
  }

  text(options: { readonly tailLines?: number; readonly sinceMs?: number; readonly timestamps: boolean }): string {
    let lines: readonly Line[] = this.#lines;
    const { sinceMs, tailLines } = options;
    if (sinceMs !== undefined) lines = lines.filter(({ atMs }) => atMs >= sinceMs);
    if (tailLines !== undefined && tailLines >= 0) lines = tailLines === 0 ? [] : lines.slice(-tailLines);
    return lines.map((line) => formatLine(line, options.timestamps)).join("");
  }

  /** Returns a function that stops it. At the end of the container `onEnd` is called. */
  follow(onText: (text: string) => void, onEnd: () => void, timestamps: boolean): () => void {
    if (this.#isEnded) {
      onEnd();
      return () => {};
    }
    const follower = { onText: (line: Line) => onText(formatLine(line, timestamps)), onEnd };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #add(text: string): void {
    const line = { atMs: this.#dateMs(), text };
    this.#lines.push(line);
    this.#characters += text.length;
    while (this.#characters > maxCharacters && this.#lines.length > 1) this.#characters -= this.#lines.shift()?.text.length ?? 0;
    for (const { onText } of this.#followers) onText(line);
  }
}

/** Nanoseconds as the runtime writes them; the simulation's clock has whole milliseconds of the date. */
function formatLine({ atMs, text }: Line, timestamps: boolean): string {
  if (!timestamps) return text;
  const fraction = `${atMs % 1000}`.padStart(3, "0");
  return `${formatRfc3339(atMs).slice(0, -1)}.${fraction}000000Z ${text}`;
}
