import { Exchange } from "../machine/exchange.ts";
import { type HttpResponse, httpRequest } from "../protocols/http.ts";
import type { Clock, Timer } from "../sim/clock.ts";
import type { LoadBalancerRouter } from "./host.ts";

const periodUs = 5_000_000;
const timeoutUs = 3_000_000;
/** So many failures in a row take a node out; one success brings it in. */
const failuresToOut = 2;

export interface Target {
  readonly node: string;
  readonly ip: string;
}

/** Asks every node every 5 s whether it wants this Service's traffic, and keeps the router's targets. */
export class HealthChecker {
  readonly #clock: Clock;
  readonly #router: LoadBalancerRouter;
  readonly #states = new Map<string, { isIn: boolean; failures: number }>();
  #targets: readonly Target[] = [];
  #port = 0;
  #path = "/";
  #timer: Timer | undefined;
  #told = "";

  constructor(clock: Clock, router: LoadBalancerRouter) {
    this.#clock = clock;
    this.#router = router;
  }

  /** `healthCheckNodePort` under externalTrafficPolicy Local, else kube-proxy's own 10256. */
  set(targets: readonly Target[], port: number, path: string): void {
    const isSame =
      port === this.#port && path === this.#path && targets.map(({ ip }) => ip).join() === this.#targets.map(({ ip }) => ip).join();
    if (isSame && this.#timer !== undefined) return;
    if (port !== this.#port) this.#states.clear();
    this.#port = port;
    this.#path = path;
    this.#targets = targets;
    for (const ip of [...this.#states.keys()]) if (!targets.some((target) => target.ip === ip)) this.#states.delete(ip);
    this.#tellRouter();
    this.#clock.cancel(this.#timer);
    this.#round();
  }

  stop(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#targets = [];
  }

  readonly #round = (): void => {
    this.#timer = this.#clock.afterPeriodic(periodUs, this.#round);
    for (const { ip } of this.#targets) this.#check(ip, this.#port);
  };

  #check(ip: string, port: number): void {
    const host = ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
    const headers = [
      ["Host", host],
      ["User-Agent", "load-balancer-health-check"],
      ["Connection", "close"],
    ] as const;
    const request = httpRequest({ method: "GET", target: this.#path, headers });
    new Exchange(this.#clock, this.#router, ip, port, "health", timeoutUs, {
      connected: ({ socket }) => {
        socket.write(request);
      },
      data: (exchange) => {
        const payload = exchange.socket.read();
        if (payload?.kind === "http-response") {
          exchange.end();
          this.#judge(ip, port, (payload as unknown as HttpResponse).status === 200);
        } else if (exchange.socket.isEnded) {
          exchange.end();
          this.#judge(ip, port, false);
        }
      },
      failed: () => this.#judge(ip, port, false),
    });
  }

  #judge(ip: string, port: number, isWell: boolean): void {
    if (port !== this.#port || !this.#targets.some((target) => target.ip === ip)) return;
    let state = this.#states.get(ip);
    if (state === undefined) {
      state = { isIn: false, failures: 0 };
      this.#states.set(ip, state);
    }
    state.failures = isWell ? 0 : state.failures + 1;
    if (isWell) state.isIn = true;
    else if (state.failures >= failuresToOut) state.isIn = false;
    this.#tellRouter();
  }

  #tellRouter(): void {
    const healthy = this.#targets.filter(({ ip }) => this.#states.get(ip)?.isIn === true).map(({ ip }) => ip);
    const text = healthy.join();
    if (text === this.#told) return;
    this.#told = text;
    this.#router.setTargets(healthy);
  }
}
