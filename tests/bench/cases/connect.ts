import type { ConnectResult } from "../../../src/playground/library.ts";
import { FloorRouter } from "../floor.ts";
import { measure, type Row, ratioRow, type Timed } from "../measure.ts";
import { clusterIpWorld, type Mode, modes, type World } from "../worlds.ts";

const perRound = 3000;
/** Kept, as the floor keeps its traces. */
const ring: ConnectResult[] = [];

/**
 * SYN to SYN-ACK, through the public library: the connection's end, the server's work and the minutes until its conntrack entries are gone
 * happen outside of the clock, as nothing of the kind is in the floor.
 */
function connects(world: World, record: boolean, target: (i: number) => string): Timed {
  const { open } = world;
  return {
    count: perRound,
    prepare: () => open.advance(130_000),
    run: (count) => {
      let ms = 0;
      for (let i = 0; i < count; i++) {
        const to = target(i);
        const start = performance.now();
        const result = open.connect({ from: "pod/default/client", to, record });
        ms += performance.now() - start;
        if (result.verdict !== "answered") throw new Error(`not connected: ${result.verdict}`);
        ring[i & 4095] = result;
        open.advance(2);
      }
      return ms;
    },
  };
}

const busy = (world: World) => (i: number) => world.vips[i % 10] as string;
/** Every Service in turn, in an order that no cache guesses. */
const spread = (world: World) => (i: number) => world.vips[(i * 7919) % world.vips.length] as string;

function floorCase(router: FloorRouter, trace: boolean, isSpread: boolean): Timed {
  const { vips } = router;
  const size = isSpread ? vips.length : 10;
  return {
    count: 100_000,
    prepare: () => router.reset(),
    run: (count) => {
      for (let i = 0; i < count; i++) {
        const vip = vips[(i * 7919) % size] as string;
        if (trace) router.trace6(vip);
        else router.bare(vip);
      }
      return undefined;
    },
  };
}

/** G1, G2: what one connection costs. */
export function connectionCost(): Row[] {
  const world = clusterIpWorld("iptables", 10, 2);
  const router = new FloorRouter(10, 2);
  const us = measure({
    bare: floorCase(router, false, false),
    off: connects(world, false, busy(world)),
    trace6: floorCase(router, true, false),
    on: connects(world, true, busy(world)),
  });
  const records = world.open.connect({ from: "pod/default/client", to: busy(world)(0) }).hops.length;
  return [
    ratioRow("G1", `connect with its record, ${records} hops`, "us", us.on, us.trace6, 12),
    ratioRow("G1", "the same, for each 6 hops kept", "us", (us.on * 6) / records, us.trace6, 3),
    ratioRow("G2", "connect without record", "us", us.off, us.bare, 8),
  ];
}

/** G3, G4: growth with the number of Services, in every proxy mode. */
export function serviceGrowth(): Row[] {
  const few = new FloorRouter(10, 2);
  const many = new FloorRouter(10_000, 2);
  return modes.flatMap((mode: Mode) => {
    const small = clusterIpWorld(mode, 10, 2);
    const large = clusterIpWorld(mode, 10_000, 2);
    const us = measure({
      small: connects(small, true, busy(small)),
      busy: connects(large, true, busy(large)),
      floorFew: floorCase(few, false, true),
      floorMany: floorCase(many, false, true),
      spread: connects(large, true, spread(large)),
    });
    return [
      ratioRow("G3", `${mode}: 10 to 10,000 Services, ten busy ones`, "us", us.busy, us.small, 1.5),
      ratioRow("G4", `${mode}: the same, all Services in turn`, "us", us.spread, us.small, (1.25 * us.floorMany) / us.floorFew),
    ];
  });
}

/** G5: growth with the number of endpoints of one Service. */
export function endpointGrowth(): Row[] {
  const first = (world: World) => () => world.vips[0] as string;
  return modes.map((mode: Mode) => {
    const few = clusterIpWorld(mode, 1, 2, 1);
    const many = clusterIpWorld(mode, 1, 1000, 1);
    const us = measure({ few: connects(few, true, first(few)), many: connects(many, true, first(many)) });
    return ratioRow("G5", `${mode}: 2 to 1,000 endpoints of one Service`, "us", us.many, us.few, 1.5);
  });
}
