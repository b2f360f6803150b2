import type { ConnectResult } from "../../../src/playground/library.ts";
import { floorConntrack } from "../floor.ts";
import { heapNow, heapOf, type Row, ratioRow } from "../measure.ts";
import { clusterIpWorld, podsWorld } from "../worlds.ts";

/** The JSON of a stored pod read back: the plain object that everything about it stands on. */
export function podMemory(): Row[] {
  const small = podsWorld(10, 10);
  const before = heapNow();
  const few = 100;
  const many = 1100;
  const base = heapOf(() => podsWorld(few, 10));
  const full = heapOf(() => podsWorld(many, 10));
  const perPod = (full.bytes - base.bytes) / (many - few);
  const text = JSON.stringify(full.made.open.objects("Pod", "default")[0]);
  const plain = heapOf(() => Array.from({ length: 1000 }, (_, i) => JSON.parse(text.replace("web-0", `web-${i}`)) as object));
  const floor = plain.bytes / 1000;
  const { open } = full.made;
  for (const { metadata } of open.objects("Deployment", "default"))
    open.run(`kubectl delete deployment,service ${metadata.name} --wait=false`);
  open.advance(4_400_000); // events stay for an hour, as they do in a real cluster
  const left = heapNow() - before - base.bytes - plain.bytes;
  if (small.vips.length === 0 || open.objects("Pod", "default").length > 0) throw new Error("pods are left");
  return [
    ratioRow("G9", "heap of an idle pod, its machine, endpoint and indexes included", "B", perPod, floor, 2),
    {
      goal: "G9",
      what: "heap after all of them were deleted, of what they took",
      unit: "B",
      value: left,
      floor: full.bytes,
      ratio: left / full.bytes,
    },
  ];
}

export function conntrackMemory(): Row[] {
  const entries = 20_000;
  const floor = heapOf(() => floorConntrack(entries));
  const perFloorEntry = floor.bytes / floor.made.size;
  const world = clusterIpWorld("iptables", 10, 2);
  const connect = (count: number, record: boolean): ConnectResult | undefined => {
    let last: ConnectResult | undefined;
    for (let i = 0; i < count; i++) last = world.open.connect({ from: "pod/default/client", to: world.vips[i % 10] as string, record });
    return last;
  };
  connect(1000, false);
  const grown = heapOf(() => connect(entries, false)).bytes;
  // Two nodes track each connection.
  const perEntry = grown / entries / 2;
  world.open.advance(600_000);
  connect(25_000, true);
  world.open.advance(600_000);
  const once = heapNow();
  for (let i = 0; i < 10; i++) {
    connect(25_000, true);
    world.open.advance(600_000);
  }
  const tenTimes = heapNow();
  return [
    ratioRow("G10", "heap of a conntrack entry, sockets and address included", "B", perEntry, Math.min(perFloorEntry, 250), 2),
    ratioRow("G10", "heap after 275,000 recorded connections over that after 25,000", "MB", tenTimes / 1e6, once / 1e6, 1.1),
  ];
}
