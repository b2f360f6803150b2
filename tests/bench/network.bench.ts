import type { RecordedConnection } from "../../src/cluster/network/hop.ts";
import type { TcpSocket } from "../../src/cluster/network/sockets.ts";
import type { TestService } from "../cluster/network/rules.ts";
import { serve, world } from "../cluster/network/world.ts";

/**
 * What a connection costs: SYN to SYN-ACK of a two-node ClusterIP connection, by number of Services and endpoints, with and without the record.
 * For a developer's look, no gate: `npx rolldown tests/bench/network.bench.ts -p node -f esm -o node_modules/.cache/network.bench.mjs && node node_modules/.cache/network.bench.mjs`
 */
declare const performance: { now(): number };

function run(services: number, endpoints: number, record: boolean): { readonly us: number; readonly hops: number } {
  const w = world();
  const client = w.pod("client", 0);
  const server = w.pod("server", 1);
  serve(server.netns, 8080, "server");
  const list: TestService[] = [];
  for (let i = 0; i < services; i++) {
    const all = Array.from({ length: endpoints }, (_, e) => `10.244.2.2:${8080 + 0 * e}`);
    list.push({
      name: `s${i}`,
      clusterIp: `10.${96 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) + 1}`,
      port: 80,
      endpoints: i < 10 ? all : ["10.244.2.2:8080"],
    });
  }
  w.services(list);
  const addresses = list.slice(0, 10).map((service) => w.book.socket(w.book.ip(service.clusterIp), service.port));
  if (!record) w.network.recorder.isRecording = false;
  let hops = 0;
  // Only the way from connect to the handshake's end is timed; the connections are ended outside of it.
  const once = (count: number) => {
    let spent = 0;
    const open: TcpSocket[] = [];
    for (let done = 0; done < count; done += 500) {
      const start = performance.now();
      for (let i = 0; i < 500; i++) {
        const socket = client.netns.connectTcp(addresses[i % addresses.length] as (typeof addresses)[number], {});
        w.simulation.queue.run(w.simulation.clock.now() + 500, Number.POSITIVE_INFINITY);
        open.push(socket);
      }
      spent += performance.now() - start;
      for (const socket of open) {
        if (socket.state !== "ESTAB") throw new Error(`not connected: ${socket.state}`);
        hops = (socket.connection as RecordedConnection).hopCount;
        socket.abort();
      }
      open.length = 0;
      w.simulation.queue.run(w.simulation.clock.now() + 10_000_000, Number.POSITIVE_INFINITY);
    }
    return (spent * 1000) / count;
  };
  once(20_000);
  const rounds: number[] = [];
  for (let round = 0; round < 9; round++) rounds.push(once(10_000));
  rounds.sort((a, b) => a - b);
  return { us: rounds[2] as number, hops };
}

const report: string[] = [];
for (const [services, endpoints] of [
  [10, 2],
  [100, 2],
  [1000, 2],
  [10_000, 2],
  [10, 1000],
] as const) {
  for (const record of [true, false]) {
    const { us, hops } = run(services, endpoints, record);
    report.push(`${services} services, ${endpoints} endpoints, ${record ? `record (${hops} hops)` : "no record"}: ${us.toFixed(2)} us`);
  }
}
(globalThis as unknown as { console: { log(text: string): void } }).console.log(report.join("\n"));
