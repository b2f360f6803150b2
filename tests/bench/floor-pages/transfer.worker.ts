import scenario from "../../../scenarios/kubia.yaml?raw";
import { HopEncoder } from "../../../src/playground/hop-codec.ts";
import { openPlayground } from "../../../src/playground/playground.ts";
import type { ConnectionInfo, HopRecord } from "../../../src/playground/protocol.ts";

/** Real hops of real requests, a thousand a message: as plain objects, which structured clone copies, and as the page gets them. */
const hopsEach = 1000;

const opened = openPlayground(scenario);
if (!opened.ok) throw new Error("the scenario is refused");
const { playground } = opened;
const { cluster } = playground;
let hops: HopRecord[] = [];
let connections: ConnectionInfo[] = [];
cluster.watchHops({ opened: (info) => connections.push(info), hop: (record) => hops.push(record()) });
let atUs = 5_000_000;
cluster.queue.run(atUs, 1_000_000);
playground.openTerminal(1, 100, 24);
playground.line(1, "at node1 -- sh -c 'while true; do curl -s 10.111.249.153; sleep 0.01; done'");
const encoder = new HopEncoder();

/** The next thousand, with the connections that they belong to. */
function next(): { readonly hops: readonly HopRecord[]; readonly connections: readonly ConnectionInfo[] } {
  while (hops.length < hopsEach) {
    atUs += 100_000;
    cluster.queue.run(atUs, 1_000_000);
  }
  const taken = { hops: hops.slice(0, hopsEach), connections };
  hops = hops.slice(hopsEach);
  connections = [];
  return taken;
}

self.onmessage = ({ data }: MessageEvent<"objects" | "packed">) => {
  const taken = next();
  if (data === "objects") {
    self.postMessage(taken.hops);
    return;
  }
  const packed = encoder.encodeAll(taken.hops);
  self.postMessage(packed, { transfer: packed.map((batch) => batch.data.buffer) });
};
