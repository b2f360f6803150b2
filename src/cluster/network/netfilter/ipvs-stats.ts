/** How often the kernel estimates rates. @source net/netfilter/ipvs/ip_vs_est.c */
const estimateEveryUs = 2_000_000;

export interface IpvsFigures {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

const figures = ["connections", "inPackets", "outPackets", "inBytes", "outBytes"] as const;
/** What one in two seconds adds to an average's target: averages are kept in units of 2^-10 a second, those of bytes in 2^-5. */
const scales: Readonly<Record<keyof IpvsFigures, number>> = {
  connections: 512,
  inPackets: 512,
  outPackets: 512,
  inBytes: 16,
  outBytes: 16,
};

/** What a virtual server, or one of its destinations, has taken; and at which rate, as `ipvsadm --stats` and `--rate` tell it. */
export class IpvsStats {
  #counts: Record<keyof IpvsFigures, number> = zeros();
  /** As they were at the last estimate. */
  #before: Record<keyof IpvsFigures, number> = zeros();
  #averages: Record<keyof IpvsFigures, number> = zeros();
  #estimatedUs = 0;

  get counts(): IpvsFigures {
    return this.#counts;
  }

  connected(nowUs: number): void {
    this.#estimate(nowUs);
    this.#counts.connections++;
  }

  passed(isReply: boolean, bytes: number, nowUs: number): void {
    this.#estimate(nowUs);
    if (isReply) {
      this.#counts.outPackets++;
      this.#counts.outBytes += bytes;
    } else {
      this.#counts.inPackets++;
      this.#counts.inBytes += bytes;
    }
  }

  /** Connections, packets and bytes a second. @source ip_vs_est.c, ip_vs_read_estimator */
  rates(nowUs: number): IpvsFigures {
    this.#estimate(nowUs);
    const rate = (figure: keyof IpvsFigures): number => {
      const average = this.#averages[figure];
      return figure.endsWith("Bytes") ? Math.floor((average + 0xf) / 32) : Math.floor((average + 0x1ff) / 1024);
    };
    return {
      connections: rate("connections"),
      inPackets: rate("inPackets"),
      outPackets: rate("outPackets"),
      inBytes: rate("inBytes"),
      outBytes: rate("outBytes"),
    };
  }

  zero(): void {
    this.#counts = zeros();
    this.#before = zeros();
  }

  /** Makes up for the rounds since the last one: each moves an average by a quarter of the way. @source ip_vs_est.c, estimation */
  #estimate(nowUs: number): void {
    const rounds = Math.floor(nowUs / estimateEveryUs) - Math.floor(this.#estimatedUs / estimateEveryUs);
    this.#estimatedUs = nowUs;
    if (rounds === 0) return;
    for (const figure of figures) {
      let rate = (this.#counts[figure] - this.#before[figure]) * scales[figure];
      let average = this.#averages[figure];
      this.#before[figure] = this.#counts[figure];
      for (let round = 0; round < rounds && (rate > 0 || average > 0); round++) {
        average = Math.max(0, average + Math.floor((rate - average) / 4));
        rate = 0; // all that was counted was counted before the first of these rounds
      }
      this.#averages[figure] = average;
    }
  }
}

function zeros(): Record<keyof IpvsFigures, number> {
  return { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
}

/** What IPVS knows of a connection beyond conntrack: whose figures its packets are, and when the last one passed. */
export class IpvsConnection {
  readonly #service: IpvsStats;
  readonly #destination: IpvsStats;
  lastUs: number;

  constructor(service: IpvsStats, destination: IpvsStats, nowUs: number) {
    this.#service = service;
    this.#destination = destination;
    this.lastUs = nowUs;
    service.connected(nowUs);
    destination.connected(nowUs);
  }

  passed(isReply: boolean, bytes: number, nowUs: number): void {
    this.lastUs = nowUs;
    this.#service.passed(isReply, bytes, nowUs);
    this.#destination.passed(isReply, bytes, nowUs);
  }
}
