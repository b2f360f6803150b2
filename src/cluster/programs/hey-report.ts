/** One request as hey saw it. Durations in microseconds; a failed one has an error and nothing else. */
export interface HeyResult {
  readonly error: string | undefined;
  readonly status: number;
  /** When it began, since the start. */
  readonly offsetUs: number;
  readonly totalUs: number;
  /** Name and connection; 0 on a connection that was kept. */
  readonly connectUs: number;
  readonly dnsUs: number;
  readonly writeUs: number;
  readonly waitUs: number;
  readonly readUs: number;
  readonly bodyBytes: number;
}

/** Only so many results are kept one by one. @source requester/report.go, maxRes */
const resultsMax = 1_000_000;
const bar = "■";
const percentages = [10, 25, 50, 75, 90, 95, 99];

/** Sum, least and most of a figure. */
class Figure {
  sumUs = 0;
  leastUs = Number.POSITIVE_INFINITY;
  mostUs = 0;

  add(us: number): void {
    this.sumUs += us;
    if (us < this.leastUs) this.leastUs = us;
    if (us > this.mostUs) this.mostUs = us;
  }
}

/**
 * What hey prints at its end.
 * @source github.com/rakyll/hey v0.1.4, requester/report.go and print.go
 */
export class HeyReport {
  readonly #isCsv: boolean;
  #total = 0;
  #latenciesUs: number[] = [];
  #results: HeyResult[] = [];
  readonly #all = new Figure();
  readonly #details = {
    "DNS+dialup": new Figure(),
    "DNS-lookup": new Figure(),
    "req write": new Figure(),
    "resp wait": new Figure(),
    "resp read": new Figure(),
  };
  readonly #codes = new Map<number, number>();
  readonly #errors = new Map<string, number>();
  #bytes = 0;

  constructor(isCsv: boolean) {
    this.#isCsv = isCsv;
  }

  add(result: HeyResult): void {
    this.#total++;
    if (result.error !== undefined) {
      this.#errors.set(result.error, (this.#errors.get(result.error) ?? 0) + 1);
      return;
    }
    this.#codes.set(result.status, (this.#codes.get(result.status) ?? 0) + 1);
    this.#bytes += result.bodyBytes;
    this.#all.add(result.totalUs);
    this.#details["DNS+dialup"].add(result.connectUs);
    this.#details["DNS-lookup"].add(result.dnsUs);
    this.#details["req write"].add(result.writeUs);
    this.#details["resp wait"].add(result.waitUs);
    this.#details["resp read"].add(result.readUs);
    if (this.#latenciesUs.length >= resultsMax) return;
    this.#latenciesUs.push(result.totalUs);
    if (this.#isCsv) this.#results.push(result);
  }

  print(elapsedUs: number): string {
    return this.#isCsv ? this.#csv() : this.#summary(elapsedUs);
  }

  #csv(): string {
    const rows = this.#results.map((one) => {
      const times = [one.totalUs, one.connectUs, one.dnsUs, one.writeUs, one.waitUs, one.readUs].map(secondsText);
      return `\n${times.join(",")},${one.status},${secondsText(one.offsetUs)}`;
    });
    return `response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset${rows.join("")}\n`;
  }

  #summary(elapsedUs: number): string {
    const sorted = this.#latenciesUs.toSorted((a, b) => a - b);
    const count = sorted.length;
    const average = (sumUs: number) => (count === 0 ? " NaN" : secondsText(sumUs / count));
    const least = (figure: Figure) => secondsText(count === 0 ? 0 : figure.leastUs);
    const data = this.#bytes > 0 ? `\n  Total data:\t${this.#bytes} bytes\n  Size/request:\t${Math.floor(this.#bytes / count)} bytes` : "";
    const codes = [...this.#codes].sort(([a], [b]) => a - b).map(([code, n]) => `\n  [${code}]\t${n} responses`);
    const errors = [...this.#errors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([error, n]) => `\n  [${n}]\t${error}`);
    const details = Object.entries(this.#details).map(
      ([name, figure]) => `\n  ${name}:\t${average(figure.sumUs)} secs, ${least(figure)} secs, ${secondsText(figure.mostUs)} secs`,
    );
    return `
Summary:
  Total:\t${secondsText(elapsedUs)} secs
  Slowest:\t${secondsText(this.#all.mostUs)} secs
  Fastest:\t${least(this.#all)} secs
  Average:\t${average(this.#all.sumUs)} secs
  Requests/sec:\t${(elapsedUs === 0 ? 0 : (this.#total * 1_000_000) / elapsedUs).toFixed(4)}
  ${data}

Response time histogram:
${histogram(sorted)}

Latency distribution:${latencies(sorted)}

Details (average, fastest, slowest):${details.join("")}

Status code distribution:${codes.join("")}

${errors.length === 0 ? "" : `Error distribution:${errors.join("")}`}

`;
  }
}

/** `%4.4f` of seconds. */
function secondsText(us: number): string {
  return (us / 1_000_000).toFixed(4);
}

/** Eleven bars between the fastest and the slowest; the longest has 40 signs. */
function histogram(sortedUs: readonly number[]): string {
  if (sortedUs.length === 0) return "";
  const seconds = sortedUs.map((us) => us / 1_000_000);
  const fastest = seconds[0] as number;
  const slowest = seconds.at(-1) as number;
  const step = (slowest - fastest) / 10;
  const marks = Array.from({ length: 11 }, (_, i) => (i === 10 ? slowest : fastest + step * i));
  const counts = marks.map(() => 0);
  let at = 0;
  for (let i = 0; i < seconds.length; ) {
    if ((seconds[i] as number) <= (marks[at] as number) || at === 10) {
      counts[at] = (counts[at] as number) + 1;
      i++;
    } else at++;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return marks
    .map((mark, i) => {
      const count = counts[i] as number;
      return `  ${mark.toFixed(3)} [${count}]\t|${bar.repeat(Math.floor((count * 40 + Math.floor(most / 2)) / most))}\n`;
    })
    .join("");
}

/** The first latency at or behind each percentage; of few results some percentages are never reached, and stand there as zeros. */
function latencies(sortedUs: readonly number[]): string {
  if (sortedUs.length === 0) return "";
  let text = "";
  let j = 0;
  for (let i = 0; i < sortedUs.length && j < percentages.length; i++) {
    const current = Math.floor((i * 100) / sortedUs.length);
    if (current >= (percentages[j] as number)) {
      text += `\n  ${percentages[j]}% in ${secondsText(sortedUs[i] as number)} secs`;
      j++;
    }
  }
  for (; j < percentages.length; j++) text += "\n  0% in 0.0000 secs";
  return text;
}
